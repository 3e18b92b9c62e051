//! The budget of the dashboard's window (`reliability.md`, Budgets): 100 rows out of 100,000 checks, by every order and
//! filter of the closed lists, at the beginning, in the middle and at the end, while 100 changes a second are committed.
//!
//! `cargo xtask bench window` runs it. It prints; it judges nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use model::{
    Age, Check, ConnectionId, DAY, EffectKey, Filter, HOUR, Limits, Millis, Pace, Phase, Progress, Reason, Sort,
    SortBy, Status, TemplateId, WireStatus, Written,
};
use rustix::time::{ClockId, clock_gettime};
use store::{Error, Store};

const CHECKS: u32 = 100_000;
const ROWS: u32 = 100;
/// Between two changes: 100 a second.
const BEAT: Duration = Duration::from_millis(10);
const NOW: Millis = Millis(1_795_000_000_000);

const FIRST: [&str; 12] = [
    "Åsa",
    "Kim",
    "Björn",
    "Elisabeth",
    "José",
    "Hanna",
    "Viktor",
    "Tove",
    "Sofia",
    "Ødegaard",
    "Zoë",
    "Mats",
];
const LAST: [&str; 12] = [
    "Öberg",
    "Berg",
    "Lindqvist",
    "Ekman",
    "Palm",
    "Lilja",
    "Andersson",
    "Ahlin",
    "Bergström",
    "Núñez",
    "Smith",
    "Årman",
];

fn check(connection: ConnectionId, number: u32, turn: u32) -> Check {
    let opportunity = format!("00000000-0000-4000-8000-{number:012}").as_str().into();
    let pick = |names: &[&str], by: u32| names[(number / by) as usize % names.len()].to_owned();
    let at = NOW.plus(-i64::from(number % 4_000) * HOUR);
    let (phase, status) = match (number + turn) % 20 {
        0 => (Phase::Parked(Reason::NoContact), WireStatus::Sending),
        1 => (Phase::Started, WireStatus::Failed),
        2..=6 => (Phase::Started, WireStatus::Pending),
        7 => (Phase::Started, WireStatus::Sent),
        _ => (Phase::Started, WireStatus::Completed),
    };
    Check {
        id: EffectKey::of(connection, &opportunity, None, "start", 1).check_id(),
        connection,
        posting: Some(format!("posting-{}", number % 400).as_str().into()),
        ordinal: 1,
        entered_at: at,
        phase,
        status_since: at.plus(DAY),
        by_person: false,
        result: None,
        progress: Progress {
            status,
            total: Some(3),
            remaining_to_submit: Some(number % 2),
            completed: Some(1),
            declined: None,
            warnings: if number.is_multiple_of(50) {
                BTreeSet::from(["same-ip".to_owned()])
            } else {
                BTreeSet::new()
            },
            report_url: Some("https://app.refapp.com/report/0123456789".to_owned()),
            candidate_url: Some("https://app.refapp.com/candidate/0123456789".to_owned()),
        },
        candidate: format!("{} {} {number}", pick(&FIRST, 1), pick(&LAST, 12)),
        posting_title: format!("Utvecklare {}", number % 400),
        owner: format!("{} {}", pick(&FIRST, 7), pick(&LAST, 5)),
        template: Some((
            TemplateId(format!("t{}", number % 9)),
            format!("Template {}", number % 9),
        )),
        coverage: None,
        lever_url: Some(format!("https://hire.lever.co/candidates/{opportunity}")),
        created_at: at,
        active_at: at.plus(2 * DAY),
        heard_at: None,
        badges: BTreeSet::new(),
        written: Written::default(),
        superseded: false,
        hitch: None,
        effects: 4,
        opportunity,
    }
}

fn filters() -> Vec<(&'static str, Filter)> {
    let text = |text: &str| Filter {
        text: text.to_owned(),
        ..Filter::default()
    };
    vec![
        ("none", Filter::default()),
        ("text a", text("a")),
        ("text berg", text("berg")),
        ("text asa oberg utv", text("asa oberg utv")),
        ("text nobody", text("nobody at all")),
        (
            "status completed",
            Filter {
                statuses: BTreeSet::from([Status::Completed]),
                ..Filter::default()
            },
        ),
        (
            "needs action",
            Filter {
                needs_action: true,
                ..Filter::default()
            },
        ),
        (
            "posting",
            Filter {
                postings: BTreeSet::from(["posting-7".into()]),
                ..Filter::default()
            },
        ),
        (
            "owner",
            Filter {
                owners: BTreeSet::from(["Kim Berg".to_owned()]),
                ..Filter::default()
            },
        ),
        (
            "mine",
            Filter {
                mine: true,
                ..Filter::default()
            },
        ),
        (
            "template",
            Filter {
                templates: BTreeSet::from(["t3".into()]),
                ..Filter::default()
            },
        ),
        (
            "warnings",
            Filter {
                warnings: true,
                ..Filter::default()
            },
        ),
        (
            "age",
            Filter {
                age: Some(Age::AtLeast { days: 7 }),
                ..Filter::default()
            },
        ),
        (
            "pace",
            Filter {
                pace: Some(Pace::Red),
                ..Filter::default()
            },
        ),
    ]
}

