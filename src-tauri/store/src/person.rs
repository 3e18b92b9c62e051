//! What is stored of one candidate: to be shown to them, and to be removed.

use model::{ConnectionId, Millis, OpportunityId};
use rusqlite::params;
use serde_json::{Value, json};

use crate::{Result, Tx};

impl Tx<'_> {
    /// All of it, as it is stored.
    pub fn all_about(&self, connection: ConnectionId, opportunity: &OpportunityId) -> Result<Value> {
        let mut checks = Vec::new();
        for check in self.checks_of(connection, opportunity)? {
            let mut effects = self
                .sql
                .prepare_cached("SELECT doc FROM effect WHERE \"check\" = ?1 ORDER BY created_at")?;
            let effects = effects.query_map([check.id.to_string()], |row| row.get::<_, String>(0))?;
            let effects = effects.map(|doc| Ok(serde_json::from_str::<Value>(&doc?)?));
            let mut updates = self.sql.prepare_cached(
                "SELECT received_at, doc FROM inbox WHERE connection = ?1 AND doc ->> 'kind' = 'update'
                     AND doc ->> 'result' IN (SELECT id FROM result WHERE \"check\" = ?2) ORDER BY id",
            )?;
            let updates = updates.query_map(params![connection.to_string(), check.id.to_string()], received)?;
            let updates = updates.map(as_json);
            let story = self.story(check.id)?;
            let story = story
                .iter()
                .map(|moment| json!({"at": moment.at.to_string(), "step": moment.step, "params": moment.params}));
            checks.push(json!({
                "check": check,
                "story": story.collect::<Vec<_>>(),
                "effects": effects.collect::<Result<Vec<_>>>()?,
                "updates": updates.collect::<Result<Vec<_>>>()?,
            }));
        }
        let mut webhooks = self.sql.prepare_cached(
            "SELECT received_at, doc FROM inbox WHERE connection = ?1 AND doc ->> 'kind' = 'webhook'
                 AND doc ->> 'opportunity' = ?2 ORDER BY id",
        )?;
        let webhooks = webhooks.query_map(params![connection.to_string(), opportunity.as_str()], received)?;
        Ok(json!({
            "opportunity": opportunity,
            "checks": checks,
            "webhooks": webhooks.map(as_json).collect::<Result<Vec<_>>>()?,
            "waiting": self.bell(connection, opportunity)?,
        }))
    }

    /// Removes what came in about a candidate, and what waits to be looked at; by no update is a check found any more.
    pub fn forget_inbound(&self, connection: ConnectionId, opportunity: &OpportunityId) -> Result<()> {
        for sql in [
            "DELETE FROM inbox WHERE connection = ?1 AND doc ->> 'kind' = 'update' AND doc ->> 'result' IN
                 (SELECT id FROM result WHERE \"check\" IN
                     (SELECT id FROM \"check\" WHERE connection = ?1 AND opportunity = ?2))",
            "DELETE FROM inbox WHERE connection = ?1 AND doc ->> 'kind' = 'webhook' AND doc ->> 'opportunity' = ?2",
            "DELETE FROM result WHERE \"check\" IN
                 (SELECT id FROM \"check\" WHERE connection = ?1 AND opportunity = ?2)",
            "DELETE FROM bell WHERE connection = ?1 AND opportunity = ?2",
        ] {
            self.sql
                .prepare_cached(sql)?
                .execute(params![connection.to_string(), opportunity.as_str()])?;
        }
        Ok(())
    }
}

fn received(row: &rusqlite::Row<'_>) -> rusqlite::Result<(i64, String)> {
    Ok((row.get(0)?, row.get(1)?))
}

fn as_json(row: rusqlite::Result<(i64, String)>) -> Result<Value> {
    let (at, doc) = row?;
    let doc: Value = serde_json::from_str(&doc)?;
    Ok(json!({"at": Millis(at).to_string(), "what": doc}))
}
