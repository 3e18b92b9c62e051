//! Writing back comes to rest, with one tag and one note, whatever lay there before.

use std::collections::BTreeSet;

use model::{
    MINUTE, Millis, NoteId, Phase, Progress, Reason, Status, StatusTag, WireStatus, Written, WrittenNote, derive,
};
use proptest::prelude::*;
use store::EffectKind;

use super::check;
use crate::plan::write_back::{Next, applied, hand_over, intended, next};

fn statuses() -> impl Strategy<Value = Status> {
    prop::sample::select(Status::TAGGED.to_vec())
}

fn written() -> impl Strategy<Value = Written> {
    let note = prop::option::of((prop::option::of(0_u8..5), "[a-z]{0,3}"));
    (
        prop::collection::btree_set(statuses(), 0..4),
        prop::collection::btree_set(statuses(), 0..3),
        note,
        prop::collection::vec(5_u8..9, 0..3),
    )
        .prop_map(|(tags, perhaps, note, replaced)| Written {
            tags,
            perhaps,
            note: note.map(|(id, text)| WrittenNote {
                id: id.map(|id| NoteId(id.to_string())),
                text,
            }),
            replaced: replaced.into_iter().map(|id| NoteId(id.to_string())).collect(),
            changed: None,
            shared: false,
        })
}

fn progress() -> impl Strategy<Value = Progress> {
    let status = prop::sample::select(vec![
        WireStatus::Sending,
        WireStatus::Sent,
        WireStatus::Pending,
        WireStatus::Completed,
        WireStatus::Failed,
        WireStatus::Unknown,
    ]);
    let count = || prop::option::of(0_u32..5);
    (status, count(), count(), count(), count()).prop_map(
        |(status, total, remaining_to_submit, completed, declined)| Progress {
            status,
            total,
            remaining_to_submit,
            completed,
            declined,
            ..Progress::default()
        },
    )
}

fn phases() -> impl Strategy<Value = Phase> {
    prop_oneof![
        Just(Phase::Queued),
        Just(Phase::Started),
        Just(Phase::Parked(Reason::NoContact)),
        Just(Phase::Parked(Reason::StartUnknown)),
        Just(Phase::Skipped(Reason::LeftStage)),
        Just(Phase::Skipped(Reason::Dismissed)),
    ]
}

fn any_phase() -> impl Strategy<Value = Phase> {
    prop_oneof![
        phases(),
        Just(Phase::Parked(Reason::Late)),
        Just(Phase::Parked(Reason::AlreadyChecked { on: Millis(0) })),
    ]
}

