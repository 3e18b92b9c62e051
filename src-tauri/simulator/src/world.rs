//! Everything the simulator knows, behind one lock: both services, the switches, the faults, the chances.

use std::sync::Arc;

use rand::{Rng, RngCore, SeedableRng, rngs::StdRng};
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::courier::Parcel;
use crate::data_centre::DataCentre;
use crate::faults::Faults;
use crate::ledger::Ledger;
use crate::lever::account::Account as Lever;
use crate::lever::oauth::Server as OAuth;
use crate::refapp::account::Account as Refapp;
use crate::switches::Switches;

/// One generator per purpose, so that a draw for one does not shift the others.
pub(crate) struct Chances {
    pub(crate) ids: StdRng,
    pub(crate) faults: StdRng,
    pub(crate) webhooks: StdRng,
    pub(crate) autopilot: StdRng,
}

impl Chances {
    fn new(seed: u64) -> Self {
        let stream = |number: u64| StdRng::seed_from_u64(seed.wrapping_mul(4).wrapping_add(number));
        Self {
            ids: stream(0),
            faults: stream(1),
            webhooks: stream(2),
            autopilot: stream(3),
        }
    }
}

pub(crate) struct World {
    /// `http://127.0.0.1:PORT`.
    pub(crate) origin: String,
    pub(crate) switches: Switches,
    pub(crate) faults: Faults,
    pub(crate) chances: Chances,
    pub(crate) lever: Lever,
    pub(crate) oauth: OAuth,
    pub(crate) refapp: Refapp,
    pub(crate) ledger: Arc<Ledger>,
    clock: Clock,
    pub(crate) clock_offset: i64,
    /// Chance from 0 to 1 that a webhook is never sent.
    pub(crate) webhook_loss: f64,
    courier: mpsc::UnboundedSender<Parcel>,
}

impl World {
    pub(crate) fn new(
        origin: String,
        seed: u64,
        switches: Switches,
        clock: Clock,
        ledger: Arc<Ledger>,
        courier: mpsc::UnboundedSender<Parcel>,
    ) -> Self {
        let now = clock.now();
        Self {
            switches,
            faults: Faults::default(),
            chances: Chances::new(seed),
            lever: crate::demo::lever(seed, now),
            oauth: crate::demo::oauth(),
            refapp: crate::demo::refapp(),
            ledger,
            clock,
            clock_offset: 0,
            webhook_loss: 0.0,
            courier,
            origin,
        }
    }

    /// The simulated clock in milliseconds: Date header, time stamps and the life of tokens alike.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now().saturating_add(self.clock_offset)
    }

    /// A fresh UUID from the seeded generator.
    pub(crate) fn uuid(&mut self) -> String {
        let mut bytes = [0; 16];
        self.chances.ids.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// 48 lower-case hexadecimal characters.
    pub(crate) fn token48(&mut self) -> String {
        let mut bytes = [0; 24];
        self.chances.ids.fill_bytes(&mut bytes);
        hex::encode(bytes)
    }

    /// An id of 17 letters and digits, as Refapp's are, or of any other length.
    pub(crate) fn short_id(&mut self, length: usize) -> String {
        (0..length)
            .map(|_| char::from(self.chances.ids.sample(rand::distr::Alphanumeric)))
            .collect()
    }

    pub(crate) fn web_url(&self, data_centre: DataCentre) -> String {
        format!("{}/lever/{}/web", self.origin, data_centre.segment())
    }

    pub(crate) fn api_url(&self, data_centre: DataCentre) -> String {
        format!("{}/lever/{}/v1", self.origin, data_centre.segment())
    }

    /// Hands a delivery to the courier.
    pub(crate) fn send(&self, parcel: Parcel) {
        // A stopped courier means that the simulator is being stopped: nothing is delivered any more.
        let _ = self.courier.send(parcel);
    }
}
