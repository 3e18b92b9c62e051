//! Whatever somebody changed by hand: it is told as it is, and put right to the last tag and note once that is said.

use std::collections::BTreeSet;

use model::{Check, Millis, NoteId, Phase, Reason, Status, StatusTag, WireStatus, Written, WrittenNote, derive};
use proptest::prelude::*;
use store::EffectKind;

use super::check;
use crate::plan::by_hand::{Seen, changed, repair};
use crate::plan::note;
use crate::plan::write_back::{Next, applied, next};

const NOW: Millis = Millis(3_600_000);

/// A check whose tag and note lie in Lever as they should.
fn at_rest(phase: Phase, status: WireStatus) -> Check {
    let mut check = check(phase, 0);
    check.progress.status = status;
    let tags = BTreeSet::from([derive(&check).0]);
    let note = WrittenNote {
        id: Some(NoteId("ours".to_owned())),
        text: note::text(&check),
    };
    check.written = Written {
        tags,
        note: Some(note),
        ..Written::default()
    };
    check
}

fn texts(statuses: &BTreeSet<Status>) -> Vec<String> {
    let others = ["Talent pool", "Refapp Status: By somebody else"].map(str::to_owned);
    let ours = statuses.iter().map(|status| StatusTag(*status).text());
    ours.chain(others).collect()
}

proptest! {
    #[test]
    fn what_was_changed_is_told_and_put_right_once_somebody_says_so(
        lies_there in prop::collection::btree_set(prop::sample::select(Status::TAGGED.to_vec()), 0..4),
        wire in prop::sample::select(vec![WireStatus::Sent, WireStatus::Completed, WireStatus::Failed]),
        note_lies_there in any::<bool>(),
        can_update in any::<bool>(),
    ) {
        let mut check = at_rest(Phase::Started, wire);
        let status = derive(&check).0;
        let tags = texts(&lies_there);
        let mut notes = BTreeSet::new();
        if note_lies_there {
            notes.insert(NoteId("ours".to_owned()));
        }
        let seen: Vec<NoteId> = notes.iter().cloned().collect();
        let seen = Seen { tags: &tags, notes: Some(&seen) };
        let found = changed(&check, seen, can_update, true, NOW).expect("writing is at its end");
        prop_assert_eq!(found.tag_gone, (!lies_there.contains(&status)).then_some(status));
        let beside: BTreeSet<Status> = lies_there.iter().copied().filter(|other| *other != status).collect();
        prop_assert_eq!(&found.tags_added, &beside);
        prop_assert_eq!(found.note_gone, !note_lies_there);

        // Until somebody says so, nothing is written.
        let untouched = found == model::ChangedByHand::default();
        check.written.changed = found.if_any();
        prop_assert_eq!(next(&check, can_update, true, NOW), Next::Rest);
        repair(&mut check);
        let mut lever = lies_there;
        let mut steps = 0;
        while let Next::Do(effect) = next(&check, can_update, true, NOW) {
            let mut made = None;
            match &effect {
                EffectKind::AddTag { status } => drop(lever.insert(*status)),
                EffectKind::RemoveTags { statuses } => lever.retain(|status| !statuses.contains(status)),
                EffectKind::CreateNote { .. } => {
                    made = Some(NoteId("new".to_owned()));
                    notes.extend(made.clone());
                }
                EffectKind::DeleteNote { note } => drop(notes.remove(note)),
                EffectKind::UpdateNote { .. } | EffectKind::Start => prop_assert!(false, "{effect:?}"),
            }
            applied(&mut check, &effect, made);
            steps += 1;
            prop_assert!(steps < 10, "it comes to rest");
        }
        prop_assert_eq!(lever, BTreeSet::from([status]));
        prop_assert_eq!(notes.len(), 1);
        prop_assert_eq!(check.written.changed, None);
        prop_assert_eq!(steps == 0, untouched, "what is as it should be is left alone");
    }
}

#[test]
fn what_cannot_be_told_is_not_told() {
    let tags = texts(&BTreeSet::from([Status::Completed]));
    let seen = Seen {
        tags: &tags,
        notes: None,
    };
    let told = |check: &Check| changed(check, seen, false, false, NOW);
    // Still being written, whether or not it may be there.
    let mut writing = at_rest(Phase::Started, WireStatus::Sent);
    writing.progress.status = WireStatus::Completed;
    assert_eq!(told(&writing), None);
    let mut perhaps = at_rest(Phase::Started, WireStatus::Sent);
    perhaps.written.perhaps.insert(Status::Completed);
    assert_eq!(told(&perhaps), None);
    // Another installation's, or nobody's.
    let tag = StatusTag(Status::Completed).text();
    for reason in [Reason::OtherInstallation { tag }, Reason::Late] {
        assert_eq!(told(&check(Phase::Parked(reason), 0)), None);
    }
    assert_eq!(told(&check(Phase::Skipped(Reason::Dismissed), 0)), None);
    // Its own tag is, and only that, where another installation writes as well.
    let mut shared = at_rest(Phase::Started, WireStatus::Sent);
    shared.written.shared = true;
    let found = told(&shared).expect("our own tag");
    assert_eq!((found.tag_gone, found.tags_added.len()), (Some(Status::Sent), 0));
    assert!(!found.note_gone, "nobody has looked");
}
