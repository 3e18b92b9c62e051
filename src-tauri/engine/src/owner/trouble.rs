//! What is wrong, since when, and how long calls wait for it.

use model::{Code, Failure, HOUR, MINUTE, Millis, Right, SECOND};

use store::Store;

use super::Owner;
use crate::state::{Finding, Turn};

/// Calls to one side fail for a reason that concerns all of them: they wait, growing longer, and one tries.
pub(super) struct Trouble {
    pub until: Millis,
    tries: u32,
    /// Of a certificate that nobody vouches for.
    pub untrusted: bool,
}

impl Owner {
    /// Lever's client for work of this priority, unless all calls have to wait, or for the one that tries.
    pub(super) fn lever(&self, priority: lever::Priority, now: Millis) -> Option<lever::Client> {
        let one_tries = self.polling || !self.busy.is_empty();
        let waits = self
            .lever_trouble
            .as_ref()
            .is_some_and(|trouble| now < trouble.until || one_tries);
        if waits {
            None
        } else {
            self.lever.as_ref().map(|client| client.with(priority))
        }
    }

    /// Takes note of how a call to Lever ended; `about` names its subject, an opportunity, say.
    pub(super) fn lever_answered(&mut self, about: &str, error: Option<&lever::Error>) {
        let now = self.now();
        let Some(error) = error else {
            self.look_at_levers_clock(now);
            self.lever_trouble = None;
            self.doubted.clear();
            self.verified_at = Some(now);
            for code in LEVER_TROUBLES {
                self.heal(code);
            }
            return;
        };
        let failure = Failure::from(error);
        // No answer, or none that can be read: perhaps only about this, perhaps about everything.
        let in_doubt = !says_no(&error.kind);
        if in_doubt && self.doubted.len() < DOUBTED {
            self.doubted.insert(about.to_owned());
        }
        if concerns_all(error) || in_doubt && self.doubted.len() >= DOUBTED {
            back_off(&mut self.lever_trouble, &error.kind, now);
            // Of what keeps everything from Lever, the last is shown: it was another one before.
            for code in LEVER_OUT.into_iter().filter(|code| *code != failure.code) {
                self.heal(code);
            }
            self.ail(failure, true);
            if error.kind == lever::Kind::Revoked {
                self.ask_consent_again();
            }
        } else if in_doubt {
            self.ail(failure, false);
        } else {
            self.lever_trouble = None;
            self.doubted.clear();
        }
    }

    /// Takes note of how a call to Refapp ended.
    pub(super) fn refapp_answered(&mut self, error: Option<&refapp::Error>) {
        let now = self.now();
        let Some(error) = error else {
            self.look_at_refapps_clock(now);
            self.refapp_worked = Some(now);
            self.refapp_trouble = None;
            self.refapp_failure = None;
            for code in REFAPP_TROUBLES {
                self.heal(code);
            }
            return;
        };
        let failure = Failure::from(error);
        back_off(&mut self.refapp_trouble, &error.kind, now);
        self.ail(failure, true);
    }

    /// Takes note of how the last use of the database ended. Each trouble has its own remedy, and there is one at a time.
    pub(super) fn store_answered(&mut self, error: Option<store::Error>) {
        let failure = error.map(Failure::from);
        for code in Store::TROUBLES {
            if failure.as_ref().is_none_or(|failure| failure.code != code) {
                self.heal(code);
            }
        }
        if let Some(failure) = failure {
            self.ail(failure, true);
        }
    }

    /// Whether nothing can be stored at present.
    pub(super) fn store_ails(&self) -> bool {
        Store::TROUBLES.iter().any(|code| self.findings.contains_key(code))
    }

    /// Something is wrong, since now or since it was first found.
    pub(super) fn ail(&mut self, failure: Failure, stops: bool) {
        self.ail_since(failure, stops, self.now());
    }

    /// Something is wrong, and has been for a while before it could be told.
    pub(super) fn ail_since(&mut self, failure: Failure, stops: bool, since: Millis) {
        let code = failure.code;
        let before = self.findings.get(&code);
        let since = before.map_or(since, |finding| finding.since);
        let worked = match before {
            Some(before) if before.failure == failure => before.worked,
            _ => self.last_worked(&failure),
        };
        if before.is_none() {
            tracing::warn!(connection = %self.record.id, %code, "found");
            self.turn(code, false);
        }
        let finding = Finding {
            failure,
            stops,
            since,
            worked,
        };
        self.findings.insert(code, finding);
    }

    /// When what a failure is about last worked, as far as that is kept, or was seen since the app was started.
    fn last_worked(&self, failure: &Failure) -> Option<Millis> {
        match failure.code {
            Code::LevRight => {
                let label = failure.params.get("right")?;
                let right = Right::all().find(|right| right.label() == label)?;
                self.rights_used.get(&right).copied()
            }
            Code::LevActingUser => self.acted_at,
            Code::RefBearer | Code::RefUpdates | Code::AppNoUpdates => self.record.last_update,
            Code::LevWebhookOff | Code::LevWebhookSilent | Code::LevWebhookRemoved => self.record.last_webhook,
            Code::AppKeychain => None,
            code if LEVER_TROUBLES.contains(&code) => self.verified_at,
            code if REFAPP_TROUBLES.contains(&code) => self.refapp_worked,
            _ => None,
        }
    }

