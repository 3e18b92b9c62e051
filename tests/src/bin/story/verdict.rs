//! Holds what lies in the simulator at the end against the mission.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::io::IsTerminal;

use api::{CheckDetail, CheckRow};
use end_to_end::rig::Rig;
use model::{Status, StatusTag};
use serde_json::{Value, json};
use simulator::{Entry, Side, demo};

use crate::{MOVER, POSTING, POSTING_OWNER, TEMPLATE};

/// Lever's requests for a start, and for a change of status (`reliability.md`, budgets).
const BUDGET: [&str; 4] = ["read opportunity", "read posting", "addTags", "create note"];
const CHANGE: [&str; 4] = ["addTags", "create note", "delete note", "removeTags"];

pub struct Verdict<'r> {
    rig: &'r Rig,
    candidate: &'static str,
    /// The last entry of the ledger that is accounted for.
    counted: u64,
    claims: Vec<(String, Result<(), String>)>,
}

impl<'r> Verdict<'r> {
    pub fn new(rig: &'r Rig, candidate: &'static str) -> Self {
        Self {
            rig,
            candidate,
            counted: rig.sim.ledger().last().map_or(0, |entry| entry.seq),
            claims: Vec::new(),
        }
    }

    /// What the start cost at Lever.
    pub fn end_of_start(&mut self) {
        let calls = self.calls_since();
        self.equal(
            "4 Lever requests to start the check",
            &calls,
            &BUDGET.map(str::to_owned).to_vec(),
        );
    }

    /// What an update cost at Lever.
    pub fn end_of_update(&mut self, before: Status, row: &CheckRow) {
        let calls = self.calls_since();
        if row.status != before {
            let claim = format!("4 Lever requests for the change to \"{}\"", row.status.tag());
            self.equal(&claim, &calls, &CHANGE.map(str::to_owned).to_vec());
        }
    }

    /// Judges the end, says it, and tells whether all is as it should be.
    pub async fn judge(mut self, detail: &CheckDetail) -> bool {
        self.refapp(detail).await;
        self.lever(detail).await;
        self.say()
    }

    async fn refapp(&mut self, detail: &CheckDetail) {
        let events = self.rig.calls("event");
        self.equal("One event was sent", &events.len(), &1);
        let body = events
            .first()
            .map(|event| event.body["partner-event"].clone())
            .unwrap_or_default();
        let candidate = &body["candidate"];
        let posting = self.rig.posting(POSTING);
        self.equal("Its job is the posting", &candidate["job"]["id"], &json!(posting));
        let template = demo::TEMPLATES
            .iter()
            .find(|(_, name)| *name == TEMPLATE)
            .map(|(id, _)| *id);
        let sent = &body["webhook-data"]["project-template-id"];
        self.equal("Its template is the one of the posting's tag", sent, &json!(template));
        self.equal(
            "Its recruiter is the mover",
            &candidate["recruiter"]["email"],
            &json!(MOVER),
        );
        let team = emails(&candidate["job"]["recruiting-team"]);
        let expected = BTreeSet::from([MOVER.to_owned(), POSTING_OWNER.to_owned()]);
        self.equal(
            "Its team is the mover and the posting owner, without the hiring manager",
            &team,
            &expected,
        );
        self.equal("No language is sent", &candidate.get("language"), &None);

        let refapp = self.rig.control("GET", "state", Value::Null).await["refapp"].take();
        let projects = refapp["projects"].as_array().cloned().unwrap_or_default();
        self.equal("There is one project", &projects.len(), &1);
        let project = projects.first().cloned().unwrap_or_default();
        self.equal("It is the posting's", &project["job_id"], &json!(posting));
        self.equal("It was made from the template", &project["template"], &json!(TEMPLATE));
        self.equal("Its members are the team", &emails(&project["members"]), &expected);
        let checks = refapp["checks"].as_array().cloned().unwrap_or_default();
        self.equal("There is one check", &checks.len(), &1);
        let check = checks.first().cloned().unwrap_or_default();
        let opportunity = self.rig.opportunity(self.candidate);
        self.equal("It is the candidate's", &check["opportunity_id"], &json!(opportunity));
        self.equal("It is completed", &check["status"], &json!("completed"));
        self.equal("Our row has its report", &json!(detail.row.report_url), &check["url"]);
    }

