//! Measures budgets (`reliability.md`), and writes what it found to `docs/bench.md`. `cargo xtask bench` builds what is
//! measured, and runs it. It judges nothing: a missed budget is said, and no test fails.

mod figures;
mod page;
mod program;
mod screen;
mod ui;
mod window;

use std::fs;
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};
use end_to_end::crowd::Crowd;
use end_to_end::machine;
use model::Millis;

use page::{Circumstances, Section};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// The dashboard's window of rows, in the store
    Window,
    /// The app's own window, beside an empty one
    Ui(ui::Orders),
}

const PAGE: &str = "docs/bench.md";

type Failed = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> ExitCode {
    let what = Arguments::parse().what;
    match run(&what).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(what: &What) -> Result<(), Failed> {
    let before = load();
    let (section, text) = match what {
        What::Window => (Section::Window, rows()?),
        What::Ui(orders) => (Section::Ui, ui::measure(orders).await?),
    };
    let commit = machine::commit().map_or_else(
        || "unknown".to_owned(),
        |(commit, clean)| {
            if clean {
                commit
            } else {
                format!("{commit} with changes")
            }
        },
    );
    let circumstances = Circumstances {
        machine: machine::describe(),
        versions: versions(),
        commit,
        date: machine::today(),
        load: format!("{before} before, {} after", load()),
    };
    let text = format!("{}\n\n{text}", circumstances.text());
    println!("\n{text}");
    let before = fs::read_to_string(PAGE).unwrap_or_default();
    fs::write(PAGE, page::with(&before, section, &text))?;
    println!("\nWritten to {PAGE}");
    Ok(())
}

fn rows() -> Result<String, Failed> {
    let crowd = Crowd {
        seed: 1,
        many: 100_000,
        now: Millis(1_795_000_000_000),
        base: "http://127.0.0.1:1".to_owned(),
    };
    let measured = window::measure(&crowd)?;
    let rows = measured
        .windows
        .iter()
        .map(|(what, took)| format!("| {what} | {} |", window::cells(took)));
    Ok(format!(
        "Bound: p99 ≤ 10 ms, while 100 changes a second come in; there were {:.0}. The listing is read once, when somebody \
        first looks: {:.0} ms. On a machine that others use, too, only the processor's time tells.\n\n\
        | 100 rows by | p50, ms | p99, ms | p50 of the processor, ms | p99 of the processor, ms |\n|---|--:|--:|--:|--:|\n{}",
        measured.rate,
        measured.read.0.as_secs_f64() * 1e3,
        rows.collect::<Vec<_>>().join("\n")
    ))
}

/// How many processes want a processor, on the average of a minute.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

/// Of what the window is made of.
fn versions() -> String {
    let lock = fs::read_to_string("Cargo.lock").unwrap_or_default();
    let tauri = lock
        .split_once("name = \"tauri\"\nversion = \"")
        .and_then(|(_, rest)| rest.split('"').next());
    let webkit = Command::new("pkg-config")
        .args(["--modversion", "webkit2gtk-4.1"])
        .output();
    let webkit = webkit
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default();
    format!("Tauri {}, WebKitGTK {webkit}", tauri.unwrap_or("unknown"))
}
