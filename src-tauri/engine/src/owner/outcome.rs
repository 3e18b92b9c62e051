//! What became of an effect, on its way into the database.
//!
//! An answer that cannot be stored – the disk is full, say – must not be forgotten: the effect would be tried again.
//! It is kept here, and nothing new is begun until it is stored. If the process ends first, its effect is found
//! `sending` at the next start and is of unknown outcome.

use std::collections::VecDeque;

use model::sabotage;
use store::{Effect, Result};

use super::Owner;
use crate::step::write::Written;

/// How an effect ended.
pub(super) enum Outcome {
    /// A start at Refapp.
    Start(Effect, Option<refapp::Error>),
    /// A tag or a note at Lever.
    Write(Effect, std::result::Result<Written, lever::Error>),
}

impl Outcome {
    fn effect(&self) -> &Effect {
        match self {
            Self::Start(effect, _) | Self::Write(effect, _) => effect,
        }
    }
}

/// Outcomes that are not stored yet, oldest first.
#[derive(Default)]
pub(super) struct Outcomes(VecDeque<Outcome>);

impl Outcomes {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Owner {
    pub(super) fn store_outcome(&mut self, outcome: Outcome) {
        self.outcomes.0.push_back(outcome);
        if let Err(error) = self.store_outcomes() {
            self.ail(error.into(), true);
        }
    }

    /// Stores what has come; what cannot be stored stays.
    pub(super) fn store_outcomes(&mut self) -> Result<()> {
        while let Some(outcome) = self.outcomes.0.pop_front() {
            let word = outcome.effect().kind.word();
            sabotage::crash_at(word, "before-outcome");
            let stored = match &outcome {
                Outcome::Start(effect, error) => self.sent(effect, error.as_ref()).map(|()| None),
                Outcome::Write(effect, answer) => self.written(effect, answer),
            };
            match stored.inspect(|_| sabotage::crash_at(word, "after-outcome")) {
                Ok(Some(check)) => self.write_on(check)?,
                Ok(None) => {}
                Err(error) => {
                    self.outcomes.0.push_front(outcome);
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}
