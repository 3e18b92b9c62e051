//! Which opportunities are to be looked at. Webhooks, polling and people all ring the same bell, and one code
//! path answers it (`reliability.md` rule 2).

use model::{ConnectionId, Millis, OpportunityId};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::{Result, Tx};

/// A bell that rings until it is answered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Bell {
    pub opportunity: OpportunityId,
    pub source: Source,
    /// When we learnt of it.
    pub rung_at: Millis,
    /// When the move into the trigger stage happened, as far as the ringer knows.
    pub moved_at: Option<Millis>,
    /// Looks that failed so far.
    pub attempts: u32,
    pub due_at: Millis,
}

impl Bell {
    /// A bell to be answered at once, that tells of no move into the trigger stage.
    pub fn at_once(opportunity: &OpportunityId, source: Source, now: Millis) -> Self {
        Self {
            opportunity: opportunity.clone(),
            source,
            rung_at: now,
            moved_at: None,
            attempts: 0,
            due_at: now,
        }
    }
}

/// Who rang.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A stage-change webhook into the trigger stage.
    Webhook,
    /// Found in the trigger stage by polling.
    Polling,
    /// Found by a poll that had much to catch up with, together with more than ten others.
    CatchUp,
    /// Was in the stage when the connection or the stage was set.
    Present,
    /// A person asked.
    Person,
    /// Something else happened to an opportunity that we follow, or it is time to look again.
    Recheck,
}

impl Source {
    /// A bell that rings twice keeps the source that may do more.
    fn rank(self) -> u8 {
        match self {
            Self::Person => 6,
            Self::Webhook => 5,
            Self::Polling => 4,
            Self::CatchUp => 3,
            Self::Present => 1,
            Self::Recheck => 0,
        }
    }
}

impl Tx<'_> {
    /// Rings. A bell that rings already keeps its earlier due time's claim and the stronger source.
    pub fn ring(&self, connection: ConnectionId, bell: &Bell) -> Result<()> {
        let merged = match self.bell(connection, &bell.opportunity)? {
            None => bell.clone(),
            Some(before) => Bell {
                opportunity: bell.opportunity.clone(),
                source: if bell.source.rank() > before.source.rank() {
                    bell.source
                } else {
                    before.source
                },
                rung_at: bell.rung_at,
                moved_at: bell.moved_at.max(before.moved_at),
                attempts: 0,
                due_at: bell.due_at.min(before.due_at),
            },
        };
        self.put_bell(connection, &merged)
    }

    /// A look at the bell that was seen failed, and is due again later. If it rang again meanwhile, that counts.
    pub fn put_off(&self, connection: ConnectionId, seen: &Bell, due_at: Millis) -> Result<()> {
        let now = self.bell(connection, &seen.opportunity)?;
        if now.is_none_or(|now| now.rung_at != seen.rung_at) {
            return Ok(());
        }
        let later = Bell {
            attempts: seen.attempts + 1,
            due_at,
            ..seen.clone()
        };
        self.put_bell(connection, &later)
    }

    fn put_bell(&self, connection: ConnectionId, bell: &Bell) -> Result<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO bell (connection, opportunity, due_at, doc) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET due_at = excluded.due_at, doc = excluded.doc",
            )?
            .execute(params![
                connection.to_string(),
                bell.opportunity.as_str(),
                bell.due_at.0,
                serde_json::to_string(bell)?
            ])?;
        Ok(())
    }

    /// The bell of one opportunity.
    pub fn bell(&self, connection: ConnectionId, opportunity: &OpportunityId) -> Result<Option<Bell>> {
        let doc: Option<String> = self
            .sql
            .prepare_cached("SELECT doc FROM bell WHERE connection = ?1 AND opportunity = ?2")?
            .query_row(params![connection.to_string(), opportunity.as_str()], |row| row.get(0))
            .optional()?;
        Ok(doc.map(|doc| serde_json::from_str(&doc)).transpose()?)
    }

    /// Answers the bell that was seen. If it rang again meanwhile it stays.
    pub fn answer_bell(&self, connection: ConnectionId, seen: &Bell) -> Result<()> {
        if self
            .bell(connection, &seen.opportunity)?
            .is_some_and(|now| now.rung_at == seen.rung_at)
        {
            self.sql
                .prepare_cached("DELETE FROM bell WHERE connection = ?1 AND opportunity = ?2")?
                .execute(params![connection.to_string(), seen.opportunity.as_str()])?;
        }
        Ok(())
    }

    /// Those due at `now`: news first, and among them the longest due.
    pub fn due_bells(&self, connection: ConnectionId, now: Millis, limit: u32) -> Result<Vec<Bell>> {
        let mut rows = self.sql.prepare_cached(
            "SELECT doc FROM bell WHERE connection = ?1 AND due_at <= ?2
             ORDER BY doc ->> 'source' = 'recheck', due_at LIMIT ?3",
        )?;
        let docs = rows.query_map(params![connection.to_string(), now.0, limit], |row| {
            row.get::<_, String>(0)
        })?;
        docs.map(|doc| Ok(serde_json::from_str(&doc?)?)).collect()
    }

    /// How many ring with news: what is only looked at again is not waited for.
    pub fn bells(&self, connection: ConnectionId) -> Result<u32> {
        Ok(self
            .sql
            .prepare_cached("SELECT count(*) FROM bell WHERE connection = ?1 AND doc ->> 'source' <> 'recheck'")?
            .query_row([connection.to_string()], |row| row.get(0))?)
    }

    /// When the first bell falls due after `now`.
    pub fn next_bell(&self, connection: ConnectionId, now: Millis) -> Result<Option<Millis>> {
        let at: Option<i64> = self
            .sql
            .prepare_cached("SELECT min(due_at) FROM bell WHERE connection = ?1 AND due_at > ?2")?
            .query_row(params![connection.to_string(), now.0], |row| row.get(0))?;
        Ok(at.map(Millis))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::Store;

    #[test]
    fn a_look_that_failed_puts_the_bell_off_and_never_the_ring_that_came_meanwhile() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Millis(0)).unwrap();
        let (connection, opportunity) = (ConnectionId::of("Nordvik"), "opportunity".into());
        let seen = Bell::at_once(&opportunity, Source::Recheck, Millis(1));
        let write = |work: &dyn Fn(&Tx<'_>) -> Result<()>| store.write(|tx| work(tx)).unwrap();
        let ring = |bell: &Bell| write(&|tx| tx.ring(connection, bell));
        let put_off = || write(&|tx| tx.put_off(connection, &seen, Millis(100)));
        let bell = || store.read(|tx| tx.bell(connection, &opportunity)).unwrap();
        put_off();
        assert_eq!(bell(), None, "it was answered");
        ring(&seen);
        put_off();
        let later = bell().unwrap();
        assert_eq!((later.due_at, later.attempts), (Millis(100), 1));
        let person = Bell::at_once(&opportunity, Source::Person, Millis(2));
        ring(&person);
        put_off();
        assert_eq!(bell(), Some(person));
        write(&|tx| tx.answer_bell(connection, &seen));
        assert!(bell().is_some());
    }
}
