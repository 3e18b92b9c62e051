//! A connection's checks as the dashboard lists them: filtered, counted and ordered in memory.
//!
//! Any filter can go with any order and any place in the list, so no index of a database serves them all: with 100,000
//! checks a scan or a deep offset takes longer than a frame. Here one pass over some fifty bytes a check answers each of
//! them in the same time, and counts on the way. A listing is read when it is first asked for, from one covering index,
//! and then follows every commit ([`crate::Store::list`]); the database stays the only truth.
//!
//! Not here: the documents. Whoever shows rows reads those of one window.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use memchr::memmem::Finder;
use model::{
    Anchor, Asked, Check, CheckId, Head, Millis, PostingId, Sight, Sort, SortBy, Status, TemplateId, Took, Urgency,
};

use crate::fold::Folded;

/// A check, as far as it is searched, filtered and sorted by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    pub id: CheckId,
    pub status: Status,
    /// 0: needs action.
    pub urgency: u8,
    pub entered_at: Millis,
    pub active_at: Millis,
    pub since: Millis,
    pub candidate: String,
    pub posting: Option<String>,
    pub posting_title: String,
    pub owner: String,
    /// Its id and its name.
    pub template: Option<(String, String)>,
    pub warnings: u32,
}

impl Line {
    pub fn of(check: &Check, status: Status, urgency: u8) -> Self {
        Self {
            id: check.id,
            status,
            urgency,
            entered_at: check.entered_at,
            active_at: check.active_at,
            since: check.status_since,
            candidate: check.candidate.clone(),
            posting: check.posting.as_ref().map(|posting| posting.0.clone()),
            posting_title: check.posting_title.clone(),
            owner: check.owner.clone(),
            template: check.template.as_ref().map(|(id, name)| (id.0.clone(), name.clone())),
            warnings: u32::try_from(check.progress.warnings.len()).unwrap_or(u32::MAX),
        }
    }
}

/// What a question found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// How many match.
    pub total: u32,
    /// How many of each status would match, whichever statuses were asked for.
    pub counts: BTreeMap<Status, u32>,
    /// How many of those that match need action.
    pub needs_action: u32,
    pub head: Head,
    /// The place of the window's first.
    pub offset: u32,
    /// Those of the window, in their order.
    pub checks: Vec<CheckId>,
    /// The number of the last change that is followed here ([`model::Sight`]).
    pub change: u64,
}

/// What can be filtered by, each with how many checks have it – of those that all other parts of a filter let through: as
/// many as are listed once it is chosen alone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Choices {
    /// How many all of the filter lets through.
    pub total: u32,
    pub statuses: BTreeMap<Status, u32>,
    /// By title. One that was renamed is there under each title.
    pub postings: Vec<(PostingId, String, u32)>,
    pub owners: Vec<(String, u32)>,
    pub templates: Vec<(TemplateId, String, u32)>,
}

/// How long completed checks took.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Durations {
    /// `None`: there are none.
    pub all: Option<Took>,
    /// By template; `None`: no template was sent, so Refapp's own default.
    pub templates: Vec<(Option<(TemplateId, String)>, Took)>,
}

/// All checks of a connection.
#[derive(Default)]
pub(crate) struct Listing {
    /// The last that it follows.
    change: u64,
    entries: Vec<Entry>,
    /// At the same places.
    people: Vec<Person>,
    places: HashMap<CheckId, u32>,
    postings: Names,
    owners: Names,
    templates: Names,
}

/// What every pass reads, and nothing else: how long a pass takes is how much memory it goes through.
struct Entry {
    entered_at: Millis,
    active_at: Millis,
    since: Millis,
    /// The first eight bytes of the candidate's place among names.
    order: u64,
    posting: u32,
    owner: u32,
    template: u32,
    warnings: u32,
    status: Status,
    urgency: u8,
}

/// The rest of it.
struct Person {
    check: CheckId,
    candidate: Folded,
    /// Its last.
    change: u64,
}

/// Names that many checks share: each is kept once, and known by its number.
#[derive(Default)]
struct Names {
    all: Vec<Name>,
    /// By the text: of some with one text the ids tell.
    numbers: HashMap<String, Vec<u32>>,
}

struct Name {
    /// `None` of what has no id of its own, or is not there at all.
    id: Option<String>,
    text: String,
    folded: Folded,
}

impl Names {
    fn number(&mut self, id: Option<&str>, text: &str) -> u32 {
        let alike = self.numbers.get(text).map_or(&[][..], Vec::as_slice);
        let known = alike
            .iter()
            .find(|number| self.all[**number as usize].id.as_deref() == id);
        if let Some(number) = known {
            return *number;
        }
        let number = self::number(self.all.len());
        self.numbers.entry(text.to_owned()).or_default().push(number);
        self.all.push(Name {
            id: id.map(str::to_owned),
            text: text.to_owned(),
            folded: Folded::of(text),
        });
        number
    }

    fn each<T>(&self, of: impl FnMut(&Name) -> T) -> Vec<T> {
        self.all.iter().map(of).collect()
    }

    /// Each one's place in the order of the names.
    fn ranks(&self) -> Vec<u64> {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        order.sort_by_key(|number| {
            let name = &self.all[*number];
            (name.folded.order(), &name.text, &name.id)
        });
        let mut ranks = vec![0; order.len()];
        for (rank, number) in (0..).zip(order) {
            ranks[number] = rank;
        }
        ranks
    }
}

