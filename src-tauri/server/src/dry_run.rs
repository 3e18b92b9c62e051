//! `dry-run`: what would happen to a candidate, and why.

use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;

use api::{Reply, Request};
use clap::Args;
use model::{Code, Course, DryRun, Failure, Idle, Membership, Outcome, Status};

use crate::client::Client;
use crate::commands::show;
use crate::print::{clean, template, words};
use crate::trouble::{Trouble, told};

#[derive(Args)]
pub struct Given {
    /// The opportunity's id, or the address of its page at Lever
    #[arg(value_name = "SUBJECT", required_unless_present = "event", conflicts_with = "event")]
    subject: Option<String>,
    /// An event of Lever's as JSON; - reads it from standard input
    #[arg(long, value_name = "FILE")]
    event: Option<PathBuf>,
    /// The connection, where there are several
    #[arg(long, value_name = "NAME")]
    pub connection: Option<String>,
}

/// # Errors
/// What the host answers, that there is none, or that it is not said which connection or event is meant.
pub fn run(client: &Client, given: &Given, meant: &[String], json: bool) -> Result<(), Trouble> {
    let [name] = meant else {
        return Err(Failure::new(Code::AppInput).with("field", "--connection").into());
    };
    let connections = client.overview()?.connections;
    let connection = connections.iter().find(|one| one.name == *name);
    let connection = connection.ok_or(Code::AppNotFound)?;
    let request = Request::DryRun {
        connection: connection.id,
        subject: subject(given)?,
    };
    let Reply::DryRun(tried) = client.ask(&request)? else {
        return Err(Code::AppInternal.into());
    };
    show(json, &tried, || text(&tried))
}

fn subject(given: &Given) -> Result<String, Trouble> {
    let Some(file) = &given.event else {
        return Ok(given.subject.clone().unwrap_or_default());
    };
    let read = if file.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    read.map_err(|_| Failure::new(Code::AppInput).with("field", "--event").into())
}

fn text(tried: &DryRun) -> String {
    let mut lines: Vec<String> = tried.idle.iter().map(idle).collect();
    if let Some(course) = &tried.course {
        if !tried.idle.is_empty() {
            lines.push("If that were not so:".to_owned());
        }
        lines.extend(of_course(course));
    }
    lines.push("Nothing was sent.".to_owned());
    lines.join("\n") + "\n"
}

fn idle(idle: &Idle) -> String {
    let why = match idle {
        Idle::NotRunning => "the connection is not running; what arrives is kept".to_owned(),
        Idle::TestDelivery => "it is the test delivery of Lever's settings page, which concerns nobody".to_owned(),
        Idle::OtherEvent { event } => format!("the event is {}, no change of stage", clean(event)),
        Idle::OtherStage { stage } => format!("the move is to {}, not to the trigger stage", clean(stage)),
        Idle::NotGenuine => "the event is not signed by a webhook of this connection, and would be refused".to_owned(),
        Idle::NotTimely => "the event is older than two weeks, or from tomorrow, and would be refused".to_owned(),
        Idle::Repeated => "the event was taken in already, and a repetition does nothing".to_owned(),
        Idle::TagCarrier => "it is the helper entry, which is never started".to_owned(),
        Idle::NotInStage { stage } => format!("the candidate is in {}, not in the trigger stage", clean(stage)),
    };
    format!("Nothing happens: {why}.")
}

fn of_course(course: &Course) -> Vec<String> {
    let mut lines = vec![outcome(&course.outcome)];
    let mut add = |name: &str, value: String| lines.push(format!("  {name:<13} {value}"));
    if let Some(reference) = &course.reference {
        add("check", clean(reference));
    }
    if let Some(seen) = &course.seen {
        let has = |has: bool| if has { "yes" } else { "no" };
        add("candidate", clean(&seen.candidate));
        add("stage", clean(&seen.stage));
        add("e-mail", has(seen.has_email).to_owned());
        add("phone", has(seen.has_phone).to_owned());
        match &seen.posting {
            Some(posting) => add(
                "project",
                format!("{} ({})", clean(&posting.title), clean(posting.id.as_str())),
            ),
            None => add("project", "no posting was read".to_owned()),
        }
        for member in &seen.members {
            let why = match member.why {
                Membership::Mover => "moved the candidate",
                Membership::PostingOwner => "owns the posting",
                Membership::MoverAndPostingOwner => "moved the candidate, and owns the posting",
            };
            let without = if member.has_email {
                ""
            } else {
                "; no e-mail, not a member"
            };
            add("member", format!("{} ({why}{without})", clean(&member.name)));
        }
    }
    if let Some(start) = &course.start {
        add("template", template(start.template.as_deref(), start.by));
        add("questions", words(start.coverage));
        for badge in &start.badges {
            add("note", words(badge));
        }
        if !start.updates {
            add("updates", "there is no address for Refapp's updates".to_owned());
        }
    }
    if let Some(written) = &course.written {
        add("tag in Lever", clean(&written.tag));
        for line in written.note.iter().flat_map(|note| note.lines()) {
            add("note in Lever", clean(line));
        }
    }
    lines
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Starts => "A check would start, and Refapp would write to the candidate.".to_owned(),
        Outcome::Waits { failure } => format!("A check would be queued, and wait for Refapp: {}", told(failure)),
        Outcome::Parks { failure } => format!("The check would be parked: {}", told(failure)),
        Outcome::Skips { failure } => format!("No check would start: {}", told(failure)),
        Outcome::GoesOn {
            status: status @ (Status::Completed | Status::Failed),
        } => format!("There is a check already, and it is over: {}.", status.tag()),
        Outcome::GoesOn { status } => format!("There is a check, and it goes on: {}.", status.tag()),
        Outcome::Nothing => "Nothing: there is no check, and none is asked for.".to_owned(),
    }
}
