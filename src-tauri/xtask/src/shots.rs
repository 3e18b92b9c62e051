//! `cargo xtask shots`: pictures of every screen, taken from the real window.

use std::env;

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
        ("Taking pictures", Box::new(take)),
    ]);
    steps(todo)
}

/// What was just built beside us: `cargo run` would build it anew, with the features of one package alone.
fn take() -> Outcome {
    let here = env::current_exe().map_err(|error| error.to_string())?;
    let program = here.with_file_name(format!("shots{}", env::consts::EXE_SUFFIX));
    Line::new([program.to_string_lossy()])
        .under(UNSEEN)
        // The driver has no picture of a page that is painted straight on its window, and waits for one for ever.
        .with("WEBKIT_DISABLE_COMPOSITING_MODE", "0")
        .run()
}
