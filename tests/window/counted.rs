//! Very many checks in all states, of which every number that the dashboard should show can be counted beside it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use end_to_end::window::{Home, file};
use model::{
    Check, Clock, DAY, EffectKey, HOUR, Millis, Phase, Progress, Reason, Status, TemplateId, WireStatus, derive,
};
use tempfile::TempDir;

/// As many as the budgets are for. That a program which is built for tests goes through them in time is
/// `[profile.dev.package]`'s doing, in `Cargo.toml`.
const CHECKS: u32 = 100_000;
const FIRST: [&str; 10] = [
    "Åsa",
    "Kim",
    "Björn",
    "Elisabeth",
    "José",
    "Hanna",
    "Viktor",
    "Tove",
    "Sofia",
    "Zoë",
];
const LAST: [&str; 10] = [
    "Öberg",
    "Berg",
    "Lindqvist",
    "Ekman",
    "Palm",
    "Lilja",
    "Andersson",
    "Ahlin",
    "Núñez",
    "Årman",
];
const POSTINGS: u32 = 400;
const TEMPLATES: u32 = 9;

/// Made once for all tests: the file takes longer to write than to copy.
static MADE: LazyLock<(TempDir, Vec<Check>)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let now = Clock::system().now();
    let checks: Vec<Check> = (0..CHECKS).map(|number| check(number, now)).collect();
    file::write(folder.path(), &checks);
    (folder, checks)
});

/// Puts them into a home, and returns them.
pub fn lay_in(home: &Home) -> &'static [Check] {
    let (folder, checks) = &*MADE;
    home.lay_in_copy(Path::new(folder.path()));
    checks
}

/// Three of ten wait for a person, one for its candidate, one for its referees; one failed, the others are completed.
/// None is older than two months: nothing is removed meanwhile. Half an hour off each full hour, so that no number
/// changes while a test looks at it.
fn check(number: u32, now: Millis) -> Check {
    let opportunity = format!("00000000-0000-4000-8000-{number:012}").as_str().into();
    let connection = file::connection();
    let (phase, status, remaining) = match number % 10 {
        0..3 => (Phase::Parked(Reason::NoContact), WireStatus::Sending, 0),
        3 => (Phase::Started, WireStatus::Pending, 2),
        4 => (Phase::Started, WireStatus::Pending, 0),
        5 => (Phase::Started, WireStatus::Failed, 0),
        _ => (Phase::Started, WireStatus::Completed, 0),
    };
    let over = matches!(status, WireStatus::Failed | WireStatus::Completed);
    // What runs has not run for long.
    let hours = if over {
        48 + number % 1_300
    } else {
        1 + number / 10 % 300
    };
    let entered_at = now.plus(-i64::from(hours) * HOUR - HOUR / 2);
    // A completed check took from one hour to two days.
    let took = if over { i64::from(1 + number / 7 % 47) * HOUR } else { 0 };
    let id = EffectKey::of(connection, &opportunity, None, "start", 1).check_id();
    let mut check = Check::new(
        id,
        connection,
        &opportunity,
        1,
        entered_at,
        phase,
        entered_at.plus(took),
    );
    check.posting = Some(format!("posting-{}", number / 10 % POSTINGS).as_str().into());
    check.posting_title = format!("Utvecklare {}", number / 10 % POSTINGS);
    let name = |names: &[&'static str], by: u32| names[(number / by) as usize % names.len()];
    check.candidate = format!("{} {} {number}", name(&FIRST, 3), name(&LAST, 10));
    check.owner = format!("{} {}", name(&FIRST, 17), name(&LAST, 29));
    check.template = Some((
        TemplateId(format!("t{}", number % TEMPLATES)),
        format!("Template {}", number % TEMPLATES),
    ));
    check.lever_url = Some(format!("https://hire.lever.co/candidates/{opportunity}"));
    check.progress = Progress {
        status,
        total: Some(3),
        remaining_to_submit: Some(remaining),
        completed: Some(if over { 3 } else { 0 }),
        warnings: match number % 100 {
            7 => BTreeSet::from(["same-ip-address".to_owned()]),
            _ => BTreeSet::new(),
        },
        ..Progress::default()
    };
    check
}

/// How many of them are so.
pub fn count(checks: &[Check], is: impl Fn(&Check) -> bool) -> usize {
    checks.iter().filter(|check| is(check)).count()
}

/// What a person sees.
pub fn status(check: &Check) -> Status {
    derive(check).0
}

/// Since when it has that status is so many days ago, or more.
pub fn is_old(check: &Check, days: i64) -> bool {
    Clock::system().now().since(check.status_since) >= days * DAY
}
