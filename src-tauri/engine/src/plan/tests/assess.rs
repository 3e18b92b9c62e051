//! What a look means, for the cases of `rules.md` 1–4 and for all others.

use lever::{Application, Applications, Opportunity, Phone, Posting, StageChange};
use model::{Check, CheckId, Code, DAY, Millis, Phase, Reason, StageId};
use proptest::prelude::*;
use store::{Bell, Source};

use super::check;
use crate::plan::assess::{Situation, Unread, Verdict, assess, unread};
use crate::plan::observed::{Member, Observed};

const TRIGGER: &str = "reference-check";
const NOW: i64 = 100 * DAY;
const ENTERED: i64 = NOW - 5_000;

/// A candidate who lacks nothing, in the trigger stage since [`ENTERED`].
fn candidate() -> Observed {
    let opportunity = Opportunity {
        id: "opportunity".into(),
        name: "Kim Berg".to_owned(),
        stage: TRIGGER.into(),
        emails: vec!["kim@example.com".to_owned()],
        phones: Vec::new(),
        tags: vec!["Somebody's own".to_owned()],
        owner: None,
        archived: false,
        anonymised: false,
        stage_changes: vec![StageChange {
            to: TRIGGER.into(),
            at: Millis(ENTERED),
            user: None,
        }],
        applications: Applications::Known(vec![Application {
            id: "a".to_owned(),
            posting: Some("posting".into()),
        }]),
        advanced_at: Some(Millis(ENTERED)),
        created_at: None,
        show_url: None,
    };
    let posting = Posting {
        id: "posting".into(),
        text: "Backend Developer".to_owned(),
        state: "published".to_owned(),
        owner: None,
        tags: Vec::new(),
        show_url: None,
    };
    let owner = Member {
        name: "Jonas Ek".to_owned(),
        email: Some("jonas@example.com".to_owned()),
        deactivated: false,
    };
    Observed {
        opportunity,
        posting: Some(posting),
        unreadable: None,
        mover: None,
        posting_owner: Some(owner),
        notes: None,
        seen_at: Millis(NOW),
    }
}

fn bell(source: Source) -> Bell {
    Bell {
        opportunity: "opportunity".into(),
        source,
        rung_at: Millis(NOW),
        moved_at: Some(Millis(ENTERED)),
        attempts: 0,
        due_at: Millis(NOW),
    }
}

fn judge(observed: &Observed, checks: &[Check], bell: &Bell, spent: Option<Millis>) -> Verdict {
    let trigger = StageId::from(TRIGGER);
    let situation = Situation {
        checks,
        spent,
        bell,
        trigger: &trigger,
        following_since: Millis(NOW - 50 * DAY),
        pause: None,
        templates: &[],
        default_template: None,
        now: Millis(NOW),
    };
    assess(observed, &situation)
}

fn made(reason: Reason) -> Verdict {
    Verdict::Make {
        ordinal: 1,
        phase: Phase::Parked(reason),
    }
}

#[test]
fn a_candidate_who_lacks_nothing_is_queued() {
    let verdict = judge(&candidate(), &[], &bell(Source::Webhook), None);
    assert_eq!(
        verdict,
        Verdict::Make {
            ordinal: 1,
            phase: Phase::Queued
        }
    );
}

#[test]
fn what_is_missing_parks_with_its_own_reason() {
    type Spoil = fn(&mut Observed);
    let cases: [(Spoil, Reason); 4] = [
        (|o| o.posting = None, Reason::NoPosting),
        (|o| o.posting_owner = None, Reason::NoMemberEmail),
        (|o| o.opportunity.emails = vec![" ".to_owned()], Reason::NoContact),
        (
            |o| o.opportunity.tags.push("Refapp Status: Sent".to_owned()),
            Reason::OtherInstallation {
                tag: "Refapp Status: Sent".to_owned(),
            },
        ),
    ];
    for (spoil, reason) in cases {
        let mut observed = candidate();
        spoil(&mut observed);
        assert_eq!(judge(&observed, &[], &bell(Source::Webhook), None), made(reason));
    }
    let mut phone_only = candidate();
    phone_only.opportunity.emails.clear();
    phone_only.opportunity.phones.push(Phone {
        kind: None,
        value: "+46701740605".to_owned(),
    });
    assert_eq!(
        judge(&phone_only, &[], &bell(Source::Webhook), None),
        Verdict::Make {
            ordinal: 1,
            phase: Phase::Queued
        }
    );
}

