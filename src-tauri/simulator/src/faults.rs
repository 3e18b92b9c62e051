//! Faults on order: which request fails, how, and how often. Chances are drawn from the seeded generator.

use rand::{Rng, rngs::StdRng};
use serde::{Deserialize, Serialize};

use crate::ledger::Side;

/// Which requests a fault concerns. Everything that is given must match.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// Only this side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Only this call, by its name in the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// Only this HTTP method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only paths that begin so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only the nth matching request, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
}

/// What happens instead of a good answer.
///
/// On a delivery `status`, `hang` and `reset` lose this try on its way, every other kind that is not named below loses
/// the answer to it; both are tried again, so that the second makes a duplicate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// This status; not applied.
    Status {
        /// HTTP status.
        code: u16,
        /// Body; Lever's envelope if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// Value of `Retry-After`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<String>,
    },
    /// No answer, the connection stays open; not applied unless `applied` says so.
    Hang,
    /// The connection breaks in the middle of the body, or before an answer that has none (204); applied.
    Cut,
    /// The connection is reset before a byte of the answer; not applied unless `applied` says so.
    Reset,
    /// Applied, then the connection is reset before a byte of the answer.
    AppliedNoAnswer,
    /// Applied, then a 5xx.
    #[serde(rename = "applied_5xx")]
    Applied5xx {
        /// HTTP status; 500 if absent.
        #[serde(default = "internal_server_error")]
        code: u16,
    },
    /// 200 with bytes that are no JSON, said to be JSON; applied.
    #[serde(rename = "garbage_200")]
    Garbage200,
    /// 200 with an HTML page; applied.
    #[serde(rename = "html_200")]
    Html200,
    /// 200 without a body; applied.
    #[serde(rename = "empty_200")]
    Empty200,
    /// 200 with ten megabytes of JSON that is a list with nothing in it; applied.
    #[serde(rename = "huge_200")]
    Huge200,
    /// The right answer, later; applied at once. Deliveries leave later.
    Slow {
        /// Delay in milliseconds.
        ms: u64,
    },
    /// Deliveries only: never sent, not tried again.
    Drop,
    /// Deliveries only: sent twice.
    Twice,
}

fn internal_server_error() -> u16 {
    500
}

impl Kind {
    fn applies_by_default(&self) -> bool {
        !matches!(self, Self::Status { .. } | Self::Hang | Self::Reset | Self::Drop)
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Hang => "hang",
            Self::Cut => "cut",
            Self::Reset => "reset",
            Self::AppliedNoAnswer => "applied_no_answer",
            Self::Applied5xx { .. } => "applied_5xx",
            Self::Garbage200 => "garbage_200",
            Self::Html200 => "html_200",
            Self::Empty200 => "empty_200",
            Self::Huge200 => "huge_200",
            Self::Slow { .. } => "slow",
            Self::Drop => "drop",
            Self::Twice => "twice",
        }
    }
}

/// An order to fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Which requests.
    #[serde(rename = "match", default)]
    pub matches: Match,
    /// How often at most; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// How many matching requests pass unharmed first.
    #[serde(default)]
    pub after: u64,
    /// Chance from 0 to 1; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Overrides whether the request has its effect, for `hang`, `reset` and the `…_200` kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<bool>,
    /// What happens.
    #[serde(flatten)]
    pub kind: Kind,
}

impl Fault {
    pub(crate) fn applies(&self) -> bool {
        self.applied.unwrap_or_else(|| self.kind.applies_by_default())
    }
}

/// An order with its counters.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Standing {
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) fault: Fault,
    pub(crate) seen: u64,
    pub(crate) played: u64,
}

/// All orders; the first that strikes is played.
#[derive(Default)]
pub(crate) struct Faults {
    next: u64,
    pub(crate) standing: Vec<Standing>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) -> u64 {
        self.next += 1;
        self.standing.push(Standing {
            id: self.next,
            fault,
            seen: 0,
            played: 0,
        });
        self.next
    }

    pub(crate) fn draw(&mut self, rng: &mut StdRng, side: Side, call: &str, method: &str, path: &str) -> Option<Fault> {
        for standing in &mut self.standing {
            let wanted = &standing.fault.matches;
            let matches = wanted.side.is_none_or(|wanted| wanted == side)
                && wanted.call.as_deref().is_none_or(|wanted| wanted == call)
                && wanted
                    .method
                    .as_deref()
                    .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
                && wanted.path.as_deref().is_none_or(|wanted| path.starts_with(wanted));
            if !matches {
                continue;
            }
            standing.seen += 1;
            let strikes = wanted.nth.is_none_or(|nth| nth == standing.seen)
                && standing.seen > standing.fault.after
                && standing.fault.times.is_none_or(|times| standing.played < times)
                && standing
                    .fault
                    .probability
                    .is_none_or(|chance| rng.random_bool(chance.clamp(0.0, 1.0)));
            if strikes {
                standing.played += 1;
                return Some(standing.fault.clone());
            }
        }
        None
    }
}
