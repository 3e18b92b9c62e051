//! The judge: what the ledger says was done, against what was to be done and what the host says of it.
//!
//! *Lost*: somebody was moved into the trigger stage, and there is neither a start nor a parked check with a reason.
//! *Dup*: a second start of one candidate, or a second effect with one key.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::Connection;
use serde_json::{Value, json};
use simulator::Side;

use crate::row::{Column, Verdict};
use crate::site::{Account, Site};

/// What is to be judged.
pub struct Case<'a> {
    pub site: &'a Site,
    /// For each account: who was moved into the trigger stage.
    pub moved: &'a [Vec<String>],
    /// Reasons for which a check may be parked or skipped in this row.
    pub may_park: &'a [&'static str],
}

/// A check as the host has it.
struct Known {
    phase: String,
    reason: String,
    status: String,
    note_unknown: bool,
    /// Notes whose creation nobody answered, or whose answer was lost with the process.
    lost_notes: u32,
}

/// Judges a host that has stopped at rest.
pub async fn judge(case: &Case<'_>, verdict: &mut Verdict) {
    let database = case.site.open_database();
    sound(&database, verdict);
    let (mut started, mut parked, mut acknowledged) = (0, BTreeMap::<String, usize>::new(), 0);
    for (account, moved) in case.site.accounts.iter().zip(case.moved) {
        let checks = checks(&database, account);
        let starts = starts(account, verdict);
        for opportunity in moved {
            let many = starts.get(opportunity).copied().unwrap_or_default();
            verdict.hold(many < 2, || format!("dup: {opportunity} was started {many} times"));
            match (checks.get(opportunity), many) {
                (None, _) => verdict.problem(format!("lost: {opportunity} has {many} starts and no check")),
                (Some(check), 1..) if check.phase == "started" => started += 1,
                (Some(check), _) if case.may_park.contains(&check.reason.as_str()) => {
                    *parked.entry(check.reason.clone()).or_default() += 1;
                }
                (Some(check), _) => verdict.problem(format!(
                    "lost: {opportunity} has {many} starts and is {} {}",
                    check.phase, check.reason
                )),
            }
        }
        let known: BTreeSet<&String> = moved.iter().collect();
        for other in starts.keys().filter(|opportunity| !known.contains(opportunity)) {
            verdict.problem(format!("{other} was started and nobody moved it"));
        }
        written(account, &checks, verdict).await;
        acknowledged += all_kept(&database, account, verdict);
    }
    verdict.measure("moves", case.moved.iter().map(Vec::len).sum::<usize>());
    verdict.measure("started", started);
    for (reason, many) in parked {
        verdict.measure(&format!("parked, {reason}"), many);
    }
    verdict.measure("acknowledged webhooks", acknowledged);
    calm(case.site, verdict);
}

/// The file is whole.
pub fn sound(database: &Connection, verdict: &mut Verdict) {
    let said = database.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    verdict.hold(said.as_deref() == Ok("ok"), || format!("integrity_check: {said:?}"));
}

/// Nothing broke off.
pub fn calm(site: &Site, verdict: &mut Verdict) {
    let log = site.log();
    let panic = log.lines().find(|line| line.contains("panicked"));
    verdict.hold(panic.is_none(), || format!("a panic: {}", panic.unwrap_or_default()));
}

