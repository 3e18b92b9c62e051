//! The simulator over real HTTP: does it keep to the contracts, and does its ledger tell the truth?
#![allow(clippy::unwrap_used)]

mod board;
mod control;
mod events;
mod faults;
mod harness;
mod oauth;
mod paging;
#[cfg(unix)]
mod program;
mod switches;
mod traps;
mod webhooks;
