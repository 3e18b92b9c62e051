//! `cargo xtask bench`: the budgets that can be measured alone, of programs that are built as they are released.

use std::path::PathBuf;

use crate::machine::{self, BUILD_WINDOW, DRIVE_WINDOW, RUN_WINDOW};
use crate::run::{Line, Outcome, Step, line, root, steps};
use crate::session::UNSEEN;
use crate::ui;

/// What conducts the measurements.
const HARNESS: &str = "--locked --package end-to-end --features end-to-end/window --bin bench";

#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Budget {
    /// The dashboard's window of rows with 100,000 checks, while 100 changes a second come in
    Window,
    /// The app beside an empty window: scrolling, start, memory, package
    Ui,
}

/// # Errors
/// A build that fails, or a measurement that cannot be taken. A missed budget is none: the page says it.
pub fn run(what: Budget, yes: bool) -> Outcome {
    match what {
        // The rows are read in this very program.
        Budget::Window => {
            let run = format!("cargo run {HARNESS} --release -- window");
            steps(vec![line("Measuring", Line::of(&run))])
        }
        Budget::Ui => steps(window(yes)),
    }
}

fn window(yes: bool) -> Vec<Step<'static>> {
    let mut todo: Vec<Step<'_>> = vec![
        ("Checking the minima", Box::new(machine::check_minima)),
        (
            "Checking system packages",
            Box::new(move || machine::provide(&[BUILD_WINDOW, RUN_WINDOW, DRIVE_WINDOW], yes)),
        ),
    ];
    todo.extend(ui::build());
    let released = "cargo build --locked --release --package refapp-lever --features empty-window \
                    --bin refapp-lever --example empty-window";
    todo.extend([
        line(
            "Building the app and the empty window as they are released",
            Line::of(released),
        ),
        // It measures others: how fast it is itself does not matter.
        line(
            "Building the harness",
            Line::of(&format!("cargo build {HARNESS} --bin crowd")),
        ),
        ("Measuring", Box::new(measure)),
    ]);
    todo
}

fn measure() -> Outcome {
    let built = |file: &str| -> PathBuf { root().join("target").join(file) };
    let words = [
        built("debug/bench"),
        "ui".into(),
        "--app".into(),
        built("release/refapp-lever"),
        "--empty".into(),
        built("release/examples/empty-window"),
    ];
    Line::new(words.iter().map(|word| word.to_string_lossy()))
        .under(UNSEEN)
        .run()
}
