//! What lies between us and both sides: clocks that differ, and a proxy that opens what passes it.

use model::{Code, Failure, MINUTE, Millis, SECOND};

use super::Owner;
use super::trouble::Trouble;
use crate::state::Clocks;

/// A clock that is off by less troubles nobody.
const OFF: i64 = 2 * MINUTE;
/// Answers take their time, and clocks are told in seconds: less than this is no change.
const JITTER: i64 = 3;

impl Owner {
    /// Right after an answer of Lever's.
    pub(super) fn look_at_levers_clock(&mut self, now: Millis) {
        let theirs = self.lever.as_ref().and_then(lever::Client::their_clock);
        self.clocks.lever = measured(self.clocks.lever, theirs, now);
    }

    /// Right after an answer of Refapp's.
    pub(super) fn look_at_refapps_clock(&mut self, now: Millis) {
        let theirs = self.refapp.as_ref().and_then(refapp::Client::their_clock);
        self.clocks.refapp = measured(self.clocks.refapp, theirs, now);
    }

    pub(super) fn watch_network(&mut self) {
        let off = minutes_off(self.clocks);
        self.warn(
            Code::NetClock,
            off.map(|minutes| Failure::new(Code::NetClock).with("minutes", minutes)),
        );
        let untrusted = |trouble: &Option<Trouble>| trouble.as_ref().is_some_and(|trouble| trouble.untrusted);
        // Each side has its own way here, and a proxy may stand in one of them only.
        if !untrusted(&self.lever_trouble) && !untrusted(&self.refapp_trouble) {
            self.heal(Code::NetProxy);
        }
    }
}

/// The difference in seconds, ours minus theirs.
fn measured(before: Option<i64>, theirs: Option<Millis>, now: Millis) -> Option<i64> {
    let off = theirs.map(|theirs| now.since(theirs) / SECOND);
    match (before, off) {
        (Some(before), Some(off)) if (before - off).abs() < JITTER => Some(before),
        (before, None) => before,
        (_, off) => off,
    }
}

/// By how many minutes our clock is wrong, if it is. Where both sides tell the time, the one that is nearer to ours is
/// believed: if one of them is wrong it is not we.
fn minutes_off(clocks: Clocks) -> Option<i64> {
    let off = [clocks.lever, clocks.refapp]
        .into_iter()
        .flatten()
        .map(i64::abs)
        .min()?;
    (off * SECOND > OFF).then(|| (off * SECOND + MINUTE / 2) / MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clocks(lever: Option<i64>, refapp: Option<i64>) -> Clocks {
        Clocks { lever, refapp }
    }

    #[test]
    fn the_clock_is_wrong_if_all_who_tell_the_time_say_so() {
        assert_eq!(minutes_off(clocks(None, None)), None);
        assert_eq!(minutes_off(clocks(Some(119), None)), None);
        assert_eq!(minutes_off(clocks(Some(-425), None)), Some(7));
        assert_eq!(minutes_off(clocks(Some(-425), Some(-424))), Some(7));
        assert_eq!(minutes_off(clocks(Some(3_600), Some(1))), None);
    }

    #[test]
    fn what_an_answer_takes_on_its_way_is_no_change() {
        let now = Millis(1_772_438_400_000);
        let theirs = |seconds: i64| Some(now.plus(seconds * SECOND));
        assert_eq!(measured(None, theirs(7), now), Some(-7));
        assert_eq!(measured(Some(-7), theirs(5), now), Some(-7));
        assert_eq!(measured(Some(-7), theirs(4), now), Some(-4));
        assert_eq!(measured(Some(-7), None, now), Some(-7));
    }
}
