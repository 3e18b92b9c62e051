//! The subcommands: what each asks of the host that runs, and what it prints.

use std::io::{self, Write};

use api::{CheckRow, ConnectionView, Decision, OauthState, Overview, Reply, Request, RightView, TemplateReport};
use model::{Clock, Code, Failure, MINUTE, Millis, PostingAudit, Redirect, RightState, WayIn};
use serde::Serialize;

use crate::args::{Command, Outcome, Templates};
use crate::client::Client;
use crate::config::Config;
use crate::trouble::Trouble;
use crate::{dry_run, print, privacy};

/// An address for Lever's consent page is good for ten minutes; an older one than this is renewed before it is shown.
const RENEWED_AFTER: i64 = 8 * MINUTE;

/// Runs one subcommand against the host of this configuration.
///
/// # Errors
/// What the host answers, or that there is none.
pub fn run(config: &Config, command: &Command, json: bool) -> Result<(), Trouble> {
    let client = Client::of(&config.data_dir)?;
    match command {
        Command::Status => status(&client, config, json),
        Command::Checks => checks(&client, json),
        Command::Check { id } => check(&client, id, json),
        Command::Start { id } => decide(&client, id, &[Decision::Start, Decision::TryAgain], json),
        Command::Settle { id, outcome } => decide(&client, id, &[settled(*outcome)], json),
        Command::Repair { id } => decide(&client, id, &[Decision::Repair], json),
        Command::MarkRead { id } => decide(&client, id, &[Decision::MarkRead], json),
        Command::Acknowledge => acknowledge(&client, json),
        Command::Templates(Templates::Update { connection }) => {
            update_templates(&client, &meant_by(config, connection.as_deref()), json)
        }
        Command::DryRun(given) => dry_run::run(&client, given, &meant_by(config, given.connection.as_deref()), json),
        Command::Audit { connection } => audit(&client, &meant_by(config, connection.as_deref()), json),
        Command::Export(given) => privacy::export(&client, given, &meant_by(config, given.connection.as_deref())),
        Command::AccessExport { id } => privacy::access_export(&client, id, json),
        Command::Erase(given) => privacy::erase(&client, given, json),
        Command::AuditLog { limit } => privacy::audit_log(&client, *limit, json),
        Command::Preflight { connection } => preflight(&client, &meant_by(config, connection.as_deref()), json),
    }
}

/// The connections that an order without a name is for: those of the file. One that has left it is kept, and paused.
pub fn meant_by(config: &Config, only: Option<&str>) -> Vec<String> {
    match only {
        Some(name) => vec![name.to_owned()],
        None => config
            .connections
            .iter()
            .map(|connection| connection.name.clone())
            .collect(),
    }
}

fn status(client: &Client, config: &Config, json: bool) -> Result<(), Trouble> {
    let named = meant_by(config, None);
    let mut overview = client.overview()?;
    if renew_consent_addresses(client, &overview, &named)? {
        overview = client.overview()?;
    }
    show(json, &overview, || print::overview(&overview, &named))
}

