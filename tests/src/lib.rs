//! What the tests that cross rooms share.

pub mod rig;
#[cfg(feature = "window")]
pub mod window;
