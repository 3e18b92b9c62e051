//! Something was refused: that is about this one alone, or somebody has taken something away from us. One call tells.
//!
//! Each kind is asked after once a minute at most, however much is refused. A doubt that comes sooner waits for its turn
//! and is never dropped: until the next look at what was refused it may be a day.

use std::collections::{BTreeMap, BTreeSet};

use lever::Priority;
use model::{Code, MINUTE, Millis, Phase, PostingId, Reason};

use super::{Owner, Then};

/// What may have been taken away.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Doubt {
    /// A posting is refused: it is confidential, or the right *read posting* is gone.
    ReadPosting,
    /// The same of an opportunity.
    ReadOpportunity,
    /// Lever did not take the acting user's name under what was written: they were deactivated, perhaps.
    ActingUser,
}

struct Turn {
    open: bool,
    /// Not asked again before.
    next: Millis,
}

#[derive(Default)]
pub(super) struct Doubts(BTreeMap<Doubt, Turn>);

impl Doubts {
    pub(super) fn raise(&mut self, doubt: Doubt) {
        let turn = self.0.entry(doubt).or_insert(Turn {
            open: false,
            next: Millis(0),
        });
        turn.open = true;
    }

    /// Those whose turn it is. They are settled with this.
    fn due(&mut self, now: Millis) -> Vec<Doubt> {
        let due = self.0.iter_mut().filter(|(_, turn)| turn.open && turn.next <= now);
        due.map(|(doubt, turn)| {
            *turn = Turn {
                open: false,
                next: now.plus(MINUTE),
            };
            *doubt
        })
        .collect()
    }

    /// When one is due next.
    pub(super) fn next(&self) -> Option<Millis> {
        let open = self.0.values().filter(|turn| turn.open);
        open.map(|turn| turn.next).min()
    }
}

impl Owner {
    pub(super) fn settle_doubts(&mut self, now: Millis) {
        let Some(client) = self.lever.as_ref().map(|client| client.with(Priority::Rest)) else {
            return;
        };
        for doubt in self.doubts.due(now) {
            match doubt {
                Doubt::ReadPosting => {
                    if let Some(posting) = self.readable_posting() {
                        let client = client.clone();
                        self.ask_after(async move { client.posting(&posting).await.map(drop) });
                    }
                }
                Doubt::ReadOpportunity => {
                    // The tag carrier is never confidential.
                    if let Some(carrier) = self.carrier() {
                        let client = client.clone();
                        self.ask_after(async move { client.opportunity(&carrier).await.map(drop) });
                    }
                }
                Doubt::ActingUser => self.read_users(),
            }
        }
    }

    /// A posting that was read and not refused since.
    fn readable_posting(&self) -> Option<PostingId> {
        let checks = self.world.store.read(|tx| tx.most_urgent(self.id(), 50));
        let checks = checks.unwrap_or_default();
        let is_refused = |phase: &Phase| match phase {
            Phase::Parked(Reason::Unreadable { failure }) => failure.code == Code::LevConfidential,
            _ => false,
        };
        let refused = checks.iter().filter(|check| is_refused(&check.phase));
        let refused: BTreeSet<_> = refused.filter_map(|check| check.posting.clone()).collect();
        let read = checks.into_iter().filter(|check| !check.posting_title.is_empty());
        read.filter_map(|check| check.posting)
            .find(|posting| !refused.contains(posting))
    }

    fn ask_after(&mut self, read: impl Future<Output = Result<(), lever::Error>> + Send + 'static) {
        self.job(async move {
            let read = read.await;
            Box::new(move |owner: &mut Self| {
                if let Err(error) = read {
                    owner.right_is_missing(&error);
                }
            }) as Then
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubt_that_comes_too_soon_waits_for_its_turn_and_holds_up_no_other() {
        let (mut doubts, now) = (Doubts::default(), Millis(1_000_000));
        doubts.raise(Doubt::ReadPosting);
        doubts.raise(Doubt::ReadPosting);
        assert_eq!(doubts.due(now), [Doubt::ReadPosting], "once for both");
        assert_eq!((doubts.due(now), doubts.next()), (vec![], None));

        doubts.raise(Doubt::ReadPosting);
        doubts.raise(Doubt::ActingUser);
        assert_eq!(doubts.due(now.plus(1)), [Doubt::ActingUser]);
        assert_eq!(doubts.next(), Some(now.plus(MINUTE)));
        assert_eq!(doubts.due(now.plus(MINUTE)), [Doubt::ReadPosting]);
    }
}
