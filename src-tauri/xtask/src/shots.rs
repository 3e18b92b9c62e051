//! `cargo xtask shots`: pictures of every screen, taken from the real window.

use crate::machine::{self, BUILD_WINDOW, DRIVE_WINDOW, LAY_OUT, RUN_WINDOW};
use crate::run::{Line, Outcome, Step, line, steps};
use crate::session::UNSEEN;
use crate::ui;

/// Takes the pictures, checks them for clipping and contrast, and writes them to `docs/screenshots`.
///
/// # Errors
/// The first step that fails; a screen that is clipped or hard to read is one.
pub fn run(yes: bool) -> Outcome {
    let mut todo: Vec<Step<'_>> = vec![
        ("Checking the minima", Box::new(machine::check_minima)),
        (
            "Checking system packages",
            Box::new(move || machine::provide(&[BUILD_WINDOW, RUN_WINDOW, DRIVE_WINDOW, LAY_OUT], yes)),
        ),
    ];
    todo.extend(ui::build());
    todo.extend([
        line(
            "Building the app",
            Line::of("cargo build --workspace --features end-to-end/window"),
        ),
        line(
            "Taking pictures",
            Line::of("cargo run --package end-to-end --features window --bin shots").under(UNSEEN),
        ),
    ]);
    steps(todo)
}
