//! Whether a wait has grown stale, by Refapp's own rhythm (`refapp-api.md §8`): reminders 24 hours after the wait began
//! and once more, sent at 08:00 or 16:00; three days for the candidate. Saturdays and Sundays do not count.
//!
//! Refapp tells none of it on the wire. So what is said here is what Refapp does by default, and [`Uncertainty`] names what
//! may make it otherwise. Not here: public holidays, which differ by country and which Refapp does not name.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{DAY, HOUR, Millis, Status};

/// When a wait becomes yellow, and when red: in days, of which Saturdays and Sundays are none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(default, rename_all = "camelCase")]
#[ts(export)]
pub struct Limits {
    pub candidate_yellow: u32,
    pub candidate_red: u32,
    pub referees_yellow: u32,
    pub referees_red: u32,
    /// Hours before a referee is reminded: 24, or the 48 or 72 that an administrator of Refapp has set.
    pub reminder_hours: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            candidate_yellow: 2,
            candidate_red: 3,
            referees_yellow: 2,
            referees_red: 4,
            reminder_hours: 24,
        }
    }
}

impl Limits {
    /// What a limit in days can be.
    pub const DAYS: RangeInclusive<u32> = 1..=90;
    /// What an administrator of Refapp can set (`refapp-api.md §8`).
    pub const REMINDER_HOURS: [u32; 3] = [24, 48, 72];

    /// Whether they can be limits, and none is yellow after it is red.
    pub fn are_sound(&self) -> bool {
        let sound = |yellow: u32, red: u32| Self::DAYS.contains(&yellow) && Self::DAYS.contains(&red) && yellow <= red;
        sound(self.candidate_yellow, self.candidate_red)
            && sound(self.referees_yellow, self.referees_red)
            && Self::REMINDER_HOURS.contains(&self.reminder_hours)
    }

    /// The days after which a status has this pace. `None`: it never has.
    fn days(&self, status: Status, pace: Pace) -> Option<u32> {
        match (status, pace) {
            // Before the first numbers come, it is the candidate who has not begun.
            (Status::WaitingForCandidate | Status::Sent, Pace::Yellow) => Some(self.candidate_yellow),
            (Status::WaitingForCandidate | Status::Sent, Pace::Red) => Some(self.candidate_red),
            (Status::WaitingForReferees, Pace::Yellow) => Some(self.referees_yellow),
            (Status::WaitingForReferees, Pace::Red) => Some(self.referees_red),
            // A person has to act, and nothing goes on before.
            (Status::NeedsAttention | Status::Failed, Pace::Yellow | Pace::Red) => Some(0),
            _ => None,
        }
    }
}

/// How stale.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Pace {
    Fresh,
    Yellow,
    Red,
}

/// A wait, as Refapp's rhythm has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Rhythm {
    pub pace: Pace,
    pub reason: PaceReason,
    /// What Refapp does next by itself.
    pub next: Option<NextStep>,
    /// What may make it otherwise.
    pub unknown: Vec<Uncertainty>,
}

impl Rhythm {
    /// There is no wait, or nobody knows whether there still is one.
    pub fn none() -> Self {
        Self {
            pace: Pace::Fresh,
            reason: PaceReason::NoWait,
            next: None,
            unknown: Vec::new(),
        }
    }

    /// Whether nothing but a call brings it on: the last thing that Refapp does by itself is done, or the wait is too
    /// long. What waits for a person here is that person's to answer, and nobody is called for it.
    pub fn is_to_call(&self) -> bool {
        match (self.pace, self.reason) {
            (_, PaceReason::NoWait | PaceReason::NeedsPerson) | (Pace::Fresh, _) => false,
            (Pace::Red, _) | (Pace::Yellow, PaceReason::DeadlinePassed | PaceReason::RemindersUsedUp) => true,
            (Pace::Yellow, PaceReason::OverLimit | PaceReason::WithinLimit) => false,
        }
    }
}

/// Why it has its pace; the first that applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum PaceReason {
    /// Nobody outside is waited for.
    NoWait,
    /// It goes on only when a person acts.
    NeedsPerson,
    /// The candidate's days are over: call.
    DeadlinePassed,
    /// The last automatic reminder has gone: call.
    RemindersUsedUp,
    /// Longer than the limit of the settings.
    OverLimit,
    WithinLimit,
}

