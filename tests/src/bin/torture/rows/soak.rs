//! Row 16: an hour of ordinary work on a database with 100,000 checks.

use std::time::Duration;

use model::{Clock, ConnectionId, DAY, EffectKey, Millis, OpportunityId, Phase, PostingId};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use store::Store;
use tokio::time::Instant;

use crate::host::Host;
use crate::judge::{Case, judge};
use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::rows::kill::settle;
use crate::site::{Plan, Site};

pub const ROW: Row = Row {
    number: 16,
    title: "soak: one hour, 0.5 trigger moves/s, 100,000 rows",
    bar: "memory slope ≤ 1 MB/h after warm-up, WAL ≤ 64 MB",
    columns: &[Column::Both],
    controls: &[(Column::Both, "leak")],
    remarks: "Memory is what the host has filled itself; the runs up to 26 November 2026 counted its share of the program's file as well. The host runs with `MALLOC_ARENA_MAX=1`, as the unit in `docs/headless-host.md` sets it. Without it the C library's allocator fills more arenas under load: 12.4 MB/h were measured once beside builds that took both cores. An allocator of another kind (mimalloc) was tried and given up: 98 MB at the end, with swings of ten.",
    runtime: Runtime::Threads,
    beside: true,
    run: |ctx| Box::pin(run(ctx)),
};

const MB: f64 = (1_u64 << 20) as f64;
const WAL: u64 = 64 << 20;
const STAGES: [&str; 2] = ["Recruiter screen", "On-site interview"];

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    // The slope over minutes is noise: the share looks at the growth alone, as a leak of every webhook would make it.
    let (long, warm_up, rows) = ctx.many((3_600, 900, 100_000), (60, 15, 5_000));
    let site = Site::new(&Plan::of(ctx.seed, &[Column::Article, Column::List])).await;
    let host = site.start(&ctx.host, &[]).await;
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    fill(&site, rows);
    let host = site.start(&ctx.host, &[]).await;
    let mut dice = StdRng::seed_from_u64(ctx.seed);
    let mut people = Vec::new();
    for account in &site.accounts {
        people.push((account.candidates(long / 2).await, account.candidates(20).await));
    }
    let mut moved = vec![Vec::new(), Vec::new()];
    let (mut samples, mut wal) = (Vec::new(), 0);
    let begun = Instant::now();
    // Five other events a second, a trigger move every other second.
    let mut ticks = tokio::time::interval(Duration::from_millis(200));
    for tick in 0.. {
        ticks.tick().await;
        let passed = begun.elapsed().as_secs();
        if passed >= long as u64 {
            break;
        }
        let number = dice.random_range(0..2);
        let (account, (movers, others)) = (&site.accounts[number], &mut people[number]);
        if let (Some(other), Some(stage)) = (others.choose(&mut dice), STAGES.choose(&mut dice)) {
            account.move_to(other, stage).await;
        }
        if tick % 10 == 0
            && let Some(mover) = movers.pop()
        {
            account.move_into_trigger(&mover).await;
            moved[number].push(mover);
            if let Some((_, result)) = account.started().await.choose(&mut dice) {
                account.step(result).await;
            }
        }
        if tick % 25 == 0 {
            wal = wal.max(std::fs::metadata(site.path().join("data/refapp-lever.db-wal")).map_or(0, |file| file.len()));
            if passed >= warm_up {
                samples.extend(sample(&host, begun));
            }
        }
    }
    let slope = slope_per_hour(&samples);
    let growth = samples.last().map_or(0.0, |last| last.1) - samples.first().map_or(0.0, |first| first.1);
    verdict.measure("rows before", rows);
    verdict.measure(
        "memory at the end",
        format!("{:.1} MB", samples.last().map_or(0.0, |last| last.1)),
    );
    let quarters = samples.chunks(samples.len().div_ceil(4).max(1));
    let quarters: Vec<String> = quarters
        .filter_map(|quarter| Some(format!("{:.1}", quarter.last()?.1)))
        .collect();
    verdict.measure("memory at the end of each quarter, MB", quarters.join(", "));
    verdict.measure("growth after warm-up", format!("{growth:.2} MB"));
    verdict.measure("largest WAL", format!("{:.1} MB", wal as f64 / MB));
    verdict.hold(samples.len() > 5, || "the memory was not read".to_owned());
    verdict.hold(wal <= WAL, || format!("the WAL has {wal} bytes"));
    match ctx.many(true, false) {
        true => {
            verdict.measure("memory slope", format!("{slope:.2} MB/h"));
            verdict.hold(slope <= 1.0, || format!("memory grows by {slope:.2} MB/h"));
        }
        false => verdict.hold(growth <= 6.0, || format!("memory grew by {growth:.2} MB in a minute")),
    }
    settle(&site, &mut verdict).await;
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    let case = Case {
        site: &site,
        moved: &moved,
        may_park: &[],
    };
    judge(&case, &mut verdict).await;
    verdict
}

fn sample(host: &Host, begun: Instant) -> Option<(f64, f64)> {
    Some((begun.elapsed().as_secs_f64(), host.memory()? as f64 / MB))
}

/// Least squares over (seconds, MB).
fn slope_per_hour(samples: &[(f64, f64)]) -> f64 {
    let many = samples.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| samples.iter().map(of).sum::<f64>() / many;
    let (x, y) = (mean(|sample| sample.0), mean(|sample| sample.1));
    let above: f64 = samples.iter().map(|sample| (sample.0 - x) * (sample.1 - y)).sum();
    let below: f64 = samples.iter().map(|sample| (sample.0 - x).powi(2)).sum();
    above / below * 3_600.0
}

/// Checks that ran and are over, as a year of work leaves them: copies of a real row under other names.
fn fill(site: &Site, rows: usize) {
    let store = Store::open(&site.path().join("data"), Clock::system().now()).expect("a free directory");
    let now = Clock::system().now();
    for account in &site.accounts {
        let connection = ConnectionId::of(&account.name);
        for chunk in (0..rows / 2).collect::<Vec<_>>().chunks(1_000) {
            let filled = store.write(|tx| {
                for number in chunk {
                    tx.put_check(&finished(connection, &account.name, *number, now), None)?;
                }
                Ok::<_, store::Error>(())
            });
            filled.expect("a sound database");
        }
    }
}

fn finished(connection: ConnectionId, name: &str, number: usize, now: Millis) -> model::Check {
    let at = now.plus(-DAY + i64::try_from(number).unwrap_or_default());
    let (opportunity, posting) = (
        OpportunityId(format!("{name}-{number}")),
        PostingId("posting".to_owned()),
    );
    let key = EffectKey::of(connection, &opportunity, Some(&posting), "start", 1);
    model::Check {
        id: key.check_id(),
        connection,
        opportunity,
        posting: Some(posting),
        ordinal: 1,
        entered_at: at,
        phase: Phase::Started,
        status_since: at,
        by_person: false,
        result: None,
        read: None,
        progress: model::Progress {
            status: model::WireStatus::Completed,
            ..model::Progress::default()
        },
        // Nobody: a name would be looked at again in Lever once a day, where there is none.
        candidate: String::new(),
        posting_title: "Backend Developer".to_owned(),
        owner: "Jonas Ek".to_owned(),
        template: None,
        coverage: None,
        lever_url: None,
        created_at: at,
        active_at: at,
        heard_at: None,
        badges: std::collections::BTreeSet::new(),
        written: model::Written::default(),
        superseded: false,
        hitch: None,
        effects: 1,
    }
}
