//! What an observer shows, for any course of tags.

use std::collections::HashSet;

use lever::{Applications, Opportunity};
use model::{Check, ConnectionId, DAY, Millis, Status, derive};
use proptest::prelude::*;
use uuid::Uuid;

use crate::plan::observe::shown;

const NOW: i64 = 100 * DAY;
const KEPT: i64 = 10 * DAY;

fn carrying(tags: &[&str], advanced_at: i64) -> Opportunity {
    Opportunity {
        id: "opportunity".into(),
        name: "Kim Berg".to_owned(),
        stage: "stage".into(),
        emails: Vec::new(),
        phones: Vec::new(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        owner: None,
        archived: false,
        anonymised: false,
        stage_changes: Vec::new(),
        applications: Applications::Unreadable,
        advanced_at: Some(Millis(advanced_at)),
        created_at: None,
        show_url: None,
    }
}

fn show(before: Option<&Check>, opportunity: &Opportunity, now: i64) -> Option<Check> {
    let connection = ConnectionId(Uuid::from_u128(2));
    shown(
        before,
        opportunity,
        None,
        &[],
        connection,
        Millis(now - KEPT),
        Millis(now),
    )
}

/// Tags that may lie on an opportunity: of ours, of other words, of others.
const TAGS: [&str; 5] = [
    "Refapp Status: Sent",
    "Refapp Status: Completed",
    "Refapp Status: completed",
    "Refapp Status: Klar",
    "Backend",
];

proptest! {
    #[test]
    fn the_row_says_what_the_last_tag_says_and_since_when_it_was_first_seen(
        course in prop::collection::vec(prop::collection::vec(0..TAGS.len(), 1..4), 1..12),
    ) {
        let mut before: Option<Check> = None;
        let mut ids = HashSet::new();
        for (turn, tags) in (0_i64..).zip(&course) {
            let now = NOW + turn * 60_000;
            let tags: Vec<&str> = tags.iter().map(|tag| TAGS[*tag]).collect();
            let Some(after) = show(before.as_ref(), &carrying(&tags, NOW), now) else {
                prop_assert!(tags.iter().all(|tag| *tag == "Backend"), "{tags:?}");
                continue;
            };
            let counts = tags.iter().rev().find(|tag| tag.starts_with("Refapp Status")).copied();
            let expected = match counts {
                Some("Refapp Status: Sent") => Status::Sent,
                Some("Refapp Status: Completed" | "Refapp Status: completed") => Status::Completed,
                _ => Status::InProgress,
            };
            prop_assert_eq!(derive(&after).0, expected);
            let changed = before.as_ref().is_none_or(|before| derive(before).0 != expected);
            prop_assert_eq!(after.status_since == Millis(now), changed || before.as_ref().is_some_and(|b| b.status_since == Millis(now)));
            ids.insert(after.id);
            before = Some(after);
        }
        prop_assert!(ids.len() <= 1, "one row for one opportunity");
    }
}

#[test]
fn who_was_done_before_anybody_looked_is_shown_for_as_long_as_checks_are_kept() {
    let done = |advanced_at| carrying(&["Refapp Status: Completed"], advanced_at);
    assert_eq!(show(None, &done(NOW - KEPT - 1), NOW), None);
    let recent = show(None, &done(NOW - KEPT), NOW);
    assert!(recent.is_some());
    // One that is followed stays until it is purged like every other.
    assert!(show(recent.as_ref(), &done(NOW - KEPT - 1), NOW).is_some());
    let waits = carrying(&["Refapp Status: Waiting for candidate"], NOW - 50 * DAY);
    assert!(show(None, &waits, NOW).is_some(), "who is not done is always shown");
}
