//! Badges beside the status (`rules.md`, below the status table).

use model::{Badge, Check, DAY, Millis, Pace, Phase, Status, StatusTag, WireStatus, derive};

/// Without any news for this long, "no progress".
const NO_PROGRESS: i64 = 3 * DAY;

/// When a status of Refapp's did not, or may not, come through. There is no way to ask for one (`refapp-api.md §8`): only
/// the next one says where a check stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Unheard {
    /// The last one that was turned away. Of which check it was, nobody knows.
    pub turned_away: Option<Millis>,
    /// From when to when we could last not be reached. Perhaps none was told then.
    pub away: Option<(Millis, Millis)>,
}

impl Unheard {
    /// Whether one was turned away since Refapp last spoke of this check.
    pub fn was_turned_away(&self, check: &Check) -> bool {
        self.turned_away
            .is_some_and(|at| is_open(check) && last_heard(check) <= at)
    }

    /// The time in which one of this check may be lost.
    pub fn away(&self, check: &Check) -> Option<(Millis, Millis)> {
        // The ends are known to the minute: what was heard in its first half came right before it, in its second right
        // after.
        let before = |(from, to): &(Millis, Millis)| last_heard(check).since(*from) < to.since(*from) / 2;
        self.away.filter(|away| is_open(check) && before(away))
    }
}

/// Whether Refapp has it, and has more to say of it.
fn is_open(check: &Check) -> bool {
    check.phase == Phase::Started && !matches!(check.progress.status, WireStatus::Completed | WireStatus::Failed)
}

fn last_heard(check: &Check) -> Millis {
    check.heard_at.unwrap_or(check.active_at)
}

/// All badges of a check now: those it was given, and those that its progress and the time make. `pace`: how stale its
/// wait is.
pub fn badges(check: &Check, unheard: &Unheard, pace: Pace, now: Millis) -> Vec<Badge> {
    let mut badges = check.badges.clone();
    let progress = &check.progress;
    if progress.declined.unwrap_or(0) > 0 {
        badges.insert(Badge::Declined);
    }
    if !progress.warnings.is_empty() {
        badges.insert(Badge::Warnings);
    }
    if let Phase::Elsewhere(sighting) = &check.phase
        && StatusTag::parse(&sighting.tag).is_none()
    {
        badges.insert(Badge::UnknownStatus);
    }
    if check.written.changed.is_some() {
        badges.insert(Badge::ChangedByHand);
    }
    if check.phase == Phase::Started {
        let (status, _) = derive(check);
        if progress.status == WireStatus::Unknown {
            badges.insert(Badge::UnknownStatus);
        }
        let no_news = is_open(check) && now.since(check.active_at) > NO_PROGRESS;
        if no_news {
            // "On hold" is not on the wire (refapp-api.md §8): no news at all after Sent is its only sign.
            badges.insert(if status == Status::Sent {
                Badge::OnHold
            } else {
                Badge::NoProgress
            });
        }
        // A night asleep says little of a check that is in its time; one that is overdue may have gone on meanwhile.
        let is_long = no_news || pace > Pace::Fresh;
        if unheard.was_turned_away(check) || (is_long && unheard.away(check).is_some()) {
            badges.insert(Badge::StatusMissed);
        }
    }
    badges.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use model::Progress;

    use super::*;
    use crate::plan::tests::check;

    fn heard(phase: Phase, status: WireStatus, heard_at: i64) -> Check {
        let mut check = check(phase, 0);
        check.heard_at = Some(Millis(heard_at));
        check.progress = Progress {
            status,
            ..Progress::default()
        };
        // Whatever a person does here is no word of Refapp's.
        check.active_at = Millis(25);
        check
    }

    fn says_missed(check: &Check, unheard: Unheard, pace: Pace) -> bool {
        badges(check, &unheard, pace, Millis(60)).contains(&Badge::StatusMissed)
    }

    #[test]
    fn a_status_that_was_turned_away_is_missed_until_refapp_speaks_of_the_check_again() {
        let unheard = Unheard {
            turned_away: Some(Millis(20)),
            away: None,
        };
        let missed = |phase, status, at| says_missed(&heard(phase, status, at), unheard, Pace::Fresh);
        assert!(missed(Phase::Started, WireStatus::Sent, 10));
        assert!(missed(Phase::Started, WireStatus::Pending, 20));
        assert!(!missed(Phase::Started, WireStatus::Sent, 30));
        assert!(!missed(Phase::Started, WireStatus::Completed, 10), "it is over");
        assert!(!missed(Phase::Queued, WireStatus::Sending, 10), "nobody speaks of it");
        let check = heard(Phase::Started, WireStatus::Sent, 10);
        assert!(
            !says_missed(&check, Unheard::default(), Pace::Red),
            "nothing was missed"
        );
    }

    #[test]
    fn a_night_asleep_marks_only_a_check_that_waits_for_long_besides_and_is_known_of_each_that_was_open() {
        let night = (Millis(20), Millis(50));
        let unheard = Unheard {
            turned_away: None,
            away: Some(night),
        };
        let waits = heard(Phase::Started, WireStatus::Pending, 10);
        assert_eq!(unheard.away(&waits), Some(night));
        // The last look whether the way in is open came a little before.
        let right_before = heard(Phase::Started, WireStatus::Pending, 21);
        assert_eq!(unheard.away(&right_before), Some(night));
        assert!(!says_missed(&waits, unheard, Pace::Fresh));
        assert!(says_missed(&waits, unheard, Pace::Yellow));
        let long = Millis(26).plus(NO_PROGRESS);
        assert!(badges(&waits, &unheard, Pace::Fresh, long).contains(&Badge::StatusMissed));
        for (status, heard_at) in [
            (WireStatus::Pending, 55),
            (WireStatus::Pending, 49),
            (WireStatus::Completed, 10),
        ] {
            let check = heard(Phase::Started, status, heard_at);
            assert_eq!(unheard.away(&check), None);
            assert!(!says_missed(&check, unheard, Pace::Red));
        }
    }
}
