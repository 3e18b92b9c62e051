//! How the recruiter at this computer looks at the checks.

use model::Desk;
use rusqlite::{OptionalExtension, params};

use crate::{Result, Tx};

impl Tx<'_> {
    /// As it was kept last, or as it is at first.
    pub fn desk(&self) -> Result<Desk> {
        let doc: Option<String> = self
            .sql
            .query_row("SELECT doc FROM desk", [], |row| row.get(0))
            .optional()?;
        // One of another version that cannot be read any more is no reason to show nothing.
        let desk = doc.and_then(|doc| serde_json::from_str::<Desk>(&doc).ok());
        Ok(desk.unwrap_or_default().made_whole())
    }

    /// Keeps it.
    pub fn put_desk(&self, desk: &Desk) -> Result<()> {
        let kept = "INSERT INTO desk (only, doc) VALUES (1, ?1) ON CONFLICT DO UPDATE SET doc = excluded.doc";
        self.sql.execute(kept, params![serde_json::to_string(desk)?])?;
        Ok(())
    }
}
