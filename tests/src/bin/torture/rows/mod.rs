//! The rows, one file each.

mod kill;

use crate::row::Row;

/// In the order of the scoreboard.
pub const ALL: [&Row; 1] = [&kill::ROW];
