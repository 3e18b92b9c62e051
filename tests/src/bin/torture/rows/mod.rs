//! The rows, one file each.

mod crashes;
mod disk;
mod hostile;
mod kill;
mod pages;
mod soak;
mod storm;
mod tokens;
mod two;
mod upgrade;

use crate::row::Row;

/// In the order of the scoreboard.
pub const ALL: [&Row; 10] = [
    &kill::ROW,
    &crashes::ROW,
    &storm::ROW,
    &hostile::ROW,
    &pages::ROW,
    &tokens::ROW,
    &disk::ROW,
    &two::ROW,
    &upgrade::ROW,
    &soak::ROW,
];
