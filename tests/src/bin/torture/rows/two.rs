//! Row 14: two programs on one database; two installations on one Lever account.

use std::time::Duration;

use crate::host::Host;
use crate::judge::{calm, sound};
use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::site::{Plan, Port, Site, until, until_within, write_configuration};

pub const ROW: Row = Row {
    number: 14,
    title: "two programs on one database; two installations on one Lever account",
    bar: "second refuses to write; no candidate started by both unless a person said so",
    columns: &[Column::Article, Column::List],
    controls: &[(Column::Article, "no-lock"), (Column::Article, "ignore-tags")],
    remarks: "Not shown: two installations that hear of the same move in the same moment. Lever has no lock and no conditional write; its tags are the only witness (`rules.md` 4), and the second to look sees the tag of the first only once it is written.",
    runtime: Runtime::Threads,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    one_database(ctx, &mut verdict).await;
    one_account(ctx, &mut verdict).await;
    verdict
}

/// The second program ends, says why, and the first goes on.
async fn one_database(ctx: &Ctx, verdict: &mut Verdict) {
    let site = Site::new(&Plan::of(ctx.seed, &[ctx.column])).await;
    let account = &site.accounts[0];
    let people = account.candidates(2).await;
    let host = site.start(&ctx.host, &[]).await;
    let second = tempfile::tempdir().expect("a directory");
    let port = Port::reserve();
    write_configuration(second.path(), port.address, &site.accounts, false);
    let text = std::fs::read_to_string(second.path().join("host.toml")).expect("a file of ours");
    let shared = format!("data_dir = \"{}\"", site.path().join("data").display());
    std::fs::write(
        second.path().join("host.toml"),
        text.replace("data_dir = \"data\"", &shared),
    )
    .expect("a file");
    let before = epoch(&site);
    let mut other = Host::spawn(&ctx.host, second.path(), &[]);
    let runs = other.listens().await;
    verdict.hold(!runs, || "a second program runs on one database".to_owned());
    other.kill();
    // Each opening that may write raises it.
    let raised = epoch(&site) - before;
    verdict.hold(raised == 0, || "the second program wrote into the database".to_owned());
    let log = std::fs::read_to_string(second.path().join("host.log")).unwrap_or_default();
    verdict.hold(runs || log.contains("APP-LOCKED"), || {
        "the second program does not say why it ends".to_owned()
    });
    account.move_into_trigger(&people[0]).await;
    let started = until("a start beside the second program", async || {
        (account.started().await.len() == 1).then_some(())
    });
    verdict.hold(started.await.is_some(), || {
        "the first program does not go on".to_owned()
    });
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    sound(&site.open_database(), verdict);
    calm(&site, verdict);
}

fn epoch(site: &Site) -> i64 {
    let epoch = site
        .open_database()
        .query_row("SELECT epoch FROM owner", [], |row| row.get(0));
    epoch.expect("the schema")
}

/// What one installation follows the other leaves alone, and asks.
async fn one_account(ctx: &Ctx, verdict: &mut Verdict) {
    let many = ctx.many(50, 5);
    let site = Site::new(&Plan::of(ctx.seed.wrapping_add(1), &[ctx.column])).await;
    let account = &site.accounts[0];
    let people = account.candidates(many).await;
    let host = site.start(&ctx.host, &[]).await;
    for person in &people {
        account.move_into_trigger(person).await;
    }
    let all = until_within("all are started by the first", Duration::from_secs(180), async || {
        (account.started().await.len() == many).then_some(())
    });
    verdict.hold(all.await.is_some(), || {
        "the first installation starts not all".to_owned()
    });
    let rests = site.rests(Duration::from_secs(180)).await;
    verdict.hold(rests, || "the first installation never comes to rest".to_owned());

    // The other is set up beside it, and everybody is moved out and in again: both hear of it.
    let other = tempfile::tempdir().expect("a directory");
    let port = Port::reserve();
    let listen = port.address;
    write_configuration(other.path(), listen, &site.accounts, false);
    let mut second = Host::spawn(&ctx.host, other.path(), &[]);
    verdict.hold(second.listens().await, || {
        "the other installation does not begin".to_owned()
    });
    let ready = until("the other installation is ready", async || {
        let answer = crate::site::client()
            .get(format!("http://{listen}/healthz"))
            .send()
            .await
            .ok()?;
        answer.status().is_success().then_some(())
    });
    verdict.hold(ready.await.is_some(), || {
        "the other installation is not ready".to_owned()
    });
    for person in &people {
        account.move_to(person, "On-site interview").await;
        account.move_into_trigger(person).await;
    }
    let asked = until_within("the other asks about all", Duration::from_secs(180), async || {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let database = rusqlite::Connection::open_with_flags(other.path().join("data/refapp-lever.db"), flags).ok()?;
        let looked = "SELECT count(DISTINCT opportunity) FROM \"check\" WHERE phase <> 'queued'";
        let looked: i64 = database.query_row(looked, [], |row| row.get(0)).ok()?;
        (usize::try_from(looked).ok()? >= many).then_some(())
    });
    verdict.hold(asked.await.is_some(), || {
        "the other installation does not look at all".to_owned()
    });
    let starts = account.started().await;
    for person in &people {
        let started = starts.iter().filter(|(candidate, _)| candidate == person).count();
        verdict.hold(started == 1, || {
            format!("dup: {person} was started {started} times, by both")
        });
    }
    verdict.measure("candidates that both installations hear of", many);
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    verdict.hold(second.stop().await == Some(0), || {
        "the other did not stop when it was asked to".to_owned()
    });
    calm(&site, verdict);
}
