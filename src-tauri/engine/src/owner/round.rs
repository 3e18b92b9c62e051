//! A round: every poll interval Lever is asked for a list. Polling and an observer ask for different ones; when a round
//! begins, and what its end means whatever was read, is the same.

use lever::Priority;
use model::{Millis, Right, SECOND};

use super::Owner;

impl Owner {
    pub(super) fn polling_is_due(&self) -> bool {
        self.record.has(Right::ListOpportunities) && !self.polling
    }

    /// Lever's client for a round, if it is time for one; then it has begun.
    pub(super) fn begin_round(&mut self, now: Millis) -> Option<lever::Client> {
        if now < self.next_poll || !self.polling_is_due() {
            return None;
        }
        let client = self.lever(Priority::Rest, now)?;
        self.polling = true;
        Some(client)
    }

    /// What a round has read, if it came to its end; `about` names it.
    pub(super) fn end_round<T>(&mut self, about: &str, read: Result<T, lever::Error>) -> Option<T> {
        self.polling = false;
        self.next_poll = self
            .now()
            .plus(i64::from(self.record.settings.poll_interval.max(1)) * SECOND);
        self.lever_answered(about, read.as_ref().err());
        read.inspect_err(|error| self.right_is_missing(error)).ok()
    }
}