impl Listing {
    /// All that there is at this change.
    pub fn of(lines: impl IntoIterator<Item = Line>, change: u64) -> Self {
        let mut listing = Self::default();
        for line in lines {
            listing.put(&line, change);
        }
        listing.change = change;
        listing
    }

    /// A check is new or has changed.
    pub fn put(&mut self, line: &Line, change: u64) {
        self.change = change;
        let template = line.template.as_ref();
        let person = Person {
            check: line.id,
            candidate: Folded::of(&line.candidate),
            change,
        };
        let entry = Entry {
            status: line.status,
            urgency: line.urgency,
            entered_at: line.entered_at,
            active_at: line.active_at,
            since: line.since,
            order: beginning(person.candidate.order()),
            posting: self.postings.number(line.posting.as_deref(), &line.posting_title),
            owner: self.owners.number(None, &line.owner),
            template: self.templates.number(
                template.map(|(id, _)| id.as_str()),
                template.map_or("", |(_, name)| name),
            ),
            warnings: line.warnings,
        };
        match self.places.get(&line.id) {
            Some(place) => {
                self.entries[*place as usize] = entry;
                self.people[*place as usize] = person;
            }
            None => {
                self.places.insert(line.id, number(self.entries.len()));
                self.entries.push(entry);
                self.people.push(person);
            }
        }
    }

    /// A check is gone.
    pub fn remove(&mut self, id: CheckId) {
        let Some(place) = self.places.remove(&id) else { return };
        self.entries.swap_remove(place as usize);
        self.people.swap_remove(place as usize);
        if let Some(moved) = self.people.get(place as usize) {
            self.places.insert(moved.check, place);
        }
    }

    /// What matches; of it, in its order, `limit` checks from the place `offset` on – or from as many places before or
    /// after it as what the anchor holds has moved.
    pub fn find(&self, asked: &Asked, sort: Sort, offset: usize, limit: usize, anchor: Option<&Anchor>) -> Found {
        let test = Test::of(self, asked);
        let keys = Keys::of(self, sort.by, test.calls);
        let mut found = Found {
            change: self.change,
            ..Found::default()
        };
        let mut counts = [0; Status::ALL.len()];
        let mut matching: Vec<(u64, u32)> = Vec::with_capacity(self.entries.len());
        for (place, (entry, person)) in (0..).zip(self.entries.iter().zip(&self.people)) {
            if test.is_of_whom(entry) {
                count(&mut found.head, entry, test.calls);
            }
            if !test.lets_through(entry, person) {
                continue;
            }
            counts[entry.status as usize] += 1;
            if test.statuses[entry.status as usize] {
                found.needs_action += u32::from(entry.urgency == 0);
                matching.push((keys.of_entry(entry), place));
            }
        }
        found.total = number(matching.len());
        let counted = Status::ALL.into_iter().map(|status| (status, counts[status as usize]));
        found.counts = counted.filter(|(_, many)| *many > 0).collect();
        let compare = |one: &(u64, u32), other: &(u64, u32)| {
            let order = one.0.cmp(&other.0);
            let order = order.then_with(|| self.break_tie(sort.by, one.1, other.1));
            if sort.descending { order.reverse() } else { order }
        };
        let held = anchor.and_then(|anchor| {
            anchor
                .checks
                .iter()
                .zip(anchor.place as usize..)
                .find_map(|(check, was)| {
                    let at = *self.places.get(check)?;
                    let (entry, person) = (&self.entries[at as usize], &self.people[at as usize]);
                    let listed = test.lets_through(entry, person) && test.statuses[entry.status as usize];
                    let held = (keys.of_entry(entry), at);
                    listed.then(|| {
                        (
                            was,
                            matching.iter().filter(|other| compare(other, &held).is_lt()).count(),
                        )
                    })
                })
        });
        let offset = held.map_or(offset, |(was, is)| (offset + is).saturating_sub(was));
        found.offset = number(offset);
        let window = slice(&mut matching, offset, limit, compare);
        let check = |(_, place): &(u64, u32)| self.people[*place as usize].check;
        found.checks = window.iter().map(check).collect();
        found
    }

    /// How many match, and which of these do.
    pub fn among(&self, asked: &Asked, checks: &[CheckId]) -> (u32, Vec<CheckId>) {
        let test = Test::of(self, asked);
        let is_one = |place: usize| {
            let (entry, person) = (&self.entries[place], &self.people[place]);
            test.statuses[entry.status as usize] && test.lets_through(entry, person)
        };
        let many = (0..self.entries.len()).filter(|place| is_one(*place)).count();
        let mut those = checks.to_vec();
        those.retain(|check| self.places.get(check).is_some_and(|place| is_one(*place as usize)));
        (number(many), those)
    }

    fn break_tie(&self, by: SortBy, one: u32, other: u32) -> Ordering {
        let (one, other) = (&self.people[one as usize], &self.people[other as usize]);
        let names = match by {
            SortBy::Candidate => one.candidate.order().cmp(other.candidate.order()),
            _ => Ordering::Equal,
        };
        names.then_with(|| one.check.cmp(&other.check))
    }

