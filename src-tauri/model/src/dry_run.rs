//! What a dry run says: what would happen to a candidate, and why. It names people: it is shown, and neither stored nor
//! logged.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Badge, Coverage, Failure, Millis, OpportunityId, PostingId, Status};

/// The answer to "what would happen?". Nothing was sent and nothing was stored for it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DryRun {
    pub at: Millis,
    /// Why nothing happens as things stand; the course then says what would happen if that were not so.
    pub idle: Vec<Idle>,
    /// `None`: beyond that there is nothing to be said.
    pub course: Option<Course>,
}

/// Why nothing comes of a candidate or an event as things stand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "idle", rename_all = "kebab-case")]
#[ts(export)]
pub enum Idle {
    /// The connection is not set up, or paused: nothing is done before it runs.
    NotRunning,
    /// The test delivery of Lever's settings page: it concerns nobody.
    TestDelivery,
    /// An event that tells of something else than a change of stage.
    OtherEvent { event: String },
    /// A move to a stage that is not the trigger stage. Its name, or its id where no name is known.
    OtherStage { stage: String },
    /// The event carries no signature of a webhook of this connection: it would be refused.
    NotGenuine,
    /// The event is older than two weeks, or from tomorrow: it would be refused.
    NotTimely,
    /// The event was taken in already: a repetition does nothing.
    Repeated,
    /// The tag carrier is never started (`rules.md` 16).
    TagCarrier,
    /// The candidate is in another stage: nothing happens before somebody moves them.
    NotInStage { stage: String },
}

/// What would happen, and what that rests on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Course {
    pub opportunity: OpportunityId,
    pub outcome: Outcome,
    /// The short reference of the check that there is already.
    pub reference: Option<String>,
    /// What Lever says of the candidate; `None` if it says nothing.
    pub seen: Option<Seen>,
    /// What would be asked of Refapp, where a check would start.
    pub start: Option<Start>,
    /// What of ours would lie in Lever then.
    pub written: Option<ToWrite>,
}

/// The end of it. The failure's text says which rule decides, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
#[ts(export)]
pub enum Outcome {
    /// A check would start: Refapp would write to the candidate.
    Starts,
    /// It would be queued, and wait for Refapp.
    Waits {
        failure: Failure,
    },
    Parks {
        failure: Failure,
    },
    Skips {
        failure: Failure,
    },
    /// There is a check, and it goes on: nothing new is started.
    GoesOn {
        status: Status,
    },
    /// Nothing is to be done: there is no check, and none is asked for.
    Nothing,
}

/// What Lever says, as far as a start needs it. Of addresses only whether there is one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Seen {
    pub candidate: String,
    pub lever_url: Option<String>,
    /// The stage's name, or its id where no name is known.
    pub stage: String,
    pub has_email: bool,
    pub has_phone: bool,
    pub posting: Option<SeenPosting>,
    /// Who would be handed to Refapp, the recruiter first.
    pub members: Vec<ProjectMember>,
}

/// The posting: its id is the project's.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SeenPosting {
    pub id: PostingId,
    pub title: String,
}

/// A person of the project (`rules.md` 7).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProjectMember {
    pub name: String,
    pub why: Membership,
    /// Without an address nobody can be a member.
    pub has_email: bool,
}

/// Why somebody is a member of the project.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Membership {
    Mover,
    PostingOwner,
    /// Both in one person.
    MoverAndPostingOwner,
}

/// What would be asked of Refapp.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Start {
    pub template: Option<String>,
    pub by: TemplateBy,
    pub coverage: Coverage,
    pub badges: Vec<Badge>,
    /// Whether Refapp is told where to send its updates.
    pub updates: bool,
}

/// How the template was chosen (`rules.md` 8).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum TemplateBy {
    /// The posting's tag.
    Tag,
    /// The posting's tag, by a name that the template had before, or in another case.
    FormerName,
    /// No tag: the default of the connection's settings.
    Default,
    /// Nothing is sent for it: Refapp's own default applies.
    Refapp,
    /// Refapp's form has no place for a template, and there is no tag that would name one.
    NotAsked,
    /// There is a tag, and Refapp's form has no place for a template.
    WithoutEffect,
}

/// What of ours would lie on the candidate in Lever.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ToWrite {
    pub tag: String,
    pub note: Option<String>,
}
