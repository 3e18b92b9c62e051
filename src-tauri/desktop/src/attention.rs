//! Tells outside of the window what somebody has to know: by notifications of the system, and on the icon in the tray.

use std::time::Duration;

use api::{Event, Host, Overview, Reply, Request};
use model::{Filter, Look, Sort, SortBy, Status};
use tauri::async_runtime::{spawn, spawn_blocking};
use tauri::{AppHandle, Manager};
use tokio::time::{Instant, sleep_until};

use crate::notices::{News, Notices, What, needs_action, standings};
use crate::opening::Opening;
use crate::tray::Tray;
use crate::words::{self, Words};

/// What belongs together often comes within seconds: it is waited for, and said in one.
const SETTLES: Duration = Duration::from_secs(5);
/// Between two times that something is said.
const PAUSE: Duration = Duration::from_secs(60);
/// Names in one notification, at most: of more, nobody reads the last.
const NAMES: u32 = 3;

/// Watches the host for as long as the app runs.
pub fn watch(app: AppHandle, opening: Opening, tray: Tray) {
    spawn(async move {
        let Ok(host) = opening.host().await else { return };
        let mut events = host.events();
        drop(host);
        let mut notices = Notices::default();
        let mut newest: Option<Box<Overview>> = None;
        let (mut due, mut spoken) = (Instant::now(), None::<Instant>);
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    None => return,
                    Some(Event::ChecksChanged(_)) => {}
                    Some(Event::Overview(overview)) => {
                        tray.tell(needs_action(&overview), Words::of(language(&overview))).await;
                        notices.meet(&standings(&overview));
                        if newest.is_none() {
                            let soonest = spoken.map_or(Instant::now(), |spoken| spoken + PAUSE);
                            due = soonest.max(Instant::now() + SETTLES);
                        }
                        newest = Some(overview);
                    }
                },
                () = sleep_until(due), if newest.is_some() => {
                    let Some(overview) = newest.take() else { continue };
                    let mut news = notices.look(standings(&overview));
                    news.retain(|news| news.is_wanted(&overview.computer.notify));
                    // Who looks at the window sees it there.
                    let seen = app.get_webview_window("main").is_some_and(|window| window.is_focused().unwrap_or(false));
                    if news.is_empty() || seen {
                        continue;
                    }
                    spoken = Some(Instant::now());
                    let Ok(host) = opening.host().await else { return };
                    for news in news {
                        let names = match overview.computer.notify.names {
                            true => names(&host, &news).await,
                            false => Vec::new(),
                        };
                        let (title, text) = news.said(language(&overview), &names);
                        say(title, text);
                    }
                }
            }
        }
    });
}

fn language(overview: &Overview) -> model::Language {
    overview.computer.language.unwrap_or_else(words::language)
}

/// Of the candidates whom news are about, the newest.
async fn names(host: &Host, news: &News) -> Vec<String> {
    let mut filter = Filter::default();
    match news.what {
        What::NeedsAction { .. } => filter.needs_action = true,
        What::Completed { .. } => filter.statuses = [Status::Completed].into(),
        What::Broken(_) => return Vec::new(),
    }
    let sort = Sort {
        by: SortBy::Since,
        descending: true,
    };
    let newest = Request::Checks {
        connection: news.connection,
        look: Look { filter, sort },
        offset: 0,
        limit: news.candidates().min(NAMES),
    };
    match host.ask(newest).await {
        Ok(Reply::CheckWindow(window)) => {
            let names = window.rows.into_iter().map(|row| row.candidate);
            names.filter(|name| !name.is_empty()).collect()
        }
        // Without names it is still news.
        _ => Vec::new(),
    }
}

/// Hands a notification to the system. Where there is nobody to show it, the window has it all the same.
pub fn say(title: String, text: String) {
    spawn_blocking(move || {
        let mut notification = notify_rust::Notification::new();
        notification.appname("Refapp for Lever").summary(&title).body(&text);
        if let Err(error) = notification.show() {
            tracing::info!(%error, "no notification");
        }
    });
}
