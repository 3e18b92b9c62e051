//! Work that blocks, on a thread of the runtime.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Does it where it stands. Other tasks go on meanwhile on the other threads, where there are any: a runtime of one
/// thread, on which whole days are simulated, waits.
pub fn in_place<T>(work: impl FnOnce() -> T) -> T {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::CurrentThread => work(),
        _ => tokio::task::block_in_place(work),
    }
}
