//! Rows as a CSV file (RFC 4180). A pure writer: where the rows come from, and where the file lies, is `export`'s matter.
//!
//! Not here: addresses and telephone numbers of anybody. They are not stored, so no file of ours can hold them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Column, Millis, Status, WhoActs};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::CheckRow;

/// How the file is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum CsvFormat {
    /// With a semicolon, as Excel expects it where a comma is the decimal sign.
    SwedishExcel,
    Comma,
}

/// A column of the file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum CsvColumn {
    Candidate,
    Reference,
    Posting,
    Status,
    Answered,
    Declined,
    Expected,
    WaitingOn,
    Since,
    /// Only of what is completed.
    CompletedOn,
    Activity,
    Template,
    Owner,
    /// How many.
    Warnings,
    LeverUrl,
    RefappUrl,
    ReportUrl,
}

/// The words of the file, which are the window's. What is missing is called by its word in this list.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CsvWords {
    pub columns: BTreeMap<CsvColumn, String>,
    pub statuses: BTreeMap<Status, String>,
    pub who_acts: BTreeMap<WhoActs, String>,
}

impl CsvColumn {
    /// In the order of the table.
    pub const ALL: [Self; 17] = [
        Self::Candidate,
        Self::Reference,
        Self::Posting,
        Self::Status,
        Self::Answered,
        Self::Declined,
        Self::Expected,
        Self::WaitingOn,
        Self::Since,
        Self::CompletedOn,
        Self::Activity,
        Self::Template,
        Self::Owner,
        Self::Warnings,
        Self::LeverUrl,
        Self::RefappUrl,
        Self::ReportUrl,
    ];
}

/// What a row says, in words.
pub(crate) struct Cells {
    pub words: CsvWords,
    pub zone: TimeZone,
}

/// A file that is being written.
pub(crate) struct CsvFile<W: Write> {
    writer: csv::Writer<W>,
    columns: Vec<CsvColumn>,
    cells: Cells,
}

/// Without it Excel takes UTF-8 for another encoding.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

impl<W: Write> CsvFile<W> {
    /// Begins the file with its head.
    pub fn begin(
        mut to: W,
        columns: &[Column],
        format: CsvFormat,
        words: CsvWords,
        zone: TimeZone,
    ) -> io::Result<Self> {
        to.write_all(BYTE_ORDER_MARK)?;
        let writer = csv::WriterBuilder::new()
            .delimiter(match format {
                CsvFormat::SwedishExcel => b';',
                CsvFormat::Comma => b',',
            })
            .terminator(csv::Terminator::CRLF)
            .from_writer(to);
        let mut file = Self {
            writer,
            columns: columns.iter().flat_map(|column| of(*column)).copied().collect(),
            cells: Cells { words, zone },
        };
        let head = file
            .columns
            .iter()
            .map(|column| harmless(&word(&file.cells.words.columns, column)));
        let head: Vec<String> = head.collect();
        file.writer.write_record(head)?;
        Ok(file)
    }

    /// Adds a row.
    pub fn write(&mut self, row: &CheckRow) -> io::Result<()> {
        let cells = self
            .columns
            .iter()
            .map(|column| harmless(&self.cells.cell(row, *column)));
        let cells: Vec<String> = cells.collect();
        Ok(self.writer.write_record(cells)?)
    }

