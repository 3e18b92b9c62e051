//! What a desktop has around a window: a tray, somebody who shows notifications, and a title bar with a cross.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ClientMessageEvent, ConnectionExt as _, EventMask, InputFocus,
    MOTION_NOTIFY_EVENT, MapState, Window as Id,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use zbus::zvariant::OwnedValue;

use super::Home;

const PATIENCE: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(50);
/// As `tauri.conf.json` has it.
const TITLE: &[u8] = b"Refapp for Lever";

/// A tray and a server of notifications, on the session bus of a home.
pub struct Desktop {
    bus: zbus::Connection,
    seen: Seen,
}

/// What programs asked for.
#[derive(Clone, Default)]
struct Seen {
    items: Arc<Mutex<Vec<String>>>,
    notifications: Arc<Mutex<Vec<Notification>>>,
}

/// A notification that was shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notification {
    pub title: String,
    pub text: String,
}

impl Desktop {
    /// To be there before the app is.
    pub async fn start(home: &Home) -> Self {
        let seen = Seen::default();
        let bus = zbus::connection::Builder::address(home.bus())
            .and_then(|bus| bus.name("org.kde.StatusNotifierWatcher"))
            .and_then(|bus| bus.name("org.freedesktop.Notifications"))
            .and_then(|bus| bus.serve_at("/StatusNotifierWatcher", Tray(seen.clone())))
            .and_then(|bus| bus.serve_at("/org/freedesktop/Notifications", Notifications(seen.clone())))
            .expect("names as they are specified");
        let bus = bus.build().await.expect("the bus of this home");
        Self { bus, seen }
    }

    /// Waits for the app's icon and clicks on it.
    pub async fn click_icon(&self) {
        let item = wait("an icon in the tray", || {
            let items = self.seen.items.lock().unwrap_or_else(PoisonError::into_inner);
            items.first().cloned()
        })
        .await;
        let path = "/StatusNotifierItem";
        let clicked = self.bus.call_method(
            Some(item),
            path,
            Some("org.kde.StatusNotifierItem"),
            "Activate",
            &(0, 0),
        );
        clicked.await.expect("the icon can be clicked");
    }

    /// Waits until the icon is in the tray.
    pub async fn has_icon(&self) {
        wait("an icon in the tray", || {
            let items = self.seen.items.lock().unwrap_or_else(PoisonError::into_inner);
            (!items.is_empty()).then_some(())
        })
        .await;
    }

    /// All notifications so far.
    pub fn notifications(&self) -> Vec<Notification> {
        let seen = self.seen.notifications.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }

    /// Waits for a notification with this title.
    pub async fn notified(&self, title: &str) -> Notification {
        wait(title, || {
            self.notifications()
                .into_iter()
                .find(|notification| notification.title.contains(title))
        })
        .await
    }
}

struct Tray(Seen);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Tray {
    fn register_status_notifier_item(&self, service: String) {
        let mut items = self.0.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.push(service);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

struct Notifications(Seen);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "as it is specified")]
    fn notify(
        &self,
        _app: String,
        _replaces: u32,
        _icon: String,
        title: String,
        text: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let mut shown = self.0.notifications.lock().unwrap_or_else(PoisonError::into_inner);
        shown.push(Notification { title, text });
        u32::try_from(shown.len()).unwrap_or(u32::MAX)
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        let word = |word: &str| word.to_owned();
        (word("desktop"), word("tests"), word("1"), word("1.2"))
    }
}

/// The app's window as the window manager has it.
pub struct Frame {
    x: RustConnection,
    window: Id,
}

impl Frame {
    /// Waits until it is on screen.
    pub async fn find() -> Self {
        let (x, screen) = x11rb::connect(None).expect("a screen");
        let root = x.setup().roots[screen].root;
        let window = wait("the app's window", || {
            let tree = x.query_tree(root).ok()?.reply().ok()?;
            tree.children
                .into_iter()
                .find(|window| has_title(&x, *window) && is_mapped(&x, *window))
        })
        .await;
        Self { x, window }
    }

    /// Whether it is on screen now.
    pub fn is_on_screen() -> bool {
        let (x, screen) = x11rb::connect(None).expect("a screen");
        let tree = x.query_tree(x.setup().roots[screen].root).ok();
        let tree = tree.and_then(|tree| tree.reply().ok()).expect("a live screen");
        let mut windows = tree.children.into_iter();
        windows.any(|window| has_title(&x, window) && is_mapped(&x, window))
    }

    /// Clicks on the cross in its title bar.
    pub fn close(&self) {
        let atom = |name: &str| {
            let cookie = self.x.intern_atom(false, name.as_bytes()).expect("a live screen");
            cookie.reply().expect("a live screen").atom
        };
        let message = ClientMessageEvent::new(
            32,
            self.window,
            atom("WM_PROTOCOLS"),
            [atom("WM_DELETE_WINDOW"), x11rb::CURRENT_TIME, 0, 0, 0],
        );
        let sent = self.x.send_event(false, self.window, EventMask::NO_EVENT, message);
        sent.expect("a live screen").check().expect("the window is there");
        self.x.flush().expect("a live screen");
    }

    /// Presses a button of the mouse in the middle of the window: 8 is the one at its side that goes back, 9 goes on; the
    /// wheel is 4 for up and 5 for down.
    pub fn press_button(&self, button: u8) {
        let root = self.x.setup().roots[0].root;
        let size = self.x.get_geometry(self.window).expect("a live screen");
        let size = size.reply().expect("the window is there");
        let [x, y] = [size.width / 2, size.height / 2].map(|half| i16::try_from(half).unwrap_or_default());
        let place = self.x.translate_coordinates(self.window, root, x, y);
        let place = place.expect("a live screen").reply().expect("the window is there");
        let [x, y] = [place.dst_x, place.dst_y];
        for (what, button) in [
            (MOTION_NOTIFY_EVENT, 0),
            (BUTTON_PRESS_EVENT, button),
            (BUTTON_RELEASE_EVENT, button),
        ] {
            let done = self
                .x
                .xtest_fake_input(what, button, x11rb::CURRENT_TIME, root, x, y, 0);
            done.expect("a live screen").check().expect("a screen for tests");
        }
    }

    /// Somebody works with another program now.
    pub fn lose_focus(&self) {
        let nobody = self
            .x
            .set_input_focus(InputFocus::NONE, x11rb::NONE, x11rb::CURRENT_TIME);
        nobody.expect("a live screen").check().expect("it can be taken");
    }

    /// Waits until it can be seen, or cannot.
    pub async fn is_seen(&self, seen: bool) {
        let what = if seen {
            "the window on screen"
        } else {
            "the window gone"
        };
        wait(what, || (is_mapped(&self.x, self.window) == seen).then_some(())).await;
    }
}

fn has_title(x: &RustConnection, window: Id) -> bool {
    let title = x.get_property(false, window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 64);
    title
        .ok()
        .and_then(|title| title.reply().ok())
        .is_some_and(|title| title.value == TITLE)
}

fn is_mapped(x: &RustConnection, window: Id) -> bool {
    let attributes = x.get_window_attributes(window).ok().and_then(|it| it.reply().ok());
    attributes.is_some_and(|attributes| attributes.map_state == MapState::VIEWABLE)
}

async fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(LOOK).await;
    }
}
