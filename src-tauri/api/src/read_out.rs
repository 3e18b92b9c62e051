//! The read-out line: how a connection is, in one line that can be read out on the phone.
//!
//! Its times are moments and not ages, in this computer's zone with its offset: the line changes only when something
//! happens. Not in it: anything of a person, and any address.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Code, DataCentre, Failure, Millis, Mode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ConnectionView, Health};

/// The line, in both languages.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReadOut {
    pub en: String,
    pub sv: String,
}

/// What the line is made of, in one language.
struct Words {
    health: fn(Health) -> &'static str,
    no_data_centre: &'static str,
    custom: &'static str,
    no_code: &'static str,
    looks_on: &'static str,
    need_attention: fn(u32) -> String,
    last_webhook: &'static str,
    last_update: &'static str,
    /// So many times, and since when.
    turned_away: fn(u32) -> String,
    never: &'static str,
    months: [&'static str; 12],
}

impl ReadOut {
    /// `version` is the app's, `zone` this computer's.
    pub fn of(version: &str, view: &ConnectionView, zone: &TimeZone) -> Self {
        let line = |words: &Words| line(words, version, view, zone);
        Self {
            en: line(&ENGLISH),
            sv: line(&SWEDISH),
        }
    }
}

fn line(words: &Words, version: &str, view: &ConnectionView, zone: &TimeZone) -> String {
    let name: String = view
        .name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    // Worst first.
    let failing = view.findings.first().map(|finding| named(&finding.failure));
    let to_decide = to_decide(words, view);
    let time = |time: Option<Millis>| time.map_or_else(|| words.never.to_owned(), |time| moment(words, time, zone));
    let heard = match view.mode {
        Mode::Integration => vec![
            format!("{} {}", words.last_webhook, time(view.last_webhook)),
            format!("{} {}", words.last_update, time(view.last_update)),
            view.status_updates.turned_away.map_or_else(String::new, |away| {
                format!("{} {}", (words.turned_away)(away.times), time(Some(away.since)))
            }),
        ],
        Mode::Observer => vec![words.looks_on.to_owned()],
    };
    let parts = [
        format!("Refapp for Lever {version}"),
        name,
        view.data_centre
            .map_or(words.no_data_centre, |centre| match centre {
                DataCentre::Custom => words.custom,
                known => known.label(),
            })
            .to_owned(),
        (words.health)(view.health).to_owned(),
        failing
            .or_else(|| to_decide.is_none().then(|| words.no_code.to_owned()))
            .unwrap_or_default(),
        to_decide.unwrap_or_default(),
    ];
    let parts = parts.into_iter().chain(heard);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// How many checks wait for a person, and why: nothing need be wrong with the connection for it.
fn to_decide(words: &Words, view: &ConnectionView) -> Option<String> {
    let many = view.counts.needs_attention;
    let codes: Vec<String> = view.waits_for.iter().map(Code::to_string).collect();
    (many > 0).then(|| {
        format!("{} {}", (words.need_attention)(many), codes.join(", "))
            .trim_end_matches([':', ' '])
            .to_owned()
    })
}

/// The code, and what of its text says more and is nobody's secret: a tick-box, a stage, a data centre.
fn named(failure: &Failure) -> String {
    let more = match failure.code {
        Code::LevRight => failure.params.get("right"),
        Code::LevStageGone => failure.params.get("stage"),
        Code::LevDataCentre => failure.params.get("data_centre"),
        _ => None,
    };
    match more {
        Some(more) => format!("{} {more}", failure.code),
        None => failure.code.to_string(),
    }
}

/// `26 Nov 10:02 +01:00`
fn moment(words: &Words, time: Millis, zone: &TimeZone) -> String {
    let Ok(time) = Timestamp::from_millisecond(time.0) else {
        return words.never.to_owned();
    };
    let local = time.to_zoned(zone.clone());
    let month = usize::try_from(local.month() - 1)
        .ok()
        .and_then(|month| words.months.get(month));
    format!(
        "{} {} {}",
        local.day(),
        month.copied().unwrap_or_default(),
        local.strftime("%H:%M %:z")
    )
}

const ENGLISH: Words = Words {
    health: |health| match health {
        Health::NotSetUp => "not set up",
        Health::Checking => "checking",
        Health::Healthy => "healthy",
        Health::Warning => "warning",
        Health::ActionNeeded => "action needed",
        Health::Paused => "paused",
        Health::Offline => "offline",
        Health::Disconnected => "disconnected",
    },
    no_data_centre: "no data centre",
    custom: "custom data centre",
    no_code: "no error code",
    looks_on: "only looks on",
    need_attention: |many| match many {
        1 => "1 check needs attention:".to_owned(),
        many => format!("{many} checks need attention:"),
    },
    last_webhook: "last webhook",
    last_update: "last update",
    turned_away: |times| match times {
        1 => "status turned away once, at".to_owned(),
        times => format!("status turned away {times} times since"),
    },
    never: "never",
    months: [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ],
};

const SWEDISH: Words = Words {
    health: |health| match health {
        Health::NotSetUp => "inte ansluten",
        Health::Checking => "kontrolleras",
        Health::Healthy => "fungerar",
        Health::Warning => "varning",
        Health::ActionNeeded => "måste åtgärdas",
        Health::Paused => "pausad",
        Health::Offline => "offline",
        Health::Disconnected => "frånkopplad",
    },
    no_data_centre: "inget datacenter",
    custom: "eget datacenter",
    no_code: "ingen felkod",
    looks_on: "visar bara",
    need_attention: |many| match many {
        1 => "1 referenstagning kräver åtgärd:".to_owned(),
        many => format!("{many} referenstagningar kräver åtgärd:"),
    },
    last_webhook: "senaste webhook",
    last_update: "senaste uppdatering",
    turned_away: |times| match times {
        1 => "status avvisad en gång,".to_owned(),
        times => format!("status avvisad {times} gånger sedan"),
    },
    never: "aldrig",
    months: [
        "jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec",
    ],
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::{ConnectionId, HOUR, MINUTE, TurnedAway};
    use store::ConnectionRecord;

    use super::*;
    use crate::{Finding, show};

    const CREATED: Millis = Millis(1_795_683_720_000);

    fn view() -> ConnectionView {
        let record = ConnectionRecord::draft(ConnectionId::of("Nordvik AB"), "Nordvik AB".to_owned(), CREATED);
        show::connection(&engine::State::blank(record, engine::Oauth::Idle), CREATED)
    }

    fn finding(failure: Failure) -> Finding {
        show::finding(failure, true, CREATED)
    }

    fn stockholm() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    #[test]
    fn a_connection_can_be_read_out_in_one_line_in_both_languages() {
        let mut view = view();
        view.data_centre = Some(DataCentre::Eu);
        view.health = Health::ActionNeeded;
        view.last_webhook = Some(CREATED);
        view.findings = vec![
            finding(Failure::new(Code::LevRight).with("right", "add opportunity tag")),
            finding(Code::LevWebhookOff.into()),
        ];
        let line = ReadOut::of("0.1.0", &view, &stockholm());
        assert_eq!(
            line.en,
            "Refapp for Lever 0.1.0 · Nordvik AB · EU · action needed · LEV-403 add opportunity tag \
             · last webhook 26 Nov 10:02 +01:00 · last update never"
        );
        assert_eq!(
            line.sv,
            "Refapp for Lever 0.1.0 · Nordvik AB · EU · måste åtgärdas · LEV-403 add opportunity tag \
             · senaste webhook 26 nov 10:02 +01:00 · senaste uppdatering aldrig"
        );
    }

    #[test]
    fn a_draft_has_a_line_too() {
        let mut view = view();
        view.health = Health::NotSetUp;
        let line = ReadOut::of("0.1.0", &view, &TimeZone::UTC);
        assert_eq!(
            line.en,
            "Refapp for Lever 0.1.0 · Nordvik AB · no data centre · not set up · no error code \
             · last webhook never · last update never"
        );
    }

    #[test]
    fn checks_that_wait_for_a_person_are_read_out_though_the_connection_is_well() {
        let mut view = view();
        view.health = Health::Healthy;
        view.counts.needs_attention = 2;
        view.waits_for = vec![Code::TagStale, Code::CandContact];
        let line = ReadOut::of("0.1.0", &view, &TimeZone::UTC);
        let (en, sv) = (
            "healthy · 2 checks need attention: TAG-STALE, CAND-CONTACT",
            "fungerar · 2 referenstagningar kräver åtgärd: TAG-STALE, CAND-CONTACT",
        );
        assert!(line.en.contains(en) && line.sv.contains(sv), "{line:?}");

        // Where no code is known, nothing is announced by a colon.
        view.waits_for.clear();
        let line = ReadOut::of("0.1.0", &view, &TimeZone::UTC);
        let (en, sv) = (
            "healthy · 2 checks need attention · last webhook",
            "fungerar · 2 referenstagningar kräver åtgärd · senaste webhook",
        );
        assert!(line.en.contains(en) && line.sv.contains(sv), "{line:?}");
    }

    #[test]
    fn a_status_that_is_turned_away_is_read_out_beside_the_last_that_was_taken() {
        let mut view = view();
        view.last_update = Some(CREATED);
        let away = |times| TurnedAway {
            since: CREATED.plus(MINUTE),
            last: CREATED.plus(HOUR),
            times,
        };
        let line = |view: &ConnectionView| ReadOut::of("0.1.0", view, &TimeZone::UTC);
        view.status_updates.turned_away = Some(away(3));
        let (en, sv) = (line(&view).en, line(&view).sv);
        assert!(
            en.ends_with("last update 26 Nov 09:02 +00:00 · status turned away 3 times since 26 Nov 09:03 +00:00"),
            "{en}"
        );
        assert!(
            sv.ends_with("· status avvisad 3 gånger sedan 26 nov 09:03 +00:00"),
            "{sv}"
        );
        view.status_updates.turned_away = Some(away(1));
        let en = line(&view).en;
        assert!(
            en.ends_with("· status turned away once, at 26 Nov 09:03 +00:00"),
            "{en}"
        );
    }

    #[test]
    fn what_a_failure_says_of_a_person_or_an_address_is_not_read_out() {
        let mut view = view();
        for code in Code::ALL {
            let failure = ["message", "address", "tag", "tags", "file", "problem", "where", "field"]
                .iter()
                .fold(Failure::new(*code), |failure, name| {
                    failure.with(name, "kim.berg@example.com")
                });
            view.findings = vec![finding(failure)];
            let line = ReadOut::of("0.1.0", &view, &stockholm());
            for line in [line.en, line.sv] {
                assert!(line.contains(code.text()) && !line.contains("kim"), "{line}");
            }
        }
    }

    #[test]
    fn a_name_cannot_break_the_line() {
        let mut view = view();
        view.name = "Nordvik\nAB\u{1b}[2J".to_owned();
        let line = ReadOut::of("0.1.0", &view, &TimeZone::UTC).en;
        assert!(line.contains("· Nordvik AB [2J ·"), "{line}");
    }
}