    /// What it was written to, with all of it.
    pub fn end(self) -> io::Result<W> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

impl Cells {
    pub fn cell(&self, row: &CheckRow, column: CsvColumn) -> String {
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        match column {
            CsvColumn::Candidate => row.candidate.clone(),
            CsvColumn::Reference => row.reference.clone(),
            CsvColumn::Posting => row.posting_title.clone(),
            CsvColumn::Status => word(&self.words.statuses, &row.status),
            CsvColumn::Answered => number(row.answered),
            CsvColumn::Declined => row.declined.to_string(),
            CsvColumn::Expected => number(row.expected),
            CsvColumn::WaitingOn => match row.who_acts {
                WhoActs::Nobody => String::new(),
                who => word(&self.words.who_acts, &who),
            },
            CsvColumn::Since => self.moment(row.since),
            CsvColumn::CompletedOn if row.status == Status::Completed => self.moment(row.since),
            CsvColumn::CompletedOn => String::new(),
            CsvColumn::Activity => self.moment(row.active_at),
            CsvColumn::Template => text(&row.template),
            CsvColumn::Owner => row.owner.clone(),
            CsvColumn::Warnings => row.warnings.len().to_string(),
            CsvColumn::LeverUrl => text(&row.lever_url),
            CsvColumn::RefappUrl => text(&row.candidate_url),
            CsvColumn::ReportUrl => text(&row.report_url),
        }
    }

    /// ISO 8601, local, with its distance from UTC.
    pub fn moment(&self, at: Millis) -> String {
        let local = Timestamp::from_millisecond(at.0).map(|time| time.to_zoned(self.zone.clone()));
        local.map_or_else(
            |_| String::new(),
            |time| time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        )
    }
}

/// The columns of the file that a column of the table becomes.
fn of(column: Column) -> &'static [CsvColumn] {
    match column {
        Column::Candidate => &[CsvColumn::Candidate, CsvColumn::Reference],
        Column::Posting => &[CsvColumn::Posting],
        Column::Status => &[CsvColumn::Status],
        Column::Answered => &[CsvColumn::Answered, CsvColumn::Declined, CsvColumn::Expected],
        Column::WaitingOn => &[CsvColumn::WaitingOn],
        Column::Since => &[CsvColumn::Since, CsvColumn::CompletedOn],
        Column::Activity => &[CsvColumn::Activity],
        Column::Template => &[CsvColumn::Template],
        Column::Owner => &[CsvColumn::Owner],
        Column::Warnings => &[CsvColumn::Warnings],
        Column::Links => &[CsvColumn::LeverUrl, CsvColumn::RefappUrl, CsvColumn::ReportUrl],
    }
}

/// The word for it, or its own in the API.
pub(crate) fn word<T: Ord + Serialize>(words: &BTreeMap<T, String>, of: &T) -> String {
    let own = || serde_json::to_value(of).ok()?.as_str().map(str::to_owned);
    words.get(of).cloned().or_else(own).unwrap_or_default()
}

