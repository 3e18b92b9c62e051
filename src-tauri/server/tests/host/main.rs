//! The host itself as a process: alone, and with a simulated Lever and Refapp over real HTTP.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod doctor;
mod down;
mod observer;
mod planted;
mod privacy;
mod process;
mod up;
