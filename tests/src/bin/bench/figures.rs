//! What is made of measured numbers. Pure.

/// The number below which this share of them lies. Of none it is none.
pub fn quantile(of: &[f64], share: f64) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list"
    )]
    let at = (sorted.len() as f64 * share) as usize;
    sorted
        .get(at.min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

pub fn median(of: &[f64]) -> f64 {
    quantile(of, 0.5)
}

/// A frame that lasts longer is seen to stutter, in milliseconds.
pub const SLOW: f64 = 33.0;

/// What comes closer together than this, in milliseconds, is painted for one frame.
const TOGETHER: u32 = 3;

/// How long each frame stayed, from the times at which parts of the screen were painted.
pub fn frames(painted: &[u32]) -> Vec<f64> {
    let mut begins: Vec<u32> = Vec::new();
    let mut last = None;
    for at in painted {
        if last.is_none_or(|last: u32| at.saturating_sub(last) >= TOGETHER) {
            begins.push(*at);
        }
        last = Some(*at);
    }
    begins.windows(2).map(|pair| f64::from(pair[1] - pair[0])).collect()
}

/// The share of frames that stayed too long, in per cent.
pub fn slow_share(frames: &[f64]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let (slow, all) = (
        frames.iter().filter(|frame| **frame > SLOW).count() as f64,
        frames.len() as f64,
    );
    100.0 * slow / all
}

/// What the app may take, as the empty window sets it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Bound {
    /// So many times as much.
    Times(f64),
    /// So much more.
    More(f64),
    /// So much, whatever the empty window takes.
    Flat(f64),
}

impl Bound {
    /// Nothing that could not be measured is within it.
    pub fn is_met(self, app: f64, empty: f64) -> bool {
        match self {
            Self::Times(times) => app <= times * empty,
            Self::More(more) => app - empty <= more,
            Self::Flat(most) => app <= most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_numbers() {
        let numbers = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!(
            [median(&numbers), quantile(&numbers, 0.99), quantile(&numbers, 0.0)],
            [3.0, 5.0, 1.0]
        );
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn what_is_painted_together_is_one_frame() {
        assert_eq!(frames(&[100, 101, 102, 117, 118, 151, 200]), [17.0, 34.0, 49.0]);
        assert_eq!(frames(&[7]), [0.0; 0]);
        assert!((slow_share(&[16.0, 17.0, 33.0, 34.0]) - 25.0).abs() < 1e-9);
    }

    #[test]
    fn a_bound_is_the_last_number_that_is_within_it() {
        assert!(Bound::Times(1.25).is_met(125.0, 100.0) && !Bound::Times(1.25).is_met(126.0, 100.0));
        assert!(Bound::More(1.0).is_met(3.0, 2.0) && !Bound::More(1.0).is_met(3.1, 2.0));
        assert!(Bound::Flat(10.0).is_met(10.0, 3.0) && !Bound::Flat(10.0).is_met(10.1, 30.0));
        for bound in [Bound::Times(1.25), Bound::More(1.0), Bound::Flat(10.0)] {
            assert!(!bound.is_met(f64::NAN, 1.0), "{bound:?}");
        }
    }
}
