//! The snapshot that everybody else reads.

use std::sync::Arc;

use model::{Check, Code, Mode, Right, Unproven};
use store::Standing;

use super::Owner;
use crate::plan::causes::causes;
use crate::state::{Finding, Health, State};

/// Lever's requests for one start: opportunity, posting, note, tag (`reliability.md`, budgets).
const REQUESTS_PER_START: f64 = 4.0;
/// Of so many checks that wait for a person it is told why.
const TOLD: u32 = 20;
/// Requests that Lever lets through in a second.
const RATE: f64 = 9.8;

impl Owner {
    /// Publishes what changed. Readers are told only of a difference.
    pub(super) fn publish(&mut self) {
        let id = self.id();
        // Before anything is read: what changes meanwhile is read again.
        let changes = self.world.store.changes(id);
        let stored = self.world.store.read(|tx| Ok((tx.bells(id)?, tx.tally(id)?)));
        let (waiting, tally) = stored.unwrap_or_default();
        let queued: u32 = tally
            .iter()
            .filter(|(status, _, _)| status == model::Status::Queued.tag())
            .map(|(_, _, n)| n)
            .sum();
        let data_centre = self.record.data_centre;
        let waits_for = self.waits_for(changes);
        let health = self.health();
        self.healthy_since = (health == Health::Healthy).then(|| self.healthy_since.unwrap_or_else(|| self.now()));
        let place = self.place.as_ref();
        let next = State {
            health,
            findings: self.sorted_findings(),
            unproven: self.unproven(),
            turns: self.turns.iter().copied().collect(),
            last_verified: self.verified_at,
            healthy_since: self.healthy_since,
            oauth: self.oauth.clone(),
            oauth_stray: self.oauth_stray,
            hints: self.hints.clone(),
            users: self.choices.clone(),
            right_failures: self.right_failures.clone(),
            proving: self.proving(),
            auditing: self.auditing(),
            refapp_failure: self.refapp_failure.clone(),
            lever_failure: self.lever_failure.clone(),
            channel_failure: self.channel_failure.clone(),
            webhook_address: self.address("lever"),
            update_address: self.update_address(),
            settings_page: data_centre
                .and_then(|data_centre| place?.lever(data_centre).settings_page)
                .map(|url| url.to_string()),
            redirect_addresses: data_centre
                .map(|data_centre| self.world.surroundings.redirect_addresses(data_centre))
                .unwrap_or_default(),
            proposed_public_url: self.world.surroundings.public_url(),
            coverage: self.coverage(),
            clocks: self.clocks,
            polling: self.record.has(Right::ListOpportunities),
            waiting,
            // While something stops the connection, nobody knows.
            seconds_left: (!self.findings.values().any(|finding| finding.stops))
                .then(|| seconds_left(waiting + queued))
                .flatten(),
            waits_for,
            tally,
            checks_changed: changes,
            record: self.record.clone(),
        };
        let ready = next.is_ready();
        self.world
            .intake
            .set_readiness(&self.record.name, (!self.gone && !self.left_out).then_some(ready));
        self.state.send_if_modified(|before| {
            if **before == next {
                return false;
            }
            *before = Arc::new(next);
            true
        });
    }

    /// What the last checks that wait for a person ask. They are read again only when a check has changed.
    fn waits_for(&mut self, changes: u64) -> Vec<Code> {
        if self.asks.as_ref().is_none_or(|(at, _)| *at != changes) {
            let last = self.world.store.read(|tx| tx.last_to_decide(self.id(), TOLD));
            // What cannot be read now is tried again.
            self.asks = last.ok().map(|checks| (changes, codes(&checks)));
        }
        self.asks.as_ref().map(|(_, codes)| codes.clone()).unwrap_or_default()
    }

    fn sorted_findings(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.findings.values().cloned().collect();
        findings.sort_by_key(|finding| (!finding.stops, finding.since));
        findings
    }

    fn health(&self) -> Health {
        match self.record.standing {
            Standing::Draft => return Health::NotSetUp,
            Standing::Disconnected => return Health::Disconnected,
            Standing::Paused => return Health::Paused,
            Standing::Running => {}
        }
        let unreachable = |code: Code| matches!(code, Code::LevUnreachable | Code::RefUnreachable);
        let stopping: Vec<Code> = self
            .findings
            .values()
            .filter(|finding| finding.stops)
            .map(|finding| finding.failure.code)
            .collect();
        if stopping.iter().any(|code| !code.passes()) || !self.has_channel() {
            return Health::ActionNeeded;
        }
        if stopping.iter().any(|code| unreachable(*code)) {
            return Health::Offline;
        }
        let no_refapp = self.refapp.is_none() && self.record.mode == Mode::Integration;
        if self.lever.is_none() || no_refapp {
            return Health::ActionNeeded;
        }
        if self.verified_at.is_none() {
            return Health::Checking;
        }
        match (self.findings.is_empty(), self.unproven().is_empty()) {
            (false, _) => Health::Warning,
            (true, false) => Health::Checking,
            (true, true) => Health::Healthy,
        }
    }

    /// What has to happen before everything has been seen to work; of a running connection only.
    fn unproven(&self) -> Vec<Unproven> {
        let record = &self.record;
        // An observer has seen at the first look all that there is to be seen.
        if record.standing != Standing::Running || record.mode == Mode::Observer {
            return Vec::new();
        }
        let permissions = record.has_required();
        [
            (permissions, Unproven::Permissions),
            (record.sees_stage_changes(), Unproven::StageChanges),
            (record.update_heard(), Unproven::StatusUpdates),
        ]
        .into_iter()
        .filter_map(|(proven, what)| (!proven).then_some(what))
        .collect()
    }
}

/// What these checks ask a person for, each once.
fn codes(urgent: &[Check]) -> Vec<Code> {
    let mut codes = Vec::new();
    for check in urgent {
        for code in causes(check).into_iter().map(|cause| cause.failure.code) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
    }
    codes
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn seconds_left(waiting: u32) -> Option<u32> {
    (waiting > 0).then(|| (f64::from(waiting) * REQUESTS_PER_START / RATE).ceil() as u32)
}
