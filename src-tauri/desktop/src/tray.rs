//! The icon that shows that the app runs while its window is closed.
//!
//! Not here: an icon on macOS and Windows, where the app is not tried yet; there closing the window minimises it, as it
//! does on desktops without a tray (plain GNOME, for one).

use tauri::AppHandle;

use crate::words::Words;

/// The icon, if it is shown.
#[derive(Clone)]
pub struct Tray {
    #[cfg(target_os = "linux")]
    linux: linux::Tray,
}

impl Tray {
    /// Puts the icon up as soon as there is a tray for it.
    pub fn start(app: &AppHandle) -> Self {
        let _ = app;
        Self {
            #[cfg(target_os = "linux")]
            linux: linux::Tray::start(app),
        }
    }

    /// Whether somebody can see it: then the window may be gone.
    pub fn is_shown(&self) -> bool {
        #[cfg(target_os = "linux")]
        return self.linux.is_shown();
        #[cfg(not(target_os = "linux"))]
        false
    }

    /// How many checks need action, and in which words that is said.
    pub async fn tell(&self, needs_action: usize, words: &'static Words) {
        #[cfg(target_os = "linux")]
        self.linux.tell(needs_action, words).await;
        #[cfg(not(target_os = "linux"))]
        let _ = (needs_action, words);
    }
}

/// A StatusNotifierItem: what KDE, and most others with an extension, show.
#[cfg(target_os = "linux")]
mod linux {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use ksni::menu::StandardItem;
    use ksni::{Handle, MenuItem, OfflineReason, ToolTip, TrayMethods as _};
    use tauri::AppHandle;
    use tokio::sync::watch;

    use crate::window;
    use crate::words::{self, Words};

    #[derive(Clone)]
    pub struct Tray {
        shown: Arc<AtomicBool>,
        handle: watch::Receiver<Option<Handle<Item>>>,
    }

    impl Tray {
        pub fn start(app: &AppHandle) -> Self {
            let shown = Arc::new(AtomicBool::new(true));
            let item = Item {
                app: app.clone(),
                words: Words::of(words::language()),
                picture: picture(app),
                shown: Arc::clone(&shown),
                needs_action: 0,
            };
            let (put, handle) = watch::channel(None);
            tauri::async_runtime::spawn(async move {
                // A tray that comes later is served as well; until then `watcher_offline` has said that there is none.
                match item.assume_sni_available(true).spawn().await {
                    Ok(handle) => drop(put.send(Some(handle))),
                    Err(error) => tracing::info!(%error, "no icon in the tray"),
                }
            });
            Self { shown, handle }
        }

        pub fn is_shown(&self) -> bool {
            self.handle.borrow().as_ref().is_some_and(|handle| !handle.is_closed())
                && self.shown.load(Ordering::Relaxed)
        }

        pub async fn tell(&self, needs_action: usize, words: &'static Words) {
            let handle = self.handle.borrow().clone();
            if let Some(handle) = handle {
                let told = |item: &mut Item| (item.needs_action, item.words) = (needs_action, words);
                handle.update(told).await;
            }
        }
    }

    struct Item {
        app: AppHandle,
        words: &'static Words,
        picture: Option<ksni::Icon>,
        shown: Arc<AtomicBool>,
        needs_action: usize,
    }

    impl ksni::Tray for Item {
        fn id(&self) -> String {
            "com.refapp.lever".to_owned()
        }

        fn title(&self) -> String {
            "Refapp for Lever".to_owned()
        }

        fn icon_pixmap(&self) -> Vec<ksni::Icon> {
            self.picture.iter().cloned().collect()
        }

        fn tool_tip(&self) -> ToolTip {
            ToolTip {
                title: self.title(),
                description: match self.needs_action {
                    0 => self.words.running.to_owned(),
                    count => (self.words.needs_action)(count),
                },
                ..ToolTip::default()
            }
        }

        fn activate(&mut self, _: i32, _: i32) {
            window::show(&self.app);
        }

        fn menu(&self) -> Vec<MenuItem<Self>> {
            let item = |label: &str, activate: fn(&mut Self)| {
                MenuItem::from(StandardItem {
                    label: label.to_owned(),
                    activate: Box::new(activate),
                    ..StandardItem::default()
                })
            };
            vec![
                item(self.words.open, |item| window::show(&item.app)),
                MenuItem::Separator,
                item(self.words.quit, |item| item.app.exit(0)),
            ]
        }

        fn watcher_online(&self) {
            self.shown.store(true, Ordering::Relaxed);
        }

        fn watcher_offline(&self, reason: OfflineReason) -> bool {
            tracing::info!(?reason, "no tray");
            self.shown.store(false, Ordering::Relaxed);
            true
        }
    }

    /// The app's icon with its bytes in the order that the tray wants: alpha, red, green, blue.
    fn picture(app: &AppHandle) -> Option<ksni::Icon> {
        let icon = app.default_window_icon()?;
        let mut data = icon.rgba().to_vec();
        for pixel in data.chunks_exact_mut(4) {
            pixel.rotate_right(1);
        }
        Some(ksni::Icon {
            width: i32::try_from(icon.width()).ok()?,
            height: i32::try_from(icon.height()).ok()?,
            data,
        })
    }
}
