//! What is worth a notification of the system: that there is more to act on, that checks are completed, that a
//! connection is broken. Numbers and names of connections; the name of a person only where the user of this computer wants
//! it, since it may then stand on a locked screen.

use std::collections::{BTreeMap, BTreeSet};

use api::{ConnectionView, Health, Notable};
use model::{About, CheckId, ConnectionId, Failure, Language, Millis, Notify, explain_by};

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
    /// So many need action, these of them since it was last said.
    NeedsAction {
        count: usize,
        new: Vec<CheckId>,
    },
    /// These were completed.
    Completed {
        new: Vec<CheckId>,
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

    /// The checks that it is about, and no others.
    pub fn checks(&self) -> &[CheckId] {
        match &self.what {
            What::NeedsAction { new, .. } | What::Completed { new } => new,
            What::Broken(_) => &[],
        }
    }

    /// Title and text. `names`: of some of those whom it is about, if they are to be named.
    pub fn said(&self, language: Language, names: &[String]) -> (String, String) {
        let words = Words::of(language);
        let title = match &self.what {
            What::NeedsAction { count, .. } => (words.needs_action)(*count),
            What::Completed { new } => (words.completed)(new.len()),
            What::Broken(failure) => {
                let entry = explain_by(failure, About::DESKTOP, language);
                return (format!("{}: {}", self.name, entry.title), entry.mend);
            }
        };
        let rest = self.checks().len().saturating_sub(names.len());
        let text = match names {
            [] => self.name.clone(),
            names if rest == 0 => format!("{}: {}", self.name, names.join(", ")),
            names => format!("{}: {} {}", self.name, names.join(", "), (words.and_more)(rest)),
        };
        (title, text)
    }
}

/// How a connection stands, as far as it is worth a notification.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    name: String,
    notable: Notable,
    broken: Option<Failure>,
}

pub type Standings = BTreeMap<ConnectionId, Standing>;

/// What was known at the last look.
#[derive(Default)]
pub struct Notices {
    known: Standings,
}

impl Notices {
    /// Whether a connection is known; how a new one stands is no news, what comes to it is.
    pub fn knows(&self, connection: ConnectionId) -> bool {
        self.known.contains_key(&connection)
    }

    /// When it was last looked how a connection stands.
    pub fn looked(&self, connection: ConnectionId) -> Option<Millis> {
        self.known.get(&connection).map(|standing| standing.notable.at)
    }

