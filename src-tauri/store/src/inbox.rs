//! What came in, stored before it is acknowledged (`reliability.md` rule 1).

use model::{ConnectionId, Millis, OpportunityId, Progress, ResultId, StageId};
use rusqlite::params;
use serde::{Deserialize, Serialize};

use crate::{Result, Tx};

/// One thing that came in, reduced to what the engine needs. A webhook is a doorbell, not data: whatever else
/// its unsigned body says is dropped.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Inbound {
    Webhook {
        event: String,
        /// Absent in the settings page's test delivery (`lever-api.md §8.3`).
        opportunity: Option<OpportunityId>,
        to_stage: Option<StageId>,
        triggered_at: Millis,
    },
    Update {
        /// `partner-result.id` as Refapp wrote it.
        result: String,
        progress: Progress,
    },
}

/// A stored one.
#[derive(Clone, PartialEq, Debug)]
pub struct InboxRow {
    pub id: i64,
    pub received_at: Millis,
    pub inbound: Inbound,
}

impl Tx<'_> {
    /// Stores it unless `repeat_key` was stored before for this connection; answers whether it was new.
    pub fn take_in(&self, connection: ConnectionId, repeat_key: &str, now: Millis, inbound: &Inbound) -> Result<bool> {
        let rows = self
            .sql
            .prepare_cached("INSERT INTO inbox (connection, repeat_key, received_at, doc) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")?
            .execute(params![connection.to_string(), repeat_key, now.0, serde_json::to_string(inbound)?])?;
        Ok(rows == 1)
    }

    /// Whether it was stored before, as far back as that is remembered.
    pub fn has_taken_in(&self, connection: ConnectionId, repeat_key: &str) -> Result<bool> {
        let known = self
            .sql
            .prepare_cached("SELECT 1 FROM inbox WHERE connection = ?1 AND repeat_key = ?2")?
            .exists(params![connection.to_string(), repeat_key])?;
        Ok(known)
    }

    /// The oldest ones not worked off, in the order in which they came.
    pub fn open_inbox(&self, connection: ConnectionId, limit: u32) -> Result<Vec<InboxRow>> {
        let mut rows = self.sql.prepare_cached(
            "SELECT id, received_at, doc FROM inbox WHERE connection = ?1 AND done = 0 ORDER BY id LIMIT ?2",
        )?;
        let rows = rows.query_map(params![connection.to_string(), limit], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?))
        })?;
        rows.map(|row| {
            let (id, received_at, doc) = row?;
            Ok(InboxRow {
                id,
                received_at: Millis(received_at),
                inbound: serde_json::from_str(&doc)?,
            })
        })
        .collect()
    }

    /// Marks one as worked off. It stays, to recognise its repetitions.
    pub fn inbox_done(&self, id: i64) -> Result<()> {
        self.sql
            .prepare_cached("UPDATE inbox SET done = 1 WHERE id = ?1")?
            .execute([id])?;
        Ok(())
    }

    /// Works off once more what Refapp said of a check that was not known yet.
    pub fn reopen_updates(&self, connection: ConnectionId, result: ResultId) -> Result<()> {
        self.sql
            .prepare_cached(
                "UPDATE inbox SET done = 0 WHERE connection = ?1 AND doc ->> 'kind' = 'update' AND doc ->> 'result' = ?2",
            )?
            .execute([connection.to_string(), result.to_string()])?;
        Ok(())
    }

    /// Forgets worked-off webhooks received before `before`: the receiver refuses older ones anyway. Updates
    /// carry no time, so theirs are kept as long as their connection.
    pub fn forget_webhooks(&self, before: Millis) -> Result<usize> {
        Ok(self.sql.execute(
            "DELETE FROM inbox WHERE done = 1 AND received_at < ?1 AND doc ->> 'kind' = 'webhook'",
            [before.0],
        )?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Store;

    #[test]
    fn d06_what_is_stored_already_is_no_work_even_when_it_was_worked_off() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Millis(0)).unwrap();
        let connection = ConnectionId::of("Nordvik");
        let inbound = Inbound::Webhook {
            event: "candidateStageChange".to_owned(),
            opportunity: None,
            to_stage: None,
            triggered_at: Millis(0),
        };
        let take_in = || store.write(|tx| tx.take_in(connection, "key", Millis(1), &inbound));
        let open = || store.read(|tx| tx.open_inbox(connection, 10)).unwrap();
        assert!(take_in().unwrap());
        assert!(!take_in().unwrap());
        let [row] = &open()[..] else { panic!("one row") };
        store.write(|tx| tx.inbox_done(row.id)).unwrap();
        assert!(!take_in().unwrap());
        assert!(open().is_empty());
    }
}
