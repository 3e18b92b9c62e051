//! HTTP as the clients of both APIs need it: time-outs on every call, a cap on every body, no redirect that nobody
//! asked for, and failures told apart by what they say about the effect (`reliability.md` rules 6 and 16).
//!
//! Not here: which hosts may be spoken to (`model::Place`), credentials, rate limits, and what a failure means to a
//! person – each client maps its own.

mod answer;
mod failed;
mod transport;

pub use answer::Answer;
pub use failed::{Kind, Message, Outcome};
pub use transport::{Http, Limits, knock, proxy_for};
