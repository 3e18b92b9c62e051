//! The queue in front of the token bucket: whom it lets through next, and when.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use url::Url;

use crate::bucket::Bucket;

/// Who goes first when calls have to wait (`reliability.md` rule 12).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Priority {
    /// What was decided and has to be done.
    Effect,
    /// What an event asks to be looked at.
    Reread,
    /// Everything else: polls, audits, the wizard.
    Rest,
}

/// One gate per key, for every client of it: after a reconnect Lever's own bucket is no fuller than before. Time inside
/// it is counted from its making.
pub(crate) struct Gate {
    began: Instant,
    state: Mutex<State>,
    /// The queue or the bucket is no longer what a waiting call saw.
    changed: Notify,
}

#[derive(Default)]
struct State {
    bucket: Bucket,
    queue: BTreeSet<Place>,
    next: u64,
}

/// A place in the queue: by priority, then by arrival.
type Place = (Priority, u64);

/// The gates of this process, under hashes: no key lies here.
static GATES: LazyLock<Mutex<HashMap<[u8; 32], Arc<Gate>>>> = LazyLock::new(Mutex::default);

impl Gate {
    /// The gate of this key at this address.
    pub(crate) fn of(api: &Url, key: &str) -> Arc<Self> {
        let mut hash = Sha256::new();
        hash.update(api.as_str());
        hash.update([0]);
        hash.update(key);
        let mut gates = GATES.lock().expect("nothing panics while it holds this lock");
        // Nobody has it, and its bucket is full: it is as good as a new one.
        gates.retain(|_, gate| Arc::strong_count(gate) > 1 || !gate.state().bucket.is_full(gate.now()));
        gates
            .entry(hash.finalize().into())
            .or_insert_with(|| Arc::new(Self::new()))
            .clone()
    }

    fn new() -> Self {
        Self {
            began: Instant::now(),
            state: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Waits for a turn and a token; gives the time of passing, to be told to [`Self::pause`] or [`Self::answered`].
    ///
    /// # Errors
    /// What is left of a pause, as soon as that is longer than `patience`. A long queue is no reason to give up.
    pub(crate) async fn pass(&self, priority: Priority, patience: Duration) -> Result<Duration, Duration> {
        let ticket = Ticket::draw(self, priority);
        loop {
            // Made before the look at the state, so that no change in between is missed.
            let changed = self.changed.notified();
            let wait = {
                let mut state = self.state();
                let now = self.began.elapsed();
                let pause = state.bucket.pause_left(now);
                if pause > patience {
                    return Err(pause);
                }
                if state.queue.first() == Some(&ticket.place) {
                    match state.bucket.take(now) {
                        Ok(()) => return Ok(now),
                        Err(wait) => Some(wait),
                    }
                } else {
                    None
                }
            };
            match wait {
                Some(wait) => tokio::select! {
                    () = sleep(wait) => {}
                    () = changed => {}
                },
                None => changed.await,
            }
        }
    }

    /// 429: everybody waits.
    pub(crate) fn pause(&self, sent: Duration, retry_after: Option<Duration>) {
        let now = self.began.elapsed();
        self.state().bucket.pause(now, sent, retry_after, rand::random());
        self.changed.notify_waiters();
    }

    /// Any other answer.
    pub(crate) fn answered(&self, sent: Duration) {
        self.state().bucket.answered(sent);
    }

    /// Time since the gate was made.
    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds this lock")
    }
}

/// A place that is given up when its holder passes, fails or is dropped.
struct Ticket<'a> {
    gate: &'a Gate,
    place: Place,
}