    fn seen(&self, Sight { change, last }: Sight, calls: Calls) -> Seen {
        let Some(last) = last else { return Seen::All(change) };
        match self.places.get(&last).map(|place| *place as usize) {
            Some(place) if self.people[place].change <= change => {
                Seen::UpTo(change, (Keys::NeedsAction(calls).of_entry(&self.entries[place]), last))
            }
            _ => Seen::Nothing,
        }
    }

    /// One that the filter leaves no check is there all the same, as long as some check has it.
    pub fn choices(&self, asked: &Asked) -> Choices {
        let test = Test::of(self, asked);
        let (mut postings, mut owners, mut templates) = (
            vec![None; self.postings.all.len()],
            vec![None; self.owners.all.len()],
            vec![None; self.templates.all.len()],
        );
        let mut statuses = [0; Status::ALL.len()];
        let mut total = 0;
        for (entry, person) in self.entries.iter().zip(&self.people) {
            let in_rest = test.rest_lets_through(entry, person);
            let [of_status, of_posting, of_owner, of_template] = test.choices_let_through(entry);
            let count = |many: &mut Option<u32>, others: bool| {
                *many.get_or_insert(0) += u32::from(in_rest && others);
            };
            count(
                &mut postings[entry.posting as usize],
                of_status && of_owner && of_template,
            );
            count(
                &mut owners[entry.owner as usize],
                of_status && of_posting && of_template,
            );
            count(
                &mut templates[entry.template as usize],
                of_status && of_posting && of_owner,
            );
            let of_others = in_rest && of_posting && of_owner && of_template;
            statuses[entry.status as usize] += u32::from(of_others);
            total += u32::from(of_others && of_status);
        }
        let owners = ordered(&self.owners, &owners).filter(|(name, _)| !name.text.is_empty());
        let counted = Status::ALL
            .into_iter()
            .map(|status| (status, statuses[status as usize]));
        Choices {
            total,
            statuses: counted.filter(|(_, many)| *many > 0).collect(),
            postings: ordered(&self.postings, &postings)
                .filter_map(|(name, many)| Some((name.id.clone()?.into(), name.text.clone(), many)))
                .collect(),
            owners: owners.map(|(name, many)| (name.text.clone(), many)).collect(),
            templates: ordered(&self.templates, &templates)
                .filter_map(|(name, many)| Some((name.id.clone()?.into(), name.text.clone(), many)))
                .collect(),
        }
    }

    /// By the template's name. One that was renamed is counted once, under the name that sorts last.
    pub fn durations(&self) -> Durations {
        let mut spans: BTreeMap<Option<&str>, (u32, Vec<i64>)> = BTreeMap::new();
        let ranks = self.templates.ranks();
        let completed = |entry: &&Entry| entry.status == Status::Completed && entry.since >= entry.entered_at;
        for entry in self.entries.iter().filter(completed) {
            let id = self.templates.all[entry.template as usize].id.as_deref();
            let (name, of_template) = spans.entry(id).or_insert((entry.template, Vec::new()));
            if ranks[entry.template as usize] > ranks[*name as usize] {
                *name = entry.template;
            }
            of_template.push(entry.since.since(entry.entered_at));
        }
        let mut durations: Vec<_> = spans.into_values().collect();
        durations.sort_by_key(|(name, _)| ranks[*name as usize]);
        let all = durations.iter().flat_map(|(_, spans)| spans).copied().collect();
        let of_template = |(name, spans): (u32, Vec<i64>)| {
            let name = &self.templates.all[name as usize];
            let template = name.id.clone().map(|id| (id.into(), name.text.clone()));
            Some((template, took(spans)?))
        };
        Durations {
            all: took(all),
            templates: durations.into_iter().filter_map(of_template).collect(),
        }
    }
}

fn took(mut spans: Vec<i64>) -> Option<Took> {
    spans.sort_unstable();
    (!spans.is_empty()).then(|| Took {
        completed: number(spans.len()),
        median: quantile(&spans, 2),
        lower: quantile(&spans, 1),
        upper: quantile(&spans, 3),
    })
}