    /// Takes note of a connection that is new.
    pub fn meet(&mut self, connection: ConnectionId, standing: Standing) {
        self.known.entry(connection).or_insert(standing);
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
    let told: BTreeSet<CheckId> = before.notable.needs_action.iter().copied().collect();
    let new = new(&now.notable.needs_action, &told);
    let count = now.notable.needs_action.len();
    let needs_action = (!new.is_empty()).then_some(What::NeedsAction { count, new });
    // Whoever was told that one needs action for its warnings knows that it is completed.
    let told: BTreeSet<CheckId> = told
        .into_iter()
        .chain(before.notable.completed.iter().copied())
        .collect();
    let new = self::new(&now.notable.completed, &told);
    let completed = (!new.is_empty()).then_some(What::Completed { new });
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

fn new(now: &[CheckId], told: &BTreeSet<CheckId>) -> Vec<CheckId> {
    now.iter().filter(|check| !told.contains(check)).copied().collect()
}

impl Standing {
    pub fn of(connection: &ConnectionView, notable: Notable) -> Self {
        let broken = (connection.health == Health::ActionNeeded)
            .then(|| connection.findings.iter().find(|finding| finding.stops))
            .flatten();
        Self {
            name: connection.name.clone(),
            notable,
            broken: broken.map(|finding| finding.failure.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Code;

    use super::*;

    fn id() -> ConnectionId {
        ConnectionId::of("Nordvik")
    }

    fn checks(numbers: &[u32]) -> Vec<CheckId> {
        let id = |number| format!("00000000-0000-0000-0000-{number:012}").parse();
        numbers.iter().map(|number| id(number).expect("an id")).collect()
    }

    fn stands(needs_action: &[u32], completed: &[u32], broken: Option<Code>) -> Standing {
        Standing {
            name: "Nordvik".to_owned(),
            notable: Notable {
                at: Millis(0),
                needs_action: checks(needs_action),
                completed: checks(completed),
            },
            broken: broken.map(Failure::new),
        }
    }

    fn of_one(needs_action: &[u32], completed: &[u32], broken: Option<Code>) -> Standings {
        Standings::from([(id(), stands(needs_action, completed, broken))])
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
        assert_eq!(notices.look(of_one(&[1, 2], &[3], Some(Code::LevUnauthorized))), []);
        assert_eq!(notices.look(of_one(&[1, 2], &[3], Some(Code::LevUnauthorized))), []);
        let news = notices.look(of_one(&[9, 1, 2], &[5, 4, 3], None));
        let expected = ["To do: 3 checks", "2 checks are completed"];
        assert_eq!(titles(&news, Language::En), expected);
        assert!(said(&news, Language::En).iter().all(|(_, text)| text == "Nordvik"));
        assert_eq!(notices.look(of_one(&[9, 1, 2], &[5, 4, 3], None)), []);
    }

    #[test]
    fn what_was_settled_is_no_news_and_the_next_one_is() {
        let mut notices = Notices::default();
        notices.look(of_one(&[1, 2, 3], &[], None));
        assert_eq!(notices.look(of_one(&[], &[], None)), []);
        let news = notices.look(of_one(&[4], &[], None));
        assert_eq!(titles(&news, Language::Sv), ["Att göra: 1 referenstagning"]);
    }

    #[test]
    fn a_connection_that_breaks_is_named_with_what_to_do_and_another_reason_is_news() {
        let mut notices = Notices::default();
        notices.look(of_one(&[], &[], None));
        let news = notices.look(of_one(&[], &[], Some(Code::LevUnauthorized)));
        let [(title, text)] = &said(&news, Language::En)[..] else {
            panic!("one notification")
        };
        assert_eq!(title, "Nordvik: Lever did not accept the key");
        assert!(text.contains("Generate New Key"), "{text}");
        assert_eq!(notices.look(of_one(&[], &[], Some(Code::LevUnauthorized))), []);
        assert_eq!(notices.look(of_one(&[], &[], Some(Code::RefToken))).len(), 1);
    }

    #[test]
    fn what_comes_between_the_first_sight_of_a_connection_and_the_first_look_is_news() {
        let mut notices = Notices::default();
        notices.meet(id(), stands(&[], &[], None));
        notices.meet(id(), stands(&[1], &[], None));
        let news = notices.look(of_one(&[1], &[], None));
        assert_eq!(titles(&news, Language::En), ["To do: 1 check"]);
    }

    #[test]
    fn a_connection_that_is_added_or_removed_is_no_news() {
        let mut notices = Notices::default();
        assert_eq!(notices.look(Standings::new()), []);
        assert_eq!(notices.look(of_one(&[1, 2, 3, 4], &[5], None)), []);
        assert_eq!(notices.look(Standings::new()), []);
        assert_eq!(notices.look(of_one(&[1, 2, 3, 4], &[5], None)), []);
    }

    #[test]
    fn each_kind_can_be_switched_off_and_stays_known() {
        let mut notices = Notices::default();
        notices.look(of_one(&[], &[], None));
        let news = notices.look(of_one(&[1], &[2], Some(Code::RefToken)));
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
            notices.look(of_one(&[1], &[2], Some(Code::RefToken))),
            [],
            "it is known all the same"
        );
    }

    #[test]
    fn who_is_to_be_named_is_named_beside_the_connection() {
        let mut notices = Notices::default();
        notices.look(of_one(&[1], &[], None));
        let news = notices.look(of_one(&[4, 3, 2, 1], &[], None));
        let names = ["Kim Berg".to_owned(), "Åsa Öberg".to_owned()];
        let (title, text) = news[0].said(Language::En, &names);
        assert_eq!(
            (title.as_str(), text.as_str()),
            ("To do: 4 checks", "Nordvik: Kim Berg, Åsa Öberg and 1 more")
        );
        let (_, text) = news[0].said(Language::Sv, &[]);
        assert_eq!(text, "Nordvik");
    }

    #[test]
    fn a_check_that_is_completed_with_warnings_is_said_once_and_not_again_when_somebody_has_read_it() {
        let mut notices = Notices::default();
        notices.look(of_one(&[], &[], None));
        let news = notices.look(of_one(&[1], &[], None));
        assert_eq!(titles(&news, Language::En), ["To do: 1 check"]);
        assert_eq!(notices.look(of_one(&[], &[1], None)), []);
    }

    #[test]
    fn news_is_about_the_checks_that_caused_it_though_others_were_settled_meanwhile() {
        let mut notices = Notices::default();
        notices.look(of_one(&[7, 2, 1], &[6], None));
        // As many as before, and one of them is another; of the completed ones the newest was known.
        let news = notices.look(of_one(&[7, 3, 1], &[6, 5], None));
        let about: Vec<_> = news.iter().map(|news| news.checks().to_vec()).collect();
        assert_eq!(about, [checks(&[3]), checks(&[5])]);
    }
}
