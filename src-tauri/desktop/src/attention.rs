//! Tells outside of the window what somebody has to know: by notifications of the system, and on the icon in the tray.

use std::time::Duration;

use api::{Event, Overview};
use tauri::async_runtime::{spawn, spawn_blocking};
use tauri::{AppHandle, Manager};
use tokio::time::{Instant, sleep_until};

use crate::notices::{Notice, Notices, needs_action, standings};
use crate::opening::Opening;
use crate::tray::Tray;
use crate::words;

/// What belongs together often comes within seconds: it is waited for, and said in one.
const SETTLES: Duration = Duration::from_secs(5);
/// Between two times that something is said.
const PAUSE: Duration = Duration::from_secs(60);

/// Watches the host for as long as the app runs.
pub fn watch(app: AppHandle, opening: Opening, tray: Tray) {
    spawn(async move {
        let Ok(host) = opening.host().await else { return };
        let mut events = host.events();
        drop(host);
        let mut notices = Notices::new(words::language());
        let mut newest: Option<Box<Overview>> = None;
        let (mut due, mut spoken) = (Instant::now(), None::<Instant>);
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    None => return,
                    Some(Event::ChecksChanged(_)) => {}
                    Some(Event::Overview(overview)) => {
                        tray.tell(needs_action(&overview)).await;
                        notices.meet(&standings(&overview));
                        if newest.is_none() {
                            let soonest = spoken.map_or(Instant::now(), |spoken| spoken + PAUSE);
                            due = soonest.max(Instant::now() + SETTLES);
                        }
                        newest = Some(overview);
                    }
                },
                () = sleep_until(due), if newest.is_some() => {
                    let news = newest.take().map(|overview| notices.look(standings(&overview))).unwrap_or_default();
                    // Who looks at the window sees it there.
                    let seen = app.get_webview_window("main").is_some_and(|window| window.is_focused().unwrap_or(false));
                    if !news.is_empty() && !seen {
                        spoken = Some(Instant::now());
                        news.into_iter().for_each(say);
                    }
                }
            }
        }
    });
}

/// Hands a notification to the system. Where there is nobody to show it, the window has it all the same.
pub fn say(Notice { title, text }: Notice) {
    spawn_blocking(move || {
        let mut notification = notify_rust::Notification::new();
        notification.appname("Refapp for Lever").summary(&title).body(&text);
        if let Err(error) = notification.show() {
            tracing::info!(%error, "no notification");
        }
    });
}
