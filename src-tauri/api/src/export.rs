//! What a view shows, as a file among the user's downloads. Rows are read and written by and by: neither the window nor
//! the memory ever holds them all.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::sync::{Mutex, PoisonError};

use engine::in_place;
use model::{CheckId, Code, Column, ConnectionId, Failure, Look};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use ts_rs::TS;

use crate::csv_file::{CsvFile, CsvFormat, CsvWords};
use crate::{Host, Proving, show};

/// What is to be exported, and how.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CsvOrder {
    /// What is exported, in the words of the window: a part of the file's name. Nothing for all.
    #[serde(default)]
    pub title: String,
    pub look: Look,
    pub columns: Vec<Column>,
    pub format: CsvFormat,
    pub words: CsvWords,
}

/// A file that was exported.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Exported {
    /// Where it is.
    pub path: String,
    pub rows: u32,
}

/// Rows between two tells of the progress.
const BATCH: usize = 500;

/// The export under way: one at a time.
#[derive(Default)]
pub(crate) struct Exports {
    current: Mutex<Option<Current>>,
    /// Counts what was begun, went on or ended.
    told: watch::Sender<u32>,
}

#[derive(Clone, Copy)]
struct Current {
    number: u32,
    connection: ConnectionId,
    progress: Proving,
}

impl Exports {
    /// How far that of this connection is.
    pub fn of(&self, connection: ConnectionId) -> Option<Proving> {
        let current = *self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current
            .filter(|current| current.connection == connection)
            .map(|current| current.progress)
    }

    /// Ends the one under way.
    pub fn cancel(&self) {
        self.change(|current| *current = None);
    }

    /// Told whenever it has gone on.
    pub fn watch(&self) -> watch::Receiver<u32> {
        self.told.subscribe()
    }

    /// Begins one. `None`: another one is under way.
    fn begin(&self, connection: ConnectionId, total: u32) -> Option<u32> {
        let number = self.told.borrow().wrapping_add(1);
        let progress = Proving { done: 0, total };
        self.change(|current| match current {
            Some(_) => None,
            None => {
                *current = Some(Current {
                    number,
                    connection,
                    progress,
                });
                Some(number)
            }
        })
    }

    /// Counts rows that were written. Whether it is to go on.
    fn go_on(&self, number: u32, rows: u32) -> bool {
        self.change(|current| {
            let current = current.as_mut().filter(|current| current.number == number);
            current.map(|current| current.progress.done += rows).is_some()
        })
    }

    fn end(&self, number: u32) {
        self.change(|current| *current = current.filter(|current| current.number != number));
    }

    fn change<T>(&self, change: impl FnOnce(&mut Option<Current>) -> T) -> T {
        let changed = change(&mut self.current.lock().unwrap_or_else(PoisonError::into_inner));
        self.told.send_modify(|times| *times = times.wrapping_add(1));
        changed
    }
}

impl Host {
    /// Writes the file.
    ///
    /// # Errors
    /// `APP-NOT-NOW` where another one is being written, where somebody cancelled it, or where nobody has downloads;
    /// `APP-SAVE`, `APP-DISK-FULL` or `APP-READ-ONLY` if it cannot be written. No half of a file is left.
    pub(crate) async fn export_checks(&self, connection: ConnectionId, order: CsvOrder) -> Result<Exported, Failure> {
        let wall = self.wall(connection);
        let asked = self.asked(&order.look, &wall)?;
        let found = self.engine.all(connection, &asked, order.look.sort)?;
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let number = self.exports.begin(connection, total).ok_or(Code::AppNotNow)?;
        let (file, path) = match in_place(|| self.shown.create(&name(&order.title, wall.now, wall.zone.clone()))) {
            Ok(created) => created,
            Err(failure) => {
                self.exports.end(number);
                return Err(failure);
            }
        };
        let written = self.write_checks(number, order, &wall, &found, file).await;
        self.exports.end(number);
        // What is not in the log was not exported.
        let logged = written.and_then(|rows| self.engine.exported(connection, rows).map(|()| rows));
        if logged.is_err() {
            let _ = fs::remove_file(&path);
        }
        let rows = logged?;
        self.shown.note(&path);
        Ok(Exported {
            path: path.display().to_string(),
            rows,
        })
    }

    async fn write_checks(
        &self,
        number: u32,
        order: CsvOrder,
        wall: &show::Wall,
        found: &[CheckId],
        file: File,
    ) -> Result<u32, Failure> {
        let failed = |error: io::Error| Failure::from(Code::of_disk(error.kind()).unwrap_or(Code::AppSave));
        let begun = CsvFile::begin(
            BufWriter::new(file),
            &order.columns,
            order.format,
            order.words,
            wall.zone.clone(),
        );
        let mut csv = begun.map_err(failed)?;
        let mut rows = 0;
        for batch in found.chunks(BATCH) {
            let checks = self.engine.checks(batch)?;
            let written = in_place(|| checks.iter().try_for_each(|check| csv.write(&show::row(check, wall))));
            written.map_err(failed)?;
            rows += u32::try_from(checks.len()).unwrap_or(u32::MAX);
            if !self
                .exports
                .go_on(number, u32::try_from(batch.len()).unwrap_or(u32::MAX))
            {
                return Err(Code::AppNotNow.into());
            }
            // Others want to ask something, too: to cancel it, say.
            tokio::task::yield_now().await;
        }
        in_place(|| {
            csv.end()?
                .into_inner()
                .map_err(io::IntoInnerError::into_error)?
                .sync_all()
        })
        .map_err(failed)?;
        Ok(rows)
    }
}

fn name(title: &str, now: model::Millis, zone: jiff::tz::TimeZone) -> String {
    let local = jiff::Timestamp::from_millisecond(now.0).map(|time| time.to_zoned(zone));
    let day = local.map_or_else(|_| String::new(), |time| time.strftime("-%Y-%m-%d-%H%M").to_string());
    let of = of_file(title);
    format!("refapp-lever-checks{of}{day}.csv")
}

/// As a part of a file's name on any system: letters and digits, `-` between them.
fn of_file(title: &str) -> String {
    /// In characters.
    const MOST: usize = 60;
    let lower = title.to_lowercase();
    let words = lower
        .split(|of: char| !of.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let named = words.fold(String::new(), |named, word| named + "-" + word);
    let mut short: String = named.chars().take(MOST).collect();
    short.truncate(short.trim_end_matches('-').len());
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_what_it_shows_and_when_and_holds_no_sign_that_a_system_minds() {
        let named = |title: &str| name(title, model::Millis(1_772_618_523_000), jiff::tz::TimeZone::UTC);
        assert_eq!(
            named("Completed this week"),
            "refapp-lever-checks-completed-this-week-2026-03-04-1002.csv"
        );
        assert_eq!(
            named("Åsas: ../..\\\"CON\"?"),
            "refapp-lever-checks-åsas-con-2026-03-04-1002.csv"
        );
        assert_eq!(named(""), "refapp-lever-checks-2026-03-04-1002.csv");
        assert_eq!(of_file(&format!("{} ", "a".repeat(58)).repeat(2)).len(), 59);
    }
}