/// Something that Refapp does by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "step", rename_all = "kebab-case")]
#[ts(export)]
pub enum NextStep {
    Reminder {
        at: Millis,
    },
    /// No other one follows.
    LastReminder {
        at: Millis,
    },
    /// The candidate's days are over.
    Deadline {
        at: Millis,
    },
}

/// What Refapp does not tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Uncertainty {
    /// Somebody may have switched them off.
    RemindersMayBeOff,
    /// Somebody may have given the candidate more days.
    DeadlineMayBeExtended,
    /// Each referee is reminded by a clock of their own; this one is that of the first.
    EachRefereeHasOwnClock,
    /// The app saw only the end of it.
    MayHaveBegunBefore,
    /// The project may be on hold: then Refapp has not written to anybody.
    MayBeOnHold,
}

/// The candidate's days.
const CANDIDATE_DAYS: i64 = 3;
/// The candidate is reminded after so many hours; an administrator cannot change that.
const CANDIDATE_HOURS: i64 = 24;
/// The hours at which reminders go.
const SLOTS: [i8; 2] = [8, 16];

/// How a check that has had `status` for as long as `since` stands at `now`. `zone` is the computer's: Refapp's own is not
/// known.
pub fn rhythm(status: Status, since: Millis, now: Millis, zone: &TimeZone, limits: &Limits) -> Rhythm {
    let pace = [Pace::Red, Pace::Yellow].into_iter().find(|pace| {
        let days = limits.days(status, *pace);
        days.is_some_and(|days| has_passed(since, DAY * i64::from(days), now, zone))
    });
    let pace = pace.unwrap_or(Pace::Fresh);
    let by_limit = if pace == Pace::Fresh {
        PaceReason::WithinLimit
    } else {
        PaceReason::OverLimit
    };
    let (reason, next, unknown) = match status {
        Status::NeedsAttention | Status::Failed => (PaceReason::NeedsPerson, None, vec![]),
        Status::WaitingForCandidate | Status::Sent => {
            let (all_taken, next) = to_come(since, now, || {
                let reminder = slot(after(since, HOUR * CANDIDATE_HOURS, zone), zone);
                let deadline = after(since, DAY * CANDIDATE_DAYS, zone);
                [NextStep::Reminder { at: reminder }, NextStep::Deadline { at: deadline }]
            });
            let reason = if all_taken {
                PaceReason::DeadlinePassed
            } else {
                by_limit
            };
            let mut unknown = vec![Uncertainty::RemindersMayBeOff, Uncertainty::DeadlineMayBeExtended];
            unknown.extend((status == Status::Sent).then_some(Uncertainty::MayBeOnHold));
            (reason, next, unknown)
        }
        Status::WaitingForReferees => {
            let (all_taken, next) = to_come(since, now, || {
                let interval = HOUR * i64::from(limits.reminder_hours);
                let first = slot(after(since, interval, zone), zone);
                let last = slot(after(first, interval, zone), zone);
                [NextStep::Reminder { at: first }, NextStep::LastReminder { at: last }]
            });
            let reason = if all_taken {
                PaceReason::RemindersUsedUp
            } else {
                by_limit
            };
            let unknown = vec![Uncertainty::RemindersMayBeOff, Uncertainty::EachRefereeHasOwnClock];
            (reason, next, unknown)
        }
        Status::Queued | Status::Completed | Status::InProgress | Status::Skipped => (PaceReason::NoWait, None, vec![]),
    };
    Rhythm {
        pace,
        reason,
        next,
        unknown,
    }
}

/// After so long all that Refapp does by itself has happened, whatever the weekends and the settings.
const ALL_OVER: i64 = 30 * DAY;

/// Whether both steps have been taken, and the next one that has not. A wait of months is not counted day by day.
fn to_come(since: Millis, now: Millis, steps: impl FnOnce() -> [NextStep; 2]) -> (bool, Option<NextStep>) {
    if now.since(since) > ALL_OVER {
        return (true, None);
    }
    let steps = steps();
    (now >= steps[1].at(), steps.into_iter().find(|step| step.at() > now))
}

