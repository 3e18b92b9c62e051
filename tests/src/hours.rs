//! Hours that pass in moments, while every request is a real one over loopback.
//!
//! tokio's paused clock by itself jumps to the next timer whenever no task is ready, also while bytes are on their way
//! from one socket to another: a request would time out before its answer could be read. So a task that never rests
//! keeps the runtime from jumping. It lets everything that is ready be done, and what came by the network be taken up,
//! many times over, and then moves the clock on by one short step.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use model::{Clock, Millis};
use tokio::task::yield_now;
use tokio::time::{Instant, advance};

/// How far the clock moves at once: a fraction of the shortest time-out.
const STEP: Duration = Duration::from_secs(1);
/// How often all that is ready is done in between. A request and its answer need about ten.
const ROUNDS: u32 = 32;

/// Wall clocks that follow tokio's paused one, and can be set.
#[derive(Clone)]
pub struct Hours {
    origin: Millis,
    began: Instant,
    jumped: Arc<AtomicI64>,
    skew: Arc<AtomicI64>,
}

impl Hours {
    /// From `origin` on, on a runtime of one thread whose clock is paused, for as long as that lives.
    pub fn begin(origin: Millis) -> Self {
        tokio::spawn(async {
            loop {
                for _ in 0..ROUNDS {
                    yield_now().await;
                }
                advance(STEP).await;
            }
        });
        Self {
            origin,
            began: Instant::now(),
            jumped: Arc::default(),
            skew: Arc::default(),
        }
    }

    /// The one that is right.
    pub fn clock(&self) -> Clock {
        let this = self.clone();
        Clock::of(move || this.now())
    }

    /// One that may go fast or slow.
    pub fn skewed_clock(&self) -> Clock {
        let this = self.clone();
        Clock::of(move || this.now().plus(this.skew.load(Ordering::Relaxed)))
    }

    /// How far that one is ahead from now on.
    pub fn skew(&self, ahead: i64) {
        self.skew.store(ahead, Ordering::Relaxed);
    }

    pub fn now(&self) -> Millis {
        let passed = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.origin.plus(passed).plus(self.jumped.load(Ordering::Relaxed))
    }

    /// The wall clock goes on by this much while timers stand still, as when a computer sleeps.
    pub fn sleep_through(&self, span: i64) {
        self.jumped.fetch_add(span, Ordering::Relaxed);
    }
}
