//! All that is stored of one person as a text: first as one reads it, then the same as it is stored, for programs. A pure
//! writer, in the words of whoever asks.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use model::{Code, Failure, Language, Status, explain};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::csv_file::{Cells, CsvColumn, CsvWords, word};
use crate::{CheckDetail, TimelineEntry, TimelineStep};

/// The words of the file. What is missing is called by its word in the API.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct PersonWords {
    /// Of the reasons, which are of the error dictionary.
    pub language: Language,
    /// What the file is: its first lines.
    pub lead: String,
    pub reason: String,
    pub note: String,
    pub story: String,
    /// Over what is for programs.
    pub stored: String,
    pub rows: CsvWords,
    pub steps: BTreeMap<TimelineStep, String>,
}

pub(crate) struct Person {
    /// Oldest first.
    pub checks: Vec<CheckDetail>,
    pub stored: serde_json::Value,
}

pub(crate) fn text(person: &Person, words: &PersonWords, zone: &TimeZone) -> Result<String, Failure> {
    let cells = Cells {
        words: words.rows.clone(),
        zone: zone.clone(),
    };
    let stored = serde_json::to_string_pretty(&person.stored).map_err(|_| Code::AppInternal)?;
    let mut parts: Vec<String> = Vec::new();
    parts.extend(Some(words.lead.clone()).filter(|lead| !lead.is_empty()));
    for check in &person.checks {
        parts.push(of_check(check, words, &cells));
        let story = check.timeline.iter().map(|entry| moment(entry, words, &cells));
        parts.push(headed(&words.story, "story", &story.collect::<Vec<_>>()));
        if let Some(note) = &check.note {
            let lines: Vec<String> = note.lines().map(str::to_owned).collect();
            parts.push(headed(&words.note, "note in Lever", &lines));
        }
    }
    parts.push(headed(&words.stored, "as it is stored", &[]) + &stored);
    Ok(parts.join("\n\n") + "\n")
}

/// What has no value is left out.
fn of_check(check: &CheckDetail, words: &PersonWords, cells: &Cells) -> String {
    let value = |column: &CsvColumn| Some(cells.cell(&check.row, *column)).filter(|cell| !cell.is_empty());
    let known = CsvColumn::ALL
        .iter()
        .filter_map(|column| Some((readable(word(&words.rows.columns, column)), value(column)?)));
    let reason = check.row.reason.as_ref().map(|failure| {
        let title = explain(failure, words.language).title;
        (or(&words.reason, "reason"), format!("{title} ({})", failure.code))
    });
    let lines = known.chain(reason).map(|(name, value)| format!("{name}: {value}"));
    lines.collect::<Vec<_>>().join("\n")
}

fn moment(entry: &TimelineEntry, words: &PersonWords, cells: &Cells) -> String {
    let step = readable(word(&words.steps, &entry.step));
    let said = sayings(&entry.params, words);
    let more = if said.is_empty() {
        String::new()
    } else {
        format!(" ({})", said.join(", "))
    };
    format!("{}  {step}{more}", cells.moment(entry.at))
}

/// What belongs to a step: of a code its title, of a status its word, of two numbers "1/3"; the rest as it was kept.
fn sayings(params: &BTreeMap<String, String>, words: &PersonWords) -> Vec<String> {
    let counts = params.get("answered").zip(params.get("expected"));
    let others = params.iter().filter_map(|(name, value)| match name.as_str() {
        "answered" | "expected" => None,
        "code" => Some(value.parse().map_or_else(
            |_| value.clone(),
            |code: Code| explain(&code.into(), words.language).title,
        )),
        "status" => {
            Some(Status::of_tag(value).map_or_else(|| value.clone(), |status| word(&words.rows.statuses, &status)))
        }
        _ => Some(value.clone()),
    });
    let counts = counts.map(|(answered, expected)| format!("{answered}/{expected}"));
    others.chain(counts).collect()
}

fn headed(word: &str, own: &str, lines: &[String]) -> String {
    format!("{}:\n{}", or(word, own), lines.join("\n"))
}

fn or(word: &str, own: &str) -> String {
    if word.is_empty() { own } else { word }.to_owned()
}

/// `stage-moved` reads `stage moved`.
fn readable(word: String) -> String {
    if word.contains(' ') {
        word
    } else {
        word.replace('-', " ")
    }
}
