//! What state a check is in, for people.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Check, Phase, StatusTag};

/// Refapp's own five statuses (`refapp-api.md §5`), and whatever else may come.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum WireStatus {
    Sending,
    Sent,
    Pending,
    Completed,
    Failed,
    Unknown,
}

/// The status on screen and in the tag `Refapp Status: …` (`rules.md`, status table).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Status {
    NeedsAttention,
    Queued,
    Failed,
    Completed,
    WaitingForCandidate,
    WaitingForReferees,
    InProgress,
    Sent,
    /// Never sent, on purpose, with the reason on screen. It has no tag.
    Skipped,
}

/// Who has the next move.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum WhoActs {
    App,
    Recruiter,
    Admin,
    LeverSuperAdmin,
    RefappAdmin,
    Candidate,
    Referees,
    Refapp,
    Nobody,
}

impl Status {
    /// Every status that has a tag.
    pub const TAGGED: [Self; 8] = [
        Self::NeedsAttention,
        Self::Queued,
        Self::Failed,
        Self::Completed,
        Self::WaitingForCandidate,
        Self::WaitingForReferees,
        Self::InProgress,
        Self::Sent,
    ];

    /// Every status there is.
    pub const ALL: [Self; 9] = [
        Self::NeedsAttention,
        Self::Queued,
        Self::Failed,
        Self::Completed,
        Self::WaitingForCandidate,
        Self::WaitingForReferees,
        Self::InProgress,
        Self::Sent,
        Self::Skipped,
    ];

    /// `X` of `Refapp Status: X`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::NeedsAttention => "Needs attention",
            Self::Queued => "Queued",
            Self::Failed => "Failed",
            Self::Completed => "Completed",
            Self::WaitingForCandidate => "Waiting for candidate",
            Self::WaitingForReferees => "Waiting for referees",
            Self::InProgress => "In progress",
            Self::Sent => "Sent",
            Self::Skipped => "Skipped",
        }
    }

    /// The status that [`Status::tag`] writes so.
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.tag() == tag)
    }
}

/// How much a check asks of the people who look at the dashboard: its first order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Urgency {
    /// A recruiter or an admin has to act.
    NeedsAction,
    Runs,
    IsOver,
}

/// That of a check.
pub fn urgency(check: &Check) -> Urgency {
    match derive(check) {
        (Status::Completed | Status::Failed, WhoActs::Nobody) | (Status::Skipped, _) => Urgency::IsOver,
        // Whoever looks in Lever is told something else than what is true.
        _ if check.written.changed.is_some() => Urgency::NeedsAction,
        (_, WhoActs::Nobody | WhoActs::App | WhoActs::Candidate | WhoActs::Referees | WhoActs::Refapp) => Urgency::Runs,
        _ => Urgency::NeedsAction,
    }
}

/// What a tag that somebody else wrote says, by the same table. Words that we do not know are its last row.
fn looked_on(tag: &str) -> (Status, WhoActs) {
    let Some(StatusTag(status)) = StatusTag::parse(tag) else {
        return (Status::InProgress, WhoActs::Nobody);
    };
    let who = match status {
        Status::NeedsAttention | Status::Failed => WhoActs::Recruiter,
        Status::WaitingForCandidate => WhoActs::Candidate,
        Status::WaitingForReferees => WhoActs::Referees,
        Status::Queued | Status::InProgress => WhoActs::Refapp,
        Status::Completed | Status::Sent | Status::Skipped => WhoActs::Nobody,
    };
    (status, who)
}

/// The total table of `rules.md`: the first row that matches wins.
pub fn derive(check: &Check) -> (Status, WhoActs) {
    match &check.phase {
        Phase::Parked(reason) => return (Status::NeedsAttention, reason.who_acts()),
        Phase::Skipped(_) => return (Status::Skipped, WhoActs::Nobody),
        Phase::Queued => return (Status::Queued, WhoActs::App),
        Phase::Elsewhere(sighting) => return looked_on(&sighting.tag),
        Phase::Started => {}
    }
    let progress = &check.progress;
    let answered = progress
        .completed
        .unwrap_or(0)
        .saturating_add(progress.declined.unwrap_or(0));
    match (progress.status, progress.total) {
        (WireStatus::Failed, _) if check.ends_with_a_question() => (Status::Failed, WhoActs::Recruiter),
        (WireStatus::Failed, _) => (Status::Failed, WhoActs::Nobody),
        (WireStatus::Completed, _) if check.ends_with_a_question() => (Status::Completed, WhoActs::Recruiter),
        (WireStatus::Completed, _) => (Status::Completed, WhoActs::Nobody),
        (WireStatus::Pending, _) if progress.remaining_to_submit.is_some_and(|n| n > 0) => {
            (Status::WaitingForCandidate, WhoActs::Candidate)
        }
        (WireStatus::Pending, Some(total)) if answered < total => (Status::WaitingForReferees, WhoActs::Referees),
        (WireStatus::Pending, _) if progress.has_counts() => (Status::InProgress, WhoActs::Refapp),
        (WireStatus::Pending | WireStatus::Sending | WireStatus::Sent, _) => (Status::Sent, WhoActs::Nobody),
        (WireStatus::Unknown, _) => (Status::InProgress, WhoActs::Nobody),
    }
}
