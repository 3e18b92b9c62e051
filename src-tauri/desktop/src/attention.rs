//! Tells outside of the window what somebody has to know: by notifications of the system, and on the icon in the tray.

use std::time::Duration;

use api::{Event, Host, Overview};
use model::Failure;
use tauri::async_runtime::{spawn, spawn_blocking};
use tauri::{AppHandle, Manager};
use tokio::time::{Instant, sleep_until};

use crate::notices::{News, Notices, Standing, Standings};
use crate::opening::Opening;
use crate::tray::Tray;
use crate::words::{self, Words};

/// What belongs together often comes within seconds: it is waited for, and said in one.
const SETTLES: Duration = Duration::from_secs(5);
/// Between two times that something is said.
const PAUSE: Duration = Duration::from_secs(60);
/// Names in one notification, at most: of more, nobody reads the last.
const NAMES: usize = 3;

/// Watches the host for as long as the app runs.
pub fn watch(app: AppHandle, opening: Opening, tray: Tray) {
    spawn(async move {
        let Ok(mut events) = opening.host().await.map(|host| host.events()) else {
            return;
        };
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
                        let Ok(host) = opening.host().await else { return };
                        meet(&mut notices, &host, &overview);
                        if newest.is_none() {
                            let soonest = spoken.map_or(Instant::now(), |spoken| spoken + PAUSE);
                            due = soonest.max(Instant::now() + SETTLES);
                        }
                        newest = Some(overview);
                    }
                },
                () = sleep_until(due), if newest.is_some() => {
                    let Some(overview) = newest.take() else { continue };
                    let Ok(host) = opening.host().await else { return };
                    // What cannot be read now is news at the next look.
                    let Ok(now) = standings(&notices, &host, &overview) else { continue };
                    let mut news = notices.look(now);
                    news.retain(|news| news.is_wanted(&overview.computer.notify));
                    // Who looks at the window sees it there.
                    let seen = app.get_webview_window("main").is_some_and(|window| window.is_focused().unwrap_or(false));
                    if news.is_empty() || seen {
                        continue;
                    }
                    spoken = Some(Instant::now());
                    for news in news {
                        let names = match overview.computer.notify.names {
                            true => names(&host, &news),
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

/// How many checks need action, over all connections.
fn needs_action(overview: &Overview) -> usize {
    let counts = overview.connections.iter().map(|connection| connection.counts);
    counts.map(|counts| counts.needs_attention as usize).sum()
}

/// Takes note of connections that are new.
fn meet(notices: &mut Notices, host: &Host, overview: &Overview) {
    for connection in &overview.connections {
        if notices.knows(connection.id) {
            continue;
        }
        // One that cannot be read is met later.
        if let Ok(notable) = host.notable(connection.id, None) {
            notices.meet(connection.id, Standing::of(connection, notable));
        }
    }
}

/// How all connections stand.
fn standings(notices: &Notices, host: &Host, overview: &Overview) -> Result<Standings, Failure> {
    let connections = overview.connections.iter();
    connections
        .map(|connection| {
            let notable = host.notable(connection.id, notices.looked(connection.id))?;
            Ok((connection.id, Standing::of(connection, notable)))
        })
        .collect()
}

/// Of the candidates whom news is about. Without names it is still news.
fn names(host: &Host, news: &News) -> Vec<String> {
    let some: Vec<_> = news.checks().iter().take(NAMES).copied().collect();
    host.candidates(&some).unwrap_or_default()
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