/// A spreadsheet takes a cell that begins so for a formula, and does what it says (CWE-1236). An apostrophe before it
/// says that it is text. Spaces before it hide nothing.
fn harmless(text: &str) -> String {
    let begins = |text: &str| text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    // Forms of these signs as wide as a Chinese character, which some take for them.
    let wide = |text: &str| text.starts_with(['\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    let shown = text.trim_start_matches([' ', '\u{a0}']);
    if begins(shown) || wide(shown) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use model::{CheckId, Limits, Rhythm, rhythm};
    use proptest::prelude::*;

    use super::*;

    fn at_rest() -> Rhythm {
        rhythm(
            Status::Completed,
            Millis(0),
            Millis(0),
            &TimeZone::UTC,
            &Limits::default(),
        )
    }

    fn row(candidate: &str, posting: &str) -> CheckRow {
        CheckRow {
            id: CheckId(uuid::Uuid::nil()),
            reference: "RL-0".to_owned(),
            opportunity: "o".into(),
            posting: None,
            candidate: candidate.to_owned(),
            posting_title: posting.to_owned(),
            owner: "Åsa Öberg".to_owned(),
            status: Status::Completed,
            who_acts: WhoActs::Nobody,
            badges: vec![],
            away: None,
            answered: Some(2),
            expected: Some(3),
            declined: 0,
            warnings: vec!["one".to_owned()],
            unread: vec![],
            sighting: None,
            reason: None,
            hitch: None,
            changed: None,
            template: None,
            coverage: None,
            entered_at: Millis(0),
            created_at: Millis(0),
            since: Millis(1_772_618_523_000),
            rhythm: at_rest(),
            active_at: Millis(0),
            lever_url: None,
            candidate_url: None,
            report_url: None,
            decisions: vec![],
            mailing: vec![],
        }
    }

    fn written(rows: &[CheckRow], columns: &[Column], format: CsvFormat) -> Vec<u8> {
        let words = CsvWords {
            columns: BTreeMap::from([(CsvColumn::Candidate, "Kandidat".to_owned())]),
            statuses: BTreeMap::from([(Status::Completed, "Klar".to_owned())]),
            who_acts: BTreeMap::new(),
        };
        let mut file = CsvFile::begin(Vec::new(), columns, format, words, TimeZone::UTC).unwrap();
        rows.iter().try_for_each(|row| file.write(row)).unwrap();
        file.end().unwrap()
    }

    #[test]
    fn it_is_what_swedish_excel_opens_and_what_rfc_4180_says() {
        let columns = [
            Column::Candidate,
            Column::Status,
            Column::Answered,
            Column::Since,
            Column::Warnings,
        ];
        let rows = [row("Kim \"K\" Berg; jr", "x")];
        let text = String::from_utf8(written(&rows, &columns, CsvFormat::SwedishExcel)).unwrap();
        assert_eq!(
            text,
            "\u{feff}Kandidat;reference;status;answered;declined;expected;since;completed-on;warnings\r\n\
             \"Kim \"\"K\"\" Berg; jr\";RL-0;Klar;2;0;3;2026-03-04T10:02:03+00:00;2026-03-04T10:02:03+00:00;1\r\n"
        );
        let text = String::from_utf8(written(&rows, &[Column::Candidate], CsvFormat::Comma)).unwrap();
        assert_eq!(
            text,
            "\u{feff}Kandidat,reference\r\n\"Kim \"\"K\"\" Berg; jr\",RL-0\r\n"
        );
    }

    #[test]
    fn only_what_is_completed_has_a_moment_at_which_it_was() {
        let sent = CheckRow {
            status: Status::Sent,
            ..row("Kim", "x")
        };
        let text = String::from_utf8(written(&[sent], &[Column::Since], CsvFormat::Comma)).unwrap();
        assert_eq!(text, "\u{feff}since,completed-on\r\n2026-03-04T10:02:03+00:00,\r\n");
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "\\PC{0,20}",
            "[=+@\t\r\n\" ;,'\u{ff1d}-]{0,6}[a-z0-9()!]{0,8}",
            Just("=HYPERLINK(\"http://evil.example\")".to_owned()),
        ]
    }

    proptest! {
        #[test]
        fn whatever_a_name_is_it_is_read_back_and_never_is_a_formula(
            names in prop::collection::vec((text(), text()), 0..6), excel in any::<bool>(),
        ) {
            let format = if excel { CsvFormat::SwedishExcel } else { CsvFormat::Comma };
            let rows: Vec<_> = names.iter().map(|(candidate, posting)| row(candidate, posting)).collect();
            let bytes = written(&rows, &[Column::Candidate, Column::Posting], format);
            let mut reader = csv::ReaderBuilder::new()
                .delimiter(if excel { b';' } else { b',' })
                .from_reader(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap());
            let read: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(read.len(), names.len());
            let dangerous: BTreeSet<char> = "=+-@\t\r\n\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".chars().collect();
            for (record, (candidate, posting)) in read.iter().zip(&names) {
                for (cell, text) in [(&record[0], candidate), (&record[2], posting)] {
                    let first = cell.trim_start_matches([' ', '\u{a0}']).chars().next();
                    prop_assert!(first.is_none_or(|first| !dangerous.contains(&first)), "{cell:?}");
                    prop_assert!(cell == text || cell.strip_prefix('\'') == Some(text), "{cell:?} for {text:?}");
                }
            }
        }
    }
}