fn main() -> Result<(), Error> {
    let dir = tempfile::tempdir()?;
    let store = Store::open(dir.path(), NOW)?;
    let connection = ConnectionId::of("bench");
    let numbers: Vec<u32> = (0..CHECKS).collect();
    for batch in numbers.chunks(5_000) {
        store.write(|tx| {
            batch
                .iter()
                .try_for_each(|number| tx.put_check(&check(connection, *number, 0), None))
        })?;
    }
    let (begun, worked) = (Instant::now(), cpu());
    store.list(
        connection,
        &Filter::default().asked(None, NOW, &TimeZone::UTC, &Limits::default()),
        Sort::default(),
        0,
        1,
    )?;
    println!(
        "{CHECKS} checks; the listing read in {:.2?}, of which {:.2?} of the processor",
        begun.elapsed(),
        cpu() - worked
    );

    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let changes = scope.spawn(|| {
            let (mut turn, begun) = (0_u32, Instant::now());
            while !over.load(Ordering::Relaxed) {
                turn += 1;
                let number = turn.wrapping_mul(2_654_435_761) % CHECKS;
                store.write(|tx| tx.put_check(&check(connection, number, turn), None))?;
                thread::sleep((begun + BEAT * turn).saturating_duration_since(Instant::now()));
            }
            Ok::<_, Error>(f64::from(turn) / begun.elapsed().as_secs_f64())
        });
        let measured = measure(&store, connection);
        over.store(true, Ordering::Relaxed);
        let rate = changes.join().unwrap_or_else(|_| std::process::exit(1))?;
        println!("with {rate:.0} changes a second meanwhile");
        measured
    })
}

fn measure(store: &Store, connection: ConnectionId) -> Result<(), Error> {
    let mut all = Vec::new();
    let mut by_filter: BTreeMap<&str, Vec<Took>> = BTreeMap::new();
    let mut by_sort: BTreeMap<String, Vec<Took>> = BTreeMap::new();
    for (name, filter) in filters() {
        for by in SortBy::ALL {
            for descending in [false, true] {
                let mut total = ROWS;
                for place in 0..9 {
                    let (begun, worked) = (Instant::now(), cpu());
                    let asked =
                        filter
                            .clone()
                            .asked(Some("Kim Berg".to_owned()), NOW, &TimeZone::UTC, &Limits::default());
                    let offset = total.saturating_sub(ROWS) / 8 * place;
                    let found = store.list(connection, &asked, Sort { by, descending }, offset, ROWS)?;
                    let rows = store.look(|tx| tx.checks(&found.checks))?;
                    let took = (begun.elapsed(), cpu() - worked);
                    assert!(rows.len() <= ROWS as usize);
                    total = found.total;
                    all.push(took);
                    by_filter.entry(name).or_default().push(took);
                    by_sort.entry(format!("{by:?}")).or_default().push(took);
                    thread::sleep(Duration::from_millis(2));
                }
            }
        }
    }
    for (what, took) in by_filter {
        print("filter", what, took);
    }
    for (what, took) in by_sort {
        print("sort", &what, took);
    }
    print("all", "", all);
    Ok(())
}

/// On the clock on the wall, and of the processor: on a machine that others use, too, only the second one tells.
type Took = (Duration, Duration);

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

fn print(kind: &str, what: &str, took: Vec<Took>) {
    let (mut wall, mut cpu): (Vec<Duration>, Vec<Duration>) = took.into_iter().unzip();
    let quantiles = |took: &mut Vec<Duration>| {
        took.sort_unstable();
        let at = |hundredths: usize| took[(took.len() * hundredths / 100).min(took.len() - 1)];
        format!("p50 {:>9.2?}  p99 {:>9.2?}", at(50), at(99))
    };
    let (wall, cpu) = (quantiles(&mut wall), quantiles(&mut cpu));
    println!("{kind:>6} {what:<20} wall {wall}   processor {cpu}");
}
