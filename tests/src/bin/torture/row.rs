//! What a row of the scoreboard is.

use std::fmt::{self, Display};
use std::path::PathBuf;

use clap::ValueEnum;
use futures::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};

/// One row.
pub struct Row {
    pub number: u8,
    pub title: &'static str,
    pub bar: &'static str,
    pub columns: &'static [Column],
    /// What the sabotaged build does wrong, by its name: with each of them this column must fail, or the row is blind.
    pub controls: &'static [(Column, &'static str)],
    /// What the bar says and this row does not show, or what is known of a miss; empty if that is nothing.
    pub remarks: &'static str,
    pub runtime: Runtime,
    /// Takes one of the two places, or runs beside them: it mostly waits.
    pub beside: bool,
    pub run: for<'c> fn(&'c Ctx) -> LocalBoxFuture<'c, Verdict>,
}

/// What a run is given.
pub struct Ctx {
    pub seed: u64,
    pub share: Share,
    pub column: Column,
    /// What is done wrong on purpose. The variable is set in this process, and every host that it starts inherits it.
    pub control: Option<String>,
    /// The built host: the plain one, or, in a control's run, the one that can be sabotaged.
    pub host: PathBuf,
    /// The host that can be told where to crash.
    pub sabotaged: PathBuf,
}

impl Ctx {
    /// The one figure in the full run, the other in the CI share. A control needs no more than the share.
    pub fn many<T>(&self, full: T, ci: T) -> T {
        match (self.share, &self.control) {
            (Share::Full, None) => full,
            _ => ci,
        }
    }
}

/// How much is run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Share {
    Ci,
    Full,
}

/// Which rights the key at Lever has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Column {
    /// The twelve of the article.
    Article,
    /// These and the optional ones.
    List,
    /// Rights do not matter, or both kinds of keys run at once.
    Both,
}

impl Column {
    pub fn words(self) -> &'static str {
        match self {
            Self::Article => "article's key",
            Self::List => "with list rights",
            Self::Both => "both",
        }
    }
}

/// On what a row runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// Several threads and the real clock: the host is a process of its own.
    Threads,
    /// One thread and a paused clock, which `end_to_end::hours` moves: everything is in this process.
    Paused,
}

impl Runtime {
    pub fn build(self) -> std::io::Result<tokio::runtime::Runtime> {
        match self {
            Self::Threads => tokio::runtime::Builder::new_multi_thread().enable_all().build(),
            Self::Paused => tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .start_paused(true)
                .build(),
        }
    }
}

/// What a run found. The bar is met if there is no problem.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Verdict {
    pub measures: Vec<(String, String)>,
    pub problems: Vec<String>,
}

impl Verdict {
    pub fn measure(&mut self, name: &str, value: impl Display) {
        self.measures.push((name.to_owned(), value.to_string()));
    }

    pub fn problem(&mut self, text: impl Into<String>) {
        self.problems.push(text.into());
    }

    /// A problem unless it holds.
    pub fn hold(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        if !holds {
            self.problems.push(problem());
        }
    }
}

impl Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ci => "ci",
            Self::Full => "full",
        })
    }
}
