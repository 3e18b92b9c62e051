//! `cargo xtask bench`: the budgets that can be measured alone, built as they are released.

use crate::run::{Line, Outcome, line, steps};

#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Budget {
    /// The dashboard's window with 100,000 checks, while 100 changes a second come in
    Window,
}

/// # Errors
/// A build that fails, or a measurement that cannot be taken.
pub fn run(what: Budget) -> Outcome {
    let run = match what {
        Budget::Window => "cargo run --locked --release --package store --example window",
    };
    steps(vec![line("Measuring", Line::of(run))])
}
