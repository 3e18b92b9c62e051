//! Working off what came in.

use model::{Code, Millis};
use store::{Inbound, Result};

use super::Owner;
use crate::step;

/// Rows in one go; the rest follows at once.
const BATCH: u32 = 200;

impl Owner {
    pub(super) fn work_off_inbox(&mut self, now: Millis) -> Result<()> {
        let id = self.id();
        loop {
            let rows = self.world.store.read(|tx| tx.open_inbox(id, BATCH))?;
            if rows.is_empty() {
                return Ok(());
            }
            let (mut last_webhook, mut last_update) = (None, None);
            for row in &rows {
                match row.inbound {
                    // A test delivery, or a deletion, says nothing of the group of stage changes (lever-api.md §8.2).
                    Inbound::Webhook { ref event, .. } if event == lever::CANDIDATE_STAGE_CHANGE => {
                        last_webhook = Some(row.received_at);
                    }
                    Inbound::Webhook { .. } => {}
                    Inbound::Update { .. } => last_update = Some(row.received_at),
                }
            }
            let settled = self.world.store.write(|tx| {
                let mut settled = false;
                for row in &rows {
                    settled |= step::inbox::take(tx, &self.record, row, now)?;
                    tx.inbox_done(row.id)?;
                }
                Ok::<_, store::Error>(settled)
            })?;
            self.change(|record| {
                record.last_webhook = record.last_webhook.max(last_webhook);
                record.last_update = record.last_update.max(last_update);
            });
            if last_webhook.is_some() {
                self.heal(Code::LevWebhookOff);
            }
            if last_update.is_some() {
                self.heal(Code::RefUpdates);
                self.note_turned_away();
                // What was turned away after it still counts.
                self.change(|record| {
                    record.turned_away = record.turned_away.filter(|away| Some(away.last) > last_update);
                });
            }
            if settled {
                self.start_settled();
            }
        }
    }
}
