//! The app's life: one instance, one window, one host, and an orderly end.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use api::Program;
use futures::FutureExt;
use model::{Code, Language, explain};
use tauri::menu::{MenuBuilder, MenuItemBuilder, SubmenuBuilder};
use tauri::{App, AppHandle, Manager, RunEvent, Window, WindowEvent};
use tokio::sync::mpsc;

use crate::arguments::{BACKGROUND, Start};
use crate::autostart::Autostart;
use crate::commands::Pump;
use crate::host::Shell;
use crate::instance::{self, Instance};
use crate::opening::Opening;
use crate::tray::Tray;
use crate::words::{self, Words};
use crate::{attention, commands, deep_link, log, window};

/// How long the host may take to end what is under way. What it does not end, it takes up at the next start.
const FAREWELL: Duration = Duration::from_secs(10);

/// How long a session takes until its tray is there.
const TRAY_COMES: Duration = Duration::from_secs(20);

/// Runs the app to its end.
pub fn run(start: Start) -> ExitCode {
    let stays = matches!(start, Start::Real(_) | Start::Background);
    let context = tauri::generate_context!();
    let _known = match instance::enter(&context.config().identifier, !stays) {
        Instance::First(known) => known,
        Instance::Over(status) => return status,
    };
    let built = tauri::Builder::default()
        // First of all: it hears of a second start, and passes a deep link among its arguments to the plugin after it.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            // The session may start it a second time, and nobody has asked to see it then either.
            if !arguments.iter().any(|argument| argument == BACKGROUND) {
                window::show(app);
            }
        }))
        .plugin(tauri_plugin_deep_link::init())
        .invoke_handler(tauri::generate_handler![commands::ask, commands::subscribe])
        .manage(Pump::default())
        .setup(move |app| set_up(app, start))
        .on_window_event(move |window, event| {
            // Closing the window must not end the integration: candidates would reach the stage and nobody would
            // be there. In practice nothing lives on, so there closing is quitting.
            if let WindowEvent::CloseRequested { api, .. } = event
                && stays
                && !window.state::<Opening>().has_failed()
            {
                api.prevent_close();
                put_away(window);
            }
        })
        .build(context);
    let app = match built {
        Ok(app) => app,
        Err(error) => {
            eprintln!("refapp-lever: {error}");
            return ExitCode::FAILURE;
        }
    };
    app.run(|handle, event| {
        if let RunEvent::Exit = event {
            say_farewell(handle);
        }
    });
    ExitCode::SUCCESS
}

/// Where the user looks for what was saved: the system's own folder for it, or the usual one.
fn downloads(app: &App) -> Option<PathBuf> {
    let usual = || app.path().home_dir().map(|home| home.join("Downloads"));
    app.path().download_dir().or_else(|_| usual()).ok()
}

fn set_up(app: &mut App, start: Start) -> Result<(), Box<dyn std::error::Error>> {
    log::start(&app.path().app_log_dir()?);
    let data = app.path().app_data_dir()?;
    private_folder(&data)?;
    let (returned, returns) = mpsc::unbounded_channel();
    let shell = Shell {
        data,
        version: app.package_info().version.to_string(),
        program: Program::Desktop {
            web_view: tauri::webview_version().ok(),
            downloads: downloads(app),
        },
        autostart: Autostart::of(app),
        returned: returned.clone(),
        returns,
    };
    let seen = start != Start::Background;
    let (argument, open) = match start {
        Start::Real(link) => {
            offer_quit(app)?;
            (link, shell.open_real().boxed())
        }
        Start::Background => {
            offer_quit(app)?;
            (None, shell.open_real().boxed())
        }
        Start::Practice(simulated) => (None, shell.open_practice(simulated).boxed()),
    };
    deep_link::listen(app, argument, returned);
    let opening = Opening::start(open);
    app.manage(opening.clone());
    let tray = Tray::start(app.handle());
    app.manage(tray.clone());
    attention::watch(app.handle().clone(), opening.clone(), tray.clone());
    window::open(app, seen)?;
    if seen {
        look_ahead(opening.clone());
    } else {
        stay_hidden(app.handle().clone(), opening.clone(), tray);
    }
    quit_on_signal(app.handle().clone());
    quit_if_locked(app.handle().clone(), opening);
    Ok(())
}