#[test]
fn a_repeated_event_of_one_entry_changes_nothing_and_a_later_entry_is_asked_about() {
    let started = check(Phase::Started, ENTERED);
    assert_eq!(
        judge(
            &candidate(),
            std::slice::from_ref(&started),
            &bell(Source::Webhook),
            None
        ),
        Verdict::Nothing
    );
    let earlier = check(Phase::Started, ENTERED - DAY);
    let reason = Reason::AlreadyChecked { on: earlier.created_at };
    assert_eq!(
        judge(&candidate(), &[earlier], &bell(Source::Webhook), None),
        Verdict::Make {
            ordinal: 2,
            phase: Phase::Parked(reason)
        }
    );
}

#[test]
fn a_spent_key_is_remembered_after_its_check_is_gone() {
    let on = Millis(NOW - 9 * DAY);
    assert_eq!(
        judge(&candidate(), &[], &bell(Source::Webhook), Some(on)),
        made(Reason::AlreadyChecked { on })
    );
}

#[test]
fn what_was_missed_for_longer_than_a_day_is_asked_about() {
    let mut observed = candidate();
    observed.opportunity.stage_changes[0].at = Millis(NOW - 2 * DAY);
    let late = Bell {
        moved_at: Some(Millis(NOW - 2 * DAY)),
        ..bell(Source::Polling)
    };
    assert_eq!(judge(&observed, &[], &late, None), made(Reason::Late));
}

#[test]
fn who_was_started_meanwhile_by_somebody_else_is_asked_about_and_not_sent() {
    let mut tagged = candidate();
    let tag = "Refapp Status: Sent".to_owned();
    tagged.opportunity.tags.push(tag.clone());
    let on = Millis(NOW - DAY);
    for phase in [Phase::Queued, Phase::Parked(Reason::NoContact)] {
        let waits = check(phase, ENTERED);
        let asks = |reason| Verdict::Change(waits.id, Phase::Parked(reason));
        let checks = std::slice::from_ref(&waits);
        assert_eq!(
            judge(&tagged, checks, &bell(Source::Recheck), None),
            asks(Reason::OtherInstallation { tag: tag.clone() })
        );
        assert_eq!(
            judge(&candidate(), checks, &bell(Source::Recheck), Some(on)),
            asks(Reason::AlreadyChecked { on })
        );
        // Our own tag, of which Lever never said that it was added.
        let mut ours = waits.clone();
        ours.written.perhaps.insert(model::Status::Sent);
        let verdict = judge(&tagged, &[ours], &bell(Source::Recheck), None);
        assert!(!matches!(verdict, Verdict::Change(_, Phase::Parked(_))), "{verdict:?}");
        // A person has answered both.
        let mut said = waits.clone();
        said.by_person = true;
        let verdict = judge(&tagged, &[said], &bell(Source::Person), Some(on));
        assert!(!matches!(verdict, Verdict::Change(_, Phase::Parked(_))), "{verdict:?}");
    }
}

