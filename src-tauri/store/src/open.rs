//! Opening the database, and its transactions.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::sabotage::{self, Control};
use model::{Anchor, Asked, CheckId, Code, ConnectionId, Millis, Sort};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::aside::{self, Aside};
use crate::listing::{Choices, Durations, Found, Line, Listing};
use crate::{Error, Result};

/// The database's name in its directory.
pub(crate) const DATABASE: &str = "refapp-lever.db";

/// How long is waited for whoever has the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// SQLite's name of the write-ahead log beside it.
const LOG: &str = "refapp-lever.db-wal";

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// The open database. Cheap to clone; the last clone gives the directory back.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    data_dir: PathBuf,
    /// Reads what the dashboard shows, and waits for no commit meanwhile. Dropped before the writer, which so is the last
    /// one and empties the log.
    reader: Mutex<Connection>,
    connection: Mutex<Connection>,
    epoch: i64,
    /// Why the last write, or a read, failed for a reason that concerns all of them.
    trouble: Mutex<Option<Code>>,
    /// A damaged database that came before this one, while nobody has read of it.
    aside: Mutex<Option<Aside>>,
    /// How often checks of each connection have changed since the opening.
    changes: Mutex<HashMap<ConnectionId, u64>>,
    /// Of the connections whose checks somebody has looked at.
    listings: Mutex<Listings>,
    /// Held as long as the store is open.
    _lock: File,
}

struct Listings {
    of: HashMap<ConnectionId, Listing>,
    /// The number of the last commit that was followed: it only grows, from one opening to the next as well, so that
    /// nobody's [`model::Sight`] of before is taken for one of now.
    change: u64,
}

/// How much room there is, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Size {
    pub database: u64,
    /// The write-ahead log.
    pub log: u64,
    /// What is free on the disk for this user; `None` where the system does not say.
    pub free: Option<u64>,
}

/// One transaction. All reading and writing goes through it; dropped without a commit it leaves nothing.
pub struct Tx<'c> {
    pub(crate) sql: Transaction<'c>,
    /// What it changes of checks.
    pub(crate) changed: RefCell<Vec<Change>>,
}

/// What a transaction changes of checks, for the listings to follow.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Put(ConnectionId, Line),
    Gone(ConnectionId, CheckId),
    /// All of a connection are gone.
    AllGone(ConnectionId),
}

