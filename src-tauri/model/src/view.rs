//! Which checks a recruiter looks at, in which order, with which columns; and the views that keep such a choice.
//!
//! The lists of filters, sorts and columns are closed. What matches is the store's matter, what it is called the UI's.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::rhythm::{late_since, to_call_since};
use crate::{CheckId, Computer, DAY, Limits, Millis, Pace, PostingId, Status, TemplateId};

/// Which checks, and in which order.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Look {
    pub filter: Filter,
    pub sort: Sort,
}

/// A check is shown if each part lets it through. An empty part lets all through.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default, rename_all = "camelCase")]
#[ts(export)]
pub struct Filter {
    /// Words, each of which is somewhere in the name of the candidate, of the posting or of its owner. Case and accents
    /// do not matter.
    pub text: String,
    pub statuses: BTreeSet<Status>,
    /// A person has to act, and no candidate or referee.
    pub needs_action: bool,
    /// It goes on by itself: nobody here has to act, and it is not over.
    pub running: bool,
    /// A candidate or referee has kept the check waiting until only a call brings it on.
    pub to_call: bool,
    pub postings: BTreeSet<PostingId>,
    /// Owners of postings, by name.
    pub owners: BTreeSet<String>,
    /// The owner is who `Desk::me` says; nobody's, as long as it says nothing.
    pub mine: bool,
    pub templates: BTreeSet<TemplateId>,
    /// With at least one fraud or mismatch warning.
    pub warnings: bool,
    pub age: Option<Age>,
    /// At least as stale as this.
    pub pace: Option<Pace>,
}

/// What a window of the list holds where it is on screen, whatever changes above it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Anchor {
    /// Where the first of them was.
    pub place: u32,
    /// One after the other, as they were shown: the first that is still listed is held.
    pub checks: Vec<CheckId>,
}

/// What somebody saw of a list: what they order is for that, and for nothing that came or changed since.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Sight {
    /// The number of the last change that could be seen.
    #[ts(type = "number")]
    pub change: u64,
    /// The last check that was looked at, in the first order. `None`: all were.
    pub last: Option<CheckId>,
}

/// How many checks there are in all, whatever else is asked for; of one's own, if only those are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Head {
    pub needs_action: u32,
    /// A candidate or referee has kept them waiting until only a call brings them on: they run, and need no action here.
    pub to_call: u32,
    pub running: u32,
    pub completed: u32,
    /// Those completed that need action: their warnings are to be read.
    pub to_read: u32,
    /// Failed, or never started: with these, with those that run and with those completed all are counted that need no
    /// action.
    pub without_report: u32,
    /// Those of them that need action: why they failed is to be read.
    pub without_report_to_read: u32,
}

/// How long some checks took, from the stage to Completed, in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Took {
    pub completed: u32,
    #[ts(type = "number")]
    pub median: i64,
    /// A quarter of them took no longer.
    #[ts(type = "number")]
    pub lower: i64,
    /// Three quarters of them took no longer.
    #[ts(type = "number")]
    pub upper: i64,
}

/// How long a check has had its status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "age", rename_all = "kebab-case")]
#[ts(export)]
pub enum Age {
    /// For so many times 24 hours, or longer.
    AtLeast { days: u32 },
    /// Since Monday, by the clock on the wall, or shorter.
    ThisWeek,
}

/// The order. Checks that are alike in it follow one another by their ids, so that no row is on two pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Sort {
    pub by: SortBy,
    pub descending: bool,
}

/// What is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum SortBy {
    /// What a person has to decide, whom to call, what has ended and is to be read, then what runs, then what is over; in
    /// each the oldest first.
    #[default]
    NeedsAction,
    Candidate,
    Posting,
    Status,
    /// Since when it has its status.
    Since,
    Activity,
    Template,
    Owner,
    /// How many warnings.
    Warnings,
}

/// A column of the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Column {
    Candidate,
    Posting,
    Status,
    Answered,
    WaitingOn,
    Since,
    Activity,
    Template,
    Owner,
    Warnings,
    Links,
}

