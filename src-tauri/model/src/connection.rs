//! What an admin decides about a connection.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Limits, Millis, Right, StageId, TemplateId, UserId};

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Mode {
    /// Starts checks in Refapp, and follows them with a tag and a note in Lever.
    #[default]
    Integration,
    /// Shows what Refapp's own Lever integration writes to Lever; knows no Refapp token, and writes nothing
    /// (`refapp-api.md §9`).
    Observer,
}

impl Mode {
    /// Without these it cannot work.
    pub fn required(self) -> &'static [Right] {
        match self {
            Self::Integration => &Right::REQUIRED,
            Self::Observer => &[Right::ListOpportunities],
        }
    }

    /// Each adds something: to an observer the names of stages, postings and owners, and tags in words that we do not know.
    pub fn optional(self) -> &'static [Right] {
        match self {
            Self::Integration => &Right::OPTIONAL,
            Self::Observer => &[Right::ListStages, Right::ReadPosting, Right::ReadUser, Right::ListTags],
        }
    }
}

/// How a connection proves itself to Lever (`mission.md` M2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum WayIn {
    /// Proposed for the US data centre. Needs the organisation's own OAuth client.
    #[serde(rename = "oauth")]
    OAuth,
    /// Proposed for the EU data centre, accepted everywhere.
    ApiKey,
}

/// What was set up and has not been seen to work yet. Nothing is wrong: something has to happen first (`rules.md` 17, 19).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Unproven {
    /// At least one of the twelve: the first posting that is read proves *read posting*, say.
    Permissions,
    /// No stage change has come from Lever, and the app may not ask for them itself.
    StageChanges,
    /// No status has come from Refapp: the first comes with the first check.
    StatusUpdates,
}

/// What Refapp sent with another bearer since the last status that was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TurnedAway {
    pub since: Millis,
    pub last: Millis,
    pub times: u32,
}

impl TurnedAway {
    /// One that comes now, after these.
    pub fn and_one(before: Option<Self>, now: Millis) -> Self {
        let once = Self {
            since: now,
            last: now,
            times: 1,
        };
        before.map_or(once, |before| before.and(once))
    }

    /// These, and then others.
    pub fn and(self, later: Self) -> Self {
        Self {
            since: self.since.min(later.since),
            last: self.last.max(later.last),
            times: self.times.saturating_add(later.times),
        }
    }
}

/// How the browser comes back from Lever's consent page (`mission.md` M3).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Redirect {
    /// `com.refapp.lever://oauth/<data centre>`.
    DeepLink,
    /// One of three fixed ports of 127.0.0.1, because Lever matches the address exactly.
    Loopback,
}

/// The stage that triggers a check: chosen by id, its text kept only to say what it was called
/// (`lever-api.md §6.4`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StageChoice {
    pub id: StageId,
    pub text: String,
}

/// Settings of a connection. Everything is optional until the wizard has asked for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Settings {
    pub trigger_stage: Option<StageChoice>,
    /// ISO 639-1. Serves the questionnaire check only; it is never sent as the candidate's language (`rules.md` 10).
    pub default_language: String,
    /// Selected where a posting carries no template tag; without it Refapp's own default applies (`rules.md` 8).
    pub default_template: Option<TemplateId>,
    /// The Lever user in whose name notes, tags and the tag carrier are written: `perform_as`.
    pub acting_user: Option<UserId>,
    /// Seconds between two polls, where polling is possible (`rules.md` 19).
    pub poll_interval: u32,
    /// When a wait becomes yellow, and when red.
    pub limits: Limits,
    /// For how many days a check is kept here after it is over: one of [`Settings::RETENTION_DAYS`].
    pub retention_days: u32,
}

impl Settings {
    /// At most as long as Refapp keeps its own by default (`refapp-api.md §8`).
    pub const RETENTION_DAYS: RangeInclusive<u32> = 1..=730;
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trigger_stage: None,
            default_language: "sv".to_owned(),
            default_template: None,
            acting_user: None,
            poll_interval: 60,
            limits: Limits::default(),
            retention_days: 90,
        }
    }
}