/// How often each candidate was started in Refapp, and that no start's key came twice.
fn starts(account: &Account, verdict: &mut Verdict) -> HashMap<String, usize> {
    let mut starts = HashMap::<String, usize>::new();
    let mut results = BTreeSet::new();
    for entry in account.calls("event").iter().filter(|entry| entry.applied) {
        let event = &entry.body["partner-event"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        *starts.entry(text(&event["candidate"]["id"])).or_default() += 1;
        let result = text(&event["partner-result"]["id"]);
        if !results.insert(result.clone()) {
            verdict.problem(format!("dup: the start {result} was sent twice"));
        }
    }
    starts
}

/// The last check of each opportunity.
fn checks(database: &Connection, account: &Account) -> HashMap<String, Known> {
    let mut rows = database
        .prepare(
            "SELECT opportunity, phase, status, coalesce(doc -> '$.phase.reason' ->> '$.reason', ''),
                    doc ->> '$.badges' LIKE '%note-unknown%',
                    (SELECT count(*) FROM effect WHERE effect.\"check\" = \"check\".id AND effect.state = 'unknown'
                        AND effect.doc ->> '$.kind.effect' = 'create-note')
             FROM \"check\" WHERE connection = (SELECT id FROM connection WHERE name = ?1) ORDER BY ordinal",
        )
        .expect("the schema");
    let rows = rows.query_map([&account.name], |row| {
        let known = Known {
            phase: row.get(1)?,
            status: row.get(2)?,
            reason: row.get(3)?,
            note_unknown: row.get(4)?,
            lost_notes: row.get(5)?,
        };
        Ok((row.get(0)?, known))
    });
    rows.expect("the schema").collect::<Result<_, _>>().expect("rows")
}

/// At rest: one status tag of ours, that of the check, and one note. With the article's key each note of unknown fate
/// may lie there beside it, and then the check says so.
async fn written(account: &Account, checks: &HashMap<String, Known>, verdict: &mut Verdict) {
    let state = account.control("GET", "state", json!(null)).await;
    for opportunity in state["lever"]["opportunities"].as_array().into_iter().flatten() {
        let id = opportunity["id"].as_str().unwrap_or_default();
        let Some(check) = checks.get(id) else { continue };
        // A question writes nothing to Lever, nor does what is skipped.
        let silent = check.phase == "skipped" || (check.phase == "parked" && check.reason != "start-unknown");
        let tags: Vec<&str> = opportunity["tags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .filter(|tag| tag.starts_with("Refapp Status:"))
            .collect();
        let wanted = format!("Refapp Status: {}", check.status);
        let right = if silent {
            tags.is_empty()
        } else {
            tags == [wanted.as_str()]
        };
        verdict.hold(right, || format!("{id} is {} and carries {tags:?}", check.status));
        let notes = opportunity["notes"].as_array().into_iter().flatten();
        let notes = notes.filter(|note| note["deletedAt"].is_null()).count();
        let right = match (silent, account.column, check.note_unknown) {
            (true, ..) => notes == 0,
            (false, Column::List, _) | (false, _, false) => notes == 1,
            (false, _, true) => notes <= 1 + check.lost_notes as usize,
        };
        verdict.hold(right, || {
            let said = if check.note_unknown {
                "said to be unknown"
            } else {
                "known"
            };
            format!("{id} is {} and has {notes} notes, {said}", check.status)
        });
    }
}

/// Every webhook of Lever's that was answered with 2xx is in the inbox. Gives how many were.
fn all_kept(database: &Connection, account: &Account, verdict: &mut Verdict) -> usize {
    let ledger = account.sim.ledger();
    let delivered = ledger
        .iter()
        .filter(|entry| entry.side == Side::Webhook && entry.answered && entry.applied);
    let bodies: Vec<&Value> = delivered.map(|entry| &entry.body).collect();
    kept(database, account, &bodies, verdict)
}

/// Every one of these webhooks is in the inbox, once. Gives how many different ones there are.
pub fn kept(database: &Connection, account: &Account, acknowledged: &[&Value], verdict: &mut Verdict) -> usize {
    let mut rows = database
        .prepare(
            "SELECT doc ->> '$.event', coalesce(doc ->> '$.opportunity', ''), coalesce(doc ->> '$.to_stage', ''),
                    doc ->> '$.triggered_at'
             FROM inbox WHERE doc ->> '$.kind' = 'webhook'
               AND connection = (SELECT id FROM connection WHERE name = ?1)",
        )
        .expect("the schema");
    let rows = rows.query_map([&account.name], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    });
    let mut kept = HashMap::<(String, String, String, i64), usize>::new();
    for row in rows.expect("the schema") {
        *kept.entry(row.expect("a row")).or_default() += 1;
    }
    // A delivery that came twice has one token.
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut seen = BTreeSet::new();
    let mut missing = 0;
    for body in acknowledged.iter().filter(|body| seen.insert(text(&body["token"]))) {
        let data = &body["data"];
        let key = (
            text(&body["event"]),
            text(&data["opportunityId"]),
            text(&data["toStageId"]),
            body["triggeredAt"].as_i64().unwrap_or_default(),
        );
        match kept.get_mut(&key) {
            Some(many) if *many > 0 => *many -= 1,
            _ => missing += 1,
        }
    }
    let known = seen.len();
    verdict.hold(missing == 0, || {
        format!("{missing} of {known} acknowledged webhooks are missing")
    });
    known
}