impl SortBy {
    /// The whole list.
    pub const ALL: [Self; 9] = [
        Self::NeedsAction,
        Self::Candidate,
        Self::Posting,
        Self::Status,
        Self::Since,
        Self::Activity,
        Self::Template,
        Self::Owner,
        Self::Warnings,
    ];
}

impl Column {
    /// The whole list, in the order in which they are shown at first.
    pub const ALL: [Self; 11] = [
        Self::Candidate,
        Self::Posting,
        Self::Status,
        Self::Answered,
        Self::WaitingOn,
        Self::Since,
        Self::Links,
        Self::Activity,
        Self::Template,
        Self::Owner,
        Self::Warnings,
    ];
}

/// A choice under a name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct View {
    pub name: ViewName,
    pub look: Look,
    /// Those shown, in their order. The candidate is always the first.
    pub columns: Vec<Column>,
}

/// A view's name: one of those that are always there, which the UI calls by a word of its own, or a person's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "name", rename_all = "kebab-case")]
#[ts(export)]
pub enum ViewName {
    /// “Mine” was a view until it went with each of them.
    #[serde(alias = "mine")]
    All,
    NeedsAction,
    ToCall,
    WaitingForCandidate,
    WaitingForReferees,
    CompletedThisWeek,
    Failed,
    Own(String),
}

impl ViewName {
    /// Those that are always there, in their order.
    pub const GIVEN: [Self; 7] = [
        Self::All,
        Self::NeedsAction,
        Self::ToCall,
        Self::WaitingForCandidate,
        Self::WaitingForReferees,
        Self::CompletedThisWeek,
        Self::Failed,
    ];

    /// What a given view shows; an own one begins with everything.
    fn look(&self) -> Look {
        let mut filter = Filter::default();
        let mut sort = Sort::default();
        match self {
            Self::All | Self::Own(_) => {}
            Self::NeedsAction => filter.needs_action = true,
            Self::ToCall => filter.to_call = true,
            Self::WaitingForCandidate => filter.statuses = BTreeSet::from([Status::WaitingForCandidate]),
            Self::WaitingForReferees => filter.statuses = BTreeSet::from([Status::WaitingForReferees]),
            Self::CompletedThisWeek => {
                filter.statuses = BTreeSet::from([Status::Completed]);
                filter.age = Some(Age::ThisWeek);
                sort = Sort {
                    by: SortBy::Since,
                    descending: true,
                };
            }
            Self::Failed => filter.statuses = BTreeSet::from([Status::Failed]),
        }
        Look { filter, sort }
    }
}

/// How the recruiter at this computer looks at the checks: all that a restart must not lose.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Desk {
    /// "I am …": a name as the owners of postings have it.
    pub me: Option<String>,
    /// The view that was last looked at.
    pub current: ViewName,
    /// Whether only one's own checks were: in whichever view.
    #[serde(default)]
    pub mine: bool,
    /// The given ones first, then own ones by name.
    pub views: Vec<View>,
    /// Beside the window.
    #[serde(default)]
    pub computer: Computer,
}

impl Default for Desk {
    fn default() -> Self {
        let given = |name: ViewName| View {
            look: name.look(),
            name,
            columns: Column::ALL.to_vec(),
        };
        Self {
            me: None,
            current: ViewName::All,
            mine: false,
            views: ViewName::GIVEN.into_iter().map(given).collect(),
            computer: Computer::default(),
        }
    }
}

/// The longest own name of a view, in characters.
const LONGEST: usize = 60;
/// How many own views there can be.
const MOST: usize = 100;

impl Desk {
    /// Keeps a view under its name, in place of one that has it. Of a given view the order and the columns are kept; what
    /// it shows is what its name says. `false`: the name cannot be one, or there are too many.
    #[must_use]
    pub fn keep(&mut self, mut view: View) -> bool {
        view.columns = in_order(view.columns);
        if let ViewName::Own(name) = &mut view.name {
            *name = name.trim().to_owned();
            let own = self.views.len() - ViewName::GIVEN.len();
            let known = self.views.iter().any(|known| known.name == view.name);
            let ViewName::Own(name) = &view.name else { return false };
            if name.is_empty() || name.chars().count() > LONGEST || (own >= MOST && !known) {
                return false;
            }
        } else {
            view.look.filter = view.name.look().filter;
        }
        self.put(view);
        true
    }