impl<'a> Ticket<'a> {
    fn draw(gate: &'a Gate, priority: Priority) -> Self {
        let mut state = gate.state();
        let place = (priority, state.next);
        state.next += 1;
        state.queue.insert(place);
        drop(state);
        // Whoever was first may not be any more.
        gate.changed.notify_waiters();
        Self { gate, place }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.gate.state().queue.remove(&self.place);
        self.gate.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use tokio::sync::mpsc;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(120);

    #[tokio::test(start_paused = true)]
    async fn one_key_has_one_bucket_however_often_it_is_connected() {
        let api = Url::parse("https://api.eu.lever.co/v1").unwrap();
        let first = Gate::of(&api, "a key");
        while first.state().bucket.take(first.now()).is_ok() {}
        // Also when nobody holds it for a moment, as between a disconnect and a new set-up.
        drop(first);
        let again = Gate::of(&api, "a key");
        assert!(again.state().bucket.take(again.now()).is_err());
        let other = Gate::of(&api, "another key");
        let elsewhere = Gate::of(&Url::parse("https://api.lever.co/v1").unwrap(), "a key");
        for gate in [other, elsewhere] {
            assert_eq!(gate.state().bucket.take(gate.now()), Ok(()));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_gate_that_nobody_has_is_forgotten_once_its_bucket_is_full() {
        let api = Url::parse("https://api.sandbox.lever.co/v1").unwrap();
        let gate = Gate::of(&api, "a key of old");
        gate.pass(Priority::Rest, PATIENCE).await.unwrap();
        let known = Arc::downgrade(&gate);
        drop(gate);
        drop(Gate::of(&api, "another"));
        assert!(known.upgrade().is_some(), "its bucket is not full yet");
        tokio::time::advance(Duration::from_secs(1)).await;
        drop(Gate::of(&api, "another"));
        assert!(known.upgrade().is_none());
    }

    /// Time stands still but for the sleeps, so the order is exact.
    #[tokio::test(start_paused = true)]
    async fn effects_pass_before_rereads_and_rereads_before_the_rest() {
        let gate = Arc::new(Gate::new());
        while gate.state().bucket.take(gate.now()).is_ok() {}
        let (passed, mut order) = mpsc::unbounded_channel();
        for priority in [
            Priority::Rest,
            Priority::Reread,
            Priority::Effect,
            Priority::Rest,
            Priority::Effect,
        ] {
            let (gate, passed) = (gate.clone(), passed.clone());
            tokio::spawn(async move {
                gate.pass(priority, PATIENCE).await.unwrap();
                passed.send(priority).unwrap();
            });
        }
        while gate.state().queue.len() < 5 {
            tokio::task::yield_now().await;
        }
        drop(passed);
        let mut seen = Vec::new();
        while let Some(priority) = order.recv().await {
            seen.push(priority);
        }
        assert!(seen.is_sorted(), "{seen:?}");
        assert_eq!(seen.len(), 5);
        assert_eq!(gate.state().queue.len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_dropped_while_it_waits_gives_up_its_place() {
        let gate = Arc::new(Gate::new());
        while gate.state().bucket.take(gate.now()).is_ok() {}
        let waiting = tokio::spawn({
            let gate = gate.clone();
            async move { gate.pass(Priority::Effect, PATIENCE).await }
        });
        while gate.state().queue.is_empty() {
            tokio::task::yield_now().await;
        }
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        assert_eq!(gate.state().queue.len(), 0);
        gate.pass(Priority::Rest, PATIENCE).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_is_longer_than_anybody_waits_fails_those_who_wait() {
        let gate = Arc::new(Gate::new());
        while gate.state().bucket.take(gate.now()).is_ok() {}
        let waiting = tokio::spawn({
            let gate = gate.clone();
            async move { gate.pass(Priority::Effect, PATIENCE).await }
        });
        while gate.state().queue.is_empty() {
            tokio::task::yield_now().await;
        }
        let sent = gate.now();
        gate.pause(sent, Some(Duration::from_secs(300)));
        assert!(waiting.await.unwrap().unwrap_err() > PATIENCE);
        assert!(!gate.state().bucket.pause_left(gate.now()).is_zero());
    }
}
