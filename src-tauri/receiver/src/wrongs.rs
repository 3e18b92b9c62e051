//! The rate limit. It counts wrong guesses, and holds for guesses only: a storm of events to a known path is never
//! slowed down, genuine or not.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::caller::Caller;

/// So many wrongs at once are borne: a webhook of an installation that is gone, a tester's typing errors.
const BURST: u32 = 100;
/// One is forgiven in this time.
const FORGIVEN: Duration = Duration::from_secs(1);
/// Callers remembered at a time: a bound on memory.
const CALLERS: usize = 4_096;

/// What each caller got wrong lately.
#[derive(Default)]
pub(crate) struct Wrongs {
    by_caller: HashMap<Caller, Instant>,
}

// Per caller, one moment is kept: when its last wrong will be forgiven. Each wrong moves it on by `FORGIVEN`, so the
// distance from now to that moment is the number of wrongs that still count.
impl Wrongs {
    /// Whether this caller is not listened to for now.
    pub(crate) fn is_over(&self, caller: Caller, now: Instant) -> bool {
        self.by_caller
            .get(&caller)
            .is_some_and(|clean_at| clean_at.saturating_duration_since(now) >= FORGIVEN * BURST)
    }

    /// Counts one wrong.
    pub(crate) fn count(&mut self, caller: Caller, now: Instant) {
        if !self.by_caller.contains_key(&caller) && self.by_caller.len() >= CALLERS {
            self.make_room(now);
        }
        let clean_at = self.by_caller.entry(caller).or_insert(now);
        *clean_at = (*clean_at).max(now) + FORGIVEN;
    }

    fn make_room(&mut self, now: Instant) {
        self.by_caller.retain(|_, clean_at| *clean_at > now);
        if self.by_caller.len() >= CALLERS {
            let mildest = self.by_caller.iter().min_by_key(|(_, at)| **at);
            if let Some(caller) = mildest.map(|(caller, _)| *caller) {
                self.by_caller.remove(&caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::prelude::*;

    use super::*;

    fn caller(number: u32) -> Caller {
        Caller::from(IpAddr::V4(Ipv4Addr::from(number)))
    }

    #[test]
    fn a_burst_is_borne_and_one_more_is_not() {
        let (mut wrongs, now) = (Wrongs::default(), Instant::now());
        for _ in 0..BURST {
            assert!(!wrongs.is_over(caller(1), now));
            wrongs.count(caller(1), now);
        }
        assert!(wrongs.is_over(caller(1), now));
        assert!(!wrongs.is_over(caller(2), now));
    }

    #[test]
    fn wrongs_are_forgiven_with_time() {
        let (mut wrongs, now) = (Wrongs::default(), Instant::now());
        for _ in 0..BURST {
            wrongs.count(caller(1), now);
        }
        assert!(!wrongs.is_over(caller(1), now + FORGIVEN));
        wrongs.count(caller(1), now + FORGIVEN);
        assert!(wrongs.is_over(caller(1), now + FORGIVEN));
        assert!(!wrongs.is_over(caller(1), now + FORGIVEN * (BURST + 1)));
    }

    #[test]
    fn memory_is_bounded_and_the_worst_caller_is_remembered() {
        let (mut wrongs, now) = (Wrongs::default(), Instant::now());
        for _ in 0..BURST {
            wrongs.count(caller(0), now);
        }
        for number in 1..=3 * CALLERS as u32 {
            wrongs.count(caller(number), now);
        }
        assert!(wrongs.by_caller.len() <= CALLERS);
        assert!(wrongs.is_over(caller(0), now));
    }

    proptest! {
        #[test]
        fn a_caller_is_stopped_exactly_when_a_plain_count_says_so(
            steps in prop::collection::vec((0_u64..3, 0_u32..30), 1..200)
        ) {
            let (mut wrongs, mut now, mut level) = (Wrongs::default(), Instant::now(), 0_u32);
            for (seconds, times) in steps {
                now += Duration::from_secs(seconds);
                level = level.saturating_sub(seconds as u32);
                for _ in 0..times {
                    wrongs.count(caller(1), now);
                    level += 1;
                }
                prop_assert_eq!(wrongs.is_over(caller(1), now), level >= BURST);
                prop_assert!(!wrongs.is_over(caller(2), now));
            }
        }
    }
}
