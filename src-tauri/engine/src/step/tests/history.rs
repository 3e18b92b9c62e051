//! Random histories: what people, Lever, Refapp, the clock and bad luck do, and which step the engine takes next.
//!
//! Written to be read when one fails: small words, and numbers that always mean something.

use model::Status;
use proptest::prelude::*;

/// What the connection may do.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Setup {
    pub list_opportunities: bool,
    pub list_notes: bool,
    pub update_note: bool,
    pub acting_user: bool,
    /// Lever's webhooks never arrive; polling has to find what happened.
    pub deaf: bool,
    /// Lever tells of no stage change and no time of advancing, as of rows that were imported.
    pub bare: bool,
}

/// The article's key.
pub const TWELVE: Setup = Setup {
    list_opportunities: false,
    list_notes: false,
    update_note: false,
    acting_user: true,
    deaf: false,
    bare: false,
};

/// How a call ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    Well,
    /// Not a byte was sent.
    Unreachable,
    /// Carried out, and the answer was cut.
    Cut,
    /// Carried out, and a 5xx was answered.
    Lied,
    /// Not carried out, and a 5xx was answered.
    Down,
    /// 400.
    Refused,
    /// 403.
    Forbidden,
}

/// What Refapp tells of a start.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum News {
    Sending,
    Sent,
    PendingBare,
    Candidate,
    Referees,
    Answered,
    MoreReferees,
    Completed,
    Warned,
    Failed,
    Unheard,
}

/// Spans of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    Second,
    Minute,
    HalfHour,
    OverADay,
}

/// One thing that happens. `usize`s count candidates, jobs, deliveries, starts, checks, decisions or open steps; they
/// wrap.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Act {
    // In Lever.
    Enter(usize),
    Leave(usize),
    Archive(usize),
    Unarchive(usize),
    Anonymise(usize),
    Delete(usize),
    Confide(usize, bool),
    /// Whether there is an e-mail address.
    Reach(usize, bool),
    Apply(usize, Option<usize>),
    TagByHand(usize, Status),
    UntagByHand(usize),
    UnnoteByHand(usize),
    /// Whether the job's template tag names a template that lives; `None` = it has no tag.
    Template(usize, Option<bool>),
    /// Whether the job's owner has an e-mail address.
    Staff(usize, bool),
    // On the way.
    /// A webhook arrives; perhaps again, perhaps late.
    Hear(usize),
    Poll,
    Update(usize, News),
    // At our desk.
    Pause,
    Resume,
    Wait(Span),
    /// Our clock is set: minutes before or after Lever's.
    Clock(i64),
    /// A decision about a check: candidate, check, decision.
    Decide(usize, usize, usize),
    /// The engine takes one of the steps that are open.
    Turn(usize, Fate),
    /// It takes so many of them, and all goes well.
    Work(usize),
    Crash,
}

pub fn setups() -> impl Strategy<Value = Setup> {
    (any::<[bool; 5]>(), prop::bool::weighted(0.1)).prop_map(|(rights, bare)| {
        let [list_opportunities, list_notes, update_note, acting_user, deaf] = rights;
        Setup {
            list_opportunities,
            list_notes,
            update_note,
            acting_user,
            deaf: deaf && list_opportunities && !bare,
            bare,
        }
    })
}

fn fates() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Well),
        3 => Just(Fate::Unreachable),
        3 => Just(Fate::Cut),
        1 => Just(Fate::Lied),
        1 => Just(Fate::Down),
        1 => Just(Fate::Refused),
        1 => Just(Fate::Forbidden),
    ]
}

fn news() -> impl Strategy<Value = News> {
    use News::{
        Answered, Candidate, Completed, Failed, MoreReferees, PendingBare, Referees, Sending, Sent, Unheard, Warned,
    };
    prop::sample::select(vec![
        Sending,
        Sent,
        PendingBare,
        Candidate,
        Referees,
        Answered,
        MoreReferees,
        Completed,
        Warned,
        Failed,
        Unheard,
    ])
}

/// Two candidates and two jobs are enough to be confused.
pub fn acts() -> impl Strategy<Value = Vec<Act>> {
    let who = || 0..2_usize;
    let status = prop::sample::select(Status::TAGGED.to_vec());
    let lever = prop_oneof![
        6 => who().prop_map(Act::Enter),
        2 => who().prop_map(Act::Leave),
        1 => who().prop_map(Act::Archive),
        1 => who().prop_map(Act::Unarchive),
        1 => who().prop_map(Act::Anonymise),
        1 => who().prop_map(Act::Delete),
        1 => (who(), any::<bool>()).prop_map(|(who, is)| Act::Confide(who, is)),
        2 => (who(), any::<bool>()).prop_map(|(who, has)| Act::Reach(who, has)),
        2 => (who(), prop::option::weighted(0.8, who())).prop_map(|(who, job)| Act::Apply(who, job)),
        1 => (who(), status).prop_map(|(who, status)| Act::TagByHand(who, status)),
        1 => who().prop_map(Act::UntagByHand),
        1 => who().prop_map(Act::UnnoteByHand),
        1 => (who(), prop::option::of(any::<bool>())).prop_map(|(job, lives)| Act::Template(job, lives)),
        1 => (who(), any::<bool>()).prop_map(|(job, has)| Act::Staff(job, has)),
    ];
    let spans = prop_oneof![
        4 => Just(Span::Second),
        6 => Just(Span::Minute),
        2 => Just(Span::HalfHour),
        1 => Just(Span::OverADay),
    ];
    let desk = prop_oneof![
        8 => spans.prop_map(Act::Wait),
        1 => Just(Act::Pause),
        1 => Just(Act::Resume),
        1 => (-10..=10_i64).prop_map(Act::Clock),
        4 => (who(), 0..3_usize, 0..3_usize).prop_map(|(who, check, which)| Act::Decide(who, check, which)),
        2 => Just(Act::Crash),
    ];
    let act = prop_oneof![
        4 => lever,
        6 => (0..6_usize).prop_map(Act::Hear),
        1 => Just(Act::Poll),
        4 => (0..2_usize, news()).prop_map(|(start, news)| Act::Update(start, news)),
        4 => desk,
        // Most of the time the engine works; else nothing would ever get far.
        10 => (0..4_usize, fates()).prop_map(|(step, fate)| Act::Turn(step, fate)),
        8 => (1..9_usize).prop_map(Act::Work),
    ];
    prop::collection::vec(act, 0..90)
}
