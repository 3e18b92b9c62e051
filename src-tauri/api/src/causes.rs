//! What needs action, by its cause: one question for all whom it is asked of. Who they are is [`crate::batch`]'s.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use engine::plan::causes::{self, causes};
use model::{Check, Code, ConnectionId, Failure, Look, Owner, Sight, Sort};

use crate::{Asking, Cause, Causes, Host};

/// Checks that are looked at in one go, the oldest first.
const MOST: u32 = 2_000;

impl Host {
    /// Which checks: those of the look's filter that need action. Its order does not matter.
    pub(crate) fn causes(&self, connection: ConnectionId, mut look: Look) -> Result<Causes, Failure> {
        look.filter.needs_action = true;
        let asked = self.asked(&look, &self.wall(connection))?;
        let (found, checks) = self.engine.list(connection, &asked, Sort::default(), 0, MOST, None)?;
        let more = found.total.saturating_sub(MOST);
        Ok(Causes {
            causes: grouped(&checks),
            checks: number(checks.iter().filter(|check| !causes(check).is_empty()).count()),
            more,
            sight: Sight {
                change: found.change,
                last: found.checks.last().copied().filter(|_| more > 0),
            },
        })
    }
}

/// What the text of a failure needs.
type Params = BTreeMap<String, String>;

/// First what whoever reads it can mend, and of that what most have; alike in the order of the dictionary, and by what
/// their texts say. In each cause as the checks come.
fn grouped(checks: &[Check]) -> Vec<Cause> {
    let mut groups: BTreeMap<(Code, Params), Vec<(&Check, causes::Cause)>> = BTreeMap::new();
    for check in checks {
        for cause in causes(check) {
            groups
                .entry((cause.failure.code, same(&cause.failure)))
                .or_default()
                .push((check, cause));
        }
    }
    let mut causes: Vec<Cause> = groups
        .into_iter()
        .map(|((code, same), group)| cause(code, same, &group))
        .collect();
    causes.sort_by_key(|cause| place(cause.failure.code, cause.checks));
    causes
}

/// Whether this is why a check asks for a person, or one of the reasons.
pub(crate) fn has(check: &Check, cause: &Failure) -> bool {
    let is_it = |one: &causes::Cause| one.failure.code == cause.code && same(&one.failure) == same(cause);
    causes(check).iter().any(is_it)
}

/// What of a failure is alike for all that ask for the same: each has another moment.
fn same(failure: &Failure) -> Params {
    let mut same = failure.params.clone();
    same.remove(MOMENT);
    same
}

fn place(code: Code, checks: u32) -> (bool, Reverse<u32>) {
    (code.owner() != Owner::Recruiter, Reverse(checks))
}

/// The parameter of `CHECK-AGAIN` that is a moment.
const MOMENT: &str = "on";

fn cause(code: Code, same: Params, group: &[(&Check, causes::Cause)]) -> Cause {
    let (_, first) = &group[0];
    let alike = group.iter().all(|(_, cause)| cause.failure == first.failure);
    let params = if alike { first.failure.params.clone() } else { same };
    let mut decisions = first.decisions.clone();
    decisions.retain(|decision| group.iter().all(|(_, cause)| cause.decisions.contains(decision)));
    let mails = |decision: &engine::Decision| group.iter().any(|(check, _)| engine::mails(check, *decision));
    Cause {
        failure: Failure { code, params },
        alike,
        checks: number(group.len()),
        mailing: decisions
            .iter()
            .filter(|decision| mails(decision))
            .map(|decision| (*decision).into())
            .collect(),
        decisions: decisions.into_iter().map(Into::into).collect(),
    }
}

pub(crate) fn number(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

pub(crate) fn asking(check: &Check) -> Asking {
    Asking {
        id: check.id,
        reference: check.reference(),
        candidate: check.candidate.clone(),
        posting_title: check.posting_title.clone(),
        since: check.status_since,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_recruiter_can_mend_comes_first_and_of_that_what_most_have() {
        let mut causes = [
            (Code::LevConfidential, 9),
            (Code::TagMulti, 1),
            (Code::RefFailed, 60),
            (Code::CandContact, 9),
        ];
        causes.sort_by_key(|(code, checks)| place(*code, *checks));
        let order = causes.map(|(code, _)| code);
        let expected = [
            Code::RefFailed,
            Code::CandContact,
            Code::TagMulti,
            Code::LevConfidential,
        ];
        assert_eq!(order, expected);
    }
}
