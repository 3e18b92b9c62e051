//! The simulator as a program of its own.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

#[tokio::test]
async fn the_program_says_where_it_listens_and_stops_on_sigterm() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_refapp-lever-simulator"))
        .args(["--listen", "127.0.0.1:0", "--seed", "3", "--autopilot", "0.5"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let root = lines
        .next()
        .unwrap()
        .unwrap()
        .strip_prefix("listening ")
        .unwrap()
        .to_owned();
    assert_eq!(lines.next().unwrap().unwrap(), format!("board {root}/board"));
    // A simulator in this process has installed what the client needs.
    let harness = crate::harness::Harness::start().await;
    let status = harness
        .client
        .get(format!("{root}/control/state"))
        .send()
        .await
        .unwrap()
        .status();
    assert_eq!(status, 200);
    kill_process(Pid::from_child(&program), Signal::TERM).unwrap();
    assert!(program.wait().unwrap().success());
}
