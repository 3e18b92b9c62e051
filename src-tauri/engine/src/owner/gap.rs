//! Times in which webhooks may have been lost, where nothing else tells of a stage change.
//!
//! With the article's rights nobody can ask Lever who reached the stage meanwhile, nor what it tried to deliver. What
//! can be known is when the way in was open: this process ran, what came could be stored, Lever could be reached, and
//! the public address led here. The last such moment is kept; if the next one is too far from it, a gap lies between.
//! Whether anything was lost in it stays open: Lever tries five more times, after pauses that it does not publish
//! (`lever-api.md §8.5`). Where opportunities can be listed, polling catches up and there is no gap.
//!
//! Refapp's statuses come the same way, and nothing catches up on them (`refapp-api.md §8`). Yet a desktop that sleeps at
//! night is no fault, and most often nothing was told then: the time is kept and said of each check that was open in it,
//! and only one that waits for long besides is marked (`plan::badge`).

use model::sabotage::{self, Control};
use model::{Code, Failure, MINUTE, Millis, Right};
use store::{ConnectionRecord, Standing};

use super::channels::call_back;
use super::drift::listened;
use super::{Owner, Then};

/// How often it is looked whether the way in is open.
const BEAT: i64 = MINUTE;
/// What is shorter is no gap but a restart, or a look that came late: Lever's own tries bridge it.
const BRIDGED: i64 = 3 * MINUTE;
/// Gaps that are kept apart; nobody has looked for longer than Lever keeps its deliveries when there are more.
const MOST: usize = 30;

impl Owner {
    /// Whether webhooks alone tell of stage changes.
    pub(super) fn hears_by_webhook_alone(&self) -> bool {
        let record = &self.record;
        let hears = record
            .webhooks
            .iter()
            .any(|webhook| webhook.event == lever::CANDIDATE_STAGE_CHANGE);
        let stands = matches!(record.standing, Standing::Running | Standing::Paused);
        hears && stands && !record.has(Right::ListOpportunities)
    }

    pub(super) fn watch_gap(&mut self, now: Millis) {
        let stands = matches!(self.record.standing, Standing::Running | Standing::Paused);
        if !stands {
            self.change(|record| record.open_until = None);
        }
        if !stands || self.record.has(Right::ListOpportunities) {
            self.change(|record| record.gaps.clear());
        }
        let (first, last) = (self.record.gaps.first(), self.record.gaps.last());
        let gap = first
            .zip(last)
            .map(|((from, _), (_, to))| Failure::new(Code::LevWebhookGap).with("from", from).with("to", to));
        self.warn(Code::LevWebhookGap, gap);
        if now >= self.next_beat && stands {
            self.next_beat = now.plus(BEAT);
            self.look_whether_open(now);
        }
    }

    fn look_whether_open(&mut self, now: Millis) {
        let Some(url) = self.record.public_url.clone().filter(|url| !url.is_empty()) else {
            return;
        };
        let intake = self.world.intake.clone();
        self.job(async move {
            let called_back = call_back(&intake, &url).await;
            Box::new(move |owner: &mut Self| {
                if owner.record.public_url.as_ref() == Some(&url) {
                    owner.called_back(called_back);
                    owner.note_whether_open(now);
                }
            }) as Then
        });
    }

    /// Our own public address was called. A host may be behind something that leads nobody back in from inside: that it
    /// does not lead back says something only where it did before.
    pub(super) fn called_back(&mut self, called_back: Result<(), Failure>) {
        match called_back {
            Ok(()) => {
                self.heal(Code::AppPublicUrl);
                self.change(|record| record.leads_back = true);
            }
            Err(failure) => self.ail(failure, false),
        }
    }

    fn note_whether_open(&mut self, now: Millis) {
        let shut = self.record.leads_back && self.findings.contains_key(&Code::AppPublicUrl);
        let offline = self.findings.contains_key(&Code::LevUnreachable);
        if shut || offline || self.store_ails() {
            return;
        }
        let alone = self.hears_by_webhook_alone();
        if alone && !self.has_stage_webhook() {
            return;
        }
        self.change(|record| was_open(record, alone, now));
    }
}

/// The way in was open at this moment. `alone`: nothing but webhooks tells of stage changes.
fn was_open(record: &mut ConnectionRecord, alone: bool, now: Millis) {
    let until = record.open_until.unwrap_or(now);
    let gap = now.since(until) > BRIDGED && !sabotage::is(Control::NoGap);
    if alone {
        listened(record, until, now.since(until).min(BRIDGED));
    }
    if gap && alone {
        record.gaps.push((until, now));
        if record.gaps.len() > MOST {
            let (from, _) = record.gaps.remove(0);
            record.gaps[0].0 = from;
        }
    }
    if gap {
        record.away = Some((until, now));
    }
    record.open_until = Some(now.max(until));
}

#[cfg(test)]
mod tests {
    use model::{ConnectionId, HOUR, SECOND};

    use super::*;

    fn opened_at(moments: &[i64]) -> Vec<(Millis, Millis)> {
        opened(true, moments).gaps
    }

    fn opened(alone: bool, moments: &[i64]) -> ConnectionRecord {
        let name = "Nordvik".to_owned();
        let mut record = ConnectionRecord::draft(ConnectionId::of(&name), name, Millis(0));
        for moment in moments {
            was_open(&mut record, alone, Millis(*moment));
        }
        record
    }

    #[test]
    fn a_gap_lies_between_two_moments_that_are_too_far_apart() {
        assert_eq!(opened_at(&[]), []);
        assert_eq!(opened_at(&[HOUR]), [], "the first moment comes after nothing");
        assert_eq!(opened_at(&[0, MINUTE, 4 * MINUTE]), []);
        let late = MINUTE + BRIDGED + SECOND;
        assert_eq!(opened_at(&[0, MINUTE, late]), [(Millis(MINUTE), Millis(late))]);
        // The clock was set back: nothing is known of that time but that it ran.
        assert_eq!(opened_at(&[HOUR, 0, HOUR + MINUTE]), []);
    }

    #[test]
    fn the_last_time_without_a_way_in_for_statuses_is_kept_whoever_tells_of_stage_changes() {
        for alone in [true, false] {
            assert_eq!(opened(alone, &[0, MINUTE]).away, None);
            let twice = opened(alone, &[0, HOUR, 2 * HOUR, 2 * HOUR + MINUTE]);
            assert_eq!(twice.away, Some((Millis(HOUR), Millis(2 * HOUR))));
            assert_eq!(twice.gaps.is_empty(), !alone);
            assert_eq!(twice.status_missed, None, "nobody was turned away");
        }
    }

    #[test]
    fn the_oldest_of_many_are_joined_and_none_is_dropped() {
        let moments: Vec<i64> = (0..100).map(|hour| hour * HOUR).collect();
        let gaps = opened_at(&moments);
        assert_eq!(gaps.len(), MOST);
        assert_eq!((gaps[0].0, gaps[MOST - 1].1), (Millis(0), Millis(99 * HOUR)));
    }
}
