//! A damaged database: found, set aside under a name with the time, and followed by a fresh one.
//!
//! What still protects people is taken over as far as it can be read: the keys of starts, so that nobody is started
//! twice; each connection's settings, as a draft that somebody has to look through; and who was not started yet, to be
//! listed. The rest stays in the file, and Lever's tags tell of it (`rules.md` 4).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use model::{ConnectionId, EffectKey, Millis, OpportunityId};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};

use crate::connection::{ConnectionRecord, Standing};
use crate::open::{DATABASE, Tx};
use crate::{Bell, Error, Result, Source};

/// The name of a database that was set aside begins so. SQLite's own files beside it go with it.
const ASIDE: &str = "refapp-lever-damaged-";
/// SQLite's files beside a database.
const BESIDE: [&str; 3] = ["", "-wal", "-shm"];
/// Left beside a database in which damage was met while it was in use: the next opening reads all of it.
const MARK: &str = "damaged";

/// A damaged database that was set aside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Aside {
    /// Its name in the data directory.
    pub file: String,
    pub at: Millis,
}

/// Looks at what decides before anything else is read: who may write, which connections there are, and every page of
/// the keys of starts, as one that is not found could mean a second mail. A full check reads the whole file, for seconds
/// with 100,000 checks; any other damage is met when it is read, and nothing is written from then on.
pub(crate) fn look(connection: &Connection) -> Result<()> {
    is_ok(connection, "PRAGMA quick_check('owner')")?;
    is_ok(connection, "PRAGMA quick_check('connection')")?;
    connection.query_row("SELECT count(*) FROM spent", [], |_| Ok(()))?;
    Ok(())
}

fn is_ok(connection: &Connection, check: &str) -> Result<()> {
    let said: String = connection.query_row(check, [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(Error::Damaged) }
}

/// Damage was met: the next opening has to know, as its own look may not find it.
pub(crate) fn mark(data_dir: &Path) {
    // Where that cannot be written, the damage is met once more.
    let _ = crate::open::private_file(&data_dir.join(MARK));
}

/// What damage was met before is looked for all over the file. A disturbance that left nothing behind is forgotten.
pub(crate) fn look_closer(connection: &Connection, data_dir: &Path) -> Result<()> {
    let mark = data_dir.join(MARK);
    if mark.exists() {
        is_ok(connection, "PRAGMA integrity_check(1)")?;
        fs::remove_file(mark)?;
    }
    Ok(())
}

/// Gives the database another name.
pub(crate) fn set_aside(data_dir: &Path, now: Millis) -> io::Result<()> {
    let time = now.to_string().replace(':', "-");
    let (from, to) = (data_dir.join(DATABASE), data_dir.join(format!("{ASIDE}{time}.db")));
    // The database first: one that has lost its log would be taken for whole.
    for end in BESIDE {
        match fs::rename(beside(&from, end), beside(&to, end)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    match fs::remove_file(data_dir.join(MARK)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn beside(database: &Path, end: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Databases that were set aside, oldest first.
fn all(data_dir: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(data_dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with(ASIDE) && Path::new(&name).extension().is_some_and(|end| end == "db") {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}

/// Removes those that were set aside, with the personal data in them.
pub(crate) fn remove(data_dir: &Path) -> io::Result<()> {
    for file in all(data_dir)? {
        for end in BESIDE {
            match fs::remove_file(beside(&data_dir.join(&file), end)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Takes over from the database that was set aside last, once. It is done from the files that lie there, so that a
/// process that ends in between leaves nothing undone.
pub(crate) fn take_over(connection: &mut Connection, data_dir: &Path, now: Millis) -> Result<()> {
    let Some(file) = all(data_dir)?.pop() else {
        return Ok(());
    };
    let tx = Tx::on(connection.transaction()?);
    let new = tx.sql.execute(
        "INSERT INTO aside (file, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        params![file, now.0],
    )?;
    if new == 0 {
        return Ok(());
    }
    if let Ok(damaged) = open_damaged(&data_dir.join(&file)) {
        let pair = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?));
        for (key, at) in readable(&damaged, SPENT, pair) {
            tx.spend(&EffectKey(key), Millis(at))?;
        }
        for doc in readable(&damaged, CONNECTIONS, |row| row.get::<_, String>(0)) {
            if let Ok(record) = serde_json::from_str(&doc) {
                tx.put_connection(&draft_of(record))?;
            }
        }
        let pair = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?));
        let (not_started, rung) = (readable(&damaged, NOT_STARTED, pair), readable(&damaged, BELLS, pair));
        for (connection, opportunity) in not_started.into_iter().chain(rung) {
            if let Ok(connection) = connection.parse::<ConnectionId>() {
                let bell = Bell::at_once(&OpportunityId(opportunity), Source::Present, now);
                tx.ring(connection, &bell)?;
            }
        }
    }
    tx.sql.commit()?;
    Ok(())
}

/// Each from its beginning and from its end.
type BothWays = [&'static str; 2];

const SPENT: BothWays = [
    "SELECT key, at FROM spent ORDER BY key",
    "SELECT key, at FROM spent ORDER BY key DESC",
];
const CONNECTIONS: BothWays = [
    "SELECT doc FROM connection ORDER BY id",
    "SELECT doc FROM connection ORDER BY id DESC",
];
const NOT_STARTED: BothWays = [
    "SELECT connection, opportunity FROM \"check\" WHERE phase IN ('queued', 'parked') ORDER BY id",
    "SELECT connection, opportunity FROM \"check\" WHERE phase IN ('queued', 'parked') ORDER BY id DESC",
];
const BELLS: BothWays = [
    "SELECT connection, opportunity FROM bell ORDER BY connection, opportunity",
    "SELECT connection, opportunity FROM bell ORDER BY connection DESC, opportunity DESC",
];

fn open_damaged(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    leave_as_it_is(&connection);
    Ok(connection)
}

/// Closing it writes nothing into the file.
pub(crate) fn leave_as_it_is(connection: &Connection) {
    let no_checkpoint = rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    // Where that is refused, the log is written into the file on closing: nothing is lost by that.
    let _ = connection.set_db_config(no_checkpoint, true);
}

/// The rows before the first damaged page, and those behind the last. Some come twice.
fn readable<T>(damaged: &Connection, query: BothWays, read: impl Fn(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
    let mut found = Vec::new();
    for query in query {
        let Ok(mut rows) = damaged.prepare(query) else { continue };
        let Ok(rows) = rows.query_map([], &read) else { continue };
        found.extend(rows.map_while(std::result::Result::ok));
    }
    found
}

/// The set-up as it was, for somebody to look through. Who is in the stage by then is listed, as at the first set-up.
fn draft_of(mut record: ConnectionRecord) -> ConnectionRecord {
    if record.standing != Standing::Disconnected {
        record.standing = Standing::Draft;
    }
    record.following_since = None;
    record.pause = None;
    record.watermark = None;
    record.open_until = None;
    record.gaps.clear();
    record
}

/// The one that somebody still has to read about.
pub(crate) fn unread(connection: &Connection) -> Result<Option<Aside>> {
    let last = "SELECT file, at FROM aside WHERE read = 0 ORDER BY file DESC LIMIT 1";
    let read = |row: &Row<'_>| {
        Ok(Aside {
            file: row.get(0)?,
            at: Millis(row.get(1)?),
        })
    };
    Ok(connection.query_row(last, [], read).optional()?)
}
