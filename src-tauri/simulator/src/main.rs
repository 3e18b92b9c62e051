//! The simulator as a program of its own.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use simulator::{Options, start};

/// A simulated Lever and a simulated Refapp on loopback.
#[derive(Parser)]
#[command(name = "refapp-lever-simulator", version)]
struct Arguments {
    /// Where to listen; loopback only, port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Seed of every id and every chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Lets running checks take one step every so many seconds.
    #[arg(long, value_name = "SECONDS")]
    autopilot: Option<f64>,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let autopilot = match arguments.autopilot.map(Duration::try_from_secs_f64).transpose() {
        Ok(autopilot) => autopilot,
        Err(error) => return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, error)),
    };
    let options = Options {
        listen: arguments.listen,
        seed: arguments.seed,
        autopilot,
        ..Options::default()
    };
    let simulator = start(options).await?;
    {
        let mut out = std::io::stdout().lock();
        writeln!(out, "listening http://{}", simulator.address())?;
        writeln!(out, "board {}", simulator.board_url())?;
        out.flush()?;
    }
    until_told_to_stop().await?;
    simulator.stop().await;
    Ok(())
}

#[cfg(unix)]
async fn until_told_to_stop() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn until_told_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
