//! Polling, where *list opportunities* is granted: it finds what no webhook told of (`reliability.md` rules 9, 10).

use lever::Opportunity;
use model::sabotage::{self, Control};
use model::{Code, MINUTE, Millis, StageId};
use store::Result;

use super::{Owner, Then};
use crate::step;

/// Windows overlap, because clocks and indexes lag.
const OVERLAP: i64 = 5 * MINUTE;
/// A window longer than this is a catch-up; so is the first one after the host was off, however short that was.
const CATCH_UP: i64 = 10 * MINUTE;

impl Owner {
    pub(super) fn start_poll(&mut self, now: Millis) {
        let Some(stage) = self.record.settings.trigger_stage.clone() else {
            return;
        };
        let Some(client) = self.begin_round(now) else { return };
        let since = self.record.watermark.map(|mark| mark.plus(-OVERLAP));
        self.job(async move {
            // A whole window, or nothing: an unread page must not be passed by the watermark.
            let rows = client.opportunities_in_stage(&stage.id, since).await;
            Box::new(move |owner: &mut Self| owner.polled(&stage.id, rows, now)) as Then
        });
    }

    fn polled(
        &mut self,
        stage: &StageId,
        window: std::result::Result<lever::List<Opportunity>, lever::Error>,
        began: Millis,
    ) {
        let now = self.now();
        let Some(window) = self.end_round("polling", window) else {
            return;
        };
        // The stage was changed while the window was read: it tells of another one.
        if self
            .record
            .settings
            .trigger_stage
            .as_ref()
            .is_none_or(|chosen| chosen.id != *stage)
        {
            return;
        }
        self.heal(Code::AppNoChannel);
        let date = window.date.filter(|_| !sabotage::is(Control::OwnClock));
        if let Err(error) = self.ring_for(stage, &window.rows, now, date.unwrap_or(began)) {
            self.ail(error.into(), true);
        }
    }

    /// Rings for every row that is news, and moves the watermark, in one transaction.
    fn ring_for(&mut self, stage: &StageId, rows: &[Opportunity], now: Millis, until: Millis) -> Result<()> {
        let rows: Vec<_> = rows
            .iter()
            .filter(|row| row.stage == *stage && !self.is_carrier(&row.id))
            .filter(|_| !sabotage::is(Control::DeafPolling))
            .collect();
        let catching_up = self
            .record
            .watermark
            .is_some_and(|mark| !self.has_polled || until.since(mark) > CATCH_UP);
        let record = self
            .world
            .store
            .write(|tx| step::poll::read(tx, &self.record, &rows, catching_up, until, now))?;
        self.record = record;
        self.has_polled = true;
        Ok(())
    }
}
