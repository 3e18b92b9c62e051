//! The planner as a model: what must hold for every state, not only for those somebody thought of.

mod assess;
mod by_hand;
mod observe;
mod write_back;

use model::{Check, CheckId, ConnectionId, Millis, Phase};
use uuid::Uuid;

/// A check that entered the stage at `entered_at`, in this phase since then.
pub(super) fn check(phase: Phase, entered_at: i64) -> Check {
    let id = CheckId(Uuid::from_u128(1));
    let connection = ConnectionId(Uuid::from_u128(2));
    let entered_at = Millis(entered_at);
    Check {
        posting: Some("posting".into()),
        candidate: "Kim Berg".to_owned(),
        posting_title: "Backend Developer".to_owned(),
        owner: "Jonas Ek".to_owned(),
        ..Check::new(id, connection, &"opportunity".into(), 1, entered_at, phase, entered_at)
    }
}
