//! The host as a process of its own.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const BINARY: &str = env!("CARGO_BIN_EXE_refapp-lever-server");

/// A host that runs, killed if the test ends before it was stopped.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
}

impl Running {
    pub fn start(site: &Path, args: &[&str]) -> Self {
        let mut child = Command::new(BINARY)
            .arg("--config")
            .arg(site.join("host.toml"))
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let Some(address) = line.trim_end().strip_prefix("listening ") else {
            let output = child.wait_with_output().unwrap();
            panic!("{line:?}: {}", String::from_utf8_lossy(&output.stderr));
        };
        let address = address.parse().unwrap();
        Self { child, address }
    }

    /// One request, and the whole answer.
    pub fn request(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let length = body.len();
        let text = format!("{head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status();
        assert!(sent.unwrap().success());
    }

    /// Ends it by a signal; its status and its log.
    pub fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        self.signal(signal);
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The same binary with the same configuration.
pub fn subcommand(site: &Path, args: &[&str]) -> Output {
    Command::new(BINARY)
        .arg("--config")
        .arg(site.join("host.toml"))
        .args(args)
        .output()
        .unwrap()
}

/// A file's mode, links followed.
pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