/// Started with the session: nobody has asked to see the window, unless there is nothing behind it. The tray may be started
/// after the app; where none comes, the window can be had where windows wait that are not looked at.
fn stay_hidden(app: AppHandle, opening: Opening, tray: Tray) {
    tauri::async_runtime::spawn(async move {
        if opening.host().await.is_err() {
            return window::show(&app);
        }
        tokio::time::sleep(TRAY_COMES).await;
        if !tray.is_shown() {
            window::minimise(&app);
        }
    });
}

/// The rows are read while the web view starts: its page asks for them first of all.
fn look_ahead(opening: Opening) {
    tauri::async_runtime::spawn(async move {
        if let Ok(host) = opening.host().await {
            host.look_ahead();
        }
    });
}

/// Where the first instance could not be found, the lock on its data tells of it: this one has nothing to do here.
fn quit_if_locked(handle: AppHandle, opening: Opening) {
    tauri::async_runtime::spawn(async move {
        if let Err(failure) = opening.host().await
            && failure.code == Code::AppLocked
        {
            let entry = explain(&failure, Language::En);
            eprintln!("refapp-lever: {failure}: {} {}", entry.what, entry.why);
            handle.exit(1);
        }
    });
}

/// Takes the window off the screen, and the app goes on. The icon in the tray brings it back; where none is shown, it is
/// minimised, and Quit is in its menu.
fn put_away(window: &Window) {
    let app = window.app_handle();
    let away = match app.state::<Tray>().is_shown() {
        true => window.hide(),
        false => window.minimize(),
    };
    if let Err(error) = away {
        tracing::warn!(%error, "the window stays");
        return;
    }
    // Said once, ever: the file remembers it.
    let said = app.path().app_data_dir().and_then(|data| {
        let said = File::create_new(data.join("keeps-running.said"));
        said.map_err(Into::into)
    });
    if said.is_ok() {
        let opening = app.state::<Opening>().inner().clone();
        // The host is asked for the language, and that is not done on the window's own thread.
        tauri::async_runtime::spawn(async move {
            let words = opening.words();
            attention::say(words.keeps_running.to_owned(), words.keeps_running_why.to_owned());
        });
    }
}

/// A menu with Quit; macOS has one of its own.
fn offer_quit(app: &App) -> tauri::Result<()> {
    if cfg!(target_os = "macos") {
        return Ok(());
    }
    let quit = MenuItemBuilder::with_id("quit", Words::of(words::language()).quit)
        .accelerator("CmdOrCtrl+Q")
        .build(app)?;
    let menu = SubmenuBuilder::new(app, "Refapp for Lever").item(&quit).build()?;
    app.set_menu(MenuBuilder::new(app).item(&menu).build()?)?;
    app.on_menu_event(|handle, event| {
        if event.id() == "quit" {
            handle.exit(0);
        }
    });
    Ok(())
}

/// The end of a session, or Ctrl+C in a terminal, is as orderly as Quit.
fn quit_on_signal(handle: AppHandle) {
    tauri::async_runtime::spawn(async move {
        #[cfg(unix)]
        let ended = async {
            use tokio::signal::unix::{SignalKind, signal};
            let mut terminated = signal(SignalKind::terminate())?;
            tokio::select! {
                _ = terminated.recv() => Ok(()),
                interrupted = tokio::signal::ctrl_c() => interrupted,
            }
        };
        #[cfg(not(unix))]
        let ended = tokio::signal::ctrl_c();
        if ended.await.is_ok() {
            handle.exit(0);
        }
    });
}

fn say_farewell(handle: &AppHandle) {
    // It is missing if the app never came as far as to open it.
    let Some(opening) = handle.try_state::<Opening>() else {
        return;
    };
    let stopped = tauri::async_runtime::block_on(async { tokio::time::timeout(FAREWELL, opening.stop()).await });
    if stopped.is_err() {
        tracing::warn!("the host did not end in time");
    }
}

/// Makes a folder that only its user can enter, if it is not there.
///
/// # Errors
/// If it cannot be made.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
