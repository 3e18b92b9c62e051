//! A window of polling that was read to its end.

use lever::Opportunity;
use model::Millis;
use store::{Bell, ConnectionRecord, Result, Source, Tx};

use crate::plan::observed::last_entry;

/// Starts out of one catch-up that need no question (`rules.md` 3).
const UNASKED: usize = 10;

/// Rings for every row that is news, and moves the watermark. `rows`: who is in the trigger stage. `until`: when the
/// window ended, by Lever's own clock, from its Date header: it is the one that stamps the moves.
pub fn read(
    tx: &Tx<'_>,
    record: &ConnectionRecord,
    rows: &[&Opportunity],
    catching_up: bool,
    until: Millis,
    now: Millis,
) -> Result<ConnectionRecord> {
    let (id, first) = (record.id, record.watermark.is_none());
    let Some(stage) = &record.settings.trigger_stage else {
        return Ok(record.clone());
    };
    let mut news = Vec::new();
    for row in rows {
        let moved_at = last_entry(row, &stage.id).map(|change| change.at).or(row.advanced_at);
        let known = tx.checks_of(id, &row.id)?;
        let is_news = match moved_at {
            Some(at) => known.iter().all(|check| check.entered_at < at),
            None => known.is_empty(),
        };
        // What rings already came by webhook, or before the host went off: it was not missed.
        if is_news && tx.bell(id, &row.id)?.is_none() {
            news.push((row, moved_at));
        }
    }
    let many = catching_up && news.len() > UNASKED;
    for (row, moved_at) in news {
        let source = match moved_at {
            None if first => Source::Present,
            _ if many => Source::CatchUp,
            _ => Source::Polling,
        };
        let bell = Bell {
            opportunity: row.id.clone(),
            source,
            rung_at: now,
            moved_at,
            attempts: 0,
            due_at: now,
        };
        tx.ring(id, &bell)?;
    }
    let mut record = record.clone();
    record.watermark = Some(until.max(record.watermark.unwrap_or(until)));
    tx.put_connection(&record)?;
    Ok(record)
}
