//! The rows, one file each.

mod ambiguous;
mod clocks;
mod crashes;
mod disk;
mod erased;
mod hostile;
mod kill;
mod outages;
mod pages;
mod poison;
mod soak;
mod storm;
mod tokens;
mod two;
mod unheard;
mod upgrade;

use crate::row::Row;

/// In the order of the scoreboard.
pub const ALL: [&Row; 16] = [
    &kill::ROW,
    &crashes::ROW,
    &ambiguous::ROW,
    &storm::ROW,
    &hostile::ROW,
    &pages::ROW,
    &clocks::ROW,
    &unheard::ROW,
    &erased::ROW,
    &outages::ROW,
    &tokens::ROW,
    &poison::ROW,
    &disk::ROW,
    &two::ROW,
    &upgrade::ROW,
    &soak::ROW,
];