proptest! {
    #[test]
    fn at_rest_there_is_one_tag_of_ours_and_one_note(
        phase in phases(),
        written in written(),
        progress in progress(),
        can_update in any::<bool>(),
        can_list in any::<bool>(),
    ) {
        let mut check = super::check(phase, 0);
        check.written = written;
        check.progress = progress;
        let now = Millis(2 * MINUTE);
        let mut made = 0_u8;
        let mut steps = Vec::new();
        let rests = loop {
            let Next::Do(effect) = next(&check, can_update, can_list, now) else { break true };
            let there = |written: &Written| written.tags.union(&written.perhaps).count();
            intended(&mut check, &effect);
            let before = there(&check.written);
            let note = matches!(effect, EffectKind::CreateNote { .. }).then(|| {
                made += 1;
                NoteId(format!("made {made}"))
            });
            applied(&mut check, &effect, note);
            if let EffectKind::RemoveTags { .. } = effect {
                // Added first, removed then: a reader in between sees two tags rather than none.
                prop_assert!(there(&check.written) < before);
                prop_assert!(!check.written.tags.is_empty() || matches!(check.phase, Phase::Skipped(_)));
            }
            steps.push(effect);
            if steps.len() > 20 { break false }
        };
        prop_assert!(rests, "no rest after {steps:?}");
        prop_assert!(made <= 1, "{steps:?}");
        prop_assert!(check.written.replaced.is_empty());
        prop_assert!(check.written.perhaps.is_subset(&check.written.tags));
        let (status, _) = derive(&check);
        match check.phase {
            Phase::Skipped(_) => {
                prop_assert!(check.written.tags.is_empty());
                prop_assert!(check.written.note.is_none_or(|note| note.id.is_none()));
            }
            _ => prop_assert_eq!(check.written.tags.iter().copied().collect::<Vec<_>>(), vec![status]),
        }
    }

    #[test]
    fn one_check_of_an_opportunity_has_what_lies_there_and_nothing_is_forgotten(
        all in prop::collection::vec((any_phase(), written()), 1..5),
    ) {
        let mut checks: Vec<_> = (0_i64..)
            .zip(all)
            .map(|(at, (phase, written))| {
                let mut check = super::check(phase, at);
                check.lever_url = Some("https://hire.lever.co/candidates/1".to_owned());
                check.written = written;
                check
            })
            .collect();
        let tags = |checks: &[model::Check]| -> BTreeSet<Status> {
            checks.iter().flat_map(|check| check.written.tags.union(&check.written.perhaps)).copied().collect()
        };
        let notes = |checks: &[model::Check]| -> BTreeSet<NoteId> {
            let written = checks.iter().map(|check| &check.written);
            written.flat_map(|w| w.replaced.iter().chain(w.note.iter().filter_map(|note| note.id.as_ref()))).cloned().collect()
        };
        let before = (tags(&checks), notes(&checks));
        hand_over(&mut checks);
        prop_assert_eq!((tags(&checks), notes(&checks)), before);
        let followed = |check: &model::Check| match &check.phase {
            Phase::Skipped(_) => false,
            Phase::Parked(reason) => !reason.is_question(),
            _ => true,
        };
        if let Some(newest) = checks.iter().rposition(followed) {
            for (index, check) in checks.iter().enumerate() {
                prop_assert_eq!(check.superseded, index != newest);
                prop_assert!(index == newest || check.written == Written::default());
            }
        }
        let once = checks.clone();
        hand_over(&mut checks);
        prop_assert_eq!(checks, once);
    }

    #[test]
    fn a_note_holds_nothing_personal(progress in progress(), phase in phases()) {
        let mut check = super::check(phase, 0);
        check.progress = progress;
        let text = crate::plan::note::text(&check);
        for personal in ["Kim", "Berg", "Jonas", "Backend"] {
            prop_assert!(!text.contains(personal), "{text}");
        }
        prop_assert!(text.contains(&check.reference()));
        prop_assert!(text.len() < 1_000, "{text}");
    }
}

#[test]
fn lever_is_not_told_of_a_doubt_that_lasts_less_than_30_seconds() {
    for phase in [Phase::Queued, Phase::Parked(Reason::NoContact)] {
        let check = check(phase, 1_000);
        assert_eq!(next(&check, false, false, Millis(30_999)), Next::Wait(Millis(31_000)));
        let status = derive(&check).0;
        assert_eq!(
            next(&check, false, false, Millis(31_000)),
            Next::Do(EffectKind::AddTag { status })
        );
    }
}

#[test]
fn a_question_and_another_installation_leave_lever_as_it_is() {
    for reason in [
        Reason::OtherInstallation {
            tag: StatusTag(Status::Sent).text(),
        },
        Reason::AlreadyInStage,
        Reason::AlreadyChecked { on: Millis(0) },
        Reason::Late,
    ] {
        let check = check(Phase::Parked(reason), 0);
        assert_eq!(next(&check, true, true, Millis(10 * MINUTE)), Next::Rest);
    }
}

#[test]
fn a_tag_whose_adding_was_never_answered_is_taken_away_when_the_status_has_moved_on() {
    let mut check = check(Phase::Started, 0);
    check.progress.status = WireStatus::Sent;
    let add = Next::Do(EffectKind::AddTag { status: Status::Sent });
    let now = Millis(MINUTE);
    assert_eq!(next(&check, false, false, now), add);
    intended(&mut check, &EffectKind::AddTag { status: Status::Sent });
    assert_eq!(
        next(&check, false, false, now),
        add,
        "a tag is a set: it may be added again"
    );
    check.progress.status = WireStatus::Completed;
    let completed = EffectKind::AddTag {
        status: Status::Completed,
    };
    assert_eq!(next(&check, false, false, now), Next::Do(completed.clone()));
    intended(&mut check, &completed);
    applied(&mut check, &completed, None);
    let stale = vec![Status::Sent];
    assert_eq!(
        next(&check, false, false, now),
        Next::Do(EffectKind::RemoveTags { statuses: stale })
    );
}

#[test]
fn what_a_later_check_has_taken_over_is_left_to_it() {
    let mut check = check(Phase::Started, 0);
    check.superseded = true;
    assert_eq!(next(&check, true, true, Millis(10 * MINUTE)), Next::Rest);
}