#[test]
fn what_was_not_sent_follows_the_candidate_to_another_job_and_what_was_sent_does_not() {
    let elsewhere = |phase| {
        let mut check = check(phase, ENTERED - DAY);
        check.posting = Some("another posting".into());
        check
    };
    let queued = elsewhere(Phase::Queued);
    assert_eq!(
        judge(
            &candidate(),
            std::slice::from_ref(&queued),
            &bell(Source::Webhook),
            None
        ),
        Verdict::Keep(queued.id)
    );
    for phase in [Phase::Started, Phase::Parked(Reason::StartUnknown)] {
        assert_eq!(
            judge(&candidate(), &[elsewhere(phase)], &bell(Source::Webhook), None),
            Verdict::Make {
                ordinal: 1,
                phase: Phase::Queued
            }
        );
    }
    // Of the same entry there is no second start, whoever looks: nobody was moved, the posting was changed.
    for source in [
        Source::Webhook,
        Source::Polling,
        Source::Recheck,
        Source::Person,
        Source::CatchUp,
    ] {
        let mut sent = elsewhere(Phase::Started);
        sent.entered_at = Millis(ENTERED);
        let mut ring = bell(source);
        ring.moved_at = Some(Millis(ENTERED));
        assert_eq!(
            judge(&candidate(), &[sent], &ring, None),
            Verdict::Nothing,
            "{source:?}"
        );
    }
    // The one that is asked about is the one that is meant, however many there are.
    let mut again = elsewhere(Phase::Queued);
    again.id = CheckId(uuid::Uuid::from_u128(9));
    (again.ordinal, again.by_person) = (2, true);
    let (first, second) = (elsewhere(Phase::Started), again.id);
    assert_eq!(
        judge(&candidate(), &[first, again], &bell(Source::Person), None),
        Verdict::Keep(second)
    );
}

#[test]
fn what_could_not_be_read_is_asked_about_like_news_once_it_can() {
    let unreadable = check(
        Phase::Parked(Reason::Unreadable {
            failure: Code::LevConfidential.into(),
        }),
        ENTERED,
    );
    let on = Millis(NOW - DAY);
    let checks = std::slice::from_ref(&unreadable);
    assert_eq!(
        judge(&candidate(), checks, &bell(Source::Recheck), Some(on)),
        Verdict::Change(unreadable.id, Phase::Parked(Reason::AlreadyChecked { on }))
    );
    assert_eq!(
        judge(&candidate(), checks, &bell(Source::Recheck), None),
        Verdict::Change(unreadable.id, Phase::Queued)
    );
}

#[test]
fn what_cannot_be_read_waits_and_answers_no_question() {
    let (news, recheck) = (bell(Source::Webhook), bell(Source::Recheck));
    assert_eq!(unread(&[], &news), Some(Unread::New { ordinal: 1 }));
    assert_eq!(unread(&[], &recheck), None);
    for phase in [Phase::Queued, Phase::Parked(Reason::NoContact)] {
        assert_eq!(unread(&[check(phase, ENTERED)], &news), Some(Unread::Open(0)));
    }
    for reason in [
        Reason::StartUnknown,
        Reason::Late,
        Reason::AlreadyChecked { on: Millis(0) },
    ] {
        assert_eq!(unread(&[check(Phase::Parked(reason), ENTERED)], &news), None);
    }
    // Moved in again, or the same entry told once more.
    let skipped = |at| check(Phase::Skipped(Reason::LeftStage), at);
    assert_eq!(unread(&[skipped(ENTERED - 1)], &news), Some(Unread::Again(0)));
    assert_eq!(unread(&[skipped(ENTERED)], &news), None);
    let started = |at| check(Phase::Started, at);
    assert_eq!(unread(&[started(ENTERED - 1)], &news), Some(Unread::New { ordinal: 2 }));
    assert_eq!(unread(&[started(ENTERED)], &news), None);
}

#[test]
fn what_arrived_during_a_pause_is_asked_about_whatever_levers_clock_says() {
    let trigger = StageId::from(TRIGGER);
    let bell = bell(Source::Webhook);
    let situation = Situation {
        checks: &[],
        spent: None,
        bell: &bell,
        trigger: &trigger,
        following_since: Millis(0),
        // By our clock the pause began after the move, which Lever's clock put before it.
        pause: Some((Millis(ENTERED + 1), Millis(NOW))),
        templates: &[],
        default_template: None,
        now: Millis(NOW),
    };
    assert_eq!(assess(&candidate(), &situation), made(Reason::WhilePaused));
}