/// The names that some check has, with how many, in their order.
fn ordered<'n>(names: &'n Names, many: &[Option<u32>]) -> impl Iterator<Item = (&'n Name, u32)> + use<'n> {
    let counted = names.all.iter().zip(many);
    let mut there: Vec<_> = counted.filter_map(|(name, many)| Some((name, (*many)?))).collect();
    there.sort_by(|(one, _), (other, _)| {
        let by = |name: &'n Name| (name.folded.order(), &name.text, &name.id);
        by(one).cmp(&by(other))
    });
    there.into_iter()
}

/// So many quarters of the sorted spans are no longer than this: the nearest rank, so always one that was seen.
fn quantile(spans: &[i64], quarters: usize) -> i64 {
    let rank = (spans.len() * quarters).div_ceil(4).max(1);
    spans.get(rank - 1).copied().unwrap_or_default()
}

/// The elements that would be at `offset..offset + limit` if all were sorted; only these are.
fn slice<T>(all: &mut [T], offset: usize, limit: usize, compare: impl Fn(&T, &T) -> Ordering) -> &mut [T] {
    if offset >= all.len() || limit == 0 {
        return &mut [];
    }
    if offset > 0 {
        all.select_nth_unstable_by(offset, &compare);
    }
    let rest = &mut all[offset..];
    let many = limit.min(rest.len());
    if many < rest.len() {
        rest.select_nth_unstable_by(many, &compare);
    }
    let window = &mut rest[..many];
    window.sort_unstable_by(compare);
    window
}

/// How an order makes the number by which checks are compared; only where it is alike is more looked at.
enum Keys {
    NeedsAction(Calls),
    Candidate,
    Posting(Vec<u64>),
    Status,
    Since,
    Activity,
    Template(Vec<u64>),
    Owner(Vec<u64>),
    Warnings,
}

impl Keys {
    fn of(listing: &Listing, by: SortBy, calls: Calls) -> Self {
        match by {
            SortBy::NeedsAction => Self::NeedsAction(calls),
            SortBy::Candidate => Self::Candidate,
            SortBy::Posting => Self::Posting(listing.postings.ranks()),
            SortBy::Status => Self::Status,
            SortBy::Since => Self::Since,
            SortBy::Activity => Self::Activity,
            SortBy::Template => Self::Template(listing.templates.ranks()),
            SortBy::Owner => Self::Owner(listing.owners.ranks()),
            SortBy::Warnings => Self::Warnings,
        }
    }

    fn of_entry(&self, entry: &Entry) -> u64 {
        let older_first = |first: u64| packed(first, entry.entered_at);
        match self {
            Self::NeedsAction(calls) => older_first(place(entry, *calls)),
            Self::Candidate => entry.order,
            Self::Posting(ranks) => older_first(ranks[entry.posting as usize]),
            Self::Status => packed(entry.status as u64, entry.since),
            Self::Since => packed(0, entry.since),
            Self::Activity => packed(0, entry.active_at),
            Self::Template(ranks) => older_first(ranks[entry.template as usize]),
            Self::Owner(ranks) => older_first(ranks[entry.owner as usize]),
            Self::Warnings => older_first(entry.warnings.into()),
        }
    }
}

/// Since when at the latest each status has lasted, by its number, if only a call brings the check on.
type Calls = [Option<Millis>; Status::ALL.len()];

impl Entry {
    fn is_to_call(&self, calls: Calls) -> bool {
        self.urgency < Urgency::IsOver as u8 && calls[self.status as usize].is_some_and(|at| self.since <= at)
    }

    fn needs_action(&self) -> bool {
        self.urgency == Urgency::NeedsAction as u8
    }

    /// Nothing of it waits: what there is to do is to read how it ended.
    fn has_ended(&self) -> bool {
        matches!(self.status, Status::Completed | Status::Failed)
    }
}

/// The place in the first order: to decide, to call, to read, then as urgent as it is.
fn place(entry: &Entry, calls: Calls) -> u64 {
    match (entry.needs_action(), entry.has_ended()) {
        (true, false) => 0,
        (true, true) => 2,
        (false, _) if entry.is_to_call(calls) => 1,
        (false, _) => 2 + u64::from(entry.urgency),
    }
}

fn count(head: &mut Head, entry: &Entry, calls: Calls) {
    let completed = entry.status == Status::Completed;
    let without_report = matches!(entry.status, Status::Failed | Status::Skipped);
    head.needs_action += u32::from(entry.needs_action());
    head.to_call += u32::from(entry.is_to_call(calls));
    head.running += u32::from(entry.urgency == Urgency::Runs as u8);
    head.completed += u32::from(completed);
    head.to_read += u32::from(completed && entry.needs_action());
    head.without_report += u32::from(without_report);
    head.without_report_to_read += u32::from(without_report && entry.needs_action());
}

/// Bits of a moment: milliseconds until the year 2109.
const MOMENT: u32 = 42;

/// A number that is compared like `first`, and then like the moment.
fn packed(first: u64, at: Millis) -> u64 {
    let moment = at.0.clamp(0, (1 << MOMENT) - 1).unsigned_abs();
    first.min((1 << (64 - MOMENT)) - 1) << MOMENT | moment
}

/// A number that is compared like the first eight bytes of a text.
fn beginning(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let many = text.len().min(8);
    bytes[..many].copy_from_slice(&text.as_bytes()[..many]);
    u64::from_be_bytes(bytes)
}

fn number(many: usize) -> u32 {
    u32::try_from(many).unwrap_or_else(|_| unreachable!("more than fit into memory"))
}

/// A filter, with all settled that does not depend on the single check.
struct Test<'a> {
    asked: &'a Asked,
    words: Vec<Word>,
    /// By their numbers.
    statuses: [bool; Status::ALL.len()],
    late: Option<[Option<Millis>; Status::ALL.len()]>,
    calls: Calls,
    /// Whose, by their numbers, if only one's own are asked for.
    whose: Option<Vec<bool>>,
    /// By their numbers; `None` lets all through.
    postings: Option<Vec<bool>>,
    owners: Option<Vec<bool>>,
    templates: Option<Vec<bool>>,
    seen: Seen,
}

/// What was seen of it ([`Sight`]).
enum Seen {
    /// It is asked for as it is.
    AsItIs,
    /// What has not changed since this change.
    All(u64),
    /// Of that, what is not after this one in the first order.
    UpTo(u64, (u64, CheckId)),
    /// Where the last that was seen has changed, nobody can tell any more what else was.
    Nothing,
}

