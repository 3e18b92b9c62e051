//! Prints what happened, from the ledger and the timeline, in the order of time.

use api::{CheckDetail, TimelineEntry, TimelineStep};
use end_to_end::rig::Rig;
use simulator::{Entry, Side};

use crate::CANDIDATE;

pub struct Teller<'r> {
    rig: &'r Rig,
    /// The last entry of the ledger that was told, or that came before the story.
    ledger: u64,
    timeline: usize,
    /// When the stage was moved.
    began: Option<i64>,
}

impl<'r> Teller<'r> {
    pub fn new(rig: &'r Rig) -> Self {
        println!("{:>7}  {:<12}  what happened", "ms", "clock (UTC)");
        Self {
            rig,
            ledger: rig.sim.ledger().last().map_or(0, |entry| entry.seq),
            timeline: 0,
            began: None,
        }
    }

    /// What is new since the last time.
    pub fn tell(&mut self, detail: &CheckDetail) {
        let began = *self.began.get_or_insert_with(|| {
            detail
                .timeline
                .first()
                .map_or(detail.row.created_at.0, |entry| entry.at.0)
        });
        let ours = [
            self.rig.opportunity(CANDIDATE),
            detail.row.posting.as_ref().map(ToString::to_string).unwrap_or_default(),
        ];
        let ledger = self.rig.sim.ledger();
        let requests = ledger
            .iter()
            .filter(|entry| entry.seq > self.ledger && concerns(entry, &ours))
            .map(|entry| (entry.at, format!("    {}", request(entry))));
        let steps = detail.timeline[self.timeline..]
            .iter()
            .map(|entry| (entry.at.0, step(entry)));
        let mut lines: Vec<(i64, String)> = requests.chain(steps).collect();
        lines.sort_by_key(|(at, _)| *at);
        for (at, text) in lines {
            println!("{:>7}  {}  {text}", at - began, clock(at));
        }
        self.ledger = ledger.last().map_or(self.ledger, |entry| entry.seq);
        self.timeline = detail.timeline.len();
    }

    pub fn links(&self, detail: &CheckDetail) {
        let row = &detail.row;
        let links = [
            ("Candidate in Lever", &row.lever_url),
            ("Candidate in Refapp", &row.candidate_url),
            ("Report", &row.report_url),
        ];
        println!("\nLinks");
        for (name, link) in links {
            println!("  {name:<20} {}", link.as_deref().unwrap_or("none"));
        }
        println!("\nThe note in Lever");
        for line in detail.note.iter().flat_map(|note| note.lines()) {
            println!("  {line}");
        }
    }
}

/// Whether an entry is about the check, and not about the connection.
fn concerns(entry: &Entry, ids: &[String]) -> bool {
    let body = entry.body.to_string();
    match entry.side {
        Side::Lever => ids.iter().any(|id| entry.path.contains(id)) || entry.call == "read user",
        Side::Webhook | Side::Update => true,
        Side::Refapp => {
            let job = entry
                .query
                .get("job_id")
                .into_iter()
                .flatten()
                .any(|job| ids.contains(job));
            job || ids.iter().any(|id| body.contains(id))
        }
    }
}

fn request(entry: &Entry) -> String {
    let status = entry.status.map_or("no answer".to_owned(), |status| status.to_string());
    match entry.side {
        Side::Lever => format!("-> Lever   {:<17} {status}", entry.call),
        Side::Webhook => format!("<- Lever   {:<17} {status}", entry.call),
        Side::Update => format!("<- Refapp  {:<17} {status}", entry.call),
        Side::Refapp => {
            let line = format!("-> Refapp  {:<17} {status}", entry.call);
            match &entry.effect {
                Some(effect) if entry.call == "event" => {
                    let text = |name: &str| effect[name].as_str().unwrap_or("none").to_owned();
                    let team: Vec<&str> = effect["members"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(|m| m.as_str())
                        .collect();
                    let indent = " ".repeat(42);
                    format!(
                        "{line}\n{indent}project {} of job {}\n{indent}template {}, recruiter {}\n{indent}team {}",
                        text("projectId"),
                        text("jobId"),
                        text("template"),
                        text("recruiter"),
                        team.join(", "),
                    )
                }
                _ => line,
            }
        }
    }
}

fn step(entry: &TimelineEntry) -> String {
    let param = |name: &str| entry.params.get(name).map(String::as_str).unwrap_or_default();
    match entry.step {
        TimelineStep::StageMoved => "Stage moved".to_owned(),
        TimelineStep::WebhookReceived => "Webhook received".to_owned(),
        TimelineStep::ReadFromLever => "Opportunity and posting re-read".to_owned(),
        TimelineStep::FormRead => format!("Config read, template {}", param("template")),
        TimelineStep::StartSent => "Start sent".to_owned(),
        TimelineStep::Accepted => "Added to Refapp".to_owned(),
        TimelineStep::UpdateReceived => {
            let counts = match (param("answered"), param("expected")) {
                ("", _) | (_, "") => String::new(),
                (answered, expected) => format!(", {answered} of {expected} answered"),
            };
            format!("Update received: {}{counts}", param("status"))
        }
        TimelineStep::TagAdded => format!("Tag added: {}", param("tag")),
        TimelineStep::TagRemoved => format!("Tag removed: {}", param("tag")),
        TimelineStep::NoteWritten => "Note written".to_owned(),
        TimelineStep::NoteDeleted => "Former note deleted".to_owned(),
        other => format!("{other:?} {}", param("code")),
    }
}

/// `hh:mm:ss.mmm` of milliseconds since the epoch.
fn clock(at: i64) -> String {
    let (seconds, ms) = (at.div_euclid(1000), at.rem_euclid(1000));
    let (minutes, second) = (seconds.div_euclid(60), seconds.rem_euclid(60));
    let (hours, minute) = (minutes.div_euclid(60), minutes.rem_euclid(60));
    format!("{:02}:{minute:02}:{second:02}.{ms:03}", hours.rem_euclid(24))
}
