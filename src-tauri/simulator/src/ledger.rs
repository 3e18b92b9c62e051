//! The ledger: every request that came in and every delivery that went out, with what it did. Tests judge by it.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use crate::locked;

/// Who was spoken to, or who spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// A request to Lever: its API, its OAuth server, its web app.
    Lever,
    /// A request to Refapp.
    Refapp,
    /// One try of a webhook delivery by Lever.
    Webhook,
    /// One try of an update by Refapp.
    Update,
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// 1, 2, 3, …: the order in which the simulator decided.
    pub seq: u64,
    /// Milliseconds since the epoch, by the simulated clock.
    pub at: i64,
    /// Who was spoken to, or who spoke.
    pub side: Side,
    /// HTTP method.
    pub method: String,
    /// Path without the query; for a delivery the whole URL.
    pub path: String,
    /// Decoded query.
    pub query: BTreeMap<String, Vec<String>>,
    /// Name, never the value, of the credential that came along.
    pub credential: Option<String>,
    /// JSON body as received or sent; null where there was none, where it was not JSON, or where it held secrets.
    pub body: Value,
    /// Status of the answer; null when none was given.
    pub status: Option<u16>,
    /// A whole answer was given. For a delivery: one was received.
    pub answered: bool,
    /// The request succeeded and had its effect, whether or not the answer said so; a read counts too. For a delivery: 2xx
    /// was received.
    pub applied: bool,
    /// Which call: `read opportunity`, `addTags`, `create note`, `event`, `candidateStageChange`, …
    pub call: String,
    /// Ids, tags and the like that the call touched, named as on the wire (`opportunityId`, `noteId`, `resultId`, …).
    pub effect: Option<Value>,
    /// Kind of the fault that was played, if any.
    pub fault: Option<String>,
}

/// The ledger and the bell that rings when it grows.
#[derive(Debug)]
pub(crate) struct Ledger {
    entries: Mutex<Vec<Entry>>,
    last: watch::Sender<u64>,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self {
            entries: Mutex::new(Vec::new()),
            last: watch::Sender::new(0),
        }
    }

    /// Appends, numbers and rings.
    pub(crate) fn add(&self, mut entry: Entry) -> u64 {
        let seq = {
            let mut entries = locked(&self.entries);
            entry.seq = *self.last.borrow() + 1;
            let seq = entry.seq;
            entries.push(entry);
            self.last.send_replace(seq);
            seq
        };
        tracing::debug!(seq, "ledger");
        seq
    }

    /// Entries after `since`.
    pub(crate) fn since(&self, since: u64) -> Vec<Entry> {
        let entries = locked(&self.entries);
        let start = entries.partition_point(|entry| entry.seq <= since);
        entries[start..].to_vec()
    }

    /// As [`Self::since`], waiting up to `wait` for the first one.
    pub(crate) async fn wait(&self, since: u64, wait: Duration) -> Vec<Entry> {
        let mut last = self.last.subscribe();
        // A time-out is no failure: the caller gets an empty list.
        let _ = tokio::time::timeout(wait, last.wait_for(|seq| *seq > since)).await;
        self.since(since)
    }

    /// Forgets the entries; the numbers go on.
    pub(crate) fn clear(&self) {
        locked(&self.entries).clear();
    }
}
