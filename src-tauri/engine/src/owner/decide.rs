//! Orders of a person about a check.

use model::{CheckId, Failure};

use super::Owner;
use crate::{Decision, Order, step};

impl Owner {
    /// A decision about a check that something is being done for is taken when that has come back: what a person
    /// sees then is what the decision is about.
    ///
    /// So is an order that needs a proof of rights while another one runs, and one that brings what is to be proven.
    pub(super) fn must_wait(&self, order: &Order) -> bool {
        if matches!(
            order,
            Order::ProveRights { .. } | Order::UpdateTemplates | Order::SetApiKey { .. } | Order::ConnectOauth
        ) {
            return self.proving.is_some();
        }
        if let Order::ErasePerson { opportunity } = order {
            return self.busy.contains(opportunity);
        }
        let Order::Decide { check, .. } = order else {
            return false;
        };
        let check = self.world.store.read(|tx| tx.check(*check)).ok().flatten();
        check.is_some_and(|check| self.busy.contains(&check.opportunity))
    }

    pub(super) fn decide(&mut self, id: CheckId, decision: Decision) -> Result<(), Failure> {
        let now = self.now();
        let connection = self.id();
        self.world
            .store
            .write(|tx| step::decide::decide(tx, connection, id, decision, now))?;
        // Somebody has looked at Refapp: what they order is not kept waiting.
        if matches!(decision, Decision::ItWasStarted | Decision::SendAgain) {
            self.start_settled();
        }
        Ok(())
    }
}
