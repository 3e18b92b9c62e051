//! The torture: every row of the reliability scoreboard against the built headless host, or in this process, judged by
//! the simulator's ledger, each beside a negative control that must fail. `cargo xtask torture` builds and runs it.
//!
//! Each (row, column, control) runs in a process of its own – this program, called again – so that a control reaches
//! nothing but its own run and a row in this process begins with a fresh runtime. Results are kept row by row: a run
//! that was broken off goes on where it was.
//!
//! Not here: latency. It is measured elsewhere and asserted nowhere.

mod conduct;
mod host;
mod judge;
mod row;
mod rows;
mod site;
mod table;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use row::{Column, Ctx, Share, Verdict};

#[derive(Parser)]
#[command(name = "torture", about = "Nothing lost, nothing twice: the scoreboard")]
struct Arguments {
    /// Where the hosts lie, and where results are kept
    #[arg(long, default_value = "target/torture")]
    folder: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Every row, or some, with their controls
    Run(conduct::Orders),
    /// One run of one row
    #[command(hide = true)]
    One {
        #[arg(long)]
        row: u8,
        #[arg(long)]
        column: Column,
        /// What the sabotaged build does wrong
        #[arg(long)]
        control: Option<String>,
        #[arg(long)]
        share: Share,
        #[arg(long)]
        seed: u64,
        /// Where the verdict is written
        #[arg(long)]
        verdict: PathBuf,
    },
}

fn main() -> ExitCode {
    let Arguments { folder, command } = Arguments::parse();
    let folder = std::path::absolute(folder).expect("a folder");
    let done = match command {
        Command::Run(orders) => conduct::run(&folder, orders),
        Command::One {
            row,
            column,
            control,
            share,
            seed,
            verdict,
        } => {
            let ctx = Ctx {
                seed,
                share,
                column,
                host: folder.join(if control.is_some() {
                    host::SABOTAGED
                } else {
                    host::PLAIN
                }),
                sabotaged: folder.join(host::SABOTAGED),
                control,
            };
            one(row, &ctx).and_then(|found| write(&verdict, &found))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("\n{reason}");
            ExitCode::FAILURE
        }
    }
}

fn one(number: u8, ctx: &Ctx) -> Result<Verdict, String> {
    let row = rows::ALL.iter().find(|row| row.number == number);
    let row = row.ok_or_else(|| format!("there is no row {number}"))?;
    println!("row {number}, seed {}", ctx.seed);
    let runtime = row.runtime.build().map_err(|error| error.to_string())?;
    let verdict = runtime.block_on((row.run)(ctx));
    for (name, value) in &verdict.measures {
        println!("{name}: {value}");
    }
    for problem in &verdict.problems {
        println!("PROBLEM {problem}");
    }
    Ok(verdict)
}

fn write(path: &std::path::Path, verdict: &Verdict) -> Result<(), String> {
    let text = serde_json::to_string_pretty(verdict).map_err(|error| error.to_string())?;
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
