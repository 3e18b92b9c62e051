//! WebKitWebDriver, and the program that it starts.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::Home;

/// A driver that runs, with one program under it.
pub struct Driver {
    /// Of the driver and of all that it starts.
    group: Pid,
    _process: Child,
}

impl Driver {
    /// Starts a driver and lets it start `program`.
    pub async fn start(home: &Home, program: &Path, arguments: &[&str]) -> (Self, Client) {
        assert!(
            program.is_file(),
            "{} is missing: `cargo build --package refapp-lever`, or let `cargo xtask test` see to it all",
            program.display()
        );
        let (process, port) = listening(home).await;
        let id = process
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        let driver = Self {
            group: id.expect("it listens, so it runs"),
            _process: process,
        };

        let options = json!({"binary": program, "args": arguments});
        let capabilities = [("webkitgtk:browserOptions".to_owned(), options)];
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.into_iter().collect::<serde_json::Map<String, Value>>());
        let address = format!("http://127.0.0.1:{port}");
        let client = connect(&builder, &address, home).await;
        (driver, client)
    }

    /// Lets the program end by itself, which includes saying farewell to its host, and then the driver.
    pub async fn stop(self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        // The driver outlives its program.
        while self.members() > 1 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// How many processes of the driver's group live.
    fn members(&self) -> usize {
        let processes = fs::read_dir("/proc").expect("Linux lists its processes").flatten();
        processes
            .filter_map(|process| fs::read_to_string(process.path().join("stat")).ok())
            .filter(|stat| {
                // `id (name) state parent group …`, and a name may hold anything.
                let after_name = stat.rsplit(')').next().unwrap_or_default();
                let mut words = after_name.split_whitespace();
                let state = words.next();
                let group = words.nth(1).and_then(|group| group.parse().ok());
                state != Some("Z") && group == Some(self.group.as_raw_nonzero().get())
            })
            .count()
    }
}

impl Drop for Driver {
    /// Whatever is left is ended, and gone when this returns: the next app must not find it on the session bus.
    fn drop(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.members() > 0 && Instant::now() < deadline {
            // It may just have ended by itself.
            let _ = kill_process_group(self.group, Signal::KILL);
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A driver that listens, and where. It takes no port of its own choice, and one that is free now may be another's when
/// the driver comes to it: then the driver ends.
async fn listening(home: &Home) -> (Child, u16) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let port = free_port();
        let mut command = Command::new("WebKitWebDriver");
        command
            .arg(format!("--port={port}"))
            // Tauri's switch for being driven; the program inherits it from its driver.
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            // A group of its own, so that whatever a failed test leaves behind can be ended with it.
            .process_group(0)
            .kill_on_drop(true);
        home.dress(command.as_std_mut());
        let mut process = command
            .spawn()
            .expect("WebKitWebDriver starts (package webkit2gtk-driver)");
        while process.try_wait().expect("a process of ours").is_none() {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
                return (process, port);
            }
            assert!(Instant::now() < deadline, "WebKitWebDriver does not listen");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(Instant::now() < deadline, "WebKitWebDriver ends at once");
    }
}

/// The driver answers when the program's window is there; for ever not if the program has ended before.
async fn connect(builder: &ClientBuilder<HttpConnector>, address: &str, home: &Home) -> Client {
    match tokio::time::timeout(Duration::from_secs(40), builder.connect(address)).await {
        Ok(Ok(client)) => client,
        problem => {
            let printed = fs::read_to_string(home.log()).unwrap_or_default();
            panic!("no window came: {:?}\n  printed: {printed}", problem.err())
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("loopback has a free port")
        .port()
}

/// The folder into which cargo built this program.
pub fn target() -> PathBuf {
    let here = std::env::current_exe().expect("a running program has a file");
    let folder = here.parent().expect("it lies in a folder");
    // Tests lie one folder deeper than programs.
    let folder = if folder.ends_with("deps") {
        folder.parent().expect("deps lies in a folder")
    } else {
        folder
    };
    folder.to_owned()
}

/// WebKit's plain browser, which comes with the library.
pub fn browser() -> PathBuf {
    let candidates = [
        "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
        "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
        "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
        "/usr/lib/webkit2gtk-4.1/MiniBrowser",
    ];
    let found = candidates.iter().map(PathBuf::from).find(|path| path.is_file());
    found.expect("WebKit's MiniBrowser comes with the package libwebkit2gtk-4.1-0")
}
