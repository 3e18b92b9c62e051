//! What is worth a notification of the system: that there is more to act on, that checks are completed, that a
//! connection is broken. Numbers and names of connections; the name of a person only where the user of this computer wants
//! it, since it may then stand on a locked screen.

use std::collections::BTreeMap;

use api::{ConnectionView, Health, Overview};
use model::{About, ConnectionId, Failure, Language, Notify, explain_by};

use crate::words::Words;

/// Something that has happened at a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct News {
    pub connection: ConnectionId,
    /// Its name.
    name: String,
    pub what: What,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// So many need action, `new` of them since it was last said.
    NeedsAction {
        count: u32,
        new: u32,
    },
    /// So many were completed.
    Completed {
        new: u32,
    },
    Broken(Failure),
}

impl News {
    /// Whether the user of this computer wants to be told of it.
    pub fn is_wanted(&self, notify: &Notify) -> bool {
        match self.what {
            What::NeedsAction { .. } => notify.needs_action,
            What::Completed { .. } => notify.completed,
            What::Broken(_) => notify.broken,
        }
    }

    /// How many candidates it is about.
    pub fn candidates(&self) -> u32 {
        match self.what {
            What::NeedsAction { new, .. } | What::Completed { new } => new,
            What::Broken(_) => 0,
        }
    }

    /// Title and text. `names`: of some of those whom it is about, if they are to be named.
    pub fn said(&self, language: Language, names: &[String]) -> (String, String) {
        let words = Words::of(language);
        let title = match &self.what {
            What::NeedsAction { count, .. } => (words.needs_action)(*count),
            What::Completed { new } => (words.completed)(*new),
            What::Broken(failure) => {
                let entry = explain_by(failure, About::DESKTOP, language);
                return (format!("{}: {}", self.name, entry.title), entry.mend);
            }
        };
        let rest = self
            .candidates()
            .saturating_sub(u32::try_from(names.len()).unwrap_or(u32::MAX));
        let text = match names {
            [] => self.name.clone(),
            names if rest == 0 => format!("{}: {}", self.name, names.join(", ")),
            names => format!("{}: {} {}", self.name, names.join(", "), (words.and_more)(rest)),
        };
        (title, text)
    }
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
#[derive(Default)]
pub struct Notices {
    known: Standings,
}

impl Notices {
    /// Takes note of connections that are new: how they stand now is no news, what comes to it is.
    pub fn meet(&mut self, now: &Standings) {
        for (id, standing) in now {
            self.known.entry(*id).or_insert_with(|| standing.clone());
        }
    }

