//! The queue in front of the token bucket.

use model::Millis;

/// Who goes first when calls have to wait (`reliability.md` rule 12).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Priority {
    /// What was decided and has to be done.
    Effect,
    /// What an event asks to be looked at.
    Reread,
    /// Everything else: polls, audits, the wizard.
    Rest,
}

/// Whether calls are being held back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pressure {
    /// Lever said 429: nothing goes out until then.
    pub paused_until: Option<Millis>,
    /// Calls that wait for their turn.
    pub waiting: usize,
}
