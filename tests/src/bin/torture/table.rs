//! Results: kept as JSON, so that a run resumes, and shown as `docs/reliability.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::row::{Column, Row, Share, Verdict};

/// One run's result.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Result {
    pub commit: String,
    pub share: Share,
    pub seed: u64,
    pub date: String,
    pub machine: String,
    pub seconds: u64,
    /// `None`: the run ended without one, which is the harness's fault and proves nothing.
    pub verdict: Option<Verdict>,
}

impl Result {
    /// A row without a control meets its bar; with one it must miss it.
    pub fn is_as_it_should(&self, control: Option<&str>) -> bool {
        self.verdict
            .as_ref()
            .is_some_and(|verdict| verdict.problems.is_empty() == control.is_none())
    }
}

/// All results, by row, column and control.
pub struct Results {
    path: PathBuf,
    by_run: BTreeMap<String, Result>,
}

/// Under which name a run's result is kept.
pub fn key(number: u8, column: Column, control: Option<&str>) -> String {
    let column = format!("{column:?}").to_lowercase();
    format!("{number:02}/{column}/{}", control.unwrap_or("-"))
}

impl Results {
    /// Those of earlier runs of this share. A file that cannot be read counts as none: everything runs again.
    pub fn read(folder: &Path, share: Share) -> Self {
        let path = folder.join(format!("results-{share}.json"));
        let by_run = fs::read_to_string(&path)
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok());
        Self {
            path,
            by_run: by_run.unwrap_or_default(),
        }
    }

    pub fn get(&self, key: &str) -> Option<&Result> {
        self.by_run.get(key)
    }

    pub fn put(&mut self, key: &str, result: Result) -> std::result::Result<(), String> {
        self.by_run.insert(key.to_owned(), result);
        let text = serde_json::to_string_pretty(&self.by_run).map_err(|error| error.to_string())?;
        fs::write(&self.path, text).map_err(|error| format!("{}: {error}", self.path.display()))
    }

    /// The page for people.
    pub fn page(&self, rows: &[&Row]) -> String {
        let mut page = String::from(HEAD);
        for row in rows {
            let _ = write!(
                page,
                "\n## {}. {}\n\nBar: {}\n\n{COLUMNS}",
                row.number, row.title, row.bar
            );
            for (column, control) in runs(row) {
                let result = self.get(&key(row.number, column, control));
                let _ = writeln!(page, "{}", line(column, control, result));
            }
            if !row.remarks.is_empty() {
                let _ = write!(page, "\n{}\n", row.remarks);
            }
        }
        let _ = write!(page, "\n## Where and when\n\n{}", self.machines());
        page
    }

    fn machines(&self) -> String {
        let mut seen: Vec<String> = self
            .by_run
            .values()
            .map(|result| {
                let share = match result.share {
                    Share::Full => "full run",
                    Share::Ci => "CI share",
                };
                format!(
                    "- {}: {share} of commit {}, {}",
                    result.date, result.commit, result.machine
                )
            })
            .collect();
        seen.sort();
        seen.dedup();
        seen.join("\n") + "\n"
    }
}

/// What of a row is run: each column, and each control in its own.
pub fn runs(row: &Row) -> impl Iterator<Item = (Column, Option<&'static str>)> {
    let columns = row.columns.iter().map(|column| (*column, None));
    columns.chain(row.controls.iter().map(|(column, control)| (*column, Some(*control))))
}

fn line(column: Column, control: Option<&str>, result: Option<&Result>) -> String {
    let what = match control {
        None => column.words().to_owned(),
        Some(control) => format!("control `{control}`, {}", column.words()),
    };
    let Some(result) = result else {
        return format!("| {what} | not run | | | | |");
    };
    let (said, found) = match &result.verdict {
        None => ("ended without a verdict".to_owned(), String::new()),
        Some(verdict) => {
            let measures: Vec<String> = verdict
                .measures
                .iter()
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            let said = match (control, verdict.problems.first()) {
                (None, None) => "bar met".to_owned(),
                (None, Some(first)) => format!("**bar missed**: {}", cell(first)),
                (Some(_), Some(first)) => format!("fails, as it must: {}", cell(first)),
                (Some(_), None) => "**passes: the row is blind to it**".to_owned(),
            };
            (said, cell(&measures.join("; ")))
        }
    };
    let share = match result.share {
        Share::Full => "",
        Share::Ci => " (CI share)",
    };
    format!(
        "| {what} | {said} | {found} | {} | {} | {} s{share} |",
        result.commit, result.seed, result.seconds
    )
}

/// A text that cannot break its cell.
fn cell(text: &str) -> String {
    let line = text.replace('|', "\\|").replace('\n', " ");
    match line.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

const HEAD: &str = "# Nothing lost, nothing twice: the results

The scoreboard of the project's reliability, as `cargo xtask torture` last ran it. Each row drives the built headless host, or the whole integration in one process, over real HTTP against the simulator, whose ledger is the judge: *lost* is a decided transition without its effect, *dup* a second effect with one key. A row counts only beside its negative controls: the same run with one thing done wrong on purpose, which must miss the bar.

This page is written by that command. Nothing in it is typed by hand.
";
const COLUMNS: &str = "| Run | Result | Measures | Commit | Seed | Duration |\n|---|---|---|---|--:|--:|\n";

#[cfg(test)]
mod tests {
    use super::*;

    fn result(problems: &[&str]) -> Result {
        Result {
            commit: "c".to_owned(),
            share: Share::Full,
            seed: 7,
            date: "2026-01-01".to_owned(),
            machine: "m".to_owned(),
            seconds: 5,
            verdict: Some(Verdict {
                measures: vec![("kills".to_owned(), "9".to_owned())],
                problems: problems.iter().map(|text| (*text).to_owned()).collect(),
            }),
        }
    }

    #[test]
    fn a_control_that_passes_or_says_nothing_is_never_right() {
        assert!(result(&[]).is_as_it_should(None));
        assert!(!result(&["lost"]).is_as_it_should(None));
        assert!(result(&["lost"]).is_as_it_should(Some("ack-early")));
        assert!(!result(&[]).is_as_it_should(Some("ack-early")));
        let silent = Result {
            verdict: None,
            ..result(&[])
        };
        assert!(!silent.is_as_it_should(None));
        assert!(!silent.is_as_it_should(Some("ack-early")));
    }

    #[test]
    fn the_table_says_what_was_found() {
        let missed = line(Column::Article, None, Some(&result(&["1 | lost"])));
        assert!(
            missed.contains("**bar missed**: 1 \\| lost") && missed.contains("kills: 9"),
            "{missed}"
        );
        assert!(line(Column::List, Some("x"), Some(&result(&[]))).contains("blind"));
        assert!(line(Column::List, None, None).contains("not run"));
    }
}
