//! Row 6: every way in which an answer can be bad × every call.
//!
//! For each way a small world: each call is bad once while somebody new is moved into the stage, and afterwards it must
//! all be as if nothing had happened, or parked and shown. Then, with list rights, the second page of a poll's window is
//! bad for as long as it lasts: the watermark must not pass it.
//!
//! A write whose bad answer is a lie – a 2xx for what was not done – is not among them: nobody could tell.

use std::time::Duration;

use futures::StreamExt;
use serde_json::{Value, json};
use simulator::demo;

use crate::judge::{Case, judge};
use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::rows::kill::settle;
use crate::site::{Plan, Site, until, until_within};

pub const ROW: Row = Row {
    number: 6,
    title: "bad pages and answers: {truncated, HTML 200, empty 200, wrong type, no hasNext, null id, 10 MB, 500, reset, hang} × every call",
    bar: "right outcome every time; the watermark never passes an unread page",
    columns: &[Column::List, Column::Article],
    controls: &[(Column::List, "trust-pages")],
    remarks: "",
    runtime: Runtime::Threads,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

/// Worlds at a time: they mostly wait.
const ABREAST: usize = 5;

/// A way to be bad: for a read, and for a write, which is applied all the same.
struct Bad {
    name: &'static str,
    read: fn() -> Value,
    write: Option<fn() -> Value>,
}

fn two_hundred(body: &str) -> Value {
    json!({"kind": "status", "code": 200, "body": body})
}

const WAYS: [Bad; 10] = [
    Bad {
        name: "truncated",
        read: || json!({"kind": "cut"}),
        write: Some(|| json!({"kind": "cut"})),
    },
    Bad {
        name: "HTML 200",
        read: || json!({"kind": "html_200"}),
        write: Some(|| json!({"kind": "html_200"})),
    },
    Bad {
        name: "empty 200",
        read: || json!({"kind": "empty_200"}),
        write: Some(|| json!({"kind": "empty_200"})),
    },
    Bad {
        name: "wrong type",
        read: || two_hundred("{\"data\": \"none\", \"hasNext\": \"no\"}"),
        write: Some(|| json!({"kind": "garbage_200"})),
    },
    Bad {
        name: "no hasNext",
        read: || two_hundred("{\"data\": []}"),
        write: None,
    },
    Bad {
        name: "null id",
        read: || two_hundred("{\"data\": [{\"id\": null}], \"hasNext\": false}"),
        write: None,
    },
    Bad {
        name: "10 MB",
        read: || json!({"kind": "huge_200"}),
        write: None,
    },
    Bad {
        name: "500",
        read: || json!({"kind": "status", "code": 500}),
        write: Some(|| json!({"kind": "applied_5xx"})),
    },
    Bad {
        name: "reset",
        read: || json!({"kind": "reset"}),
        write: Some(|| json!({"kind": "applied_no_answer"})),
    },
    Bad {
        name: "hang",
        read: || json!({"kind": "hang"}),
        write: Some(|| json!({"kind": "hang", "applied": true})),
    },
];

/// The calls of the running connection: name, and whether it writes.
const RUNNING: [(&str, bool); 11] = [
    ("read opportunity", false),
    ("read posting", false),
    ("read user", false),
    ("config", false),
    ("list opportunities", false),
    ("list notes", false),
    ("event", true),
    ("addTags", true),
    ("removeTags", true),
    ("create note", true),
    ("update note", true),
];
/// The calls of the set-up, which all read: what is made there is another matter.
const SETTING_UP: [&str; 7] = [
    "list users",
    "list stages",
    "list postings",
    "list tags",
    "list webhooks",
    "list opportunities",
    "config",
];

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    let all = 0..WAYS.len();
    // What the share leaves out is the seed's choice.
    let few = |many: usize| {
        (0..many)
            .map(|step| (ctx.seed as usize + step * 3) % WAYS.len())
            .collect::<Vec<_>>()
    };
    let ways = ctx.many(all.collect(), few(2));
    let mut played = 0;
    if ctx.control.is_none() {
        let worlds = futures::stream::iter(ways.iter().map(async |way| {
            let seed = ctx.seed.wrapping_mul(100).wrapping_add(*way as u64);
            (WAYS[*way].name, calls(ctx, &WAYS[*way], seed).await)
        }));
        let found: Vec<(&str, (usize, Verdict))> = worlds.buffer_unordered(ABREAST).collect().await;
        for (name, (many, found)) in found {
            played += many;
            verdict
                .problems
                .extend(found.problems.iter().map(|problem| format!("{name}: {problem}")));
        }
    }
    verdict.measure("bad answers given", played);
    if ctx.column == Column::List {
        let worlds = futures::stream::iter(ways.iter().map(async |way| {
            let seed = ctx.seed.wrapping_mul(100).wrapping_add(50 + *way as u64);
            (WAYS[*way].name, window(ctx, &WAYS[*way], seed).await)
        }));
        let found: Vec<(&str, Verdict)> = worlds.buffer_unordered(ABREAST).collect().await;
        verdict.measure("windows with a bad second page", found.len());
        for (name, found) in found {
            let problems = found
                .problems
                .iter()
                .map(|problem| format!("second page, {name}: {problem}"));
            verdict.problems.extend(problems);
        }
    }
    verdict
}

