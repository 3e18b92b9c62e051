//! The story of a check, step by step. Steps are words; their parameters hold no personal data.

use std::collections::BTreeMap;

use model::{CheckId, Millis};
use rusqlite::params;

use crate::{Result, Tx};

/// One step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moment {
    pub at: Millis,
    pub step: String,
    pub params: BTreeMap<String, String>,
}

impl Tx<'_> {
    /// Adds a step.
    pub fn tell(&self, check: CheckId, moment: &Moment) -> Result<()> {
        self.sql
            .prepare_cached("INSERT INTO timeline (\"check\", at, step, params) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![
                check.to_string(),
                moment.at.0,
                moment.step,
                serde_json::to_string(&moment.params)?
            ])?;
        Ok(())
    }

    /// The whole story, in the order in which it was told.
    pub fn story(&self, check: CheckId) -> Result<Vec<Moment>> {
        let mut rows = self
            .sql
            .prepare_cached("SELECT at, step, params FROM timeline WHERE \"check\" = ?1 ORDER BY id")?;
        let rows = rows.query_map([check.to_string()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, String>(2)?))
        })?;
        rows.map(|row| {
            let (at, step, params) = row?;
            Ok(Moment {
                at: Millis(at),
                step,
                params: serde_json::from_str(&params)?,
            })
        })
        .collect()
    }
}