/// A word that is looked for, and in which of the shared names it is.
struct Word {
    finder: Finder<'static>,
    postings: Vec<bool>,
    owners: Vec<bool>,
}

impl<'a> Test<'a> {
    fn of(listing: &Listing, asked: &'a Asked) -> Self {
        let filter = &asked.filter;
        let text = Folded::of(&filter.text);
        let word = |word: &str| {
            let finder = Finder::new(word).into_owned();
            let holds = |name: &Name| finder.find(name.folded.plain.as_bytes()).is_some();
            Word {
                postings: listing.postings.each(holds),
                owners: listing.owners.each(holds),
                finder,
            }
        };
        let among = |ids: &BTreeSet<String>, name: &Name| name.id.as_ref().is_some_and(|id| ids.contains(id));
        let ids = |ids: Vec<&String>| ids.into_iter().cloned().collect::<BTreeSet<String>>();
        let postings = ids(filter.postings.iter().map(|id| &id.0).collect());
        let templates = ids(filter.templates.iter().map(|id| &id.0).collect());
        let calls = Status::ALL.map(|status| asked.calls.get(&status).copied());
        let mine = |name: &Name| asked.me.as_ref() == Some(&name.text);
        Self {
            words: text.plain.split_whitespace().map(word).collect(),
            statuses: Status::ALL.map(|status| filter.statuses.is_empty() || filter.statuses.contains(&status)),
            late: asked
                .late
                .as_ref()
                .map(|late| Status::ALL.map(|status| late.get(&status).copied())),
            calls,
            seen: asked.sight.map_or(Seen::AsItIs, |sight| listing.seen(sight, calls)),
            whose: filter.mine.then(|| listing.owners.each(mine)),
            postings: (!postings.is_empty()).then(|| listing.postings.each(|name| among(&postings, name))),
            owners: (!filter.owners.is_empty()).then(|| listing.owners.each(|name| filter.owners.contains(&name.text))),
            templates: (!templates.is_empty()).then(|| listing.templates.each(|name| among(&templates, name))),
            asked,
        }
    }

    fn was_seen(&self, entry: &Entry, person: &Person) -> bool {
        match self.seen {
            Seen::AsItIs => true,
            Seen::All(change) => person.change <= change,
            Seen::UpTo(change, last) => {
                person.change <= change && (Keys::NeedsAction(self.calls).of_entry(entry), person.check) <= last
            }
            Seen::Nothing => false,
        }
    }

    fn is_of_whom(&self, entry: &Entry) -> bool {
        self.whose.as_ref().is_none_or(|whose| whose[entry.owner as usize])
    }

    /// Whether all parts of the filter but the statuses let it through.
    fn lets_through(&self, entry: &Entry, person: &Person) -> bool {
        let [_, of_posting, of_owner, of_template] = self.choices_let_through(entry);
        of_posting && of_owner && of_template && self.rest_lets_through(entry, person)
    }

    /// Whether the statuses, the postings, the owners and the templates that were chosen do, each.
    fn choices_let_through(&self, entry: &Entry) -> [bool; 4] {
        let one_of = |among: &Option<Vec<bool>>, number: u32| among.as_ref().is_none_or(|among| among[number as usize]);
        [
            self.statuses[entry.status as usize],
            one_of(&self.postings, entry.posting),
            one_of(&self.owners, entry.owner),
            one_of(&self.templates, entry.template),
        ]
    }

    /// Whether all other parts do.
    fn rest_lets_through(&self, entry: &Entry, person: &Person) -> bool {
        let (asked, filter) = (self.asked, &self.asked.filter);
        let is_late = || match &self.late {
            None => true,
            // What is over waits for nobody.
            Some(late) => {
                entry.urgency < Urgency::IsOver as u8 && late[entry.status as usize].is_some_and(|at| entry.since <= at)
            }
        };
        self.is_of_whom(entry)
            && (!filter.needs_action || entry.needs_action())
            && (!filter.running || entry.urgency == Urgency::Runs as u8)
            && (!filter.to_call || entry.is_to_call(self.calls))
            && (!filter.warnings || entry.warnings > 0)
            && asked.from.is_none_or(|from| entry.since >= from)
            && asked.until.is_none_or(|until| entry.since <= until)
            && is_late()
            && self.was_seen(entry, person)
            && !asked.but.contains(&person.check)
            && self.words.iter().all(|word| {
                word.postings[entry.posting as usize]
                    || word.owners[entry.owner as usize]
                    || word.finder.find(person.candidate.plain.as_bytes()).is_some()
            })
    }
}

#[cfg(test)]
mod tests {
    use model::{Filter, HOUR};
    use proptest::prelude::*;

    use super::*;

    const CANDIDATES: [&str; 6] = [
        "Kim Berg",
        "Åsa Öberg",
        "Asa Oberg",
        "Elisabeth Ahl",
        "Elisabeth Ähl",
        "",
    ];
    const OWNERS: [&str; 3] = ["Åsa Öberg", "Sam Bergström", ""];

