//! Coming to rest: faults have ended, and all that is under way arrives.

use model::{Check, MINUTE, Millis, Phase, Reason};

use super::history::Fate;
use super::run::Run;

impl Run {
    /// Faults have ended, and all that is under way arrives: works until nothing is left to do.
    pub fn come_to_rest(&mut self) -> Result<(), String> {
        self.resume();
        let many = self.world().deliveries.len();
        let deaf = self.setup.deaf;
        for which in (0..many).filter(|_| !deaf) {
            if self.world().deliveries[which].arrived == 0 {
                self.hear(which);
            }
        }
        self.poll();
        self.work_off()?;
        // The daily look.
        let ids: Vec<_> = self
            .world()
            .candidates
            .iter()
            .map(|candidate| candidate.id.clone())
            .collect();
        for id in ids.iter().filter(|id| !self.checks(id).is_empty()) {
            self.ring(id);
        }
        self.work_off()
    }

    fn work_off(&mut self) -> Result<(), String> {
        self.looks.clear();
        for _ in 0..400 {
            if let Some(step) = self.open_steps().first() {
                self.take(step.clone(), Fate::Well);
                continue;
            }
            let Some(at) = self.next_wake() else { return Ok(()) };
            let span = at.since(self.now());
            self.world().tick(span);
        }
        Err("it does not come to rest".to_owned())
    }

    /// When something falls due that is not only the same look again.
    fn next_wake(&self) -> Option<Millis> {
        let (id, now) = (self.record.id, self.now());
        let read = self.store().read(|tx| {
            let ever = Millis(i64::MAX);
            Ok((
                tx.due_bells(id, ever, 16)?,
                tx.due_checks(id, ever, 16)?,
                tx.next_bell(id, now)?,
                tx.next_due(id, now)?,
            ))
        });
        let (bells, checks, bell, due) = read.expect("what falls due is read");
        let same_again = |check: &Check| {
            let hidden = {
                let world = self.world();
                world.candidates[world.who(&check.opportunity)].confidential
            };
            let watched = match &check.phase {
                Phase::Parked(reason) => reason.is_mended_in_lever() || matches!(reason, Reason::Unreadable { .. }),
                _ => false,
            };
            let settled = now.since(check.status_since) > MINUTE;
            let looks = self.looks.get(&check.opportunity).copied().unwrap_or_default();
            settled && (watched && looks > 1 || hidden && (looks > 0 || check.hitch.is_some()))
        };
        let still = bells.is_empty() && checks.iter().all(same_again);
        [bell, due].into_iter().flatten().min().filter(|_| !still)
    }
}
