//! The token bucket, as a pure function of time (`reliability.md` rules 12 and 13).
//!
//! Lever's own is 10 requests a second with bursts of 20 per key (`lever-api.md §4`); ours stays a little under it.
//! Time is what a monotonic clock shows since the client began.

use std::time::Duration;

/// Between two tokens: 9.8 a second, rounded up.
const INTERVAL: Duration = Duration::from_nanos(102_040_817);
/// Tokens of a full bucket.
const BURST: u32 = 19;
/// How far ahead of the steady rate a burst may run.
const TOLERANCE: Duration = INTERVAL.saturating_mul(BURST - 1);
/// Cap of a pause for which Lever names no length.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);
/// Cap of one for which it does: a longer one is found out by asking again.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3_600);

/// The bucket: when it will be full again, and how long it is closed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bucket {
    full_at: Duration,
    paused_until: Duration,
    /// When the last pause began.
    paused_at: Option<Duration>,
    /// Pauses in a row.
    strikes: u32,
}

impl Bucket {
    /// Takes a token, or says how long to wait before asking again.
    pub(crate) fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let ready = self.paused_until.max(self.full_at.saturating_sub(TOLERANCE));
        if now < ready {
            return Err(ready - now);
        }
        self.full_at = self.full_at.max(now) + INTERVAL;
        Ok(())
    }

    /// A request that went out at `sent` was answered with 429. `random` is from 0 to 1.
    ///
    /// Requests that were under way together are refused together: that is one pause, not many. A pause ends with
    /// an empty bucket, as the other side's is.
    pub(crate) fn pause(&mut self, now: Duration, sent: Duration, retry_after: Option<Duration>, random: f64) {
        let is_new = self.is_after_pause(sent);
        let back_off = if is_new {
            Duration::from_secs(1 << self.strikes.min(6))
                .min(LONGEST_BACK_OFF)
                .mul_f64(random.clamp(0.0, 1.0))
        } else {
            Duration::ZERO
        };
        let span = match retry_after.map(|span| span.min(LONGEST_RETRY_AFTER)) {
            Some(span) if self.strikes == 0 => span,
            // A server that names too little again and again is not hammered.
            Some(span) => span.max(back_off),
            None => back_off,
        };
        if is_new {
            self.strikes += 1;
            self.paused_at = Some(now);
        }
        self.paused_until = self.paused_until.max(now + span);
        self.full_at = self.full_at.max(self.paused_until + TOLERANCE);
    }

    /// A request that went out at `sent` was answered with something else.
    pub(crate) fn answered(&mut self, sent: Duration) {
        if self.is_after_pause(sent) {
            self.strikes = 0;
        }
    }

    /// What is left of a pause.
    pub(crate) fn pause_left(&self, now: Duration) -> Duration {
        self.paused_until.saturating_sub(now)
    }

    /// Whether it is as a new one: full, and open.
    pub(crate) fn is_full(&self, now: Duration) -> bool {
        self.full_at <= now && self.paused_until <= now
    }

    fn is_after_pause(&self, sent: Duration) -> bool {
        self.paused_at.is_none_or(|at| sent >= at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: Duration = Duration::ZERO;

    proptest! {
        #[test]
        fn no_window_of_time_ever_holds_more_than_a_burst_and_the_steady_rate(
            steps in prop::collection::vec(prop_oneof![4 => Just(0u64), 1 => 0u64..2_500], 1..200)
        ) {
            let (mut bucket, mut now, mut taken) = (Bucket::default(), START, Vec::new());
            for step in steps {
                now += Duration::from_millis(step);
                if bucket.take(now).is_ok() {
                    taken.push(now);
                }
            }
            for (i, from) in taken.iter().enumerate() {
                for (n, to) in taken[i..].iter().enumerate() {
                    let allowed = 19.0 + (*to - *from).as_secs_f64() * 9.8;
                    prop_assert!((n + 1) as f64 <= allowed + 1e-6, "{n} in {:?}", *to - *from);
                }
            }
        }

        #[test]
        fn whoever_waits_as_long_as_told_gets_a_token(
            tries in 0usize..100, pause in prop::option::of(0u64..10_000), random in 0.0f64..=1.0
        ) {
            let mut bucket = Bucket::default();
            for _ in 0..tries {
                let _ = bucket.take(START);
            }
            if let Some(pause) = pause {
                bucket.pause(START, START, Some(Duration::from_millis(pause)), random);
            }
            if let Err(wait) = bucket.take(START) {
                prop_assert!(wait > Duration::ZERO);
                prop_assert_eq!(bucket.clone().take(START + wait - Duration::from_nanos(1)), Err(Duration::from_nanos(1)));
                prop_assert_eq!(bucket.take(START + wait), Ok(()));
            }
        }

        #[test]
        fn back_off_grows_with_every_pause_in_a_row_and_stays_under_a_minute(pauses in 1u32..40) {
            let (mut bucket, mut now) = (Bucket::default(), START);
            let mut last = Duration::ZERO;
            for n in 0..pauses {
                bucket.pause(now, now, None, 1.0);
                let left = bucket.pause_left(now);
                prop_assert_eq!(left, Duration::from_secs(1 << n.min(6)).min(LONGEST_BACK_OFF));
                prop_assert!(left >= last);
                last = left;
                now += left;
            }
            bucket.answered(now);
            bucket.pause(now, now, None, 1.0);
            prop_assert_eq!(bucket.pause_left(now), Duration::from_secs(1));
        }
    }

    #[test]
    fn requests_that_were_refused_together_count_as_one_pause() {
        let mut bucket = Bucket::default();
        let later = Duration::from_millis(50);
        bucket.pause(later, START, None, 0.5);
        for _ in 0..18 {
            bucket.pause(later, START, None, 1.0);
        }
        assert_eq!(bucket.pause_left(later), Duration::from_millis(500));
        assert_eq!(bucket.strikes, 1);
    }

    #[test]
    fn a_server_that_names_no_time_again_and_again_is_not_hammered() {
        let mut bucket = Bucket::default();
        bucket.pause(START, START, Some(Duration::ZERO), 1.0);
        assert_eq!(bucket.pause_left(START), Duration::ZERO);
        bucket.pause(START, START, Some(Duration::ZERO), 1.0);
        assert_eq!(bucket.pause_left(START), Duration::from_secs(2));
    }

    #[test]
    fn an_answer_from_before_the_pause_does_not_end_the_row() {
        let mut bucket = Bucket::default();
        bucket.pause(Duration::from_secs(1), START, None, 1.0);
        bucket.answered(START);
        assert_eq!(bucket.strikes, 1);
    }

    #[test]
    fn a_pause_ends_with_an_empty_bucket() {
        let mut bucket = Bucket::default();
        bucket.pause(START, START, Some(Duration::from_secs(3)), 0.0);
        let after = Duration::from_secs(3);
        assert_eq!(bucket.take(after), Ok(()));
        assert_eq!(bucket.take(after), Err(INTERVAL));
    }
}