    fn line() -> impl Strategy<Value = Line> {
        let names = (0..CANDIDATES.len(), 0..3_usize, 0..OWNERS.len(), 0..3_usize);
        let times = (0..5_i64, 0..5_i64, 0..5_i64);
        let rest = (0..12_u128, 0..Status::ALL.len(), 0..3_u8, 0..3_u32);
        (names, times, rest).prop_map(|(names, times, rest)| Line {
            id: CheckId(uuid(rest.0)),
            status: Status::ALL[rest.1],
            urgency: rest.2,
            entered_at: Millis(times.0),
            active_at: Millis(times.1),
            since: Millis(times.2),
            candidate: CANDIDATES[names.0].to_owned(),
            posting: (names.1 > 0).then(|| format!("posting {}", names.1)),
            posting_title: ["", "Utvecklare", "Säljare"][names.1].to_owned(),
            owner: OWNERS[names.2].to_owned(),
            template: (names.3 > 0).then(|| (format!("t{}", names.3), format!("Template {}", names.3))),
            warnings: rest.3,
        })
    }

    fn uuid(number: u128) -> uuid::Uuid {
        uuid::Uuid::from_u128(number)
    }

    fn asked() -> impl Strategy<Value = Asked> {
        let words = prop::sample::select(vec!["", "", "berg", "ÅSA berg", "utveck", "ä", "zz"]);
        let one_of = |all: Vec<String>| prop::collection::btree_set(prop::sample::select(all), 0..2);
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let sets = (
            prop::collection::btree_set(prop::sample::select(Status::ALL.to_vec()), 0..3),
            one_of(texts(&["posting 1", "posting 2"])),
            one_of(texts(&OWNERS)),
            one_of(texts(&["t1", "t2"])),
        );
        let flags = (
            any::<bool>(),
            prop::bool::weighted(0.2),
            any::<bool>(),
            prop::option::of(0..5_i64),
            prop::option::of(0..5_i64),
            prop::bool::weighted(0.2),
            prop::bool::weighted(0.2),
        );
        (words, sets, flags).prop_map(|(text, sets, flags)| Asked {
            filter: Filter {
                text: text.to_owned(),
                statuses: sets.0,
                postings: sets.1.into_iter().map(PostingId::from).collect(),
                owners: sets.2,
                templates: sets.3.into_iter().map(TemplateId::from).collect(),
                needs_action: flags.0,
                running: flags.5,
                to_call: flags.6,
                mine: flags.1,
                warnings: flags.2,
                age: None,
                pace: None,
            },
            me: Some("Åsa Öberg".to_owned()),
            from: flags.3.map(Millis),
            until: None,
            late: flags
                .4
                .map(|at| BTreeMap::from([(Status::Sent, Millis(at)), (Status::Failed, Millis(i64::MAX))])),
            calls: BTreeMap::from([(Status::Sent, Millis(2)), (Status::WaitingForReferees, Millis(3))]),
            sight: None,
            but: BTreeSet::new(),
        })
    }

    /// What a filter means, said once more and slowly.
    fn matches(line: &Line, asked: &Asked) -> bool {
        let filter = &asked.filter;
        let fields = [&line.candidate, &line.posting_title, &line.owner].map(|text| Folded::of(text).plain);
        let words = Folded::of(&filter.text).plain;
        let among = |ids: Vec<&str>, id: Option<&str>| ids.is_empty() || id.is_some_and(|id| ids.contains(&id));
        words
            .split_whitespace()
            .all(|word| fields.iter().any(|field| field.contains(word)))
            && among(
                filter.postings.iter().map(PostingId::as_str).collect(),
                line.posting.as_deref(),
            )
            && among(filter.owners.iter().map(String::as_str).collect(), Some(&line.owner))
            && among(
                filter.templates.iter().map(TemplateId::as_str).collect(),
                line.template.as_ref().map(|(id, _)| id.as_str()),
            )
            && (!filter.mine || asked.me.as_ref() == Some(&line.owner))
            && (!filter.needs_action || line.urgency == 0)
            && (!filter.running || line.urgency == 1)
            && (!filter.to_call || is_to_call(line, asked))
            && (!filter.warnings || line.warnings > 0)
            && asked.from.is_none_or(|from| line.since >= from)
            && asked
                .late
                .as_ref()
                .is_none_or(|late| line.urgency < 2 && late.get(&line.status).is_some_and(|at| line.since <= *at))
    }

    fn is_to_call(line: &Line, asked: &Asked) -> bool {
        line.urgency < 2 && asked.calls.get(&line.status).is_some_and(|at| line.since <= *at)
    }

    /// What a person decides, whom to call, what to read, and the rest.
    fn rank(line: &Line, asked: &Asked) -> u8 {
        let ended = [Status::Completed, Status::Failed].contains(&line.status);
        let groups = [
            line.urgency == 0 && !ended,
            is_to_call(line, asked),
            line.urgency == 0,
            line.urgency == 1,
            true,
        ];
        (0..).zip(groups).find(|(_, is)| *is).map_or(9, |(rank, _)| rank)
    }

