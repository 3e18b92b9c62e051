//! Row 15: a database of each released schema is brought to today's, and the process ends on the way.
//!
//! `tests/schemas/V1.sql` is a database as version 1 left it, with a start on the wire, one of unknown fate, one that
//! waits and one that runs; `V2.sql` and `V3.sql` are the same as versions 2 and 3 left it. A database that is made from
//! nothing goes through every migration there is.

use std::path::Path;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rusqlite::Connection;

use crate::host::Host;
use crate::judge::{calm, sound};
use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::site::{Plan, Site};

pub const ROW: Row = Row {
    number: 15,
    title: "upgrade from a seeded file per released schema, killed at 20 points",
    bar: "all or nothing, 0 lost intents",
    columns: &[Column::Both],
    controls: &[(Column::Both, "migrate-loosely")],
    remarks: "",
    runtime: Runtime::Threads,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

/// Each released schema, with a file that it left.
const RELEASED: [(u32, &str); 3] = [
    (1, include_str!("../../../../schemas/V1.sql")),
    (2, include_str!("../../../../schemas/V2.sql")),
    (3, include_str!("../../../../schemas/V3.sql")),
];
const POINTS: u32 = 20;

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    let (mut crashes, mut kills) = (0, 0);
    for version in std::iter::once(None).chain(RELEASED.into_iter().map(Some)) {
        // At every statement there is: it ends with the first point that is beyond the last one.
        let mut point = 1;
        while crash(ctx, version, point, &mut verdict).await {
            point += 1;
        }
        crashes += point - 1;
        let mut dice = StdRng::seed_from_u64(ctx.seed);
        for _ in 0..ctx.many(POINTS, 5) {
            let life = Duration::from_micros(dice.random_range(0..40_000));
            kill(ctx, version, life, &mut verdict).await;
            kills += 1;
        }
    }
    verdict.measure("released schemas", RELEASED.len());
    verdict.measure("crashes at a statement of a migration", crashes);
    verdict.measure("kills at a random moment of the opening", kills);
    verdict.hold(crashes >= POINTS, || {
        format!("only {crashes} crash points were reached")
    });
    verdict
}

/// The process ends before the n-th statement. Whether it did: a file of today's schema has none.
async fn crash(ctx: &Ctx, version: Option<(u32, &str)>, point: u32, verdict: &mut Verdict) -> bool {
    let site = prepared(ctx, version).await;
    let before = intents(&site, version.is_some());
    let named = format!("migrate:{point}");
    let mut host = Host::spawn(&ctx.sabotaged, site.path(), &[("REFAPP_LEVER_CRASH", &named)]);
    let crashed = !host.listens().await;
    host.kill();
    again(
        ctx,
        &site,
        &before,
        &format!("{version:?} {named}", version = version.map(|v| v.0)),
        verdict,
    )
    .await;
    crashed
}

async fn kill(ctx: &Ctx, version: Option<(u32, &str)>, life: Duration, verdict: &mut Verdict) {
    let site = prepared(ctx, version).await;
    let before = intents(&site, version.is_some());
    let mut host = Host::spawn(&ctx.sabotaged, site.path(), &[]);
    tokio::time::sleep(life).await;
    host.kill();
    let what = format!("{:?} killed after {life:?}", version.map(|version| version.0));
    again(ctx, &site, &before, &what, verdict).await;
}

/// Begins once more, and holds what is there against what was.
async fn again(ctx: &Ctx, site: &Site, before: &[String], what: &str, verdict: &mut Verdict) {
    let mut host = Host::spawn(&ctx.sabotaged, site.path(), &[]);
    let opens = host.listens().await;
    verdict.hold(opens, || format!("{what}: it does not open again: {}", last_line(site)));
    host.kill();
    if !opens {
        return;
    }
    let mut found = Verdict::default();
    sound(&site.open_database(), &mut found);
    let after = intents(site, true);
    found.hold(before.iter().all(|intent| after.contains(intent)), || {
        format!("of the intents {before:?} there are {after:?}")
    });
    calm(site, &mut found);
    verdict
        .problems
        .extend(found.problems.into_iter().map(|problem| format!("{what}: {problem}")));
}

/// A site whose data directory has a file of this schema, or nothing.
async fn prepared(ctx: &Ctx, version: Option<(u32, &str)>) -> Site {
    let site = Site::new(&Plan::of(ctx.seed, &[Column::Article])).await;
    if let Some((_, sql)) = version {
        seed(&site.database(), sql);
    }
    site
}

fn seed(database: &Path, sql: &str) {
    std::fs::create_dir_all(database.parent().expect("a folder")).expect("a folder of ours");
    let database = Connection::open(database).expect("a database");
    database.execute_batch(sql).expect("a sound schema");
}

/// What was to be done, whatever became of it: a start that was on the wire is of unknown fate afterwards.
fn intents(site: &Site, there: bool) -> Vec<String> {
    if !there {
        return Vec::new();
    }
    let database = site.open_database();
    let mut rows = database
        .prepare("SELECT 'effect ' || key FROM effect UNION ALL SELECT 'spent ' || key FROM spent UNION ALL SELECT 'check ' || id FROM \"check\"")
        .expect("the schema");
    let rows = rows.query_map([], |row| row.get(0)).expect("the schema");
    rows.collect::<Result<_, _>>().expect("rows")
}

fn last_line(site: &Site) -> String {
    site.log().lines().last().unwrap_or_default().to_owned()
}
