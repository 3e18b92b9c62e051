//! What to do next: pure functions of what is stored, what was observed, and now. Doing it is elsewhere, so a crash
//! between any two steps changes nothing about the end.

mod badge;

pub mod assess;
pub mod audit;
pub mod by_hand;
pub mod causes;
pub mod note;
pub mod observe;
pub mod observed;
pub mod start;
pub mod template;
pub mod update;
pub mod write_back;

pub use badge::{Unheard, badges};

/// A check's place among those of its opportunity: the later one is the greater.
fn place(check: &model::Check) -> (model::Millis, u32) {
    (check.created_at, check.ordinal)
}

#[cfg(test)]
mod tests;