    fn compare(by: SortBy, one: &Line, other: &Line, asked: &Asked) -> Ordering {
        let text = |text: &str| Folded::of(text).order().to_owned();
        let older = || one.entered_at.cmp(&other.entered_at);
        let order = match by {
            SortBy::NeedsAction => rank(one, asked).cmp(&rank(other, asked)).then_with(older),
            SortBy::Candidate => text(&one.candidate).cmp(&text(&other.candidate)),
            SortBy::Posting => text(&one.posting_title)
                .cmp(&text(&other.posting_title))
                .then_with(older),
            SortBy::Status => one.status.cmp(&other.status).then_with(|| one.since.cmp(&other.since)),
            SortBy::Since => one.since.cmp(&other.since),
            SortBy::Activity => one.active_at.cmp(&other.active_at),
            SortBy::Template => one.template.cmp(&other.template).then_with(older),
            SortBy::Owner => text(&one.owner).cmp(&text(&other.owner)).then_with(older),
            SortBy::Warnings => one.warnings.cmp(&other.warnings).then_with(older),
        };
        order.then_with(|| one.id.cmp(&other.id))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn every_filter_and_order_gives_what_looking_at_each_check_would(
            lines in prop::collection::vec(line(), 0..40),
            gone in prop::collection::vec(0..12_u128, 0..4),
            asked in asked(),
            by in prop::sample::select(SortBy::ALL.to_vec()),
            descending in any::<bool>(),
            window in (0..14_usize, 0..14_usize),
        ) {
            // Of lines with one id the last one counts.
            let mut listing = Listing::of(lines.clone(), 1);
            let mut there: BTreeMap<CheckId, Line> = lines.into_iter().map(|line| (line.id, line)).collect();
            for id in gone {
                listing.remove(CheckId(uuid(id)));
                there.remove(&CheckId(uuid(id)));
            }
            let mine = |line: &&Line| !asked.filter.mine || asked.me.as_ref() == Some(&line.owner);
            let many = |of: &dyn Fn(&Line) -> bool| number(there.values().filter(mine).filter(|line| of(line)).count());
            let head = Head {
                needs_action: many(&|line| line.urgency == 0),
                to_call: many(&|line| is_to_call(line, &asked)),
                running: many(&|line| line.urgency == 1),
                completed: many(&|line| line.status == Status::Completed),
                to_read: many(&|line| line.status == Status::Completed && line.urgency == 0),
                without_report: many(&|line| [Status::Failed, Status::Skipped].contains(&line.status)),
                without_report_to_read: many(&|line| {
                    [Status::Failed, Status::Skipped].contains(&line.status) && line.urgency == 0
                }),
            };
            let mut expected: Vec<&Line> = there.values().filter(|line| matches(line, &asked)).collect();
            let mut counts = BTreeMap::new();
            expected.iter().for_each(|line| *counts.entry(line.status).or_default() += 1);
            let statuses = &asked.filter.statuses;
            expected.retain(|line| statuses.is_empty() || statuses.contains(&line.status));
            expected.sort_by(|one, other| {
                let order = compare(by, one, other, &asked);
                if descending { order.reverse() } else { order }
            });
            let found = listing.find(&asked, Sort { by, descending }, window.0, window.1, None);
            prop_assert_eq!(found.total as usize, expected.len());
            prop_assert_eq!(found.needs_action as usize, expected.iter().filter(|line| line.urgency == 0).count());
            prop_assert_eq!(found.counts, counts);
            prop_assert_eq!(found.head, head);
            prop_assert_eq!(listing.choices(&asked).total, found.total);
            let expected: Vec<_> = expected.iter().skip(window.0).take(window.1).map(|line| line.id).collect();
            prop_assert_eq!(found.checks, expected);
        }
    }

