//! A user's home of its own, so that no test meets what another left, or what the person at this computer has.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

use super::driver;

/// One user at a time: all share a screen, and the loopback ports of the redirect.
static TURN: Mutex<()> = Mutex::const_new(());

/// Where the session's secrets lie, by the freedesktop specification of a Secret Service.
const COLLECTION: &str = "/org/freedesktop/secrets/aliases/default";

/// A home folder that is removed in the end, with a session bus and a keychain of its own. Windows that are opened in
/// it one after the other share their data and their secrets.
pub struct Home {
    folder: TempDir,
    bus: Child,
    address: String,
    _turn: MutexGuard<'static, ()>,
}

impl Home {
    /// Waits until no other test has one, and moves in.
    pub async fn new() -> Self {
        let turn = TURN.lock().await;
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (bus, address) = start_bus(folder.path());
        let home = Self {
            folder,
            bus,
            address,
            _turn: turn,
        };
        home.be_the_browser();
        home.unlock_keychain();
        home
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The address of its session bus.
    pub fn bus(&self) -> &str {
        &self.address
    }

    /// The built app.
    pub fn app(&self) -> PathBuf {
        driver::target().join("refapp-lever")
    }

    /// Moves a crowd of checks in, for the app in practice mode beside this simulator, where the same candidates are then
    /// ([`crate::crowd`]).
    pub async fn settle(&self, checks: u32, simulator: &simulator::Simulator) {
        let mut command = tokio::process::Command::new(driver::target().join("crowd"));
        command.arg(format!("--simulator=http://{}", simulator.address()));
        command.arg(format!("--checks={checks}")).kill_on_drop(true);
        self.dress(command.as_std_mut());
        let status = command.status().await.expect("the program was built beside this one");
        assert!(
            status.success(),
            "{}",
            fs::read_to_string(self.log()).unwrap_or_default()
        );
    }

    /// As the system's settings for accessibility do. It counts for what is opened from now on.
    pub fn ask_for_less_motion(&self) {
        let folder = self.path().join(".config/gtk-3.0");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(folder.join("settings.ini"), "[Settings]\ngtk-enable-animations=0\n"))
            .expect("a file can be written into a temporary folder");
    }

    /// Starts the app a second time, with nothing but an argument, as the system does for a deep link.
    pub async fn start_again(&self, argument: &str) -> ExitStatus {
        self.start_again_and_listen(argument).await.status
    }

    /// The same, with what it says. There is no screen here: it must be over before it would need one.
    pub async fn start_again_and_listen(&self, argument: &str) -> Output {
        let mut command = self.second(argument);
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        command.output().await.expect("the app starts")
    }

    /// The same where there is no session bus over which it could find the first.
    pub async fn start_without_bus(&self, argument: &str) -> Output {
        let mut command = self.second(argument);
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        command.output().await.expect("the app starts")
    }

    fn second(&self, argument: &str) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(self.app());
        command.arg(argument).kill_on_drop(true);
        self.dress(command.as_std_mut());
        // Kept out of the log that `dress` writes to, so that it can be read from here.
        command.stderr(Stdio::piped());
        command
    }

    /// Waits for the address that the app opens in the system's browser as its `number`th, counted from 0.
    pub async fn opened(&self, number: usize) -> String {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let opened = fs::read_to_string(self.opened_file()).unwrap_or_default();
            if let Some(url) = opened.lines().nth(number) {
                return url.to_owned();
            }
            assert!(Instant::now() < deadline, "no browser was opened");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The files below this home that contain a text, in the order of their names.
    pub fn files_with(&self, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder of ours can be read").flatten() {
                let (path, kind) = (entry.path(), entry.file_type());
                if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
                    folders.push(path);
                } else if kind.is_ok_and(|kind| kind.is_file()) && contains(&path, text) {
                    found.push(path.display().to_string());
                }
            }
        }
        found.sort();
        found
    }

    /// Makes a program feel at home here.
    pub fn dress(&self, command: &mut Command) {
        for variable in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"] {
            command.env_remove(variable);
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([self.bin()].into_iter().chain(env::split_paths(&path)));
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log());
        let log = log.expect("a file can be written into a temporary folder");
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("an open file can be shared"))
            .stderr(log)
            .env("HOME", self.path())
            .env("XDG_RUNTIME_DIR", self.path())
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("PATH", path.expect("the path was one before"))
            .env("LANGUAGE", "en");
    }

    /// What the programs started here have printed.
    pub(super) fn log(&self) -> PathBuf {
        self.path().join("log")
    }

    fn bin(&self) -> PathBuf {
        self.path().join("bin")
    }

    fn opened_file(&self) -> PathBuf {
        self.path().join("opened")
    }

    /// The system's browser is whatever `xdg-open` starts. Here that is a script which writes the address down, so
    /// the app does exactly what it does for a person, and the test sees what a browser would have been given.
    fn be_the_browser(&self) {
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$1\" >>'{}'\n",
            self.opened_file().display()
        );
        let file = self.bin().join("xdg-open");
        fs::create_dir(self.bin())
            .and_then(|()| fs::write(&file, script))
            .and_then(|()| fs::set_permissions(&file, fs::Permissions::from_mode(0o755)))
            .expect("a script can be written into a temporary folder");
    }

    /// Locks the keychain, as a session does that nobody has signed in to with a password.
    pub async fn lock_keychain(&self) {
        let bus = zbus::connection::Builder::address(self.bus()).expect("the address of a bus");
        let bus = bus.build().await.expect("the bus of this home");
        let collections = (vec![zbus::zvariant::ObjectPath::from_static_str_unchecked(COLLECTION)],);
        let locked = bus.call_method(
            Some("org.freedesktop.secrets"),
            "/org/freedesktop/secrets",
            Some("org.freedesktop.Secret.Service"),
            "Lock",
            &collections,
        );
        locked.await.expect("the keychain can be locked");
    }

    /// A keychain whose password is an empty line, made where there is none yet. It ends with the bus.
    pub fn unlock_keychain(&self) {
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--replace", "--unlock", "--components=secrets"]);
        self.dress(&mut command);
        let mut daemon = command
            .stdin(Stdio::piped())
            .spawn()
            .expect("gnome-keyring-daemon starts (package gnome-keyring)");
        let mut stdin = daemon.stdin.take().expect("its input is a pipe");
        stdin.write_all(b"\n").expect("it reads its password");
        drop(stdin);
        // It goes into the background when the keychain is there.
        assert!(
            daemon.wait().is_ok_and(|status| status.success()),
            "the keychain is unlocked"
        );
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone, and everything on it with it.
        let _ = self.bus.kill();
        let _ = self.bus.wait();
    }
}

/// A session bus for one home; returns its address.
fn start_bus(folder: &Path) -> (Child, String) {
    let mut bus = Command::new("dbus-daemon")
        .args(["--session", "--nofork", "--print-address=1"])
        .arg(format!("--address=unix:dir={}", folder.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("dbus-daemon starts (package dbus)");
    let mut address = String::new();
    let stdout = bus.stdout.take().expect("its output is a pipe");
    BufReader::new(stdout)
        .read_line(&mut address)
        .expect("it prints its address");
    (bus, address.trim().to_owned())
}

fn contains(file: &Path, text: &str) -> bool {
    let bytes = fs::read(file).unwrap_or_default();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
