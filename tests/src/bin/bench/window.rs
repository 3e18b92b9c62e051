//! The budget of the dashboard's window (`reliability.md`, Budgets): 100 rows out of 100,000 checks, by every order and
//! filter of the closed lists, at the beginning, in the middle and at the end, while 100 changes a second are committed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use end_to_end::crowd::{Crowd, OWNERS};
use jiff::tz::TimeZone;
use model::{Age, Check, ConnectionId, Filter, Limits, Millis, Pace, Sort, SortBy, Status, WireStatus};
use rustix::time::{ClockId, clock_gettime};
use store::{Error, Store};

use crate::figures::quantile;

const ROWS: u32 = 100;
/// Between two changes: 100 a second.
const BEAT: Duration = Duration::from_millis(10);
const NOW: Millis = Millis(1_795_000_000_000);

/// The same check as its turn has left it.
fn changed(crowd: &Crowd, number: u32, turn: u32) -> Check {
    let mut check = crowd.check(number);
    check.progress.status = if turn.is_multiple_of(2) {
        WireStatus::Pending
    } else {
        WireStatus::Completed
    };
    check.active_at = NOW.plus(i64::from(turn));
    check
}

fn filters(crowd: &Crowd) -> Vec<(&'static str, Filter)> {
    let text = |text: &str| Filter {
        text: text.to_owned(),
        ..Filter::default()
    };
    vec![
        ("none", Filter::default()),
        ("text a", text("a")),
        ("text berg", text("berg")),
        ("text asa berg dev", text("asa berg dev")),
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
                postings: crowd.check(0).posting.into_iter().collect(),
                ..Filter::default()
            },
        ),
        (
            "owner",
            Filter {
                owners: BTreeSet::from([OWNERS[0].to_owned()]),
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
                templates: BTreeSet::from([simulator::demo::TEMPLATES[0].0.into()]),
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

/// What was measured.
pub struct Measured {
    /// Until the listing was read for the first time.
    pub read: Took,
    /// Changes a second meanwhile.
    pub rate: f64,
    /// Of every window, by what was asked: filters, orders, and all.
    pub windows: Vec<(String, Vec<Took>)>,
}

/// Fills a database with `crowd`, and looks at it.
///
/// # Errors
/// Whatever the store says.
pub fn measure(crowd: &Crowd) -> Result<Measured, Error> {
    let dir = tempfile::tempdir()?;
    let store = Store::open(dir.path(), NOW)?;
    let connection = crowd.connection();
    let numbers: Vec<u32> = (0..crowd.many).collect();
    for batch in numbers.chunks(5_000) {
        store.write(|tx| {
            batch
                .iter()
                .try_for_each(|number| tx.put_check(&crowd.check(*number), None))
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
    let read = (begun.elapsed(), cpu() - worked);

    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let changes = scope.spawn(|| {
            let (mut turn, begun) = (0_u32, Instant::now());
            while !over.load(Ordering::Relaxed) {
                turn += 1;
                let number = turn.wrapping_mul(2_654_435_761) % crowd.many;
                store.write(|tx| tx.put_check(&changed(crowd, number, turn), None))?;
                thread::sleep((begun + BEAT * turn).saturating_duration_since(Instant::now()));
            }
            Ok::<_, Error>(f64::from(turn) / begun.elapsed().as_secs_f64())
        });
        let windows = look(&store, crowd, connection);
        over.store(true, Ordering::Relaxed);
        let rate = changes.join().unwrap_or_else(|_| std::process::exit(1))?;
        Ok(Measured {
            read,
            rate,
            windows: windows?,
        })
    })
}

fn look(store: &Store, crowd: &Crowd, connection: ConnectionId) -> Result<Vec<(String, Vec<Took>)>, Error> {
    let mut all = Vec::new();
    let mut by_filter: BTreeMap<&str, Vec<Took>> = BTreeMap::new();
    let mut by_sort: BTreeMap<String, Vec<Took>> = BTreeMap::new();
    for (name, filter) in filters(crowd) {
        for by in SortBy::ALL {
            for descending in [false, true] {
                let mut total = ROWS;
                for place in 0..9 {
                    let (begun, worked) = (Instant::now(), cpu());
                    let asked =
                        filter
                            .clone()
                            .asked(Some(OWNERS[0].to_owned()), NOW, &TimeZone::UTC, &Limits::default());
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
    let filters = by_filter
        .into_iter()
        .map(|(what, took)| (format!("filter: {what}"), took));
    let sorts = by_sort.into_iter().map(|(what, took)| (format!("order: {what}"), took));
    Ok(filters.chain(sorts).chain([("all".to_owned(), all)]).collect())
}

/// On the clock on the wall, and of the processor: on a machine that others use, too, only the second one tells.
pub type Took = (Duration, Duration);

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// `p50` and `p99` of the times on the wall, then of the processor, as cells of a table.
pub fn cells(took: &[Took]) -> String {
    let (wall, cpu): (Vec<f64>, Vec<f64>) = took
        .iter()
        .map(|(wall, cpu)| (wall.as_secs_f64() * 1e3, cpu.as_secs_f64() * 1e3))
        .unzip();
    let cell = |of: &[f64], at| format!("{:.2}", quantile(of, at));
    [cell(&wall, 0.5), cell(&wall, 0.99), cell(&cpu, 0.5), cell(&cpu, 0.99)].join(" | ")
}
