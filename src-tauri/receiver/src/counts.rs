//! The only thing that is logged of what arrives.

use std::sync::atomic::{AtomicU64, Ordering};

use engine::Taken;

/// Counts since the last report.
#[derive(Default)]
pub(crate) struct Counts {
    stored: AtomicU64,
    known: AtomicU64,
    refused: AtomicU64,
    unavailable: AtomicU64,
}

impl Counts {
    pub(crate) fn count(&self, taken: Taken) {
        let counter = match taken {
            Taken::Stored => &self.stored,
            Taken::Known => &self.known,
            Taken::Refused => &self.refused,
            Taken::Unavailable => &self.unavailable,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Logs one line, unless nothing came, and begins anew.
    pub(crate) fn report(&self) {
        let [stored, known, refused, unavailable] = [&self.stored, &self.known, &self.refused, &self.unavailable]
            .map(|counter| counter.swap(0, Ordering::Relaxed));
        if stored + known + refused + unavailable > 0 {
            tracing::info!(stored, known, refused, unavailable, "received");
        }
    }
}
