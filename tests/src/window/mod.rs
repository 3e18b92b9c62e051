//! Real windows, driven as a person would: look, click, type, wait.
//!
//! [`Window::app`] is the app's own window, [`Window::browser`] a plain one of WebKit's for the pages that people
//! see in a browser: Lever's consent page and the board. Both are driven by WebKitWebDriver itself; nothing else
//! stands between, because all that it needs to be told is the program to start. A helper that waits for something
//! that does not come panics, says what it waited for, and leaves a picture in `target/window`.

mod access;
mod audit;
mod desktop;
mod driver;
pub mod file;
mod home;
pub mod strange;
mod wizard;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource as _, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::{Client, Locator};
use serde_json::Value;

pub use access::Inspector;
pub use audit::Flaw;
pub use desktop::{Desktop, Frame};
pub use driver::target;
pub use home::Home;

use driver::Driver;

/// Longer than anything takes on a busy machine with two cores; nothing waits this long unless it fails.
const PATIENCE: Duration = Duration::from_secs(40);
/// How long a picture takes, if it comes.
const PICTURE: Duration = Duration::from_secs(5);
/// Between two looks.
const PERIOD: Duration = Duration::from_millis(25);
/// How long something is at rest before it is clicked. A list that was just chosen from takes the next click if that
/// comes sooner.
const STILL: Duration = Duration::from_millis(100);

/// An open window.
pub struct Window {
    client: Client,
    driver: Driver,
    log: PathBuf,
}

impl Window {
    /// Opens the app in practice mode beside a simulator that runs already.
    pub async fn app(home: &Home, simulator: &simulator::Simulator) -> Self {
        let practice = format!("--practice=http://{}", simulator.address());
        Self::open(home, &home.app(), &[&practice]).await
    }

    /// Opens a page in a plain browser window.
    pub async fn browser(home: &Home, url: &str) -> Self {
        let window = Self::open(home, &driver::browser(), &["--automation"]).await;
        window
            .client
            .goto(url)
            .await
            .expect("the browser opens a page on loopback");
        window
    }

    /// Opens any program with a web view that can be driven.
    pub async fn open(home: &Home, program: &Path, arguments: &[&str]) -> Self {
        let (driver, client) = Driver::start(home, program, arguments).await;
        Self {
            client,
            driver,
            log: home.log(),
        }
    }

    /// Closes the window, as a person would by the button in its frame, and waits until its program is gone.
    pub async fn close(self) {
        // The driver answers with an error when the program ends before it has said goodbye.
        let _ = self.client.close().await;
        self.driver.stop().await;
    }

    /// Clicks what has this test id, once it can be clicked. `stage-option[data-value="x"]` narrows it down.
    pub async fn click(&self, id: &str) {
        self.rest(id).await;
        self.retry(id, "be clicked", async |element: Element| {
            let clicked = element.click().await;
            if matches!(&clicked, Err(CmdError::Standard(error)) if is_at_an_edge(&error.error)) {
                // The driver takes the very edge of what scrolls, and what lies beside what stays at its top, for something
                // that lies on the element. So it is brought to the middle, and the mouse is moved there and pressed.
                let centre = format!(
                    "document.querySelector({})?.scrollIntoView({{ block: 'center' }})",
                    quoted(&selector(id))
                );
                self.run(&centre).await;
                return self.press_on(element).await;
            }
            clicked
        })
        .await;
    }

