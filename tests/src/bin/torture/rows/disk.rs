//! Row 13: the disk is full, cannot be written, fails, or has lost a page.
//!
//! A full disk is a small file system in memory, which needs root; where there is none this part says so and is not
//! run. Failing writes are a limit on the size of files, set and lifted while the host runs: SQLite sees an I/O error.

use std::fs::{self, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::Command;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rusqlite::Connection;
use serde_json::Value;
use simulator::Side;

use crate::host::Host;
use crate::judge::{Case, calm, judge};
use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::rows::kill::settle;
use crate::site::{Account, Plan, Site, until};

pub const ROW: Row = Row {
    number: 13,
    title: "disk full, I/O error, read-only, flipped page",
    bar: "503 and no 2xx, no panic, recovers by itself; a corrupt file is set aside, said, and nothing is started twice afterwards",
    columns: &[Column::Article],
    controls: &[(Column::Article, "ack-early")],
    remarks: "Not shown: what a real disk does when it dies. Read-only and full are a small file system in memory; the I/O error is a limit on the size of files.",
    runtime: Runtime::Threads,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    failing(ctx, &mut verdict).await;
    if ctx.control.is_none() {
        full(ctx, &mut verdict).await;
        read_only(ctx, &mut verdict).await;
        flipped(
            ctx,
            "flipped page",
            |_, pages, dice| dice.random_range(2..pages.max(3)),
            &mut verdict,
        )
        .await;
        // Not even the connection is known any more; its secrets are.
        let of_connections = |database: &Connection, _, _: &mut StdRng| {
            let root = "SELECT rootpage - 1 FROM sqlite_schema WHERE name = 'connection'";
            let page: i64 = database.query_row(root, [], |row| row.get(0)).expect("the schema");
            u64::try_from(page).expect("a page's number")
        };
        flipped(ctx, "flipped page of the connections", of_connections, &mut verdict).await;
    }
    verdict
}

/// A plan whose deliveries are tried for a while: nobody else brings them again.
fn plan(ctx: &Ctx, number: u64) -> Plan {
    let mut plan = Plan::of(ctx.seed.wrapping_add(number), &[ctx.column]);
    plan.switches.webhook_retry_ms = 1_000;
    plan
}

/// While nothing can be stored, somebody is moved: the receivers answer 503, and once it can be, all goes on by itself.
async fn goes_on(site: &Site, mut host: Host, what: &str, verdict: &mut Verdict, mend: impl AsyncFnOnce(&mut Host)) {
    let account = &site.accounts[0];
    let people = account.candidates(3).await;
    let since = account.sim.ledger().last().map_or(0, |entry| entry.seq);
    for person in &people {
        account.move_into_trigger(person).await;
    }
    let answered = until("the receivers answer", async || {
        let answers = answers(account, since).into_iter().flatten();
        answers.reduce(u16::max)
    });
    verdict.hold(answered.await == Some(503), || format!("{what}: no 503"));
    let kept = answers(account, since)
        .iter()
        .flatten()
        .filter(|status| **status < 300)
        .count();
    verdict.hold(kept == 0, || format!("{what}: {kept} webhooks were answered with 2xx"));
    verdict.hold(account.started().await.is_empty(), || {
        format!("{what}: a start without an intent")
    });
    verdict.hold(host.is_running(), || format!("{what}: the host ended"));
    if !verdict.problems.is_empty() {
        // Waiting for what is lost already would say nothing more.
        return;
    }
    mend(&mut host).await;
    let all = all_started(account, people.len());
    verdict.hold(all.await, || format!("{what}: it does not recover by itself"));
    settle(site, verdict).await;
    verdict.hold(host.stop().await == Some(0), || {
        format!("{what}: it did not stop when it was asked to")
    });
    let mut judged = Verdict::default();
    let case = Case {
        site,
        moved: &[people],
        may_park: &[],
    };
    judge(&case, &mut judged).await;
    verdict
        .problems
        .extend(judged.problems.into_iter().map(|problem| format!("{what}: {problem}")));
    verdict.measure(what, "503, then recovered");
}

/// Waits until as many starts as there are people have reached Refapp.
async fn all_started(account: &Account, people: usize) -> bool {
    let all = until("all are started", async || {
        (account.started().await.len() == people).then_some(())
    });
    all.await.is_some()
}

/// What the deliveries of webhooks were answered.
fn answers(account: &Account, since: u64) -> Vec<Option<u16>> {
    let ledger = account.sim.ledger().into_iter();
    ledger
        .filter(|entry| entry.seq > since && entry.side == Side::Webhook)
        .map(|entry| entry.status)
        .collect()
}

/// Every write beyond what the files have already fails.
async fn failing(ctx: &Ctx, verdict: &mut Verdict) {
    let site = Site::new(&plan(ctx, 1)).await;
    let host = site.start_deaf(&ctx.host).await;
    // The log grows, too: the limit must not end it. So everything grows to nothing.
    host.limit_files(Some(0));
    goes_on(&site, host, "I/O error", verdict, async |host| host.limit_files(None)).await;
}

async fn full(ctx: &Ctx, verdict: &mut Verdict) {
    let site = Site::new(&plan(ctx, 2)).await;
    let data = site.path().join("data");
    let Some(_mount) = Mount::small(&data) else {
        verdict.measure("disk full", "not run: no file system can be mounted here");
        return;
    };
    let host = site.start(&ctx.host, &[]).await;
    let filler = data.join("filler");
    fill(&filler);
    goes_on(&site, host, "disk full", verdict, async |_| {
        drop(fs::remove_file(&filler));
    })
    .await;
}

/// Takes all room that there is.
fn fill(path: &Path) {
    let mut file = fs::File::create(path).expect("a file of ours");
    for size in [1 << 20, 1 << 12, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

/// A data directory that cannot be written: the host does not begin, and once it can be, nothing is missing.
async fn read_only(ctx: &Ctx, verdict: &mut Verdict) {
    let site = Site::new(&plan(ctx, 3)).await;
    let account = &site.accounts[0];
    let people = account.candidates(2).await;
    let data = site.path().join("data");
    let Some(mount) = Mount::small(&data) else {
        verdict.measure("read-only", "not run: no file system can be mounted here");
        return;
    };
    let host = site.start(&ctx.host, &[]).await;
    account.move_into_trigger(&people[0]).await;
    settle(&site, verdict).await;
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    verdict.hold(mount.set("ro"), || "it cannot be made read-only".to_owned());
    let mut host = Host::spawn(&ctx.host, site.path(), &[]);
    account.move_into_trigger(&people[1]).await;
    verdict.hold(!host.listens().await, || "read-only: it begins all the same".to_owned());
    host.kill();
    let log = site.log();
    verdict.hold(log.contains("APP-READ-ONLY"), || {
        format!(
            "read-only: it does not say why: {}",
            log.lines().last().unwrap_or_default()
        )
    });
    verdict.hold(mount.set("rw"), || "it cannot be made writable".to_owned());
    let host = site.start(&ctx.host, &[]).await;
    let all = all_started(account, people.len());
    verdict.hold(all.await, || "read-only: it does not recover by itself".to_owned());
    settle(&site, verdict).await;
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    let mut judged = Verdict::default();
    let case = Case {
        site: &site,
        moved: &[people],
        may_park: &[],
    };
    judge(&case, &mut judged).await;
    verdict.problems.extend(
        judged
            .problems
            .into_iter()
            .map(|problem| format!("read-only: {problem}")),
    );
    verdict.measure("read-only", "does not begin, then goes on");
}

/// Bytes of the file are no longer what they were: it is set aside, this is said, and who was started is not again.
async fn flipped(
    ctx: &Ctx,
    what: &str,
    which: impl FnOnce(&Connection, u64, &mut StdRng) -> u64,
    verdict: &mut Verdict,
) {
    let site = Site::new(&plan(ctx, 4)).await;
    let account = &site.accounts[0];
    let people = account.candidates(3).await;
    let host = site.start(&ctx.host, &[]).await;
    for person in &people {
        account.move_into_trigger(person).await;
    }
    let all = all_started(account, people.len());
    verdict.hold(all.await, || format!("{what}: not all are started before"));
    settle(&site, verdict).await;
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    flip(&site, ctx.seed, which);
    let mut host = Host::spawn(&ctx.host, site.path(), &[]);
    if !host.listens().await {
        return verdict.problem(format!("{what}: it does not begin with a fresh file"));
    }
    site.until_ready().await;
    let aside = fs::read_dir(site.path().join("data"))
        .expect("a folder")
        .filter_map(Result::ok);
    let aside = aside
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("refapp-lever") && name.contains("damaged"))
        .count();
    verdict.hold(aside > 0, || format!("{what}: the file is not set aside"));
    let said = until("it is said", async || {
        let overview = host.overview().await.ok()?;
        said(&overview).then_some(())
    });
    verdict.hold(said.await.is_some(), || format!("{what}: it is not said"));
    // They come again: moved out and in, as a recruiter might.
    for person in &people {
        account.move_to(person, "On-site interview").await;
        account.move_into_trigger(person).await;
    }
    let looked = until("all are looked at", async || {
        let looked = "SELECT count(DISTINCT opportunity) FROM \"check\" WHERE phase <> 'queued'";
        let looked: i64 = site.open_database().query_row(looked, [], |row| row.get(0)).ok()?;
        (usize::try_from(looked).ok()? >= people.len()).then_some(())
    });
    verdict.hold(looked.await.is_some(), || format!("{what}: not all are looked at"));
    let starts = account.started().await.len();
    verdict.hold(starts == people.len(), || {
        format!("dup: {starts} starts of {} after a new file", people.len())
    });
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    calm(&site, verdict);
    verdict.measure(what, "set aside and said");
}

fn said(overview: &Value) -> bool {
    overview.to_string().contains("APP-DB-ASIDE")
}

/// The head of the file's first table, and another page, counted from 0.
fn flip(site: &Site, seed: u64, which: impl FnOnce(&Connection, u64, &mut StdRng) -> u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let database = site.open_database();
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(site.database())
        .expect("a database");
    let pages = file.metadata().expect("a file").len() / 4_096;
    let other = which(&database, pages, &mut dice);
    drop(database);
    for page in [1, other] {
        let mut bytes = [0; 4_096];
        let place = SeekFrom::Start(page * 4_096);
        file.seek(place)
            .and_then(|_| file.read_exact(&mut bytes))
            .expect("a page");
        for byte in &mut bytes {
            *byte ^= 0xff;
        }
        file.seek(place).and_then(|_| file.write_all(&bytes)).expect("a page");
    }
}

/// A small file system in memory; gone when it is dropped.
struct Mount(std::path::PathBuf);

impl Mount {
    fn small(path: &Path) -> Option<Self> {
        fs::create_dir_all(path).ok()?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs"]).arg(path);
        mount.status().ok()?.success().then(|| Self(path.to_owned()))
    }

    fn set(&self, mode: &str) -> bool {
        let mut mount = Command::new("mount");
        mount.args(["-o", &format!("remount,{mode}")]).arg(&self.0);
        mount.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
