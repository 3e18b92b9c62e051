//! What was done with personal data here: an append-only list, each entry of which is chained to the one before by a hash,
//! so that an entry that was changed or taken out is noticed. It names no person: checks are called by pseudonyms, and
//! a connection by its id.

use std::collections::BTreeMap;

use model::{Act, ConnectionId, Millis};
use rusqlite::{OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use crate::{Result, Tx};

/// One entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Logged {
    /// Rises with each.
    pub number: i64,
    pub at: Millis,
    pub connection: ConnectionId,
    pub act: Act,
    pub params: BTreeMap<String, String>,
    /// SHA-256 of this entry and of the hash before it, in hex.
    pub chain: String,
}

/// An entry as it is stored.
struct Stored {
    number: i64,
    at: i64,
    connection: String,
    act: String,
    params: String,
    chain: String,
}

const ALL: &str = "SELECT number, at, connection, act, params, chain FROM audit_log ORDER BY number";
const BEFORE: &str = "SELECT number, at, connection, act, params, chain FROM audit_log WHERE number < ?1
    ORDER BY number DESC LIMIT ?2";
const LAST: &str = "SELECT number, chain FROM audit_log ORDER BY number DESC LIMIT 1";

impl Tx<'_> {
    /// Adds an entry.
    pub fn log(&self, at: Millis, connection: ConnectionId, act: Act, params: &[(&str, String)]) -> Result<()> {
        let last = self
            .sql
            .query_row(LAST, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
            .optional()?;
        let (number, before) = last.unwrap_or_default();
        let params: BTreeMap<&str, &String> = params.iter().map(|(name, value)| (*name, value)).collect();
        let mut entry = Stored {
            number: number + 1,
            at: at.0,
            connection: connection.to_string(),
            act: act.word().to_owned(),
            params: serde_json::to_string(&params)?,
            chain: String::new(),
        };
        entry.chain = link(&before, &entry);
        self.sql
            .prepare_cached(
                "INSERT INTO audit_log (number, at, connection, act, params, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                entry.number,
                entry.at,
                entry.connection,
                entry.act,
                entry.params,
                entry.chain
            ])?;
        Ok(())
    }

    /// Entries from before this number, the newest first.
    pub fn audit_log(&self, before: i64, limit: u32) -> Result<Vec<Logged>> {
        let mut rows = self.sql.prepare_cached(BEFORE)?;
        let rows = rows.query_map(params![before, limit], stored)?;
        let mut entries = Vec::new();
        for row in rows {
            let row = row?;
            // What another version wrote and this one has no word for is not shown, and chained all the same.
            let (Ok(connection), Some(act)) = (row.connection.parse(), Act::of_word(&row.act)) else {
                continue;
            };
            entries.push(Logged {
                number: row.number,
                at: Millis(row.at),
                connection,
                act,
                params: serde_json::from_str(&row.params)?,
                chain: row.chain,
            });
        }
        Ok(entries)
    }

    /// Whether every entry is as it was written, and none between the first and the last is missing.
    pub fn audit_log_is_whole(&self) -> Result<bool> {
        let mut rows = self.sql.prepare_cached(ALL)?;
        let mut before: Option<Stored> = None;
        for row in rows.query_map([], stored)? {
            let row = row?;
            // The first one's own predecessor has grown old and was forgotten.
            let follows = before
                .as_ref()
                .is_none_or(|before| row.number == before.number + 1 && row.chain == link(&before.chain, &row));
            let begins = row.number > 1 || row.chain == link("", &row);
            if !follows || !begins {
                return Ok(false);
            }
            before = Some(row);
        }
        Ok(true)
    }

    /// Forgets entries from before this moment, but for the last one, to which the next is chained.
    pub fn forget_log(&self, before: Millis) -> Result<usize> {
        let forgotten = "DELETE FROM audit_log WHERE at < ?1 AND number < (SELECT max(number) FROM audit_log)";
        Ok(self.sql.execute(forgotten, [before.0])?)
    }
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        number: row.get(0)?,
        at: row.get(1)?,
        connection: row.get(2)?,
        act: row.get(3)?,
        params: row.get(4)?,
        chain: row.get(5)?,
    })
}

/// The hash of an entry and of the one before it, in hex.
fn link(before: &str, entry: &Stored) -> String {
    let mut hash = Sha256::new();
    // A length before each part: no two different lists of parts give the same bytes.
    for part in [
        before,
        &entry.number.to_string(),
        &entry.at.to_string(),
        &entry.connection,
        &entry.act,
        &entry.params,
    ] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Error, Store};

    fn filled() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Millis(0)).unwrap();
        let connection = ConnectionId::of("Nordvik");
        for at in 1..=4 {
            let params = [("rows", at.to_string())];
            store
                .write(|tx| tx.log(Millis(at), connection, Act::Exported, &params))
                .unwrap();
        }
        (dir, store)
    }

    fn is_whole_after(tamper: &str) -> bool {
        let (_dir, store) = filled();
        store
            .write(|tx| Ok::<_, Error>(tx.sql.execute(tamper, []).map(drop)?))
            .unwrap();
        store.look(|tx| tx.audit_log_is_whole()).unwrap()
    }

    #[test]
    fn an_entry_that_was_changed_or_taken_out_is_noticed() {
        assert!(is_whole_after("UPDATE audit_log SET act = act"));
        assert!(!is_whole_after(
            "UPDATE audit_log SET params = '{\"rows\":\"9\"}' WHERE number = 2"
        ));
        assert!(!is_whole_after("UPDATE audit_log SET at = 9 WHERE number = 4"));
        assert!(!is_whole_after("DELETE FROM audit_log WHERE number = 3"));
        assert!(!is_whole_after("UPDATE audit_log SET act = 'erased' WHERE number = 1"));
    }

    #[test]
    fn the_newest_comes_first_and_what_grows_old_is_forgotten_without_a_break() {
        let (_dir, store) = filled();
        let numbers = |before| {
            let entries = store.look(|tx| tx.audit_log(before, 2)).unwrap();
            entries.iter().map(|entry| entry.number).collect::<Vec<_>>()
        };
        assert_eq!((numbers(i64::MAX), numbers(3)), (vec![4, 3], vec![2, 1]));
        store.write(|tx| tx.forget_log(Millis(3))).unwrap();
        assert_eq!(numbers(4), [3]);
        store.write(|tx| tx.forget_log(Millis(100))).unwrap();
        let connection = ConnectionId::of("Nordvik");
        store
            .write(|tx| tx.log(Millis(100), connection, Act::Erased, &[]))
            .unwrap();
        assert_eq!(numbers(i64::MAX), [5, 4]);
        assert!(store.look(|tx| tx.audit_log_is_whole()).unwrap());
    }
}