    /// The mouse's button, pressed over an element where it is.
    async fn press_on(&self, element: Element) -> Result<(), CmdError> {
        let button = MOUSE_BUTTON_LEFT;
        let press = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveToElement {
                element,
                duration: None,
                x: 0.0,
                y: 0.0,
            })
            .then(PointerAction::Down { button })
            .then(PointerAction::Up { button });
        self.client.perform_actions(press).await
    }

    /// Types text into a field, in place of what was there. It keeps the focus meanwhile, as it does under a person's
    /// hands: pages leave a field alone while it has it.
    pub async fn fill(&self, id: &str, text: &str) {
        self.click(id).await;
        let select_all = format!("document.querySelector({})?.select()", quoted(&selector(id)));
        self.run(&select_all).await;
        self.retry(id, "be filled in", async |element: Element| {
            element.send_keys(text).await
        })
        .await;
    }

    /// Presses keys in what has this test id, which takes the focus for it: on a keyboard, or for a file the path of one.
    pub async fn press(&self, id: &str, keys: &str) {
        self.retry(id, "take a key", async |element: Element| element.send_keys(keys).await)
            .await;
    }

    /// Chooses an option of a `select` by its value.
    pub async fn choose(&self, id: &str, value: &str) {
        self.retry(id, "offer the option", async |element: Element| {
            element.select_by_value(value).await
        })
        .await;
    }

    /// The visible text of what has this test id, once it is there.
    pub async fn text(&self, id: &str) -> String {
        self.retry(id, "be read", async |element: Element| element.text().await)
            .await
    }

    /// An attribute of what has this test id, once that is there.
    pub async fn attribute(&self, id: &str, name: &str) -> Option<String> {
        self.retry(id, "be read", async |element: Element| element.attr(name).await)
            .await
    }

    /// Waits until something with this test id is on screen.
    pub async fn see(&self, id: &str) {
        let script = format!(
            "{VISIBLE} return [...document.querySelectorAll({})].some(visible)",
            quoted(&selector(id))
        );
        self.until(&format!("{id} on screen"), &script).await;
    }

    /// Waits until nothing with this test id is on screen.
    pub async fn see_no(&self, id: &str) {
        let script = format!(
            "{VISIBLE} return ![...document.querySelectorAll({})].some(visible)",
            quoted(&selector(id))
        );
        self.until(&format!("{id} gone"), &script).await;
    }

    /// Waits until the text of what has this test id contains `text`.
    pub async fn see_text(&self, id: &str, text: &str) {
        let script = format!(
            "return [...document.querySelectorAll({})].some((e) => e.innerText.includes({}))",
            quoted(&selector(id)),
            quoted(text)
        );
        self.until(&format!("{text:?} in {id}"), &script).await;
    }

    /// How many elements have this test id now.
    pub async fn count(&self, id: &str) -> usize {
        let script = format!("return document.querySelectorAll({}).length", quoted(&selector(id)));
        let count = self.run(&script).await;
        count
            .as_u64()
            .and_then(|count| count.try_into().ok())
            .expect("a length is a number")
    }

    /// Waits until a script, the body of a function, returns something true.
    pub async fn until(&self, what: &str, script: &str) {
        self.until_every(PERIOD, what, script).await;
    }

    async fn until_every(&self, period: Duration, what: &str, script: &str) {
        let deadline = Instant::now() + PATIENCE;
        // While a page is being replaced there is nothing to ask.
        while !self
            .client
            .execute(script, vec![])
            .await
            .is_ok_and(|value| value == Value::Bool(true))
        {
            if Instant::now() > deadline {
                self.give_up(what).await;
            }
            tokio::time::sleep(period).await;
        }
    }

    /// Runs a script, the body of a function, and returns what it returns.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.expect("the script runs")
    }

    /// Runs a script that calls its last argument, `arguments[arguments.length - 1]`, with what it returns.
    pub async fn run_async(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client
            .execute_async(script, arguments)
            .await
            .expect("the script runs")
    }

    /// The address that is shown.
    pub async fn address(&self) -> String {
        self.client
            .current_url()
            .await
            .expect("a window shows something")
            .into()
    }

    /// Gives the window this size, and waits until its page has it.
    pub async fn resize(&self, width: u32, height: u32) {
        self.client
            .set_window_size(width, height)
            .await
            .expect("the window can be resized");
        // A menu takes its line of the height.
        let has_it = format!("return innerWidth === {width} && innerHeight <= {height} && innerHeight > {height} - 40");
        self.until(&format!("a page of {width} by {height}"), &has_it).await;
    }

    /// A picture of what is visible, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("the window can be pictured")
    }

    /// The driver's own client, for what is not here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Does something with an element as soon as it is there and lets itself; screens change under our hands.
    async fn retry<T>(&self, id: &str, what: &str, act: impl AsyncFn(Element) -> Result<T, CmdError>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let done = match self.client.find(Locator::Css(&selector(id))).await {
                Ok(element) => act(element).await,
                Err(error) => Err(error),
            };
            match done {
                Ok(value) => return value,
                Err(error) if is_too_early(&error) && Instant::now() < deadline => {}
                Err(error) => self.give_up(&format!("{id} to {what} ({error:?})")).await,
            }
            tokio::time::sleep(PERIOD).await;
        }
    }

    /// Waits until something has come to rest in view. A person would not click at what is still moving either: when
    /// an answer arrives, paragraphs come and go above it, and the click would hit something else.
    async fn rest(&self, id: &str) {
        let script = format!(
            "const e = document.querySelector({});
            // Nor at what is pale for the moment.
            if (!e || e.ariaDisabled === 'true') return false;
            e.scrollIntoView({{ block: 'nearest' }});
            const {{ x, y }} = e.getBoundingClientRect();
            const before = window.restedAt;
            window.restedAt = {{ e, x, y }};
            return before?.e === e && before.x === x && before.y === y",
            quoted(&selector(id))
        );
        self.until_every(STILL, &format!("{id} at rest"), &script).await;
    }

    async fn give_up(&self, what: &str) -> ! {
        let mut report = format!("waited in vain for {what}");
        let folder = driver::target().join("../window");
        let file = folder.join("last-failure.png");
        // Of a page that is painted straight on its window the driver has none, and waits for one for ever.
        // WEBKIT_DISABLE_COMPOSITING_MODE=0 has it composed.
        if let Ok(Ok(picture)) = tokio::time::timeout(PICTURE, self.client.screenshot()).await
            && std::fs::create_dir_all(&folder).is_ok()
            && std::fs::write(&file, picture).is_ok()
        {
            let _ = write!(report, "\n  picture: {}", file.display());
        }
        if let Ok(text) = self.client.execute("return document.body.innerText", vec![]).await {
            let _ = write!(report, "\n  on screen: {text}");
        }
        if let Ok(log) = std::fs::read_to_string(&self.log) {
            let _ = write!(report, "\n  printed: {log}");
        }
        panic!("{report}");
    }
}

