//! Plain lines to stderr and to one file a day in the app's log folder, a week of them.
//!
//! Our own crates log ids and counts only, and only they are heard at INFO: a library might print an address or a
//! header. So there is no environment variable that opens the log further.

use std::io;
use std::path::Path;

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

const OURS: [&str; 9] = [
    "api",
    "engine",
    "http_client",
    "lever",
    "model",
    "receiver",
    "refapp",
    "refapp_lever",
    "store",
];

/// Starts logging. Without a file, because the folder cannot be written, there is still stderr.
pub fn start(folder: &Path) {
    let filter = Targets::new()
        .with_default(LevelFilter::ERROR)
        .with_targets(OURS.map(|name| (name, LevelFilter::INFO)));
    let file = file(folder);
    let problem = file.as_ref().err().map(ToString::to_string);
    tracing_subscriber::registry()
        .with(filter)
        .with(tracing_subscriber::fmt::layer().with_writer(io::stderr))
        .with(
            file.ok()
                .map(|file| tracing_subscriber::fmt::layer().with_ansi(false).with_writer(file)),
        )
        .init();
    if let Some(problem) = problem {
        tracing::warn!(problem, "no log file");
    }
}

fn file(folder: &Path) -> Result<RollingFileAppender, Box<dyn std::error::Error>> {
    crate::shell::private_folder(folder)?;
    Ok(RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("refapp-lever")
        .filename_suffix("log")
        .max_log_files(7)
        .build(folder)?)
}
