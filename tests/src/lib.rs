//! What the tests that cross rooms share.

#[cfg(feature = "window")]
pub mod crowd;
#[cfg(feature = "torture")]
pub mod hours;
#[cfg(any(feature = "torture", feature = "window"))]
pub mod machine;
pub mod rig;
#[cfg(feature = "window")]
pub mod window;