fn is_at_an_edge(error: &ErrorStatus) -> bool {
    matches!(
        error,
        ErrorStatus::ElementClickIntercepted | ErrorStatus::ElementNotInteractable | ErrorStatus::MoveTargetOutOfBounds
    )
}

/// Not on screen yet, not enabled yet, or replaced just now.
fn is_too_early(error: &CmdError) -> bool {
    let CmdError::Standard(error) = error else { return false };
    matches!(
        error.error,
        ErrorStatus::NoSuchElement
            | ErrorStatus::StaleElementReference
            | ErrorStatus::ElementNotInteractable
            | ErrorStatus::ElementClickIntercepted
            | ErrorStatus::InvalidElementState
            | ErrorStatus::MoveTargetOutOfBounds
            | ErrorStatus::NoSuchWindow
    )
}

/// `stage-option[data-value="x"]` → `[data-testid="stage-option"][data-value="x"]`.
fn selector(id: &str) -> String {
    let (name, rest) = id.split_at(id.find(['[', ' ', ':']).unwrap_or(id.len()));
    format!("[data-testid=\"{name}\"]{rest}")
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

const VISIBLE: &str = "const visible = (e) => e.checkVisibility ? e.checkVisibility() : e.getClientRects().length > 0;";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_id_can_be_narrowed_down() {
        assert_eq!(selector("welcome"), "[data-testid=\"welcome\"]");
        assert_eq!(
            selector("check-row[data-check=\"1\"]"),
            "[data-testid=\"check-row\"][data-check=\"1\"]"
        );
    }
}
