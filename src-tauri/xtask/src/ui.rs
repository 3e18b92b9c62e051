//! The window's pages.

use crate::run::{Line, Step, line};

/// `text` in the UI's folder.
pub fn npm(text: &str) -> Line {
    Line::of(&format!("npm {text}")).in_folder("ui")
}

/// Fetches what the lockfile names and builds the pages.
pub fn build() -> Vec<Step<'static>> {
    vec![
        line("Fetching the UI's packages", npm("ci --no-audit --no-fund")),
        line("Building the UI", npm("run build")),
    ]
}
