//! Writing the document: a pure function of what is known, what happened, and chance.

use engine::{Clocks, Turn};
use model::{ConnectionId, Millis, Mode, Right, StageId, Status, Urgency};
use store::{Arrived, Inbound, Size, Told};

use super::harmless::{self, Pseudonyms};
use super::{
    AppFacts, ConnectionReport, Diagnostics, EVENTS, EventReport, FORMAT, Happening, Reach, RunningReport,
    SettingsReport, Storage, WebhookKind,
};
use crate::{Channel, ConnectionView, Finding, TextFile};

/// What is known of the host.
pub(crate) struct Facts {
    pub app: AppFacts,
    pub size: Size,
    pub time_zone: Option<String>,
    pub proxy_variables: Vec<String>,
    pub findings: Vec<Finding>,
    /// What happened last, the newest first.
    pub told: Vec<Told>,
    pub arrived: Vec<Arrived>,
}

/// What is known of one connection.
pub(crate) struct Seen {
    pub view: ConnectionView,
    pub clocks: Clocks,
    pub healthy_since: Option<Millis>,
    /// As [`engine::State`] has it.
    pub tally: Vec<(String, u8, u32)>,
    /// How its findings came and went.
    pub turns: Vec<Turn>,
    /// `(host, proxy)`, where there is a place yet.
    pub lever: Option<(String, Option<String>)>,
    pub refapp: Option<(String, Option<String>)>,
}

pub(crate) fn make(facts: Facts, seen: &[Seen], salt: &[u8; 32], now: Millis) -> Diagnostics {
    let pseudonyms = Pseudonyms { salt };
    let mut events = events(&facts, seen, &pseudonyms);
    // Each kind is the newest first; together they are not. Of the same moment, what came in was there first.
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    events.truncate(EVENTS);
    Diagnostics {
        format: FORMAT,
        made_at: now,
        time_zone: facts.time_zone,
        app: facts.app,
        storage: Storage {
            database: facts.size.database,
            log: facts.size.log,
            free: facts.size.free,
        },
        proxy_variables: facts.proxy_variables,
        findings: harmless::findings(&facts.findings),
        connections: seen.iter().map(|seen| connection(seen, &pseudonyms)).collect(),
        events,
    }
}

impl Diagnostics {
    /// The file. `local` is when it was made, by the clock on the wall.
    pub(crate) fn bundle(&self, local: &jiff::Zoned) -> Result<TextFile, serde_json::Error> {
        Ok(TextFile {
            name: format!("refapp-lever-diagnostics-{}.json", local.strftime("%Y-%m-%d-%H%M")),
            text: serde_json::to_string_pretty(self)? + "\n",
        })
    }
}

fn connection(seen: &Seen, pseudonyms: &Pseudonyms<'_>) -> ConnectionReport {
    let view = &seen.view;
    let settings = &view.settings;
    let reach = |side: &Option<(String, Option<String>)>, clock_seconds| {
        side.clone().map(|(host, proxy)| Reach {
            host,
            proxy,
            clock_seconds,
        })
    };
    let channel = |channel: &Channel| (view.mode == Mode::Integration).then(|| harmless::channel(channel));
    ConnectionReport {
        name: view.name.clone(),
        mode: view.mode,
        read_out: view.read_out.clone(),
        data_centre: view.data_centre,
        way_in: view.way_in,
        health: view.health,
        healthy_since: seen.healthy_since,
        findings: harmless::findings(&view.findings),
        unproven: view.unproven.clone(),
        last_verified: view.last_verified,
        last_webhook: view.last_webhook,
        last_update: view.last_update,
        lever: reach(&seen.lever, seen.clocks.lever),
        refapp: reach(&seen.refapp, seen.clocks.refapp),
        rights: view.setup.rights.iter().map(harmless::right).collect(),
        rights_proven_at: view.setup.rights_proven_at,
        stage_changes: channel(&view.stage_changes),
        status_updates: channel(&view.status_updates),
        settings: SettingsReport {
            trigger_stage: settings.trigger_stage.as_ref().map(|stage| stage.text.clone()),
            default_language: settings.default_language.clone(),
            has_default_template: settings.default_template.is_some(),
            acting_user: settings.acting_user.as_ref().map(|user| pseudonyms.of(user.as_str())),
            poll_interval: settings.poll_interval,
            public_host: view
                .setup
                .public_url
                .as_deref()
                .map(|url| harmless::host(url).unwrap_or_default()),
            templates: u32::try_from(view.templates.len()).unwrap_or(u32::MAX),
        },
        steps: view.setup.steps.iter().map(harmless::step).collect(),
        coverage: view.coverage,
        counts: view.counts,
        running: running(&seen.tally),
    }
}