impl Store {
    /// Opens the database in `data_dir`, which is made for the user alone if it is not there. A damaged one is set aside,
    /// and a fresh one begins.
    ///
    /// # Errors
    /// [`Error::Locked`] if another process has it, else whatever the file system or SQLite says.
    pub fn open(data_dir: &Path, now: Millis) -> Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(data_dir)?;
        let lock = private_file(&data_dir.join("lock"))?;
        if lock.try_lock().is_err() && !sabotage::is(Control::NoLock) {
            return Err(Error::Locked);
        }
        let (mut connection, epoch) = match begin(data_dir) {
            Err(error) if Code::from(&error) == Code::AppDamaged => {
                aside::set_aside(data_dir, now)?;
                begin(data_dir)?
            }
            begun => begun?,
        };
        aside::take_over(&mut connection, data_dir, now)?;
        let aside = aside::unread(&connection)?;
        let reader = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Connection::open_with_flags(data_dir.join(DATABASE), reader)?;
        reader.busy_timeout(PATIENCE)?;
        Ok(Self {
            inner: Arc::new(Inner {
                data_dir: data_dir.to_owned(),
                reader: Mutex::new(reader),
                connection: Mutex::new(connection),
                epoch,
                trouble: Mutex::default(),
                aside: Mutex::new(aside),
                changes: Mutex::default(),
                listings: Mutex::new(Listings {
                    of: HashMap::new(),
                    change: epoch.unsigned_abs() << 32,
                }),
                _lock: lock,
            }),
        })
    }

    /// Runs `work` in a transaction that is committed, durably, if it answers `Ok`.
    ///
    /// # Errors
    /// What `work` says; [`Error::TakenOver`] if this process must not write any more; [`Error::Damaged`] once damage was
    /// met; what SQLite says.
    pub fn write<T, E>(&self, work: impl FnOnce(&Tx<'_>) -> std::result::Result<T, E>) -> std::result::Result<T, E>
    where
        E: From<Error>,
        for<'e> Code: From<&'e E>,
    {
        let mut connection = self.connection();
        if self.is_damaged() {
            return Err(Error::Damaged.into());
        }
        let (answer, changed) = transact(&mut connection, self.inner.epoch, work)
            .inspect_err(|error| self.failed(&connection, Code::from(error)))?;
        // Before the next commit, which waits for the connection: listings follow in the order of the commits.
        self.follow(changed);
        Ok(answer)
    }

    fn follow(&self, changed: Vec<Change>) {
        let mut whose = BTreeSet::new();
        let mut listings = self.inner.listings.lock().unwrap_or_else(PoisonError::into_inner);
        listings.change += 1;
        let number = listings.change;
        for change in changed {
            match change {
                Change::Put(connection, line) => {
                    if let Some(listing) = listings.of.get_mut(&connection) {
                        listing.put(&line, number);
                    }
                    whose.insert(connection);
                }
                Change::Gone(connection, check) => {
                    if let Some(listing) = listings.of.get_mut(&connection) {
                        listing.remove(check);
                    }
                    whose.insert(connection);
                }
                Change::AllGone(connection) => {
                    listings.of.remove(&connection);
                }
            }
        }
        drop(listings);
        let mut changes = self.inner.changes.lock().unwrap_or_else(PoisonError::into_inner);
        for connection in whose {
            *changes.entry(connection).or_default() += 1;
        }
    }

    /// The checks of a connection that match, counted, and a window of them.
    ///
    /// # Errors
    /// What SQLite says, when the listing is read for the first time.
    pub fn list(&self, connection: ConnectionId, asked: &Asked, sort: Sort, offset: u32, limit: u32) -> Result<Found> {
        self.list_held(connection, asked, sort, offset, limit, None)
    }

    /// The same, of a window that moves with what it holds.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub fn list_held(
        &self,
        connection: ConnectionId,
        asked: &Asked,
        sort: Sort,
        offset: u32,
        limit: u32,
        anchor: Option<&Anchor>,
    ) -> Result<Found> {
        self.with_listing(connection, |listing| {
            listing.find(asked, sort, place(offset), place(limit), anchor)
        })
    }

    /// How many checks of a connection match, and which of these do.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub fn among(&self, connection: ConnectionId, asked: &Asked, checks: &[CheckId]) -> Result<(u32, Vec<CheckId>)> {
        self.with_listing(connection, |listing| listing.among(asked, checks))
    }

    /// What a connection's checks can be filtered by.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub fn choices(&self, connection: ConnectionId, asked: &Asked) -> Result<Choices> {
        self.with_listing(connection, |listing| listing.choices(asked))
    }

    /// How long a connection's checks took.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub fn durations(&self, connection: ConnectionId) -> Result<Durations> {
        self.with_listing(connection, Listing::durations)
    }

    /// A commit that comes while it is read waits to be followed: what it changed is in the listing then, or was already.
    fn with_listing<T>(&self, connection: ConnectionId, ask: impl FnOnce(&Listing) -> T) -> Result<T> {
        let mut listings = self.inner.listings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listing) = listings.of.get(&connection) {
            return Ok(ask(listing));
        }
        listings.change += 1;
        let change = listings.change;
        let listing = self.look(|tx| tx.lines(connection, |lines| Listing::of(lines, change)))?;
        Ok(ask(listings.of.entry(connection).or_insert(listing)))
    }

    /// Like [`Store::read`], and waits for no commit: for what is looked at and not acted on.
    ///
    /// # Errors
    /// What `work` or SQLite says.
    pub fn look<T>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let mut reader = self.reader();
        let answer = reader
            .transaction()
            .map_err(Error::from)
            .and_then(|sql| work(&Tx::on(sql)));
        answer.inspect_err(|error| self.failed(&reader, Code::from(error)))
    }

    /// Runs `work` on one consistent state of the database. Writing in it is lost.
    ///
    /// # Errors
    /// What `work` or SQLite says.
    pub fn read<T>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let mut connection = self.connection();
        let answer = connection
            .transaction()
            .map_err(Error::from)
            .and_then(|sql| work(&Tx::on(sql)));
        answer.inspect_err(|error| self.failed(&connection, Code::from(error)))
    }

    /// Whether it can be written, after something could not be: the disk was full, say. Where nothing failed, nothing is
    /// tried.
    ///
    /// # Errors
    /// Why it still cannot be.
    pub fn check_up(&self) -> Result<()> {
        if self.trouble().is_none() {
            return Ok(());
        }
        // A row that comes and goes: the page that held it is written all the same.
        self.write(|tx| {
            tx.sql.execute("INSERT INTO spent VALUES ('', 0)", [])?;
            tx.sql.execute("DELETE FROM spent WHERE key = ''", [])?;
            Ok::<_, Error>(())
        })?;
        *self.inner.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// Whether damage was met in the database: nothing is written any more, and the next opening sets it aside.
    pub fn is_damaged(&self) -> bool {
        self.trouble() == Some(Code::AppDamaged)
    }

    fn trouble(&self) -> Option<Code> {
        *self.inner.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, connection: &Connection, code: Code) {
        if !Self::TROUBLES.contains(&code) || self.is_damaged() {
            return;
        }
        if code == Code::AppDamaged {
            aside::mark(&self.inner.data_dir);
            aside::leave_as_it_is(connection);
        }
        *self.inner.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(code);
    }

    /// What may be wrong with a database that was opened.
    pub const TROUBLES: [Code; 5] = [
        Code::AppDiskFull,
        Code::AppReadOnly,
        Code::AppDiskError,
        Code::AppDamaged,
        Code::AppStore,
    ];

    /// The damaged database that was set aside, while nobody has read of it.
    pub fn aside(&self) -> Option<Aside> {
        self.inner.aside.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Somebody has read of it.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn read_aside(&self) -> Result<()> {
        if self.aside().is_none() {
            return Ok(());
        }
        self.write(|tx| Ok::<_, Error>(tx.sql.execute("UPDATE aside SET read = 1", []).map(drop)?))?;
        *self.inner.aside.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// Removes what was set aside, with the personal data in it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn remove_aside(&self) -> Result<()> {
        Ok(aside::remove(&self.inner.data_dir)?)
    }

    /// Rises with every committed change of a check of this connection: whoever shows its rows knows when to ask again.
    pub fn changes(&self, connection: ConnectionId) -> u64 {
        let changes = self.inner.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.get(&connection).copied().unwrap_or_default()
    }

    /// How large the database is, and how much room it has.
    pub fn size(&self) -> Size {
        let data_dir = &self.inner.data_dir;
        let bytes = |path: PathBuf| path.metadata().map_or(0, |metadata| metadata.len());
        let disk = rustix::fs::statvfs(data_dir).ok();
        Size {
            database: bytes(data_dir.join(DATABASE)),
            log: bytes(data_dir.join(LOG)),
            free: disk.map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize)),
        }
    }

    /// Empties the write-ahead log, so that what was erased is gone from it, too (`reliability.md` row 9). The database
    /// itself overwrites what it deletes.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn scrub(&self) -> Result<()> {
        let connection = self.connection();
        // Nobody reads meanwhile: a log that is read is not emptied.
        let _reader = self.reader();
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.inner.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A panic in a transaction rolled it back, so what is behind a poisoned lock is whole.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.inner.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the database and takes it over from whoever had it before. Gives the epoch.
fn begin(data_dir: &Path) -> Result<(Connection, i64)> {
    let path = data_dir.join(DATABASE);
    // SQLite gives the files beside it (-wal, -shm) the mode of the database: it must be right from birth.
    drop(private_file(&path)?);
    let mut connection = Connection::open(&path)?;
    let mut prepare = || {
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // FULL: a commit is on disk when it returns. An acknowledged event must survive a power cut.
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "secure_delete", "on")?;
        aside::look_closer(&connection, data_dir)?;
        #[cfg(feature = "sabotage")]
        crate::sabotage::watch(&mut connection)?;
        // Grouped: one transaction for the migrations and the record of them. Without it a process that ends between the two
        // leaves a database that no later opening can use.
        migrations::migrations::runner()
            .set_grouped(true)
            .run(&mut connection)?;
        #[cfg(feature = "sabotage")]
        crate::sabotage::leave(&mut connection)?;
        aside::look(&connection)?;
        connection.execute("UPDATE owner SET epoch = epoch + 1", [])?;
        Ok(connection.query_row("SELECT epoch FROM owner", [], |row| row.get(0))?)
    };
    let epoch: Result<i64> = prepare();
    match epoch {
        Ok(epoch) => Ok((connection, epoch)),
        Err(error) => {
            aside::leave_as_it_is(&connection);
            Err(error)
        }
    }
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// One transaction. Gives what it changed of checks, too.
fn transact<T, E: From<Error>>(
    connection: &mut Connection,
    epoch: i64,
    work: impl FnOnce(&Tx<'_>) -> std::result::Result<T, E>,
) -> std::result::Result<(T, Vec<Change>), E> {
    let sql = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(Error::from)?;
    let now: i64 = sql
        .query_row("SELECT epoch FROM owner", [], |row| row.get(0))
        .map_err(Error::from)?;
    if now != epoch && !sabotage::is(Control::NoLock) {
        return Err(Error::TakenOver.into());
    }
    let tx = Tx::on(sql);
    let answer = work(&tx)?;
    let Tx { sql, changed } = tx;
    sql.commit().map_err(Error::from)?;
    Ok((answer, changed.into_inner()))
}

impl<'c> Tx<'c> {
    pub(crate) fn on(sql: Transaction<'c>) -> Self {
        Self {
            sql,
            changed: RefCell::default(),
        }
    }
}

pub(crate) fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn s23_s27_a_second_opening_is_refused_and_files_are_for_the_user_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data");
        let first = Store::open(&path, Millis(0)).unwrap();
        first
            .write(|tx| {
                tx.sql
                    .execute("INSERT INTO spent VALUES ('k', 1)", [])
                    .map_err(Error::from)
            })
            .unwrap();
        assert!(matches!(Store::open(&path, Millis(0)), Err(Error::Locked)));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        for entry in std::fs::read_dir(&path).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(
                entry.metadata().unwrap().permissions().mode() & 0o077,
                0,
                "{:?}",
                entry.path()
            );
        }
        drop(first);
        assert!(Store::open(&path, Millis(0)).is_ok());
    }

    /// A database of a connection that runs.
    fn filled(dir: &Path) {
        let store = Store::open(dir, Millis(0)).unwrap();
        let name = "Nordvik".to_owned();
        let mut record = crate::ConnectionRecord::draft(ConnectionId::of(&name), name, Millis(0));
        record.standing = crate::Standing::Running;
        record.following_since = Some(Millis(7));
        let keys = |tx: &Tx<'_>| {
            tx.put_connection(&record)?;
            for key in 0..2_000 {
                tx.spend(&model::EffectKey(format!("key {key:05}")), Millis(5))?;
            }
            let opportunity = model::OpportunityId("waits".to_owned());
            tx.ring(
                record.id,
                &crate::Bell::at_once(&opportunity, crate::Source::Webhook, Millis(9)),
            )
        };
        store.write(keys).unwrap();
    }

    fn asides(dir: &Path) -> Vec<String> {
        let names = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| name.contains("damaged"));
        names.sort();
        names
    }

    fn overwrite(file: &Path, at: u64, length: usize) {
        use std::os::unix::fs::FileExt;
        let file = OpenOptions::new().write(true).open(file).unwrap();
        file.write_all_at(&vec![0xa5; length], at).unwrap();
    }

    #[test]
    fn a_file_that_is_no_database_is_set_aside_and_a_fresh_one_begins() {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path());
        let path = dir.path().join(DATABASE);
        overwrite(&path, 0, 4096);
        let damaged = std::fs::read(&path).unwrap();
        let store = Store::open(dir.path(), Millis(1_772_618_523_000)).unwrap();
        let aside = store.aside().unwrap();
        assert_eq!(aside.file, "refapp-lever-damaged-2026-03-04T10-02-03Z.db");
        let kept = dir.path().join(&aside.file);
        assert_eq!(std::fs::read(&kept).unwrap(), damaged, "nothing of it was changed");
        assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(store.read(|tx| tx.connections()).unwrap(), []);
        // It is told of until somebody has read it, and not again.
        drop(store);
        let store = Store::open(dir.path(), Millis(1_772_618_600_000)).unwrap();
        assert_eq!(store.aside(), Some(aside));
        store.read_aside().unwrap();
        assert_eq!(store.aside(), None);
        drop(store);
        let store = Store::open(dir.path(), Millis(1_772_618_700_000)).unwrap();
        assert_eq!(store.aside(), None);
        store.remove_aside().unwrap();
        assert_eq!(asides(dir.path()), Vec::<String>::new());
    }

    #[test]
    fn what_protects_people_is_taken_over_around_a_damaged_page() {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path());
        let path = dir.path().join(DATABASE);
        // Some leaf of the keys of starts, in the middle.
        let page = page_of(&path, b"key 00700");
        overwrite(&path, (page - 1) * 4096, 4096);
        let store = Store::open(dir.path(), Millis(1_772_618_523_000)).unwrap();
        assert!(store.aside().is_some(), "found at the opening, before anything is read");
        let spent = |key: u32| {
            let key = model::EffectKey(format!("key {key:05}"));
            store.read(|tx| tx.spent(&key)).unwrap()
        };
        assert_eq!((spent(0), spent(1_999)), (Some(Millis(5)), Some(Millis(5))));
        let kept = (0..2_000).filter(|key| spent(*key).is_some()).count();
        assert!((1_500..2_000).contains(&kept), "{kept}");
        let records = store.read(|tx| tx.connections()).unwrap();
        assert_eq!((records.len(), records[0].standing), (1, crate::Standing::Draft));
        assert_eq!(records[0].following_since, None, "who is in the stage is listed");
        let bells = store
            .read(|tx| tx.due_bells(records[0].id, Millis(i64::MAX), 9))
            .unwrap();
        assert_eq!((bells.len(), bells[0].source), (1, crate::Source::Present));
    }

    /// The page on which this text lies.
    fn page_of(file: &Path, text: &[u8]) -> u64 {
        let bytes = std::fs::read(file).unwrap();
        let at = bytes.windows(text.len()).position(|window| window == text).unwrap();
        (at / 4096 + 1) as u64
    }

    #[test]
    fn damage_that_is_met_in_use_stops_all_writing_and_is_set_aside_at_the_next_opening() {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path());
        let path = dir.path().join(DATABASE);
        let database = Connection::open(&path).unwrap();
        let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'bell'";
        let page: u32 = database.query_row(root, [], |row| row.get(0)).unwrap();
        drop(database);
        overwrite(&path, u64::from(page - 1) * 4096, 4096);
        // Where the look at the opening does not come.
        let store = Store::open(dir.path(), Millis(1)).unwrap();
        assert_eq!(store.aside(), None);
        let connection = ConnectionId::of("Nordvik");
        assert!(store.read(|tx| tx.bells(connection)).is_err());
        assert!(store.is_damaged());
        let refused = store.write(|tx| tx.spend(&model::EffectKey("new".to_owned()), Millis(1)));
        assert!(matches!(refused, Err(Error::Damaged)));
        assert!(
            matches!(store.check_up(), Err(Error::Damaged)),
            "it does not mend by itself"
        );
        drop(store);
        let store = Store::open(dir.path(), Millis(2_000)).unwrap();
        assert!(store.aside().is_some());
        assert_eq!(
            store
                .read(|tx| tx.spent(&model::EffectKey("key 00001".to_owned())))
                .unwrap(),
            Some(Millis(5))
        );
        assert_eq!(store.read(|tx| tx.connections()).unwrap().len(), 1);
    }

    #[test]
    fn a_disturbance_that_left_no_damage_behind_sets_nothing_aside() {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path());
        aside::mark(dir.path());
        let store = Store::open(dir.path(), Millis(1)).unwrap();
        assert_eq!(store.aside(), None);
        assert_eq!(asides(dir.path()), Vec::<String>::new(), "nor is the mark kept");
        assert_eq!(
            store.read(|tx| tx.connections()).unwrap()[0].standing,
            crate::Standing::Running
        );
    }

    #[test]
    fn a_full_disk_is_told_as_such_until_something_can_be_stored_again() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Millis(0)).unwrap();
        let pages = |pages: u32| {
            let sql = format!("PRAGMA max_page_count = {pages}");
            store.connection().query_row(&sql, [], |_| Ok(())).unwrap();
        };
        pages(1);
        let big = model::EffectKey("k".repeat(100_000));
        let full = store.write(|tx| tx.spend(&big, Millis(1))).unwrap_err();
        assert_eq!(Code::from(&full), Code::AppDiskFull);
        assert_eq!(store.trouble(), Some(Code::AppDiskFull));
        pages(1_000_000);
        store.check_up().unwrap();
        assert_eq!(store.trouble(), None);
        store.write(|tx| tx.spend(&big, Millis(1))).unwrap();
    }

    #[test]
    fn each_trouble_of_a_disk_has_a_code_of_its_own() {
        use rusqlite::ffi;
        let sqlite = |code| Error::Database(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        let told = [
            (ffi::SQLITE_FULL, Code::AppDiskFull),
            (ffi::SQLITE_READONLY, Code::AppReadOnly),
            (ffi::SQLITE_CANTOPEN, Code::AppReadOnly),
            (ffi::SQLITE_IOERR, Code::AppDiskError),
            (ffi::SQLITE_IOERR_FSYNC, Code::AppDiskError),
            (ffi::SQLITE_CORRUPT, Code::AppDamaged),
            (ffi::SQLITE_NOTADB, Code::AppDamaged),
            (ffi::SQLITE_BUSY, Code::AppStore),
        ];
        for (code, expected) in told {
            assert_eq!(Code::from(&sqlite(code)), expected, "{code}");
            assert!(Store::TROUBLES.contains(&expected));
        }
        let file = |kind: std::io::ErrorKind| Code::from(&Error::Directory(kind.into()));
        assert_eq!(file(std::io::ErrorKind::StorageFull), Code::AppDiskFull);
        assert_eq!(file(std::io::ErrorKind::ReadOnlyFilesystem), Code::AppReadOnly);
    }

    #[test]
    fn a_process_that_lost_the_database_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Millis(0)).unwrap();
        let other = Connection::open(dir.path().join("refapp-lever.db")).unwrap();
        other.execute("UPDATE owner SET epoch = epoch + 1", []).unwrap();
        let refused = store.write(|_| Ok::<_, Error>(()));
        assert!(matches!(refused, Err(Error::TakenOver)));
    }

    #[test]
    fn a_failed_transaction_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Millis(0)).unwrap();
        let failed: Result<()> = store.write(|tx| {
            tx.sql.execute("INSERT INTO spent VALUES ('k', 1)", [])?;
            Err(Error::Locked)
        });
        assert!(failed.is_err());
        let count: i64 = store
            .read(|tx| Ok(tx.sql.query_row("SELECT count(*) FROM spent", [], |r| r.get(0))?))
            .unwrap();
        assert_eq!(count, 0);
    }

    #[test]
    fn sqlite_is_new_enough() {
        // reliability.md rule 17
        assert!(rusqlite::version_number() >= 3_051_003);
    }
}
