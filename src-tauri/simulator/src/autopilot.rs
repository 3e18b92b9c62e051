//! The autopilot: lets every running check take one step per interval, with a decline or a fraud warning now and then.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::Rng;
use tokio::sync::watch;

use crate::locked;
use crate::refapp::account::Status;
use crate::refapp::progress::{self, Step};
use crate::world::World;

/// Its setting: the interval, or `None` while it rests.
pub(crate) struct Autopilot {
    interval: watch::Sender<Option<Duration>>,
}

impl Autopilot {
    pub(crate) fn new(interval: Option<Duration>) -> Self {
        Self {
            interval: watch::Sender::new(interval),
        }
    }

    pub(crate) fn interval(&self) -> Option<Duration> {
        *self.interval.borrow()
    }

    pub(crate) fn set(&self, interval: Option<Duration>) {
        self.interval.send_replace(interval);
    }
}

pub(crate) async fn run(autopilot: Arc<Autopilot>, world: Arc<Mutex<World>>) {
    let mut setting = autopilot.interval.subscribe();
    loop {
        let interval = *setting.borrow_and_update();
        let pause = async {
            match interval {
                Some(interval) => tokio::time::sleep(interval).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = pause => advance(&mut locked(&world)),
            changed = setting.changed() => if changed.is_err() { return },
        }
    }
}

/// One step for every running check.
fn advance(world: &mut World) {
    let running: Vec<_> = world
        .refapp
        .checks
        .iter()
        .filter(|check| progress::is_running(check))
        .map(|check| check.id.clone())
        .collect();
    for id in running {
        let dice = world.chances.autopilot.random_range(0..100);
        let Some(check) = world.refapp.check_mut(&id) else {
            continue;
        };
        let counts = check.counts.filter(|_| check.status == Status::Pending);
        let asks_referees = counts
            .is_some_and(|counts| counts.remaining_to_submit == 0 && counts.completed + counts.declined < counts.total);
        // Of two answers one can tell that they came from the same place.
        let two_answered = !asks_referees && counts.is_some_and(|counts| counts.completed >= 2);
        if two_answered && dice < 15 {
            check.fraud_warnings = vec!["same-ip-address".into()];
        }
        let step = if asks_referees && dice < 10 {
            Step::RefereeDeclines
        } else {
            Step::Next
        };
        progress::step(world, &id, step);
    }
}
