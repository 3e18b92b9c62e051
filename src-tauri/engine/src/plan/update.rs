//! What an update of Refapp's changes (`rules.md`, below the status table).

use model::{Progress, WireStatus};

/// The progress after an update. Updates carry no time: the newest arrival wins, but what is over is not opened
/// again by a straggler, and a link once seen is kept.
pub fn merge(before: &Progress, update: Progress) -> Progress {
    let report_url = update.report_url.clone().or_else(|| before.report_url.clone());
    let candidate_url = update.candidate_url.clone().or_else(|| before.candidate_url.clone());
    let more_expected = update.total.unwrap_or(0) > before.total.unwrap_or(0);
    let over = matches!(before.status, WireStatus::Completed);
    let straggler = over
        && match update.status {
            WireStatus::Pending => !more_expected,
            WireStatus::Sending | WireStatus::Sent | WireStatus::Unknown => true,
            WireStatus::Completed | WireStatus::Failed => false,
        };
    let mut after = if straggler { before.clone() } else { update };
    if !after.has_counts() && after.status != WireStatus::Pending {
        // Without an assessment the status alone is news: what was counted is not taken back. `pending` is what it
        // counts, and has a row of its own in the table for when it counts nothing.
        after.total = before.total;
        after.remaining_to_submit = before.remaining_to_submit;
        after.completed = before.completed;
        after.declined = before.declined;
        after.warnings.extend(before.warnings.iter().cloned());
    }
    Progress {
        report_url,
        candidate_url,
        ..after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(total: u32, completed: u32) -> Progress {
        Progress {
            status: WireStatus::Pending,
            total: Some(total),
            completed: Some(completed),
            ..Progress::default()
        }
    }

    fn completed() -> Progress {
        let report_url = Some("https://app.refapp.se/report/x".to_owned());
        Progress {
            status: WireStatus::Completed,
            report_url,
            ..pending(3, 3)
        }
    }

    #[test]
    fn pending_after_completed_counts_only_if_more_referees_are_expected() {
        assert_eq!(merge(&completed(), pending(3, 2)).status, WireStatus::Completed);
        let reopened = merge(&completed(), pending(4, 3));
        assert_eq!(reopened.status, WireStatus::Pending);
        assert_eq!(reopened.report_url, completed().report_url);
    }

    #[test]
    fn an_update_without_counts_takes_none_back() {
        let bare = Progress {
            status: WireStatus::Completed,
            ..Progress::default()
        };
        let after = merge(&pending(3, 2), bare);
        assert_eq!(
            (after.status, after.total, after.completed),
            (WireStatus::Completed, Some(3), Some(2))
        );
    }

    #[test]
    fn pending_without_counts_wins_over_earlier_counts() {
        let bare = Progress {
            status: WireStatus::Pending,
            ..Progress::default()
        };
        assert_eq!(merge(&pending(3, 2), bare.clone()), bare);
        assert_eq!(merge(&completed(), bare), completed(), "but opens nothing again");
    }
}