    /// What is new since the last look. What is there when a connection is first looked at is no news.
    pub fn look(&mut self, now: Standings) -> Vec<News> {
        let known = now.iter().filter_map(|(id, now)| Some((*id, self.known.get(id)?, now)));
        let news = known.flat_map(|(id, before, now)| between(id, before, now)).collect();
        self.known = now;
        news
    }
}

fn between(connection: ConnectionId, before: &Standing, now: &Standing) -> Vec<News> {
    let broken = now
        .broken
        .clone()
        .filter(|_| now.broken != before.broken)
        .map(What::Broken);
    let new = now.needs_action.saturating_sub(before.needs_action);
    let count = now.needs_action;
    let needs_action = (new > 0).then_some(What::NeedsAction { count, new });
    let new = now.completed.saturating_sub(before.completed);
    let completed = (new > 0).then_some(What::Completed { new });
    let name = &now.name;
    [broken, needs_action, completed]
        .into_iter()
        .flatten()
        .map(|what| News {
            connection,
            name: name.clone(),
            what,
        })
        .collect()
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

    fn said(news: &[News], language: Language) -> Vec<(String, String)> {
        news.iter().map(|news| news.said(language, &[])).collect()
    }

    fn titles(news: &[News], language: Language) -> Vec<String> {
        said(news, language).into_iter().map(|(title, _)| title).collect()
    }

    #[test]
    fn what_is_there_at_the_start_is_no_news_and_what_comes_is_said_once() {
        let mut notices = Notices::default();
        assert_eq!(notices.look(of_one(2, 5, Some(Code::LevUnauthorized))), []);
        assert_eq!(notices.look(of_one(2, 5, Some(Code::LevUnauthorized))), []);
        let news = notices.look(of_one(3, 7, None));
        let expected = ["3 checks need action", "2 checks are completed"];
        assert_eq!(titles(&news, Language::En), expected);
        assert!(said(&news, Language::En).iter().all(|(_, text)| text == "Nordvik"));
        assert_eq!(notices.look(of_one(3, 7, None)), []);
    }

    #[test]
    fn what_was_settled_is_no_news_and_the_next_one_is() {
        let mut notices = Notices::default();
        notices.look(of_one(3, 0, None));
        assert_eq!(notices.look(of_one(0, 0, None)), []);
        let news = notices.look(of_one(1, 0, None));
        assert_eq!(titles(&news, Language::Sv), ["1 referenstagning behöver åtgärdas"]);
    }

    #[test]
    fn a_connection_that_breaks_is_named_with_what_to_do_and_another_reason_is_news() {
        let mut notices = Notices::default();
        notices.look(of_one(0, 0, None));
        let news = notices.look(of_one(0, 0, Some(Code::LevUnauthorized)));
        let [(title, text)] = &said(&news, Language::En)[..] else {
            panic!("one notification")
        };
        assert_eq!(title, "Nordvik: Lever did not accept the key");
        assert!(text.contains("Generate New Key"), "{text}");
        assert_eq!(notices.look(of_one(0, 0, Some(Code::LevUnauthorized))), []);
        assert_eq!(notices.look(of_one(0, 0, Some(Code::RefToken))).len(), 1);
    }

    #[test]
    fn what_comes_between_the_first_sight_of_a_connection_and_the_first_look_is_news() {
        let mut notices = Notices::default();
        notices.meet(&of_one(0, 0, None));
        notices.meet(&of_one(1, 0, None));
        let news = notices.look(of_one(1, 0, None));
        assert_eq!(titles(&news, Language::En), ["1 check needs action"]);
    }

    #[test]
    fn a_connection_that_is_added_or_removed_is_no_news() {
        let mut notices = Notices::default();
        assert_eq!(notices.look(Standings::new()), []);
        assert_eq!(notices.look(of_one(4, 1, None)), []);
        assert_eq!(notices.look(Standings::new()), []);
        assert_eq!(notices.look(of_one(4, 1, None)), []);
    }

    #[test]
    fn each_kind_can_be_switched_off_and_stays_known() {
        let mut notices = Notices::default();
        notices.look(of_one(0, 0, None));
        let news = notices.look(of_one(1, 1, Some(Code::RefToken)));
        let wanted = |notify: &Notify| news.iter().filter(|news| news.is_wanted(notify)).count();
        let all = Notify::default();
        assert_eq!(wanted(&all), 3);
        for less in [
            Notify {
                needs_action: false,
                ..all
            },
            Notify {
                completed: false,
                ..all
            },
            Notify { broken: false, ..all },
        ] {
            assert_eq!(wanted(&less), 2, "{less:?}");
        }
        assert_eq!(
            notices.look(of_one(1, 1, Some(Code::RefToken))),
            [],
            "it is known all the same"
        );
    }

    #[test]
    fn who_is_to_be_named_is_named_beside_the_connection() {
        let mut notices = Notices::default();
        notices.look(of_one(1, 0, None));
        let news = notices.look(of_one(4, 0, None));
        let names = ["Kim Berg".to_owned(), "Åsa Öberg".to_owned()];
        let (title, text) = news[0].said(Language::En, &names);
        assert_eq!(
            (title.as_str(), text.as_str()),
            ("4 checks need action", "Nordvik: Kim Berg, Åsa Öberg and 1 more")
        );
        let (_, text) = news[0].said(Language::Sv, &[]);
        assert_eq!(text, "Nordvik");
    }
}
