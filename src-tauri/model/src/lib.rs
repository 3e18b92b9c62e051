//! The words of the domain as plain types, shared by every room of the house.
//!
//! Nothing here does I/O or draws a random number; a clock is read by [`Clock`] alone. Wire formats are not here either:
//! `lever` and `refapp` own theirs; what the UI sees is in `api`.

mod act;
mod audit;
mod check;
mod code;
mod computer;
mod connection;
mod coverage;
mod dictionary;
mod dry_run;
mod erasure;
mod id;
mod place;
mod rhythm;
mod right;
pub mod sabotage;
mod secret;
mod status;
mod tag;
mod time;
mod view;

pub use act::Act;
pub use audit::{AuditedOwner, AuditedPosting, AuditedTemplate, Grade, PostingAudit};
pub use check::{Badge, ChangedByHand, Check, Phase, Progress, ReadEnd, Reason, Sighting, Written, WrittenNote};
pub use code::{Code, Failure, NoSuchCode, Owner};
pub use computer::{Computer, Notify};
pub use connection::{Mode, Redirect, Settings, StageChoice, TurnedAway, Unproven, WayIn};
pub use coverage::Coverage;
pub use dictionary::{About, Entry, HostKind, Language, explain, explain_by, look_up};
pub use dry_run::{
    Course, DryRun, Idle, Membership, Outcome, ProjectMember, Seen, SeenPosting, Start, TemplateBy, ToWrite,
};
pub use erasure::Erasure;
pub use id::{
    CheckId, ConnectionId, EffectKey, NoteId, OpportunityId, PostingId, ResultId, StageId, TemplateId, UserId,
    WebhookId,
};
pub use place::{CustomLever, DataCentre, LeverPlace, Place, RefappPlace};
pub use rhythm::{Limits, NextStep, Pace, PaceReason, Rhythm, Uncertainty, rhythm};
pub use right::{Right, RightGroup, RightState};
pub use secret::Secret;
pub use status::{Status, Urgency, WhoActs, WireStatus, derive, urgency};
pub use tag::{StatusTag, TemplateTag};
pub use time::{Clock, DAY, HOUR, MINUTE, Millis, SECOND};
pub use view::{Age, Anchor, Asked, Column, Desk, Filter, Head, Look, Sight, Sort, SortBy, Took, View, ViewName};
