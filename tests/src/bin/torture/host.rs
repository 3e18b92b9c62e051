//! The built headless host as a process.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// As it is released.
pub const PLAIN: &str = "refapp-lever-server";
/// The same, with what can be done wrong on purpose.
pub const SABOTAGED: &str = "refapp-lever-server-sabotaged";

/// A host that runs; killed when it is dropped.
pub struct Host {
    child: Child,
    data_dir: std::path::PathBuf,
}

impl Host {
    /// Starts it and does not wait: it may be killed before it listens.
    pub fn spawn(program: &Path, site: &Path, variables: &[(&str, &str)]) -> Self {
        Self::run(Command::new(program), program, site, variables)
    }

    /// The same with the signal ignored that would end a process whose files grow beyond a limit: its writes fail.
    pub fn spawn_deaf(program: &Path, site: &Path) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(program);
        Self::run(shell, program, site, &[])
    }

    fn run(mut command: Command, program: &Path, site: &Path, variables: &[(&str, &str)]) -> Self {
        let log = OpenOptions::new().create(true).append(true).open(site.join("host.log"));
        let child = command
            .arg("--config")
            .arg(site.join("host.toml"))
            // As the unit of `docs/headless-host.md` starts it: every arena more of the C library's allocator keeps a few
            // megabytes for nothing.
            .env("MALLOC_ARENA_MAX", "1")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log.expect("a file of ours"))
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        Self {
            child,
            data_dir: site.join("data"),
        }
    }

    /// Waits until it listens. `false`: it ended before.
    pub async fn listens(&mut self) -> bool {
        let Some(stdout) = self.child.stdout.take() else {
            return true;
        };
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            // A host that is killed closes its end.
            let _ = BufReader::new(stdout).read_line(&mut line);
            line
        });
        line.await.is_ok_and(|line| line.starts_with("listening "))
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// From now on no file grows beyond so many bytes, or may again.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let limits = Rlimit {
            current: bytes,
            maximum: None,
        };
        prlimit(Some(Pid::from_child(&self.child)), Resource::Fsize, limits).expect("a process of ours");
    }

    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// SIGKILL, and nothing of it is left.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM, and its exit status. `None`: it was ended by a signal, or did not end in its time.
    pub async fn stop(mut self) -> Option<i32> {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        for _ in 0..400 {
            if let Ok(Some(status)) = self.child.try_wait() {
                return status.code();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        None
    }

    /// One request of the control socket. `Err`: nobody answered, or with a failure.
    pub async fn ask(&self, request: &Value) -> Result<Value, String> {
        let words = |error: std::io::Error| error.to_string();
        let mut stream = UnixStream::connect(self.data_dir.join("control.sock"))
            .await
            .map_err(words)?;
        stream
            .write_all(format!("{request}\n").as_bytes())
            .await
            .map_err(words)?;
        let mut line = String::new();
        let mut reader = tokio::io::BufReader::new(stream);
        reader.read_line(&mut line).await.map_err(words)?;
        let mut answer: Value = serde_json::from_str(&line).map_err(|error| error.to_string())?;
        match answer["reply"].take() {
            Value::Null => Err(answer["failure"]["code"].as_str().unwrap_or(&line).to_owned()),
            reply => Ok(reply["value"].clone()),
        }
    }

    /// Everything but the checks.
    pub async fn overview(&self) -> Result<Value, String> {
        self.ask(&json!({"ask": "overview"})).await
    }

    /// Bytes of memory that it has filled itself. Not its part of the program's file: that grows whenever the host of a
    /// row beside it ends, since fewer share it then.
    pub fn memory(&self) -> Option<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.pid())).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("Anonymous:"))?;
        let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kib << 10)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.kill();
    }
}