    /// Forgets an own view. A given one is as it was at first.
    pub fn forget(&mut self, name: &ViewName) {
        match name {
            ViewName::Own(_) => self.views.retain(|view| view.name != *name),
            _ => self.put(View {
                name: name.clone(),
                look: name.look(),
                columns: Column::ALL.to_vec(),
            }),
        }
        if !self.views.iter().any(|view| view.name == self.current) {
            self.current = ViewName::All;
        }
    }

    /// Looks at this view from now on. `false`: there is none of this name.
    #[must_use]
    pub fn turn_to(&mut self, name: ViewName) -> bool {
        let known = self.views.iter().any(|view| view.name == name);
        if known {
            self.current = name;
        }
        known
    }

    /// As it was stored by another version, which may have known other views: every given one is there once.
    #[must_use]
    pub fn made_whole(self) -> Self {
        let mut whole = Self {
            me: self.me,
            mine: self.mine,
            computer: self.computer,
            ..Self::default()
        };
        for view in self.views {
            // One whose name cannot be kept could not be shown either.
            let _ = whole.keep(view);
        }
        let _ = whole.turn_to(self.current);
        whole
    }

    fn put(&mut self, view: View) {
        match self.views.iter_mut().find(|known| known.name == view.name) {
            Some(known) => *known = view,
            None => self.views.push(view),
        }
        // Given ones are before all own ones, in the order of the list.
        self.views.sort_by(|one, other| one.name.cmp(&other.name));
    }
}

/// The candidate first, and none twice.
fn in_order(columns: Vec<Column>) -> Vec<Column> {
    let mut seen = BTreeSet::new();
    std::iter::once(Column::Candidate)
        .chain(columns)
        .filter(|column| seen.insert(*column))
        .collect()
}

/// A filter of which time and person are settled: what a list can be held against.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Asked {
    pub filter: Filter,
    /// Who `mine` is.
    pub me: Option<String>,
    /// Has had its status since this moment or later.
    pub from: Option<Millis>,
    /// Has had its status since this moment or earlier.
    pub until: Option<Millis>,
    /// By status, the same as `until`; a status that is not there does not match. `None`: none is asked for.
    pub late: Option<BTreeMap<Status, Millis>>,
    /// By status, since when at the latest a check has had it that only a call brings on. Whether or not it is asked for:
    /// it is counted, and has its place in the first order.
    pub calls: BTreeMap<Status, Millis>,
    /// As it was seen; `None`: as it is.
    pub sight: Option<Sight>,
    /// Not these.
    pub but: BTreeSet<CheckId>,
}

impl Filter {
    /// Settles what depends on the time and on who looks.
    pub fn asked(self, me: Option<String>, now: Millis, zone: &TimeZone, limits: &Limits) -> Asked {
        let (from, until) = match self.age {
            None => (None, None),
            Some(Age::AtLeast { days }) => (None, Some(now.plus(-DAY * i64::from(days)))),
            Some(Age::ThisWeek) => (Some(monday(now, zone)), None),
        };
        let late = self.pace.filter(|pace| *pace > Pace::Fresh);
        Asked {
            late: late.map(|pace| late_since(pace, now, zone, limits)),
            calls: to_call_since(now, zone, limits),
            filter: self,
            me,
            from,
            until,
            sight: None,
            but: BTreeSet::new(),
        }
    }
}

