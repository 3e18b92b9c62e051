//! Diagnostics: what support needs to see of a host, as one document that a person can read before it goes anywhere.
//!
//! - [`Diagnostics`] is the document; its text as a file is a [`crate::TextFile`].
//! - `make` writes it, purely; `harmless` says what of a failure and of an address may stand in it.
//! - `read` takes one that somebody sent.
//!
//! Not in it, on purpose: candidates, recruiters, e-mail addresses, what came from a form or from Refapp's own words,
//! secrets and their ends, and the path under which Lever and Refapp call, which is one. Opportunities and postings have
//! pseudonyms that are good for one bundle: what is about the same one can be told, whom it is about cannot.

mod harmless;
mod make;
mod read;

use model::{Code, Coverage, DataCentre, HostKind, Millis, Mode, Status, Unproven, WayIn};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Channel, Counts, Decision, Finding, Health, ReadOut, RightView, StepView, TimelineStep};

pub(crate) use make::{Facts, Seen, make};

/// Raised when an older version could take a bundle for something else than it says. What is only added raises nothing.
pub const FORMAT: u32 = 1;

/// How many events are in a bundle, at most.
pub const EVENTS: usize = 200;

/// The document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Diagnostics {
    pub format: u32,
    pub made_at: Millis,
    /// The computer's time zone by its IANA name: its people read their clock there. `None` where it has no name.
    #[serde(default)]
    pub time_zone: Option<String>,
    pub app: AppFacts,
    pub storage: Storage,
    /// Names of the variables of the environment that name a proxy; not what they say.
    pub proxy_variables: Vec<String>,
    /// What is wrong with the host as a whole.
    pub findings: Vec<Finding>,
    pub connections: Vec<ConnectionReport>,
    /// The newest first.
    pub events: Vec<EventReport>,
}

/// Which program it is, and where it runs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AppFacts {
    pub version: String,
    pub host: HostKind,
    /// Name and version of the operating system.
    pub system: String,
    pub architecture: String,
    /// Version of the web view that draws the window, where there is one.
    pub web_view: Option<String>,
    pub practice: bool,
}

/// Room, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Storage {
    #[ts(type = "number")]
    pub database: u64,
    /// The write-ahead log.
    #[ts(type = "number")]
    pub log: u64,
    /// What is free on the disk; `None` where the system does not say.
    #[ts(type = "number | null")]
    pub free: Option<u64>,
}

/// One connection.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ConnectionReport {
    pub name: String,
    /// What it is for; a file that an earlier version made is taken for one of the usual kind.
    #[serde(default)]
    pub mode: Mode,
    pub read_out: ReadOut,
    pub data_centre: Option<DataCentre>,
    pub way_in: Option<WayIn>,
    pub health: Health,
    /// Since when it has been healthy without a break; not from before the app was started.
    #[serde(default)]
    pub healthy_since: Option<Millis>,
    /// Worst first.
    pub findings: Vec<Finding>,
    /// Of a file that an earlier version made nothing is known of it.
    #[serde(default)]
    pub unproven: Vec<Unproven>,
    pub last_verified: Option<Millis>,
    pub last_webhook: Option<Millis>,
    pub last_update: Option<Millis>,
    pub lever: Option<Reach>,
    pub refapp: Option<Reach>,
    pub rights: Vec<RightView>,
    /// When all of them were last asked for.
    #[serde(default)]
    pub rights_proven_at: Option<Millis>,
    /// Their addresses are host names only. An observer needs neither, and has none.
    pub stage_changes: Option<Channel>,
    pub status_updates: Option<Channel>,
    pub settings: SettingsReport,
    pub steps: Vec<StepView>,
    pub coverage: Option<Coverage>,
    pub counts: Counts,
    /// The checks that run in Refapp, by where they stand: that says for whom they wait.
    #[serde(default)]
    pub running: Vec<RunningReport>,
}

/// So many checks that run stand here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RunningReport {
    pub status: Status,
    pub many: u32,
}

/// How one of the two APIs is reached.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Reach {
    pub host: String,
    /// The proxy on the way, as `host:port`.
    pub proxy: Option<String>,
    /// By how many seconds this computer's clock is before the other side's; behind it, it is negative. `None` while
    /// nobody has told the time.
    #[ts(type = "number | null")]
    pub clock_seconds: Option<i64>,
}

/// What an admin has decided.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SettingsReport {
    pub trigger_stage: Option<String>,
    pub default_language: String,
    pub has_default_template: bool,
    /// A pseudonym.
    pub acting_user: Option<String>,
    /// Seconds.
    pub poll_interval: u32,
    /// Host name of the public address; empty for polling, `None` while nothing is chosen.
    pub public_host: Option<String>,
    /// How many templates Refapp has.
    pub templates: u32,
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EventReport {
    pub at: Millis,
    /// Its name.
    pub connection: String,
    #[serde(flatten)]
    pub what: Happening,
    /// A pseudonym, good for this bundle.
    pub opportunity: Option<String>,
    /// A pseudonym, good for this bundle.
    pub posting: Option<String>,
}

impl EventReport {
    /// Whether something went wrong, or somebody has to act.
    pub fn is_failure(&self) -> bool {
        matches!(
            self.what,
            Happening::Found { .. } | Happening::Step { code: Some(_), .. }
        )
    }
}

/// What it was.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum Happening {
    /// Lever called.
    Webhook {
        about: WebhookKind,
        /// Into the trigger stage, as its body says.
        into_trigger_stage: bool,
        /// It was looked at.
        done: bool,
    },
    /// Refapp called.
    Update { done: bool },
    /// Something began to be wrong.
    Found { code: Code },
    /// It was wrong no more.
    Mended { code: Code },
    /// A step of a check.
    Step {
        step: TimelineStep,
        code: Option<Code>,
        decision: Option<Decision>,
        /// The permission that a refused write needs, in Lever's words (`lever-api.md §2.2`): it tells which write it was.
        #[serde(default)]
        right: Option<String>,
        /// The candidate was read, and the posting not: Lever did not show it.
        #[serde(default)]
        posting_hidden: bool,
        answered: Option<u32>,
        expected: Option<u32>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum WebhookKind {
    StageChange,
    CandidateDeleted,
    Other,
}