    fn turn(&mut self, code: Code, mended: bool) {
        if self.turns.len() == TURNS {
            self.turns.pop_front();
        }
        let at = self.now();
        self.turns.push_back(Turn { at, code, mended });
    }

    /// Warns of what was found, and stops nothing; without anything it is not wrong any more.
    pub(super) fn warn(&mut self, code: Code, found: Option<Failure>) {
        match found {
            Some(failure) => self.ail(failure, false),
            None => self.heal(code),
        }
    }

    /// It is not wrong any more.
    pub(super) fn heal(&mut self, code: Code) {
        if self.findings.remove(&code).is_some() {
            tracing::info!(connection = %self.record.id, %code, "mended");
            self.turn(code, true);
        }
    }
}

/// Lever gives no answer to anybody.
const LEVER_OUT: [Code; 4] = [
    Code::LevUnreachable,
    Code::LevDown,
    Code::LevRateLimited,
    Code::LevAnswer,
];

/// So many subjects in a row without an answer, and it is Lever that is down, and not one of them that is poison.
const DOUBTED: usize = 3;

/// How many turns are remembered: what comes and goes must not fill the memory.
const TURNS: usize = 100;

const LEVER_TROUBLES: [Code; 8] = [
    Code::LevUnauthorized,
    Code::LevUnreachable,
    Code::LevDown,
    Code::LevRateLimited,
    Code::LevAnswer,
    Code::OauthRevoked,
    Code::OauthClient,
    Code::AppKeychain,
];
const REFAPP_TROUBLES: [Code; 6] = [
    Code::RefToken,
    Code::RefEnvironment,
    Code::RefRateLimited,
    Code::RefDown,
    Code::RefUnreachable,
    Code::RefAnswer,
];

/// Whether a failed call says something about all calls, and not only about its own subject: without an access token
/// there is none.
fn concerns_all(error: &lever::Error) -> bool {
    use lever::Kind;
    error.call.is_oauth()
        || matches!(
            error.kind,
            Kind::Unauthorized
                | Kind::Revoked
                | Kind::SecretStore(_)
                | Kind::Unreachable
                | Kind::Untrusted
                | Kind::RateLimited { .. }
        )
}

/// Whether Lever is there and understood: it refuses this one call.
fn says_no(kind: &lever::Kind) -> bool {
    use lever::Kind;
    matches!(kind, Kind::Forbidden | Kind::NotFound | Kind::BadRequest { .. })
}

/// Full jitter under a cap that doubles from 2 s to 60 s (`reliability.md` rule 13).
pub(super) fn pause(tries: u32) -> i64 {
    let cap = (2 * SECOND).saturating_mul(1 << tries.min(5)).min(MINUTE);
    rand::random_range(SECOND / 2..=cap)
}

/// The longest that a `Retry-After` is believed.
const ASKED: i64 = HOUR;

fn back_off(trouble: &mut Option<Trouble>, kind: &lever::Kind, now: Millis) {
    let asked = match kind {
        lever::Kind::RateLimited {
            retry_after: Some(span),
        } => i64::try_from(span.as_millis()).unwrap_or(ASKED).min(ASKED),
        _ => 0,
    };
    let tries = match trouble {
        // Jobs that were on their way together fail together: that is one try.
        Some(before) if now < before.until => {
            before.until = before.until.max(now.plus(asked));
            before.untrusted = *kind == lever::Kind::Untrusted;
            return;
        }
        Some(before) => before.tries + 1,
        None => 0,
    };
    *trouble = Some(Trouble {
        until: now.plus(pause(tries).max(asked)),
        tries,
        untrusted: *kind == lever::Kind::Untrusted,
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn limited(seconds: Option<u64>) -> lever::Kind {
        lever::Kind::RateLimited {
            retry_after: seconds.map(Duration::from_secs),
        }
    }

    #[test]
    fn the_other_side_is_not_asked_again_before_the_time_that_it_named() {
        let now = Millis(1_772_438_400_000);
        let mut trouble = None;
        back_off(&mut trouble, &limited(Some(90)), now);
        let until = |trouble: &Option<Trouble>| trouble.as_ref().map_or(0, |trouble| trouble.until.since(now));
        assert_eq!(until(&trouble), 90 * SECOND);
        // Others that were on their way say more, or nothing.
        back_off(&mut trouble, &limited(None), now);
        back_off(&mut trouble, &limited(Some(120)), now);
        assert_eq!(until(&trouble), 120 * SECOND);
        assert_eq!(trouble.map(|trouble| trouble.tries), Some(0));
        let mut trouble = None;
        back_off(&mut trouble, &limited(Some(u64::MAX)), now);
        assert_eq!(until(&trouble), HOUR);
        let mut trouble = None;
        back_off(&mut trouble, &limited(None), now);
        assert!((1..=MINUTE).contains(&until(&trouble)));
    }
}