/// The start of the week.
fn monday(now: Millis, zone: &TimeZone) -> Millis {
    let start = || {
        let today = Timestamp::from_millisecond(now.0).ok()?.to_zoned(zone.clone()).date();
        let days = i64::from(today.weekday().since(Weekday::Monday));
        let monday = today.checked_sub(days.days()).ok()?.to_zoned(zone.clone()).ok()?;
        Some(Millis(monday.timestamp().as_millisecond()))
    };
    // A time beyond any calendar: nothing is of this week.
    start().unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(name: &str) -> View {
        View {
            name: ViewName::Own(name.to_owned()),
            look: Look {
                filter: Filter {
                    mine: true,
                    ..Filter::default()
                },
                sort: Sort::default(),
            },
            columns: vec![Column::Owner, Column::Candidate, Column::Owner],
        }
    }

    #[test]
    fn own_views_are_kept_by_name_and_columns_begin_with_the_candidate() {
        let mut desk = Desk::default();
        assert!(desk.keep(own(" Nordics ")));
        assert!(desk.keep(own("Nordics")));
        let [view] = &desk.views[ViewName::GIVEN.len()..] else {
            panic!("one own view: {:?}", desk.views)
        };
        assert_eq!(view.name, ViewName::Own("Nordics".to_owned()));
        assert_eq!(view.columns, [Column::Candidate, Column::Owner]);
        assert!(!desk.keep(own("  ")) && !desk.keep(own(&"x".repeat(61))));
        assert!(desk.turn_to(view_name("Nordics")));
        desk.forget(&view_name("Nordics"));
        assert_eq!((desk.current.clone(), desk.views.len()), (ViewName::All, 7));
        assert!(!desk.turn_to(view_name("Nordics")));
    }

    fn view_name(name: &str) -> ViewName {
        ViewName::Own(name.to_owned())
    }

    #[test]
    fn a_given_view_keeps_its_columns_and_order_and_never_another_filter() {
        let mut desk = Desk::default();
        let mut view = own("x");
        view.name = ViewName::Failed;
        view.look.sort.descending = true;
        assert!(desk.keep(view));
        let failed = desk.views.iter().find(|view| view.name == ViewName::Failed);
        let failed = failed.cloned().unwrap_or_else(|| panic!("it is given"));
        assert_eq!(failed.look.filter, ViewName::Failed.look().filter);
        assert!(failed.look.sort.descending);
        assert_eq!(failed.columns, [Column::Candidate, Column::Owner]);
        desk.forget(&ViewName::Failed);
        assert_eq!(desk, Desk::default());
    }

    #[test]
    fn what_another_version_stored_is_made_whole() {
        let mut desk = Desk::default();
        assert!(desk.keep(own("Nordics")) && desk.turn_to(view_name("Nordics")));
        let mut stored = desk.clone();
        stored.views.retain(|view| view.name != ViewName::ToCall);
        assert_eq!(stored.made_whole(), desk);
    }

    #[test]
    fn what_was_stored_while_mine_was_a_view_is_read() {
        let mut stored = serde_json::to_value(Desk::default()).unwrap_or_else(|error| panic!("{error}"));
        stored["current"] = serde_json::json!({ "kind": "mine" });
        let mut mine = stored["views"][0].clone();
        mine["name"] = serde_json::json!({ "kind": "mine" });
        mine["look"]["filter"]["mine"] = serde_json::json!(true);
        let views = stored["views"].as_array_mut().unwrap_or_else(|| panic!("a list"));
        views.insert(1, mine);
        let desk: Desk = serde_json::from_value(stored).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(desk.made_whole(), Desk::default());
    }

    #[test]
    fn a_week_begins_on_monday_by_the_clock_on_the_wall() {
        let zone = TimeZone::get("Europe/Stockholm").unwrap_or_else(|error| panic!("{error}"));
        let at = |text: &str| {
            let time: Timestamp = text.parse().unwrap_or_else(|error| panic!("{error}"));
            Millis(time.as_millisecond())
        };
        // Thursday, and the first minute of a Monday: 23:00 UTC on Sunday.
        assert_eq!(monday(at("2026-11-26T12:00:00Z"), &zone), at("2026-11-22T23:00:00Z"));
        assert_eq!(monday(at("2026-11-22T23:00:30Z"), &zone), at("2026-11-22T23:00:00Z"));
        assert_eq!(monday(at("2026-11-22T22:59:59Z"), &zone), at("2026-11-15T23:00:00Z"));
    }
}
