//! Badges beside the status (`rules.md`, below the status table).

use model::{Badge, Check, DAY, Millis, Phase, Status, StatusTag, WireStatus, derive};

/// Without any news for this long, "no progress".
const NO_PROGRESS: i64 = 3 * DAY;

/// All badges of a check now: those it was given, and those that its progress and the time make. `missed`: since when a
/// status of Refapp's may have been missed.
pub fn badges(check: &Check, missed: Option<Millis>, now: Millis) -> Vec<Badge> {
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
        let over = matches!(status, Status::Completed | Status::Failed);
        // There is no way to ask for a status (refapp-api.md §8): only the next one says where it stands.
        if !over && missed.is_some_and(|missed| check.heard_at.unwrap_or(check.active_at) <= missed) {
            badges.insert(Badge::StatusMissed);
        }
        if now.since(check.active_at) > NO_PROGRESS && !over {
            // "On hold" is not on the wire (refapp-api.md §8): no news at all after Sent is its only sign.
            badges.insert(if status == Status::Sent {
                Badge::OnHold
            } else {
                Badge::NoProgress
            });
        }
    }
    badges.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use model::Progress;

    use super::*;
    use crate::plan::tests::check;

    #[test]
    fn a_status_may_be_missed_until_refapp_speaks_of_the_check_again() {
        let (before, miss, after) = (Millis(10), Millis(20), Millis(30));
        let heard = |phase, status, heard_at| {
            let mut check = check(phase, 0);
            check.heard_at = heard_at;
            check.progress = Progress {
                status,
                ..Progress::default()
            };
            // Whatever a person does here is no word of Refapp's.
            check.active_at = Millis(25);
            badges(&check, Some(miss), after).contains(&Badge::StatusMissed)
        };
        assert!(heard(Phase::Started, WireStatus::Sent, Some(before)));
        assert!(heard(Phase::Started, WireStatus::Pending, Some(miss)));
        assert!(!heard(Phase::Started, WireStatus::Sent, Some(after)));
        assert!(
            !heard(Phase::Started, WireStatus::Completed, Some(before)),
            "it is over"
        );
        assert!(
            !heard(Phase::Queued, WireStatus::Sending, Some(before)),
            "nobody speaks of it"
        );
        let never = badges(&check(Phase::Started, 0), None, after);
        assert!(!never.contains(&Badge::StatusMissed), "nothing was missed");
    }
}
