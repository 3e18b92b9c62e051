//! Letting go of people: by an order, and by itself when time is up.

use model::{Act, Code, DAY, Erasure, Failure, Millis, OpportunityId, Settings};

use super::Owner;
use crate::step;

/// How long the audit log remembers.
const LOG: i64 = 365 * DAY;
/// Transactions of one round of purging.
const ROUND: u32 = 100;

impl Owner {
    /// # Errors
    /// `APP-NOT-FOUND` if there is no check of theirs; what the store says.
    pub(super) fn erase_person(&mut self, opportunity: &OpportunityId) -> Result<Erasure, Failure> {
        let (id, now) = (self.id(), self.now());
        let erased = self
            .world
            .store
            .write(|tx| step::person::erase(tx, id, opportunity, now))?;
        let erasure = erased.ok_or(Code::AppNotFound)?;
        self.world.store.scrub()?;
        Ok(erasure)
    }

    pub(super) fn set_retention(&mut self, days: u32) -> Result<(), Failure> {
        if !Settings::RETENTION_DAYS.contains(&days) {
            return Err(Failure::new(Code::AppInput).with("field", "days"));
        }
        let (id, now) = (self.id(), self.now());
        self.change(|record| record.settings.retention_days = days);
        let params = [("days", days.to_string())];
        self.world
            .store
            .write(|tx| tx.log(now, id, Act::RetentionSet, &params))?;
        self.purge(now)?;
        Ok(())
    }

    /// Lets go of what has been over for long enough. It is asked every hour; what one round leaves waits for the next.
    pub(super) fn purge(&mut self, now: Millis) -> store::Result<()> {
        let (id, days) = (self.id(), i64::from(self.record.settings.retention_days));
        let before = now.plus(-days * DAY);
        let store = &self.world.store;
        let is_any = store.write(|tx| {
            tx.forget_log(now.plus(-LOG))?;
            Ok::<_, store::Error>(!tx.over_since(id, before, 1)?.is_empty())
        })?;
        if !is_any {
            return Ok(());
        }
        for _ in 0..ROUND {
            if !store.write(|tx| step::person::purge(tx, id, before, now))? {
                break;
            }
        }
        store.scrub()
    }
}
