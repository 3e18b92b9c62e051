//! The planner as a model: what must hold for every state, not only for those somebody thought of.

mod assess;
mod by_hand;
mod observe;
mod write_back;

use std::collections::BTreeSet;

use model::{Check, CheckId, ConnectionId, Millis, Phase, Progress, Written};
use uuid::Uuid;

/// A check that entered the stage at `entered_at`, in this phase since then.
pub(super) fn check(phase: Phase, entered_at: i64) -> Check {
    Check {
        id: CheckId(Uuid::from_u128(1)),
        connection: ConnectionId(Uuid::from_u128(2)),
        opportunity: "opportunity".into(),
        posting: Some("posting".into()),
        ordinal: 1,
        entered_at: Millis(entered_at),
        phase,
        status_since: Millis(entered_at),
        by_person: false,
        result: None,
        progress: Progress::default(),
        candidate: "Kim Berg".to_owned(),
        posting_title: "Backend Developer".to_owned(),
        owner: "Jonas Ek".to_owned(),
        template: None,
        coverage: None,
        lever_url: None,
        created_at: Millis(entered_at),
        active_at: Millis(entered_at),
        heard_at: None,
        badges: BTreeSet::new(),
        written: Written::default(),
        superseded: false,
        hitch: None,
        effects: 0,
    }
}