/// Where a connection waits for a Super Admin's consent, there is always an address that is still good.
fn renew_consent_addresses(client: &Client, overview: &Overview, named: &[String]) -> Result<bool, Trouble> {
    let mut renewed = false;
    let named = overview.connections.iter().filter(|c| named.contains(&c.name));
    for connection in named.filter(|c| wants_consent(c, Clock::system().now())) {
        let request = Request::BeginOauth {
            connection: connection.id,
            redirect: Redirect::Loopback,
        };
        match client.ask(&request) {
            Ok(_) => renewed = true,
            // The connection's own findings say why.
            Err(Trouble::Failed(_)) => {}
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(renewed)
}

fn wants_consent(connection: &ConnectionView, now: Millis) -> bool {
    connection.way_in == Some(WayIn::OAuth)
        && match &connection.setup.lever.oauth {
            OauthState::Idle | OauthState::Failed { .. } => true,
            OauthState::InBrowser { since, .. } => now.since(*since) > RENEWED_AFTER,
            OauthState::Returned | OauthState::Exchanging | OauthState::Connected { .. } => false,
        }
}

fn checks(client: &Client, json: bool) -> Result<(), Trouble> {
    let rows = all_checks(client)?;
    show(json, &rows, || print::checks(&rows, Clock::system().now()))
}

fn check(client: &Client, id: &str, json: bool) -> Result<(), Trouble> {
    let check = find(&all_checks(client)?, id)?.id;
    let Reply::CheckDetail(detail) = client.ask(&Request::Check { check })? else {
        return Err(Code::AppInternal.into());
    };
    show(json, &detail, || print::check(&detail))
}

fn settled(outcome: Outcome) -> Decision {
    match outcome {
        Outcome::Started => Decision::ItWasStarted,
        Outcome::Again => Decision::SendAgain,
        Outcome::NoteThere => Decision::NoteIsThere,
        Outcome::NoteMissing => Decision::NoteIsNotThere,
    }
}

/// Everything that stays on `status` until somebody has looked.
fn acknowledge(client: &Client, json: bool) -> Result<(), Trouble> {
    let overview = client.overview()?;
    let of_host = overview.findings.iter().map(|finding| (None, finding));
    let of_connections = overview.connections.iter().flat_map(|connection| {
        let findings = connection.findings.iter();
        findings.map(|finding| (Some(connection.id), finding))
    });
    let mut codes = Vec::new();
    for (connection, finding) in of_host.chain(of_connections) {
        let code = finding.failure.code;
        if finding.waits_for_reader {
            client.ask(&Request::Acknowledge { connection, code })?;
            codes.push(code);
        }
    }
    show(json, &Reply::Done, || match codes[..] {
        [] => "There is nothing to acknowledge.\n".to_owned(),
        _ => codes.iter().map(|code| format!("Acknowledged: {code}\n")).collect(),
    })
}

/// Gives the first of `decisions` that the check waits for.
fn decide(client: &Client, id: &str, decisions: &[Decision], json: bool) -> Result<(), Trouble> {
    let rows = all_checks(client)?;
    let (row, decision) = find_waiting(&rows, id, decisions)?;
    let reply = client.ask(&Request::Decide {
        checks: vec![row.id],
        decision,
    })?;
    let Reply::Decided(undecided) = reply else {
        return Err(Code::AppInternal.into());
    };
    if let Some(undecided) = undecided.into_iter().next() {
        return Err(undecided.failure.into());
    }
    show(json, &Reply::Done, || {
        format!("Done. `check {}` shows how it goes on.\n", row.reference)
    })
}

fn all_checks(client: &Client) -> Result<Vec<CheckRow>, Trouble> {
    let mut rows = Vec::new();
    for connection in client.overview()?.connections {
        rows.extend(client.checks(connection.id)?);
    }
    Ok(rows)
}

/// The checks that `id` means, oldest first: a check's id, its short reference, or an opportunity's id, which may
/// have several checks.
pub fn meant<'a>(rows: &'a [CheckRow], id: &str) -> Vec<&'a CheckRow> {
    let id = id.trim();
    let is_meant = |row: &&CheckRow| {
        row.id.to_string().eq_ignore_ascii_case(id)
            || row.reference.eq_ignore_ascii_case(id)
            || row.opportunity.as_str().eq_ignore_ascii_case(id)
    };
    let mut meant: Vec<&CheckRow> = rows.iter().filter(is_meant).collect();
    meant.sort_by_key(|row| row.created_at);
    meant
}

/// The newest of the checks that `id` means.
fn find<'a>(rows: &'a [CheckRow], id: &str) -> Result<&'a CheckRow, Trouble> {
    meant(rows, id).pop().ok_or_else(|| Code::AppNotFound.into())
}

/// The only check of those that `id` means that waits for one of `decisions`, and for which of them.
fn find_waiting<'a>(
    rows: &'a [CheckRow],
    id: &str,
    decisions: &[Decision],
) -> Result<(&'a CheckRow, Decision), Trouble> {
    let meant = meant(rows, id);
    for decision in decisions {
        // A check that runs can be tried again as well: what it has to write, not its start.
        let waits = |row: &&&CheckRow| {
            row.decisions.contains(decision) && (*decision != Decision::TryAgain || row.reason.is_some())
        };
        match meant.iter().filter(waits).collect::<Vec<_>>()[..] {
            [] => {}
            [row] => return Ok((row, *decision)),
            ref several => {
                return Err(Trouble::Ambiguous(
                    several.iter().map(|row| row.reference.clone()).collect(),
                ));
            }
        }
    }
    // None waits for it: the host says so, in its own words.
    match (meant.last(), decisions.first()) {
        (Some(row), Some(decision)) => Ok((row, *decision)),
        _ => Err(Code::AppNotFound.into()),
    }
}

