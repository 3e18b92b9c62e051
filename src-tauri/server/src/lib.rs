//! The headless host: runs the integration without a window, from one TOML file, and talks to the one that runs.
//!
//! `refapp-lever-server --config FILE` runs it; with a subcommand the same binary is the other end of its control
//! socket. `docs/headless-host.md` is the page for operators.
//!
//! Not here: any decision of the integration (`engine`), the web server (`receiver`), TLS (a proxy in front).
//! Not for Windows: the control socket and the modes of the files with secrets are Unix's.
//!
//! It is a library only so that fuzzing reaches the reading of its configuration.

#[cfg(unix)]
use std::process::ExitCode;

#[cfg(unix)]
mod args;
#[cfg(unix)]
mod client;
#[cfg(unix)]
mod commands;
#[cfg(unix)]
mod config;
#[cfg(unix)]
mod control;
#[cfg(unix)]
mod doctor;
#[cfg(unix)]
mod dry_run;
#[cfg(unix)]
mod explain;
#[cfg(all(unix, any(test, fuzzing)))]
pub mod fuzz;
#[cfg(unix)]
mod log;
#[cfg(unix)]
mod oauth;
#[cfg(unix)]
mod print;
#[cfg(unix)]
mod privacy;
#[cfg(unix)]
mod run;
#[cfg(unix)]
mod secrets;
#[cfg(unix)]
mod surroundings;
#[cfg(unix)]
mod trouble;

/// The whole program.
#[cfg(unix)]
pub fn main() -> ExitCode {
    let done = match args::Wanted::read() {
        args::Wanted::Explain { code, language, json } => {
            explain::run(code, language, json).map(|()| ExitCode::SUCCESS)
        }
        args::Wanted::Doctor {
            config,
            connection,
            json,
        } => doctor::run(&config, connection.as_deref(), json),
        args::Wanted::Host(args) => config::Config::read(&args.config)
            .map_err(trouble::Trouble::Failed)
            .and_then(|config| match &args.command {
                None => run::run(&config, &args),
                Some(command) => commands::run(&config, command, args.json),
            })
            .map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
        Err(trouble) => {
            eprintln!("refapp-lever-server: {trouble}");
            trouble.exit_code()
        }
    }
}

/// The whole program, where there is none.
#[cfg(not(unix))]
pub fn main() -> std::process::ExitCode {
    eprintln!("refapp-lever-server runs on Unix systems only");
    std::process::ExitCode::from(2)
}