/// Any look at all, with any history. What a look holds of a person does not print, so this stands for it.
#[derive(Clone, Debug)]
struct AnyLook {
    elsewhere: bool,
    archived: bool,
    anonymised: bool,
    no_posting: bool,
    no_contact: bool,
    foreign_tag: bool,
    /// A check in this phase that entered so many hours before or after the look's entry.
    history: Option<(Phase, i64)>,
    source: Source,
}

impl AnyLook {
    fn parts(&self) -> (Observed, Vec<Check>, Bell) {
        let mut observed = candidate();
        if self.elsewhere {
            observed.opportunity.stage = "offer".into();
        }
        observed.opportunity.archived = self.archived;
        observed.opportunity.anonymised = self.anonymised;
        if self.no_posting {
            observed.posting = None;
        }
        if self.no_contact {
            observed.opportunity.emails.clear();
        }
        if self.foreign_tag {
            observed.opportunity.tags.push("Refapp Status: Completed".to_owned());
        }
        let checks = self
            .history
            .iter()
            .map(|(phase, hours)| check(phase.clone(), ENTERED + hours * 3_600_000));
        (observed, checks.collect(), bell(self.source))
    }
}

fn looks() -> impl Strategy<Value = AnyLook> {
    let phase = prop_oneof![
        Just(Phase::Queued),
        Just(Phase::Started),
        Just(Phase::Parked(Reason::NoContact)),
        Just(Phase::Parked(Reason::StartUnknown)),
        Just(Phase::Parked(Reason::AlreadyChecked { on: Millis(0) })),
        Just(Phase::Skipped(Reason::LeftStage)),
        Just(Phase::Skipped(Reason::Dismissed)),
    ];
    let history = prop::option::of((phase, -3_i64..3));
    let source = prop::sample::select(vec![
        Source::Webhook,
        Source::Polling,
        Source::CatchUp,
        Source::Present,
        Source::Person,
        Source::Recheck,
    ]);
    (any::<[bool; 6]>(), history, source).prop_map(|(spoilt, history, source)| {
        let [elsewhere, archived, anonymised, no_posting, no_contact, foreign_tag] = spoilt;
        AnyLook {
            elsewhere,
            archived,
            anonymised,
            no_posting,
            no_contact,
            foreign_tag,
            history,
            source,
        }
    })
}

proptest! {
    #[test]
    fn nothing_is_queued_that_was_started_or_lacks_anything(look in looks()) {
        let (observed, checks, bell) = look.parts();
        let phase = match judge(&observed, &checks, &bell, None) {
            Verdict::Nothing => return Ok(()),
            Verdict::Keep(_) => checks[0].phase.clone(),
            Verdict::Change(_, phase) | Verdict::Make { phase, .. } => phase,
        };
        if phase == Phase::Queued {
            prop_assert!(!look.elsewhere && !look.archived && !look.anonymised && !look.no_posting && !look.no_contact);
            prop_assert!(!look.foreign_tag);
            let started = |check: &Check| matches!(check.phase, Phase::Started | Phase::Parked(Reason::StartUnknown));
            prop_assert!(!checks.iter().any(started));
        }
    }

    #[test]
    fn a_verdict_that_was_carried_out_is_not_given_again(look in looks()) {
        let (observed, mut checks, bell) = look.parts();
        match judge(&observed, &checks, &bell, None) {
            Verdict::Nothing | Verdict::Keep(_) => return Ok(()),
            Verdict::Change(id, phase) => {
                let changed = checks.iter_mut().find(|check| check.id == id);
                let changed = changed.expect("the verdict names a check that there is");
                changed.phase = phase;
                changed.status_since = Millis(NOW);
                changed.entered_at = changed.entered_at.max(Millis(ENTERED));
            }
            Verdict::Make { ordinal, phase } => {
                let mut new = check(phase, ENTERED);
                new.ordinal = ordinal;
                new.status_since = Millis(NOW);
                checks.push(new);
            }
        }
        // A person who insists may be answered anew; everybody else has been.
        if bell.source != Source::Person {
            let again = judge(&observed, &checks, &bell, None);
            prop_assert!(matches!(again, Verdict::Nothing | Verdict::Keep(_)), "{again:?}");
        }
    }
}