/// What became of one connection.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done<T> {
    connection: String,
    #[serde(flatten)]
    result: Outcomes<T>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Outcomes<T> {
    Report(T),
    Failure(Failure),
}

fn update_templates(client: &Client, meant: &[String], json: bool) -> Result<(), Trouble> {
    let done = for_each(client, meant, |connection| {
        match client.ask(&Request::UpdateTemplates {
            connection: connection.id,
        })? {
            Reply::TemplateReport(report) => Ok(report),
            _ => Err(Code::AppInternal.into()),
        }
    })?;
    finish(done, json, |name, report: &TemplateReport| {
        print::templates(name, report)
    })
}

fn audit(client: &Client, meant: &[String], json: bool) -> Result<(), Trouble> {
    let done = for_each(client, meant, |connection| {
        match client.ask(&Request::AuditPostings {
            connection: connection.id,
        })? {
            Reply::PostingAudit(audit) => Ok(audit),
            _ => Err(Code::AppInternal.into()),
        }
    })?;
    finish(done, json, |name, audit: &PostingAudit| print::audit(name, audit))
}

fn preflight(client: &Client, meant: &[String], json: bool) -> Result<(), Trouble> {
    let mut missing = Vec::new();
    let done = for_each(client, meant, |connection| {
        client.ask(&Request::ProveRights {
            connection: connection.id,
            consent: false,
        })?;
        let proven = client
            .overview()?
            .connections
            .into_iter()
            .find(|c| c.id == connection.id);
        let proven = proven.ok_or(Code::AppNotFound)?;
        let rights = proven.setup.rights;
        let is_missing = |right: &&RightView| right.required && right.state == RightState::Missing;
        missing.extend(
            rights
                .iter()
                .filter(is_missing)
                .map(|right| (proven.name.clone(), right.right.label())),
        );
        Ok(Preflight {
            rights,
            findings: proven.findings,
        })
    })?;
    finish(done, json, |name, preflight: &Preflight| {
        print::rights(name, &preflight.rights) + &print::findings(&preflight.findings)
    })?;
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Trouble::RightsMissing(missing))
    }
}

#[derive(Serialize)]
struct Preflight {
    rights: Vec<RightView>,
    findings: Vec<api::Finding>,
}

/// One connection's failure does not keep the others from their turn.
fn for_each<T>(
    client: &Client,
    meant: &[String],
    mut order: impl FnMut(&ConnectionView) -> Result<T, Trouble>,
) -> Result<Vec<Done<T>>, Trouble> {
    let mut connections = client.overview()?.connections;
    connections.retain(|connection| meant.contains(&connection.name));
    if connections.is_empty() && !meant.is_empty() {
        return Err(Code::AppNotFound.into());
    }
    let mut done = Vec::new();
    for connection in connections {
        let result = match order(&connection) {
            Ok(report) => Outcomes::Report(report),
            Err(Trouble::Failed(failure)) => Outcomes::Failure(failure),
            Err(trouble) => return Err(trouble),
        };
        done.push(Done {
            connection: connection.name,
            result,
        });
    }
    Ok(done)
}

fn finish<T: Serialize>(done: Vec<Done<T>>, json: bool, text: impl Fn(&str, &T) -> String) -> Result<(), Trouble> {
    show(json, &done, || {
        let reports = done.iter().filter_map(|done| match &done.result {
            Outcomes::Report(report) => Some(text(&done.connection, report)),
            Outcomes::Failure(_) => None,
        });
        reports.collect()
    })?;
    let failed = done.into_iter().filter_map(|done| match done.result {
        Outcomes::Failure(failure) => Some((done.connection, failure)),
        Outcomes::Report(_) => None,
    });
    let failed: Vec<_> = failed.collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Trouble::Partly(failed))
    }
}

/// Prints an answer: as JSON, or as text for people.
///
/// # Errors
/// `APP-INTERNAL` if it cannot be written as JSON.
pub fn show<T: Serialize>(json: bool, value: &T, text: impl FnOnce() -> String) -> Result<(), Trouble> {
    let text = if json {
        serde_json::to_string_pretty(value).map_err(|_| Code::AppInternal)? + "\n"
    } else {
        text()
    };
    // Whoever closed the pipe has read enough.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(())
}
