//! `cargo xtask demo`: from a fresh checkout to practice mode.

use std::env;

use crate::machine::{self, BUILD_WINDOW, RUN_WINDOW};
use crate::run::{Line, Outcome, Step, line, steps};
use crate::session::{self, PRIVATE_BUS};
use crate::ui;

/// Opens the window in practice mode, or plays the story in the terminal where there is no display.
///
/// # Errors
/// The first step that fails.
pub fn run(headless: bool, yes: bool) -> Outcome {
    if headless {
        return play_story();
    }
    if !has_display() {
        println!("There is no display here. The same story without a window:");
        return play_story();
    }
    let mut todo: Vec<Step<'_>> = vec![
        ("Checking the minima", Box::new(machine::check_minima)),
        (
            "Checking system packages",
            Box::new(move || machine::provide(&[BUILD_WINDOW, RUN_WINDOW], yes)),
        ),
    ];
    todo.extend(ui::build());
    todo.push(line(
        "Building the app (some minutes the first time)",
        Line::of("cargo build --package refapp-lever"),
    ));
    todo.push(("Practice mode", Box::new(open)));
    steps(todo)
}

fn open() -> Outcome {
    println!("A simulated Lever and a simulated Refapp run inside the app. Close the window to end.");
    let app = Line::of("cargo run --quiet --package refapp-lever -- --practice");
    if cfg!(target_os = "linux") && !session::has_secret_service() {
        println!("No keychain runs in this session: an empty one is brought along, and forgotten afterwards.");
        return app.under(PRIVATE_BUS).run();
    }
    app.run()
}

fn play_story() -> Outcome {
    machine::check_minima()?;
    Line::of("cargo run --package end-to-end --bin story").run()
}

fn has_display() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