/// Those that are in Refapp already.
fn running(tally: &[(String, u8, u32)]) -> Vec<RunningReport> {
    let at = |status: Status| {
        let many = tally
            .iter()
            .filter(|(tag, urgency, _)| tag == status.tag() && *urgency == Urgency::Runs as u8)
            .map(|(_, _, many)| many)
            .sum();
        (many > 0 && status != Status::Queued).then_some(RunningReport { status, many })
    };
    Status::ALL.into_iter().filter_map(at).collect()
}

fn events(facts: &Facts, seen: &[Seen], pseudonyms: &Pseudonyms<'_>) -> Vec<EventReport> {
    let of = |id: ConnectionId| seen.iter().map(|seen| &seen.view).find(|view| view.id == id);
    let arrived = facts.arrived.iter().filter_map(|arrived| {
        let view = of(arrived.connection)?;
        let trigger = view.settings.trigger_stage.as_ref().map(|stage| &stage.id);
        let (what, opportunity) = came_in(arrived, trigger);
        Some(EventReport {
            at: arrived.at,
            connection: view.name.clone(),
            what,
            opportunity: opportunity.map(|id| pseudonyms.of(id)),
            posting: None,
        })
    });
    let told = facts.told.iter().filter_map(|told| {
        let view = of(told.connection)?;
        Some(EventReport {
            at: told.moment.at,
            connection: view.name.clone(),
            what: step(told)?,
            opportunity: Some(pseudonyms.of(told.opportunity.as_str())),
            posting: told.posting.as_ref().map(|posting| pseudonyms.of(posting.as_str())),
        })
    });
    let turned = seen.iter().flat_map(|seen| {
        let said = |turn: &Turn| EventReport {
            at: turn.at,
            connection: seen.view.name.clone(),
            what: if turn.mended {
                Happening::Mended { code: turn.code }
            } else {
                Happening::Found { code: turn.code }
            },
            opportunity: None,
            posting: None,
        };
        seen.turns.iter().rev().map(said)
    });
    told.chain(arrived).chain(turned).collect()
}

fn came_in<'a>(arrived: &'a Arrived, trigger: Option<&StageId>) -> (Happening, Option<&'a str>) {
    let done = arrived.done;
    match &arrived.inbound {
        Inbound::Webhook {
            event,
            opportunity,
            to_stage,
            ..
        } => {
            let about = match event.as_str() {
                lever::CANDIDATE_STAGE_CHANGE => WebhookKind::StageChange,
                lever::CANDIDATE_DELETED => WebhookKind::CandidateDeleted,
                _ => WebhookKind::Other,
            };
            let into_trigger_stage = to_stage.is_some() && to_stage.as_ref() == trigger;
            let what = Happening::Webhook {
                about,
                into_trigger_stage,
                done,
            };
            (what, opportunity.as_ref().map(|opportunity| opportunity.as_str()))
        }
        Inbound::Update { .. } => (Happening::Update { done }, None),
    }
}

/// Only what can be read as what it should be: a word of another kind could be anything.
fn step(told: &Told) -> Option<Happening> {
    let word = |text: &str| serde_json::Value::String(text.to_owned());
    let param = |name: &str| told.moment.params.get(name);
    let number = |name: &str| param(name).and_then(|text| text.parse().ok());
    Some(Happening::Step {
        step: serde_json::from_value(word(&told.moment.step)).ok()?,
        code: param("code").and_then(|text| text.parse().ok()),
        decision: param("decision").and_then(|text| serde_json::from_value(word(text)).ok()),
        right: param("right").and_then(|text| {
            let label = Right::all().map(Right::label).find(|label| label == text)?;
            Some(label.to_owned())
        }),
        posting_hidden: param("posting").is_some_and(|posting| posting == "not-shown"),
        answered: number("answered"),
        expected: number("expected"),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::Code;
    use store::Moment;

    use super::*;

    #[test]
    fn of_a_step_only_words_that_are_known_are_told() {
        let told = |params: &[(&str, &str)]| Told {
            connection: ConnectionId::of("Nordvik AB"),
            opportunity: "opportunity".to_owned().into(),
            posting: None,
            moment: Moment {
                at: Millis(0),
                step: "write-failed".to_owned(),
                params: params
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect::<BTreeMap<_, _>>(),
            },
        };
        let known = step(&told(&[("code", "LEV-WRITE"), ("right", "delete opportunity note")]));
        let Some(Happening::Step { code, right, .. }) = known else {
            panic!("a step")
        };
        assert_eq!(code, Some(Code::LevNotWritten));
        assert_eq!(right.as_deref(), Some("delete opportunity note"));
        let other = step(&told(&[
            ("code", "kim.berg@example.com"),
            ("right", "kim.berg@example.com"),
            ("tag", "kim.berg@example.com"),
            ("decision", "kim.berg@example.com"),
            ("answered", "kim.berg@example.com"),
        ]));
        let text = serde_json::to_string(&other).expect("JSON");
        assert!(!text.contains("kim"), "{text}");
    }
}
