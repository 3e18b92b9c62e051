//! Badges beside the status (`rules.md`, below the status table).

use model::{Badge, Check, DAY, Millis, Phase, Status, StatusTag, WireStatus, derive};

/// Without any news for this long, "no progress".
const NO_PROGRESS: i64 = 3 * DAY;

/// All badges of a check now: those it was given, and those that its progress and the time make.
pub fn badges(check: &Check, now: Millis) -> Vec<Badge> {
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
    if check.phase == Phase::Started {
        let (status, _) = derive(check);
        if progress.status == WireStatus::Unknown {
            badges.insert(Badge::UnknownStatus);
        }
        if now.since(check.active_at) > NO_PROGRESS && !matches!(status, Status::Completed | Status::Failed) {
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
