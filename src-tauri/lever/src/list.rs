//! Lists: pages, and where the next one begins (`lever-api.md §5`).

/// Lever's `next`: opaque, given back as it came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offset(pub(crate) String);
