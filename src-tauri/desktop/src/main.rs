//! The desktop app's shell: it wires the window, the host, the keychain, the browser and the deep link together.
//!
//! Not here: any rule of the business (`engine`), any text but the few that the shell says by itself, any question
//! or order of the UI's (`api`: the commands only pass them on).

// On Windows a second, black window would open beside the real one.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod attention;
mod autostart;
mod commands;
#[cfg(test)]
mod configuration;
mod deep_link;
mod host;
mod instance;
mod keychain;
mod log;
mod loopback;
mod notices;
mod opening;
mod practice;
mod shell;
mod surroundings;
mod tray;
mod window;
mod words;

use std::process::ExitCode;

use arguments::Start;

fn main() -> ExitCode {
    if arguments::is_to_be_driven(
        cfg!(debug_assertions),
        std::env::var_os("TAURI_WEBVIEW_AUTOMATION").as_deref(),
    ) {
        eprintln!("refapp-lever: only a build for tests lets itself be driven (TAURI_WEBVIEW_AUTOMATION is set)");
        return ExitCode::from(2);
    }
    #[cfg(target_os = "linux")]
    window::prepare();
    match Start::parse(std::env::args().skip(1)) {
        Ok(start) => shell::run(start),
        Err(refusal) => {
            eprintln!("refapp-lever: {refusal}\n\n{}", arguments::USAGE);
            ExitCode::from(2)
        }
    }
}