/// Every call is bad once. Gives how many bad answers there were.
async fn calls(ctx: &Ctx, bad: &Bad, seed: u64) -> (usize, Verdict) {
    let mut verdict = Verdict::default();
    let site = Site::new(&Plan::of(seed, &[ctx.column])).await;
    let account = &site.accounts[0];
    for call in SETTING_UP {
        account.fault(fault(call, (bad.read)())).await;
    }
    let host = site.start(&ctx.host, &[]).await;
    let people = account.candidates(RUNNING.len()).await;
    for ((call, writes), person) in RUNNING.into_iter().zip(&people) {
        account.end_faults().await;
        let answer = if writes { bad.write } else { Some(bad.read) };
        if let Some(answer) = answer {
            account.fault(fault(call, answer())).await;
        }
        account.move_into_trigger(person).await;
        let decided = until("the start is sent, or parked", async || {
            let decided = "SELECT count(*) FROM \"check\" WHERE opportunity = ?1 AND phase <> 'queued'";
            let decided = site
                .open_database()
                .query_row(decided, [person], |row| row.get::<_, i64>(0));
            (decided == Ok(1)).then_some(())
        });
        verdict.hold(decided.await.is_some(), || {
            format!("after a bad {call} nothing is decided")
        });
        if let Some((_, result)) = account
            .started()
            .await
            .iter()
            .find(|(candidate, _)| candidate == person)
        {
            account.step_and_tell(result).await;
        }
    }
    let played = account
        .sim
        .ledger()
        .iter()
        .filter(|entry| entry.fault.is_some())
        .count();
    account.end_faults().await;
    settle(&site, &mut verdict).await;
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    let case = Case {
        site: &site,
        moved: &[people],
        may_park: &["start-unknown"],
    };
    judge(&case, &mut verdict).await;
    (played, verdict)
}

fn fault(call: &str, mut fault: Value) -> Value {
    fault["match"] = json!({"call": call});
    fault["times"] = json!(1);
    fault
}

/// A poll's window has two pages, no webhook tells of it, and the second page is bad.
async fn window(ctx: &Ctx, bad: &Bad, seed: u64) -> Verdict {
    const MANY: usize = 101;
    let mut verdict = Verdict::default();
    let site = Site::new(&Plan::of(seed, &[Column::List])).await;
    let account = &site.accounts[0];
    let people = account.candidates(MANY).await;
    let host = site.start(&ctx.host, &[]).await;
    // Nobody is to be started: a look at each is enough to say that it was found.
    for person in &people {
        let blank = json!({"emails": [], "phones": []});
        account
            .control("PATCH", &format!("lever/opportunities/{person}"), blank)
            .await;
    }
    let mut second = (bad.read)();
    second["match"] = json!({"call": "list opportunities"});
    // Page one passes, and every later one is bad until the faults end: a window is read again from its beginning.
    let mark = watermark(&site);
    let order =
        json!({"opportunities": people, "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER, "deliver": "none"});
    let polls = account.calls("list opportunities").len();
    second["after"] = json!(1);
    account.fault(second).await;
    account.control("POST", "lever/move", order).await;
    let seen = until("two polls with a bad page", async || {
        let bad = account.calls("list opportunities");
        (bad[polls..].iter().filter(|entry| entry.fault.is_some()).count() >= 2).then_some(())
    });
    verdict.hold(seen.await.is_some(), || "no poll met the bad page".to_owned());
    let during = watermark(&site);
    account.end_faults().await;
    // The page that passed may have been a window of its own, read before anybody was moved.
    let moved_at = account.control("GET", "state", Value::Null).await["lever"]["opportunities"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|row| people.iter().any(|person| row["id"] == person.as_str()))
        .filter_map(|row| row["stageChanges"].as_array()?.last()?["updatedAt"].as_i64())
        .max();
    verdict.hold(during < moved_at.unwrap_or_default().max(mark + 1), || {
        format!("the watermark passed an unread page: {mark}, then {during}, moved at {moved_at:?}")
    });
    let found = until_within("all are found", Duration::from_secs(180), async || {
        let found = "SELECT count(DISTINCT opportunity) FROM \"check\"";
        let found: i64 = site.open_database().query_row(found, [], |row| row.get(0)).ok()?;
        (usize::try_from(found).ok()? >= MANY).then_some(())
    });
    verdict.hold(found.await.is_some(), || "not all are found afterwards".to_owned());
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    verdict
}

fn watermark(site: &Site) -> i64 {
    let mark = site
        .open_database()
        .query_row("SELECT doc ->> '$.watermark' FROM connection", [], |row| row.get(0));
    mark.ok().flatten().unwrap_or_default()
}