impl NextStep {
    /// When.
    pub fn at(self) -> Millis {
        match self {
            Self::Reminder { at } | Self::LastReminder { at } | Self::Deadline { at } => at,
        }
    }
}

/// The same the other way round, for a filter: the latest moment since which each status has to last to be at least so
/// stale at `now`. A status that is not there never is: what waits for a person here is no wait for somebody else.
pub(crate) fn late_since(pace: Pace, now: Millis, zone: &TimeZone, limits: &Limits) -> BTreeMap<Status, Millis> {
    let late = |status: Status| Some((status, before(now, DAY * i64::from(limits.days(status, pace)?), zone)));
    OUTSIDE.into_iter().filter_map(late).collect()
}

/// The same of [`Rhythm::is_to_call`]. A wait only grows older, so the moment is found by halving.
pub(crate) fn to_call_since(now: Millis, zone: &TimeZone, limits: &Limits) -> BTreeMap<Status, Millis> {
    let since = |status: Status| {
        let is_to_call = |waited: i64| rhythm(status, now.plus(-waited), now, zone, limits).is_to_call();
        let (mut not_yet, mut certain) = (0, ALL_LATE);
        while certain - not_yet > 1 {
            let middle = not_yet.midpoint(certain);
            if is_to_call(middle) {
                certain = middle;
            } else {
                not_yet = middle;
            }
        }
        (status, now.plus(-certain))
    };
    OUTSIDE.into_iter().map(since).collect()
}

/// Those in which somebody outside is waited for.
const OUTSIDE: [Status; 3] = [Status::Sent, Status::WaitingForCandidate, Status::WaitingForReferees];

/// Longer than any limit can be, with its weekends.
const ALL_LATE: i64 = 200 * DAY;

/// Whether `span` milliseconds of Mondays to Fridays have passed. Most often that can be told without counting days.
fn has_passed(from: Millis, span: i64, now: Millis, zone: &TimeZone) -> bool {
    let waited = now.since(from);
    // Five days that count are a week at most, and there may be a weekend more.
    waited >= span && (waited >= span / 5 * 7 + 7 * DAY || now >= after(from, span, zone))
}

/// The first moment at which `span` milliseconds of Mondays to Fridays have passed since `from`.
fn after(from: Millis, span: i64, zone: &TimeZone) -> Millis {
    let (mut at, mut left) = (from, span);
    while left > 0 {
        let Some((_, end, counts)) = day_of(at, zone) else {
            return at.plus(left);
        };
        let step = if counts { end.since(at).min(left) } else { end.since(at) };
        left -= if counts { step } else { 0 };
        at = at.plus(step);
    }
    at
}

/// The last moment from which `span` milliseconds of Mondays to Fridays have passed until `to`.
fn before(to: Millis, span: i64, zone: &TimeZone) -> Millis {
    let (mut at, mut left) = (to, span);
    while left > 0 {
        // The day that ends at this moment, if it is midnight.
        let Some((start, _, counts)) = day_of(at.plus(-1), zone) else {
            return at.plus(-left);
        };
        let step = if counts {
            at.since(start).min(left)
        } else {
            at.since(start)
        };
        left -= if counts { step } else { 0 };
        at = at.plus(-step);
    }
    at
}

/// The day of this moment: its start, its end, and whether it counts. `None`: it is beyond any calendar.
fn day_of(at: Millis, zone: &TimeZone) -> Option<(Millis, Millis, bool)> {
    let date = local(at, zone)?.date();
    let start = midnight(date, zone)?;
    let end = midnight(date.tomorrow().ok()?, zone)?;
    // Where the clock is put back over midnight, a day can seem to end before it.
    Some((start.min(at), end.max(at.plus(1)), works(date)))
}

/// The first moment from `at` on at which reminders go.
fn slot(at: Millis, zone: &TimeZone) -> Millis {
    let first = || {
        let mut date = local(at, zone)?.date();
        loop {
            for hour in SLOTS.into_iter().filter(|_| works(date)) {
                let slot = millis(&date.at(hour, 0, 0, 0).to_zoned(zone.clone()).ok()?);
                if slot >= at {
                    return Some(slot);
                }
            }
            date = date.tomorrow().ok()?;
        }
    };
    first().unwrap_or(at)
}

