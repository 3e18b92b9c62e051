//! The project's own commands: `cargo xtask demo`, `test`, `torture`, `bench`, `release`, `sbom`, `shots`, `coverage`.
//!
//! Each does all its own set-up, shows every command that it runs, and stops at the first that fails.

mod bench;
mod coverage;
mod crates;
mod demo;
mod machine;
mod release;
mod run;
mod sbom;
mod session;
mod shots;
mod test;
mod torture;
mod ui;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs what is missing, builds, and opens the window in practice mode
    Demo {
        /// Plays one check from stage move to Completed in the terminal instead
        #[arg(long)]
        headless: bool,
        /// Installs without asking
        #[arg(long)]
        yes: bool,
    },
    /// Runs every test, those in a real window included
    Test {
        /// Installs without asking
        #[arg(long)]
        yes: bool,
    },
    /// Runs the reliability scoreboard against the release build and writes docs/reliability.md
    Torture(torture::Orders),
    /// Measures some of the budgets and writes what it found to docs/bench.md; a missed one fails nothing
    Bench {
        /// Which ones
        what: bench::Budget,
        /// Installs without asking
        #[arg(long)]
        yes: bool,
    },
    /// Builds both programs as they are released, and looks for what should not be in them
    Release {
        /// Installs without asking
        #[arg(long)]
        yes: bool,
    },
    /// Writes what both programs are made of to target/sbom
    Sbom,
    /// Takes pictures of every screen, checks them, and writes them to docs/screenshots
    Shots {
        /// Installs without asking
        #[arg(long)]
        yes: bool,
    },
    /// Writes docs/coverage.md: which test stands for which row of the mission and which rule
    Coverage,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Demo { headless, yes } => demo::run(headless, yes),
        Command::Test { yes } => test::run(yes),
        Command::Torture(orders) => torture::run(&orders),
        Command::Bench { what, yes } => bench::run(what, yes),
        Command::Release { yes } => release::run(yes),
        Command::Sbom => sbom::write(),
        Command::Shots { yes } => shots::run(yes),
        Command::Coverage => coverage::write(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("\n{reason}");
            ExitCode::FAILURE
        }
    }
}
