//! The simulated Refapp: one account with its token, its form, its projects and its checks (refapp-api.md).

pub(crate) mod account;
mod event;
pub(crate) mod form;
pub(crate) mod progress;

use serde_json::{Value, json};

use crate::http::{Answer, Inbound, Outcome, escape};
use crate::page;
use crate::switches::EventAnswer;
use crate::world::World;

/// What under `/refapp` is asked for.
#[derive(Clone, Debug)]
pub(crate) enum Room {
    /// `GET …/config`.
    Config,
    /// `POST …/account-integration`.
    Event,
    /// One of the pages that links lead to: its kind and id.
    Page(&'static str, String),
    /// Anything else.
    Nowhere,
}

impl Room {
    pub(crate) fn of(method: &str, segments: &[&str]) -> Self {
        match (method, segments) {
            ("GET", ["webhooks", "account-integration", "config"]) => Self::Config,
            ("POST", ["webhooks", "account-integration"]) => Self::Event,
            ("GET", ["candidate", id]) => Self::Page("candidate page", (*id).to_owned()),
            ("GET", ["report", id]) => Self::Page("report page", (*id).to_owned()),
            ("GET", ["project", id]) => Self::Page("project page", (*id).to_owned()),
            ("GET", ["reference-entry", id]) => Self::Page("reference entry page", (*id).to_owned()),
            _ => Self::Nowhere,
        }
    }

    pub(crate) fn call(&self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Event => "event",
            Self::Page(kind, _) => kind,
            Self::Nowhere => "unknown",
        }
    }
}

fn bearer(inbound: &Inbound) -> Option<&str> {
    let (scheme, token) = inbound.header("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

pub(crate) fn credential_name(world: &World, inbound: &Inbound) -> Option<String> {
    bearer(inbound).map(|token| {
        if token == world.refapp.token {
            "account token"
        } else {
            "unknown token"
        }
        .to_owned()
    })
}

fn message(status: u16, text: &str) -> Answer {
    Answer::json(status, &json!({"message": text}))
}

pub(crate) fn answer(world: &mut World, room: &Room, inbound: &Inbound) -> Outcome {
    match room {
        Room::Page(kind, id) => return Outcome::of(result_page(world, kind, id)),
        Room::Nowhere => return Outcome::of(message(404, "Not found")),
        Room::Config | Room::Event => {}
    }
    if bearer(inbound) != Some(world.refapp.token.as_str()) {
        return Outcome::of(message(world.switches.unknown_token_status, "Unknown account"));
    }
    match room {
        Room::Config => config(world, inbound),
        _ => event(world, inbound),
    }
}

fn config(world: &World, inbound: &Inbound) -> Outcome {
    let job = inbound.query_one("job_id");
    if job.is_none() && world.switches.config_needs_job {
        return Outcome::of(message(400, "job_id is required"));
    }
    let values = match inbound.query_one("webhook_data").map(serde_json::from_str::<Value>) {
        None => Value::Null,
        Some(Ok(values)) if values.is_object() => values,
        Some(_) => return Outcome::of(message(400, "webhook_data is not a JSON object")),
    };
    let swedish = inbound.query_one("lang").is_some_and(|lang| lang.starts_with("sv"));
    let form = form::fields(&world.refapp, &world.origin, job, &values, swedish);
    Outcome::of(Answer::json(
        200,
        &json!({"config": {"fields": form, "moving_criteria": form::moving_criteria()}}),
    ))
}

fn event(world: &mut World, inbound: &Inbound) -> Outcome {
    let Some(body) = inbound.json() else {
        return Outcome::of(message(400, "The body is not JSON"));
    };
    let accepted = match event::check(&world.refapp, &world.switches, &body) {
        Ok(accepted) => accepted,
        Err(problem) => return Outcome::of(message(400, &problem)),
    };
    let effect = progress::begin(world, accepted);
    let status = world.switches.event_status;
    let answer = match world.switches.event_answer {
        EventAnswer::Json => message(status, "Accepted"),
        EventAnswer::Text => Answer::text(status, "text/plain; charset=utf-8", "OK"),
        EventAnswer::Empty => Answer::empty(status),
    };
    Outcome::with_effect(answer, effect)
}

fn result_page(world: &World, kind: &str, id: &str) -> Answer {
    let refapp = &world.refapp;
    let text = match kind {
        "project page" => refapp
            .projects
            .iter()
            .find(|project| project.id == id)
            .map(|project| project.title.clone()),
        "report page" => refapp
            .checks
            .iter()
            .find(|check| check.report_id == id)
            .map(|check| check.status_line()),
        _ => refapp
            .checks
            .iter()
            .find(|check| check.candidate_id == id)
            .map(|check| check.status_line()),
    };
    match text {
        Some(text) => page::simple(
            200,
            "Simulated Refapp",
            &format!("<p data-testid=\"refapp-page\">{kind}: {}</p>", escape(&text)),
        ),
        None => page::simple(404, "Simulated Refapp", "<p>There is no such page.</p>"),
    }
}
