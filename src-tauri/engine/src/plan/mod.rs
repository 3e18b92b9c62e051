//! What to do next: pure functions of what is stored, what was observed, and now. Doing it is elsewhere, so a crash
//! between any two steps changes nothing about the end.

mod badge;

pub mod assess;
pub mod note;
pub mod observed;
pub mod start;
pub mod template;
pub mod update;
pub mod write_back;

pub use badge::badges;

#[cfg(test)]
mod tests;
