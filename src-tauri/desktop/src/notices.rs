//! What is worth a notification of the system: that there is more to act on, that checks are completed, that a
//! connection is broken. Numbers and names of connections; never a person's name, which would stand on a locked screen.

use std::collections::BTreeMap;

use api::{ConnectionView, Health, Overview};
use model::{About, ConnectionId, Failure, Language, explain_by};

use crate::words::Words;

/// One notification.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    pub title: String,
    pub text: String,
}

/// How a connection stands, as far as it is worth a notification.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    name: String,
    needs_action: u32,
    completed: u32,
    broken: Option<Failure>,
}

pub type Standings = BTreeMap<ConnectionId, Standing>;

/// What was known at the last look.
pub struct Notices {
    language: Language,
    known: Standings,
}

impl Notices {
    pub fn new(language: Language) -> Self {
        Self {
            language,
            known: Standings::new(),
        }
    }

    /// Takes note of connections that are new: how they stand now is no news, what comes to it is.
    pub fn meet(&mut self, now: &Standings) {
        for (id, standing) in now {
            self.known.entry(*id).or_insert_with(|| standing.clone());
        }
    }

    /// What is new since the last look. What is there when a connection is first looked at is no news.
    pub fn look(&mut self, now: Standings) -> Vec<Notice> {
        let news = now.iter().filter_map(|(id, now)| Some((self.known.get(id)?, now)));
        let news = news.flat_map(|(before, now)| self.between(before, now)).collect();
        self.known = now;
        news
    }

    fn between(&self, before: &Standing, now: &Standing) -> Vec<Notice> {
        let words = Words::of(self.language);
        let broken = now.broken.as_ref().filter(|_| now.broken != before.broken);
        let broken = broken.map(|failure| {
            let entry = explain_by(failure, About::DESKTOP, self.language);
            Notice {
                title: format!("{}: {}", now.name, entry.title),
                text: entry.mend,
            }
        });
        let of_checks = |title: String| Notice {
            title,
            text: now.name.clone(),
        };
        let needs_action = (now.needs_action > before.needs_action).then(|| (words.needs_action)(now.needs_action));
        let more = now.completed.saturating_sub(before.completed);
        let completed = (more > 0).then(|| (words.completed)(more));
        let counted = needs_action.into_iter().chain(completed).map(of_checks);
        broken.into_iter().chain(counted).collect()
    }
}

/// How all connections stand.
pub fn standings(overview: &Overview) -> Standings {
    let connections = overview.connections.iter();
    connections
        .map(|connection| (connection.id, Standing::of(connection)))
        .collect()
}

impl Standing {
    fn of(connection: &ConnectionView) -> Self {
        let broken = (connection.health == Health::ActionNeeded)
            .then(|| connection.findings.iter().find(|finding| finding.stops))
            .flatten();
        Self {
            name: connection.name.clone(),
            needs_action: connection.counts.needs_attention,
            completed: connection.counts.completed,
            broken: broken.map(|finding| finding.failure.clone()),
        }
    }
}

/// How many checks need action, over all connections.
pub fn needs_action(overview: &Overview) -> u32 {
    let counts = overview.connections.iter().map(|connection| connection.counts);
    counts.map(|counts| counts.needs_attention).sum()
}

#[cfg(test)]
mod tests {
    use model::Code;

    use super::*;

    fn of_one(needs_action: u32, completed: u32, broken: Option<Code>) -> Standings {
        let standing = Standing {
            name: "Nordvik".to_owned(),
            needs_action,
            completed,
            broken: broken.map(Failure::new),
        };
        Standings::from([(ConnectionId::of("Nordvik"), standing)])
    }

    fn titles(notices: &[Notice]) -> Vec<&str> {
        notices.iter().map(|notice| notice.title.as_str()).collect()
    }

    #[test]
    fn what_is_there_at_the_start_is_no_news_and_what_comes_is_said_once() {
        let mut notices = Notices::new(Language::En);
        assert_eq!(notices.look(of_one(2, 5, Some(Code::LevUnauthorized))), []);
        assert_eq!(notices.look(of_one(2, 5, Some(Code::LevUnauthorized))), []);
        let news = notices.look(of_one(3, 7, None));
        assert_eq!(titles(&news), ["3 checks need action", "2 checks are completed"]);
        assert!(news.iter().all(|notice| notice.text == "Nordvik"));
        assert_eq!(notices.look(of_one(3, 7, None)), []);
    }

    #[test]
    fn what_was_settled_is_no_news_and_the_next_one_is() {
        let mut notices = Notices::new(Language::Sv);
        notices.look(of_one(3, 0, None));
        assert_eq!(notices.look(of_one(0, 0, None)), []);
        assert_eq!(
            titles(&notices.look(of_one(1, 0, None))),
            ["1 referenstagning behöver åtgärdas"]
        );
    }

    #[test]
    fn a_connection_that_breaks_is_named_with_what_to_do_and_another_reason_is_news() {
        let mut notices = Notices::new(Language::En);
        notices.look(of_one(0, 0, None));
        let [broken] = &notices.look(of_one(0, 0, Some(Code::LevUnauthorized)))[..] else {
            panic!("one notification")
        };
        assert_eq!(broken.title, "Nordvik: Lever did not accept the key");
        assert!(broken.text.contains("Generate New Key"), "{}", broken.text);
        assert_eq!(notices.look(of_one(0, 0, Some(Code::LevUnauthorized))), []);
        assert_eq!(notices.look(of_one(0, 0, Some(Code::RefToken))).len(), 1);
    }

    #[test]
    fn what_comes_between_the_first_sight_of_a_connection_and_the_first_look_is_news() {
        let mut notices = Notices::new(Language::En);
        notices.meet(&of_one(0, 0, None));
        notices.meet(&of_one(1, 0, None));
        assert_eq!(titles(&notices.look(of_one(1, 0, None))), ["1 check needs action"]);
    }

    #[test]
    fn a_connection_that_is_added_or_removed_is_no_news() {
        let mut notices = Notices::new(Language::En);
        assert_eq!(notices.look(Standings::new()), []);
        assert_eq!(notices.look(of_one(4, 1, None)), []);
        assert_eq!(notices.look(Standings::new()), []);
        assert_eq!(notices.look(of_one(4, 1, None)), []);
    }
}