    async fn lever(&mut self, detail: &CheckDetail) {
        let tags = self.rig.status_tags(self.candidate).await;
        self.equal(
            "Lever has exactly one status tag",
            &tags,
            &vec![StatusTag(Status::Completed).text()],
        );
        let notes = self.rig.notes(self.candidate).await;
        self.equal("Lever has exactly one note", &notes.len(), &1);
        let note = notes.first().cloned().unwrap_or_default();
        self.equal(
            "It says what our row says, with both links",
            &note_shows(&note, &detail.row),
            &true,
        );
        let opportunity = self.rig.in_lever(self.candidate).await;
        let personal = personal_data(&opportunity);
        let said: Vec<&String> = personal.iter().filter(|text| note.contains(text.as_str())).collect();
        self.equal("It holds no personal data", &said, &Vec::new());
    }

    fn say(self) -> bool {
        let (good, bad) = if std::io::stdout().is_terminal() {
            ("\u{1b}[32mholds  \u{1b}[0m", "\u{1b}[31mdiffers\u{1b}[0m")
        } else {
            ("holds  ", "differs")
        };
        println!("\nWhat the mission says");
        for (claim, held) in &self.claims {
            match held {
                Ok(()) => println!("  {good}  {claim}"),
                Err(why) => println!("  {bad}  {claim}\n           {why}"),
            }
        }
        let differs = self.claims.iter().filter(|(_, held)| held.is_err()).count();
        match differs {
            0 => println!("\nAll {} hold.", self.claims.len()),
            _ => println!("\n{differs} of {} differ.", self.claims.len()),
        }
        differs == 0
    }

    fn equal<T: PartialEq + Debug>(&mut self, claim: &str, found: &T, expected: &T) {
        let held = if found == expected {
            Ok(())
        } else {
            Err(format!("expected {expected:?}, found {found:?}"))
        };
        self.claims.push((claim.to_owned(), held));
    }

    /// The calls to Lever about the check since the last time, by name.
    fn calls_since(&mut self) -> Vec<String> {
        let ids = [self.rig.opportunity(self.candidate), self.rig.posting(POSTING)];
        let ledger = self.rig.sim.ledger();
        let about = |entry: &&Entry| ids.iter().any(|id| entry.path.contains(id)) || entry.call == "read user";
        let mut calls: Vec<String> = ledger
            .iter()
            .filter(|entry| entry.seq > self.counted && entry.side == Side::Lever)
            .filter(about)
            .map(|entry| entry.call.clone())
            .collect();
        self.counted = ledger.last().map_or(self.counted, |entry| entry.seq);
        // Tag or note first: either is right.
        calls.sort_by_key(|call| BUDGET.iter().chain(&CHANGE).position(|known| known == call));
        calls
    }
}

/// Whether a note says what a row says: status, counts, and whatever links there are.
pub fn note_shows(note: &str, row: &CheckRow) -> bool {
    let counts = match (row.answered, row.expected) {
        (Some(answered), Some(expected)) => format!(" ({answered} of {expected} answered)"),
        _ => String::new(),
    };
    let links = [&row.report_url, &row.candidate_url];
    note.lines().next() == Some(&format!("Refapp: {}{counts}", row.status.tag()))
        && links.into_iter().flatten().all(|link| note.contains(link.as_str()))
        && note.contains(&row.reference)
}

fn emails(people: &Value) -> BTreeSet<String> {
    let people = people.as_array().into_iter().flatten();
    people
        .filter_map(|person| person["email"].as_str().map(str::to_owned))
        .collect()
}

/// Every name, address and number of a person in Lever's opportunity.
fn personal_data(opportunity: &Value) -> Vec<String> {
    let texts = |list: &Value| -> Vec<String> {
        let list = list.as_array().into_iter().flatten();
        list.filter_map(|item| item.as_str().or(item["value"].as_str()).map(str::to_owned))
            .collect()
    };
    let names = opportunity["name"]
        .as_str()
        .unwrap_or_default()
        .split(' ')
        .map(str::to_owned);
    names
        .chain(texts(&opportunity["emails"]))
        .chain(texts(&opportunity["phones"]))
        .filter(|text| !text.is_empty())
        .collect()
}
