//! The log: lines or JSON on stderr.
//!
//! Our own crates log ids and counts only, and only they are heard: a library might print an address or a header,
//! so there is no switch that opens the log to it.

use std::io;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use crate::args::LogFormat;

const OURS: [&str; 9] = [
    "api",
    "engine",
    "http_client",
    "lever",
    "model",
    "receiver",
    "refapp",
    "refapp_lever_server",
    "store",
];

/// Starts logging.
pub fn start(format: LogFormat, level: LevelFilter) {
    let filter = Targets::new()
        .with_default(LevelFilter::ERROR.min(level))
        .with_targets(OURS.map(|name| (name, level)));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false);
    let registry = tracing_subscriber::registry().with(filter);
    match format {
        LogFormat::Plain => registry.with(lines).init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).init(),
    }
}
