//! The host as a process of its own.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

const BINARY: &str = env!("CARGO_BIN_EXE_refapp-lever-server");

/// A host that runs, killed if the test ends before it was stopped.
pub struct Running {
    child: Child,
    /// What it logs. A pipe that nobody reads would hold it up when it is full.
    log: File,
    pub address: SocketAddr,
}

impl Running {
    /// A configuration may name a port that was free when it was written, and that another test has for a moment.
    pub fn start(site: &Path, args: &[&str]) -> Self {
        let mut tries = 0..100;
        loop {
            match Self::try_start(site, args) {
                Ok(running) => return running,
                Err(log) if log.contains("APP-PORT") && tries.next().is_some() => {
                    std::thread::sleep(Duration::from_millis(100));
                }
                Err(log) => panic!("the host does not listen: {log}"),
            }
        }
    }

    /// Or what it logged, if it ends before it listens.
    fn try_start(site: &Path, args: &[&str]) -> Result<Self, String> {
        let mut log = tempfile::tempfile().unwrap();
        let mut child = Command::new(BINARY)
            .arg("--config")
            .arg(site.join("host.toml"))
            .args(args)
            .stdout(Stdio::piped())
            .stderr(log.try_clone().unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let Some(address) = line.trim_end().strip_prefix("listening ") else {
            child.wait().unwrap();
            return Err(read(&mut log));
        };
        let address = address.parse().unwrap();
        Ok(Self { child, log, address })
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

    /// Ends it by a signal; its status and its log.
    pub fn stop(mut self, signal: Signal) -> (Option<i32>, String) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        let status = self.child.wait().unwrap();
        (status.code(), read(&mut self.log))
    }
}

fn read(log: &mut File) -> String {
    let mut text = String::new();
    log.rewind().unwrap();
    log.read_to_string(&mut text).unwrap();
    text
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
