//! The client against hand-written answers, over real HTTP.

#![allow(clippy::unwrap_used)]

mod lists;
mod oauth;
mod reads;
mod server;
mod transport;
mod writes;
