//! What happened last, across all connections: for diagnostics. Whoever shows it elsewhere takes out whom it is about.

use std::collections::BTreeMap;

use model::{ConnectionId, Millis, OpportunityId, PostingId};
use rusqlite::params;

use crate::{Inbound, Moment, Result, Tx};

/// A step of some check's story, with what the check is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    pub connection: ConnectionId,
    pub opportunity: OpportunityId,
    pub posting: Option<PostingId>,
    pub moment: Moment,
}

/// Something that came in.
#[derive(Clone, PartialEq, Debug)]
pub struct Arrived {
    pub connection: ConnectionId,
    pub at: Millis,
    pub inbound: Inbound,
    /// It was looked at.
    pub done: bool,
}

impl Tx<'_> {
    /// The last steps of all stories, the newest first.
    pub fn last_told(&self, limit: u32) -> Result<Vec<Told>> {
        let mut rows = self.sql.prepare_cached(
            "SELECT t.at, t.step, t.params, c.connection, c.opportunity, c.posting
             FROM timeline t JOIN \"check\" c ON c.id = t.\"check\" ORDER BY t.id DESC LIMIT ?1",
        )?;
        let rows = rows.query_map(params![limit], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, String>(3)?,
                row.get::<_, String>(4)?,
                row.get::<_, Option<String>>(5)?,
            ))
        })?;
        let mut told = Vec::new();
        for row in rows {
            let (at, step, params, connection, opportunity, posting) = row?;
            let params: BTreeMap<String, String> = serde_json::from_str(&params)?;
            // An id that cannot be read belongs to no connection of ours.
            let Ok(connection) = connection.parse() else { continue };
            told.push(Told {
                connection,
                opportunity: opportunity.into(),
                posting: posting.map(PostingId::from),
                moment: Moment {
                    at: Millis(at),
                    step,
                    params,
                },
            });
        }
        Ok(told)
    }

    /// What came in last, the newest first.
    pub fn last_arrived(&self, limit: u32) -> Result<Vec<Arrived>> {
        let mut rows = self
            .sql
            .prepare_cached("SELECT connection, received_at, doc, done FROM inbox ORDER BY id DESC LIMIT ?1")?;
        let rows = rows.query_map(params![limit], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, String>(2)?,
                row.get(3)?,
            ))
        })?;
        let mut arrived = Vec::new();
        for row in rows {
            let (connection, at, doc, done) = row?;
            let Ok(connection) = connection.parse() else { continue };
            arrived.push(Arrived {
                connection,
                at: Millis(at),
                inbound: serde_json::from_str(&doc)?,
                done,
            });
        }
        Ok(arrived)
    }
}