    proptest! {
        #[test]
        fn what_a_window_holds_stays_at_its_place_on_screen_whatever_comes_and_goes(
            lines in prop::collection::vec(line(), 1..40),
            gone in prop::collection::vec(0..12_u128, 0..6),
            come in prop::collection::vec(line(), 0..20),
            asked in asked(),
            by in prop::sample::select(SortBy::ALL.to_vec()),
            descending in any::<bool>(),
            (offset, place) in (0..6_usize, 0..6_usize),
        ) {
            let sort = Sort { by, descending };
            let mut listing = Listing::of(lines, 1);
            let before = listing.find(&asked, sort, 0, usize::MAX, None).checks;
            let held = before.iter().skip(offset + place).copied().collect();
            let anchor = Anchor { place: number(offset + place), checks: held };
            for id in gone {
                listing.remove(CheckId(uuid(id)));
            }
            come.iter().for_each(|line| listing.put(line, 2));
            let all = listing.find(&asked, sort, 0, usize::MAX, None).checks;
            let window = listing.find(&asked, sort, offset, usize::MAX, Some(&anchor));
            prop_assert_eq!(&window.checks[..], all.get(window.offset as usize..).unwrap_or_default());
            match anchor.checks.iter().find(|check| all.contains(check)) {
                // Nothing to hold on to.
                None => prop_assert_eq!(window.offset as usize, offset),
                Some(check) => {
                    let was = before.iter().position(|one| one == check).unwrap_or_default();
                    let is = all.iter().position(|one| one == check).unwrap_or_default();
                    // As far below the window's first as before, unless the list does not reach so far up.
                    prop_assert_eq!(window.offset as usize, (offset + is).saturating_sub(was));
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn what_was_seen_is_what_is_there_still_and_has_not_changed_since(
            lines in prop::collection::vec(line(), 0..40),
            come in prop::collection::vec(line(), 0..6),
            gone in prop::collection::vec(0..12_u128, 0..3),
            but in prop::collection::btree_set((0..12_u128).prop_map(|id| CheckId(uuid(id))), 0..3),
            most in 0..14_usize,
            asked in asked(),
        ) {
            let mut listing = Listing::of(lines, 7);
            let sort = Sort::default();
            let before = listing.find(&asked, sort, 0, most, None);
            let last = before.checks.last().copied().filter(|_| before.total as usize > most);
            for id in &gone {
                listing.remove(CheckId(uuid(*id)));
            }
            come.iter().for_each(|line| listing.put(line, 8));
            let changed = |check: &CheckId| {
                gone.iter().any(|id| CheckId(uuid(*id)) == *check) || come.iter().any(|line| line.id == *check)
            };
            let mut seen = before.checks.clone();
            seen.retain(|check| !changed(check) && !but.contains(check) && !last.is_some_and(|last| changed(&last)));
            // Of nothing that was looked at there is no last: whoever asks looks at one at least.
            prop_assume!(most > 0);
            let sight = Some(Sight { change: before.change, last });
            let still = Asked { sight, but, ..asked };
            prop_assert_eq!(&listing.find(&still, sort, 0, usize::MAX, None).checks, &seen);
            let (many, those) = listing.among(&still, &before.checks);
            prop_assert_eq!((many as usize, &those), (seen.len(), &seen));
        }
    }

    fn completed(number: u128, template: Option<&str>, hours: i64) -> Line {
        Line {
            id: CheckId(uuid(number)),
            status: Status::Completed,
            urgency: 2,
            entered_at: Millis(0),
            active_at: Millis(0),
            since: Millis(hours * HOUR),
            candidate: String::new(),
            posting: Some("p".to_owned()),
            posting_title: "Utvecklare".to_owned(),
            owner: "Sam".to_owned(),
            template: template.map(|id| (id.to_owned(), id.to_uppercase())),
            warnings: 0,
        }
    }

    #[test]
    fn durations_are_those_of_completed_checks_by_template() {
        let mut lines: Vec<Line> = (1..=9)
            .map(|hours| completed(hours, Some("a"), i64::try_from(hours).unwrap_or(0)))
            .collect();
        lines.push(completed(20, None, 5));
        lines.push(Line {
            status: Status::Sent,
            ..completed(21, Some("a"), 1_000)
        });
        let took = Listing::of(lines, 1).durations();
        let seen = |took: &Took| (took.completed, took.lower, took.median, took.upper);
        let by_template: Vec<_> = took.templates.iter().map(|(_, took)| seen(took)).collect();
        assert_eq!(
            by_template,
            [(1, 5 * HOUR, 5 * HOUR, 5 * HOUR), (9, 3 * HOUR, 5 * HOUR, 7 * HOUR)]
        );
        assert_eq!(took.templates[0].0, None);
        // One that took 5 hours beside those of 1 to 9.
        assert_eq!(took.all.as_ref().map(seen), Some((10, 3 * HOUR, 5 * HOUR, 7 * HOUR)));
        assert_eq!(Listing::default().durations(), Durations::default());
    }

    proptest! {
        #[test]
        fn beside_each_choice_stands_how_many_are_listed_once_it_is_chosen_alone(
            lines in prop::collection::vec(line(), 0..40),
            asked in asked(),
        ) {
            let listing = Listing::of(lines, 1);
            let choices = listing.choices(&asked);
            let listed = |change: &dyn Fn(&mut Filter)| {
                let mut alone = asked.clone();
                change(&mut alone.filter);
                listing.find(&alone, Sort::default(), 0, 0, None).total
            };
            for status in Status::ALL {
                let many = choices.statuses.get(&status).copied().unwrap_or_default();
                prop_assert_eq!(many, listed(&|filter| filter.statuses = BTreeSet::from([status])));
            }
            // Each stands there under each of its names.
            let of = |all: Vec<(String, u32)>| {
                let mut many = BTreeMap::<_, u32>::new();
                all.into_iter().for_each(|(id, checks)| *many.entry(id).or_default() += checks);
                many
            };
            for (id, many) in of(choices.postings.into_iter().map(|(id, _, many)| (id.0, many)).collect()) {
                prop_assert_eq!(many, listed(&|filter| filter.postings = BTreeSet::from([id.clone().into()])));
            }
            for (name, many) in choices.owners {
                prop_assert_eq!(many, listed(&|filter| filter.owners = BTreeSet::from([name.clone()])));
            }
            for (id, many) in of(choices.templates.into_iter().map(|(id, _, many)| (id.0, many)).collect()) {
                prop_assert_eq!(many, listed(&|filter| filter.templates = BTreeSet::from([id.clone().into()])));
            }
        }
    }

    #[test]
    fn choices_are_what_some_check_has_now() {
        let lines = [
            completed(1, Some("b"), 1),
            completed(2, Some("a"), 1),
            completed(3, None, 1),
        ];
        let mut listing = Listing::of(lines, 1);
        listing.remove(CheckId(uuid(1)));
        let choices = listing.choices(&Asked::default());
        assert_eq!(choices.owners, [("Sam".to_owned(), 2)]);
        assert_eq!(choices.postings, [("p".into(), "Utvecklare".to_owned(), 2)]);
        assert_eq!(choices.templates, [("a".into(), "A".to_owned(), 1)]);
    }
}
