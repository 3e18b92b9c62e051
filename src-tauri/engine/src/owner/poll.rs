//! Polling, where *list opportunities* is granted: it finds what no webhook told of (`reliability.md` rules 9, 10), and
//! so also that no webhook tells any more.

use lever::Opportunity;
use model::sabotage::{self, Control};
use model::{Code, MINUTE, Millis, SECOND, StageId};
use store::{ConnectionRecord, Result};

use super::{Owner, Then};
use crate::plan::observed::last_entry;
use crate::step;

/// Windows overlap, because clocks and indexes lag.
const OVERLAP: i64 = 5 * MINUTE;
/// A window longer than this is a catch-up; so is the first one after the host was off, however short that was.
const CATCH_UP: i64 = 10 * MINUTE;
/// Lever tells of a move within seconds: after so long it has not told of it.
const TOLD_BY: i64 = MINUTE;
/// Lever's clock is read in whole seconds, from an answer that took its time.
const BLUR: i64 = 10 * SECOND;

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
        let until = window
            .date
            .filter(|_| !sabotage::is(Control::OwnClock))
            .unwrap_or(began);
        self.watch_webhook(stage, &window.rows, until, now);
        if let Err(error) = self.ring_for(stage, &window.rows, now, until) {
            self.ail(error.into(), true);
        }
    }

    /// That the webhook was heard once says nothing any more when a move is found of which it did not tell: it is waited
    /// for since then, as for a new one (`channels.rs`).
    fn watch_webhook(&mut self, stage: &StageId, rows: &[Opportunity], until: Millis, now: Millis) {
        let shut = [Code::AppPublicUrl, Code::LevUnreachable];
        let reached = self.has_stage_webhook() && !shut.iter().any(|code| self.findings.contains_key(code));
        let Some(polls_since) = self.polls_since.filter(|_| reached) else {
            return;
        };
        let since = polls_since.max(self.record.away.map_or(polls_since, |(_, to)| to));
        let rows: Vec<_> = rows.iter().filter(|row| !self.is_carrier(&row.id)).collect();
        if let Some(moved) = untold(&self.record, stage, &rows, since, until, now) {
            self.change(|record| record.webhook_since = Some(moved));
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
            .is_some_and(|mark| self.polls_since.is_none() || until.since(mark) > CATCH_UP);
        let record = self
            .world
            .store
            .write(|tx| step::poll::read(tx, &self.record, &rows, catching_up, until, now))?;
        self.record = record;
        self.polls_since = self.polls_since.or(Some(now));
        Ok(())
    }
}

/// The first move of which the webhook should have told and did not, by our clock. `since`: from then on it reached us.
/// `until`: when the rows were listed, by Lever's clock, which stamps the moves.
fn untold(
    record: &ConnectionRecord,
    stage: &StageId,
    rows: &[&Opportunity],
    since: Millis,
    until: Millis,
    now: Millis,
) -> Option<Millis> {
    let heard = record.last_webhook.filter(|_| record.webhook_heard())?;
    let known = since.max(record.webhook_since.unwrap_or(since));
    rows.iter()
        // Whoever was made in the stage was not moved there.
        .filter(|row| row.stage_changes.len() > 1)
        .filter_map(|row| last_entry(row, stage))
        .map(|change| until.since(change.at))
        .filter(|age| *age > TOLD_BY)
        .map(|age| now.plus(-age))
        .filter(|moved| *moved > known && *moved > heard.plus(BLUR))
        .min()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::{ConnectionId, HOUR};

    use super::*;

    const NOW: Millis = Millis(100 * HOUR);

    /// Heard an hour ago, by a webhook of yesterday.
    fn record() -> ConnectionRecord {
        let name = "Nordvik".to_owned();
        let mut record = ConnectionRecord::draft(ConnectionId::of(&name), name, Millis(0));
        record.webhook_since = Some(NOW.plus(-24 * HOUR));
        record.last_webhook = Some(NOW.plus(-HOUR));
        record
    }

    fn moved(ago: i64) -> Opportunity {
        let change = |ago: i64, to: &str| serde_json::json!({"toStageId": to, "updatedAt": NOW.plus(-ago).0});
        let row = serde_json::json!({
            "id": "o",
            "stage": "reference",
            "stageChanges": [change(2 * HOUR, "screen"), change(ago, "reference")],
        });
        serde_json::from_value(row).unwrap()
    }

    fn found(record: &ConnectionRecord, row: &Opportunity, since: Millis, ahead: i64) -> Option<Millis> {
        let stage = StageId("reference".to_owned());
        // Our clock may be ahead of Lever's.
        untold(record, &stage, &[row], since, NOW, NOW.plus(ahead))
    }

    #[test]
    fn a_move_that_only_polling_tells_of_is_one_of_which_the_webhook_was_silent() {
        let (record, up) = (record(), NOW.plus(-24 * HOUR));
        let row = moved(2 * MINUTE);
        assert_eq!(found(&record, &row, up, 0), Some(NOW.plus(-2 * MINUTE)));
        assert_eq!(found(&record, &moved(30 * SECOND), up, 0), None, "it may be on its way");
        let mut later = record.clone();
        later.last_webhook = Some(NOW.plus(-MINUTE));
        assert_eq!(found(&later, &row, up, 0), None, "it tells of later ones");
        assert_eq!(found(&record, &row, NOW.plus(-MINUTE), 0), None, "we were off");
        let mut born = moved(2 * MINUTE);
        born.stage_changes.remove(0);
        assert_eq!(found(&record, &born, up, 0), None, "made in the stage");
    }

    #[test]
    fn what_the_webhook_told_of_a_moment_ago_is_told_whatever_our_clock_says() {
        for ahead in [-HOUR, 0, HOUR] {
            let mut record = record();
            record.last_webhook = Some(NOW.plus(ahead - 2 * MINUTE));
            assert_eq!(found(&record, &moved(2 * MINUTE), Millis(0), ahead), None, "{ahead}");
            record.last_webhook = Some(NOW.plus(ahead - HOUR));
            assert!(
                found(&record, &moved(2 * MINUTE), Millis(0), ahead).is_some(),
                "{ahead}"
            );
        }
    }

    #[test]
    fn a_webhook_that_is_awaited_already_is_awaited_since_then() {
        let mut record = record();
        record.webhook_since = Some(NOW.plus(-3 * MINUTE));
        assert_eq!(found(&record, &moved(2 * MINUTE), Millis(0), 0), None);
    }
}
