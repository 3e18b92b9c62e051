//! `cargo xtask torture`: the reliability scoreboard. It builds the harness and both hosts, and lets the harness
//! conduct.

use std::fs;

use crate::machine;
use crate::run::{Line, Outcome, Step, line, root, steps};

/// Where harness and hosts lie, and results are kept.
const FOLDER: &str = "target/torture";
/// What is built: the harness, and the host that can be sabotaged.
const HARNESS: &str = "build --locked --package end-to-end --bin torture --package refapp-lever-server --bin refapp-lever-server \
     --features end-to-end/torture,end-to-end/sabotage,refapp-lever-server/sabotage";
/// The host as it is released.
pub const HOST: &str = "build --locked --package refapp-lever-server";

#[derive(clap::Args)]
pub struct Orders {
    /// The share that CI runs: minutes instead of hours, and no page is written
    #[arg(long)]
    pub ci: bool,
    /// Only these rows
    #[arg(long)]
    pub row: Vec<u8>,
    /// The seed of every run
    #[arg(long)]
    pub seed: Option<u64>,
    /// Repeats what was run already at this commit
    #[arg(long)]
    pub again: bool,
    /// For work on the harness: builds quickly, and keeps no result
    #[arg(long, hide = true)]
    pub debug: bool,
}

/// # Errors
/// A build that fails, a bar that is missed, or a control that passes.
pub fn run(orders: &Orders) -> Outcome {
    let mut todo: Vec<Step<'_>> = vec![("Checking the minima", Box::new(machine::check_minima))];
    todo.extend(plan(orders));
    steps(todo)
}

/// The share that CI runs, for whoever has more steps.
pub fn share() -> Vec<Step<'static>> {
    plan(&Orders {
        ci: true,
        row: Vec::new(),
        seed: None,
        again: false,
        debug: false,
    })
}

fn plan(orders: &Orders) -> Vec<Step<'static>> {
    let (debug, run) = (orders.debug, conduct(orders));
    let build = move |what: &str| {
        let build = Line::of(&format!("cargo {what}"));
        if debug { build } else { build.and("--release") }
    };
    vec![
        line("Building the harness, and a host that can be sabotaged", build(HARNESS)),
        (
            "Putting them aside",
            Box::new(move || {
                put_aside(debug, "torture", "torture")?;
                put_aside(debug, "refapp-lever-server", "refapp-lever-server-sabotaged")
            }),
        ),
        line("Building the host as it is released", build(HOST)),
        (
            "Putting it aside",
            Box::new(move || put_aside(debug, "refapp-lever-server", "refapp-lever-server")),
        ),
        line("Torture", run),
    ]
}

fn conduct(orders: &Orders) -> Line {
    let mut words = vec![format!("{FOLDER}/torture"), "run".to_owned()];
    words.extend(orders.ci.then(|| "--ci".to_owned()));
    words.extend(orders.again.then(|| "--again".to_owned()));
    words.extend(orders.debug.then(|| "--unreleased".to_owned()));
    words.extend(orders.row.iter().map(|row| format!("--row={row}")));
    words.extend(orders.seed.map(|seed| format!("--seed={seed}")));
    Line::new(words)
}

/// The next build overwrites what cargo leaves.
fn put_aside(debug: bool, built: &str, name: &str) -> Outcome {
    let profile = if debug { "debug" } else { "release" };
    let from = root().join("target").join(profile).join(built);
    let to = root().join(FOLDER);
    let copied = fs::create_dir_all(&to).and_then(|()| {
        let to = to.join(name);
        // A program that runs cannot be written to; it can be replaced.
        let _ = fs::remove_file(&to);
        fs::copy(&from, to)
    });
    copied
        .map(|_| ())
        .map_err(|error| format!("{}: {error}", from.display()))
}