fn works(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn local(at: Millis, zone: &TimeZone) -> Option<Zoned> {
    Some(Timestamp::from_millisecond(at.0).ok()?.to_zoned(zone.clone()))
}

fn midnight(date: Date, zone: &TimeZone) -> Option<Millis> {
    Some(millis(&date.to_zoned(zone.clone()).ok()?))
}

fn millis(time: &Zoned) -> Millis {
    Millis(time.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stockholm() -> TimeZone {
        TimeZone::get("Europe/Stockholm").unwrap_or_else(|error| panic!("{error}"))
    }

    /// Local time in Stockholm.
    fn at(text: &str) -> Millis {
        let time: jiff::civil::DateTime = text.parse().unwrap_or_else(|error| panic!("{error}"));
        let time = time.to_zoned(stockholm()).unwrap_or_else(|error| panic!("{error}"));
        millis(&time)
    }

    fn stands(status: Status, since: &str, now: &str) -> Rhythm {
        rhythm(status, at(since), at(now), &stockholm(), &Limits::default())
    }

    #[test]
    fn referees_are_reminded_twice_on_weekdays_and_then_somebody_has_to_call() {
        // Wednesday 10:00: the first 24 hours end on Thursday at 10, so it goes at 16; the last one on Friday at 16.
        let asked = "2026-11-25T10:00";
        let stands = |now: &str| stands(Status::WaitingForReferees, asked, now);
        let thursday = at("2026-11-26T16:00");
        assert_eq!(
            stands("2026-11-25T11:00").next,
            Some(NextStep::Reminder { at: thursday })
        );
        let friday = at("2026-11-27T16:00");
        let between = stands("2026-11-26T16:00");
        assert_eq!(between.next, Some(NextStep::LastReminder { at: friday }));
        assert_eq!((between.pace, between.reason), (Pace::Fresh, PaceReason::WithinLimit));
        let gone = stands("2026-11-27T16:00");
        assert_eq!(
            (gone.pace, gone.reason, gone.next),
            (Pace::Yellow, PaceReason::RemindersUsedUp, None)
        );
        assert!(gone.is_to_call() && !between.is_to_call());
        // Four days that count end on Tuesday.
        assert_eq!(stands("2026-12-01T09:59").pace, Pace::Yellow);
        assert_eq!(stands("2026-12-01T10:00").pace, Pace::Red);
    }

    #[test]
    fn a_weekend_does_not_count_and_nobody_is_reminded_on_it() {
        let friday = "2026-11-27T15:00";
        let stands = |now: &str| stands(Status::WaitingForCandidate, friday, now);
        let monday = at("2026-11-30T16:00");
        assert_eq!(stands("2026-11-28T12:00").next, Some(NextStep::Reminder { at: monday }));
        let deadline = at("2026-12-02T15:00");
        let tuesday = stands("2026-12-01T15:00");
        assert_eq!(tuesday.next, Some(NextStep::Deadline { at: deadline }));
        assert_eq!((tuesday.pace, tuesday.reason), (Pace::Yellow, PaceReason::OverLimit));
        assert!(!tuesday.is_to_call(), "Refapp goes on by itself");
        let over = stands("2026-12-02T15:00");
        assert_eq!((over.pace, over.reason), (Pace::Red, PaceReason::DeadlinePassed));
        assert!(over.unknown.contains(&Uncertainty::DeadlineMayBeExtended));
    }

    #[test]
    fn the_clock_on_the_wall_counts_when_it_is_put_back() {
        // 25 October 2026 is a Sunday: Friday 20:00 to Monday 20:00 is one day, whatever the hours are.
        let stands = stands(Status::WaitingForReferees, "2026-10-23T20:00", "2026-10-24T12:00");
        let tuesday = at("2026-10-27T08:00");
        assert_eq!(stands.next, Some(NextStep::Reminder { at: tuesday }));
    }

    #[test]
    fn what_waits_for_a_person_here_is_red_at_once_and_what_is_over_never() {
        let now = "2026-11-25T10:00";
        let parked = stands(Status::NeedsAttention, now, now);
        assert!(!parked.is_to_call());
        assert_eq!((parked.pace, parked.reason), (Pace::Red, PaceReason::NeedsPerson));
        let over = stands(Status::Completed, "2026-01-01T10:00", now);
        assert_eq!(
            (over.pace, over.reason, over.next),
            (Pace::Fresh, PaceReason::NoWait, None)
        );
    }

    fn zones() -> impl Strategy<Value = TimeZone> {
        let names = [
            "Europe/Stockholm",
            "America/New_York",
            "Asia/Kolkata",
            "Pacific/Auckland",
            "UTC",
        ];
        prop::sample::select(names.to_vec())
            .prop_map(|name| TimeZone::get(name).unwrap_or_else(|error| panic!("{error}")))
    }

    fn statuses() -> impl Strategy<Value = Status> {
        prop::sample::select(Status::TAGGED.to_vec())
    }

    fn limits() -> impl Strategy<Value = Limits> {
        (1..6_u32, 0..6_u32, 1..6_u32, 0..6_u32, 1..4_u32).prop_map(|(cy, cr, ry, rr, hours)| Limits {
            candidate_yellow: cy,
            candidate_red: cy + cr,
            referees_yellow: ry,
            referees_red: ry + rr,
            reminder_hours: 24 * hours,
        })
    }

    /// 2026 and 2027.
    const TIMES: std::ops::Range<i64> = 1_767_225_600_000..1_830_297_600_000;

    proptest! {
        #[test]
        fn a_wait_never_grows_fresher_and_what_comes_next_is_still_to_come(
            status in statuses(), since in TIMES, wait in 0..40 * DAY, more in 0..10 * DAY, zone in zones(), limits in limits(),
        ) {
            prop_assert!(limits.are_sound());
            let now = Millis(since + wait);
            let earlier = rhythm(status, Millis(since), now, &zone, &limits);
            let later = rhythm(status, Millis(since), now.plus(more), &zone, &limits);
            prop_assert!(earlier.pace <= later.pace);
            if let Some(next) = earlier.next {
                prop_assert!(next.at() > now);
                let local = local(next.at(), &zone).map(|time| (time.hour(), works(time.date())));
                if !matches!(next, NextStep::Deadline { .. }) {
                    prop_assert!(matches!(local, Some((8 | 16, true))), "{local:?}");
                }
            }
            prop_assert!(earlier.reason != PaceReason::RemindersUsedUp || earlier.next.is_none());
        }

        #[test]
        fn a_filter_by_pace_lets_through_exactly_those_that_have_it(
            status in statuses(), since in TIMES, wait in 0..40 * DAY, zone in zones(), limits in limits(), red in any::<bool>(),
        ) {
            let pace = if red { Pace::Red } else { Pace::Yellow };
            let now = Millis(since + wait);
            let late = late_since(pace, now, &zone, &limits);
            let matches = late.get(&status).is_some_and(|late| Millis(since) <= *late);
            let is_outside = !matches!(status, Status::NeedsAttention | Status::Failed);
            let has = rhythm(status, Millis(since), now, &zone, &limits).pace >= pace;
            prop_assert_eq!(matches, has && is_outside);
            // On the very edge, too.
            if let Some(edge) = late.get(&status) {
                prop_assert!(rhythm(status, *edge, now, &zone, &limits).pace >= pace);
                prop_assert!(rhythm(status, edge.plus(1), now, &zone, &limits).pace < pace);
            }
        }

        #[test]
        fn whom_to_call_is_who_has_had_the_last_reminder_or_waits_too_long(
            status in statuses(), since in TIMES, wait in 0..40 * DAY, zone in zones(), limits in limits(),
        ) {
            let now = Millis(since + wait);
            let calls = to_call_since(now, &zone, &limits);
            let matches = calls.get(&status).is_some_and(|at| Millis(since) <= *at);
            let is_to_call = |since: Millis| rhythm(status, since, now, &zone, &limits).is_to_call();
            prop_assert_eq!(matches, is_to_call(Millis(since)));
            // On the very edge, too.
            if let Some(edge) = calls.get(&status) {
                prop_assert!(is_to_call(*edge) && !is_to_call(edge.plus(1)));
            }
        }
    }
}
