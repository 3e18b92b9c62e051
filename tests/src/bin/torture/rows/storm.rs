//! Row 4: a storm of webhooks, most of no concern, each five times, shuffled, beside callers that are slow.
//!
//! The simulator keeps the deliveries back, signed; the storm carries them out in its own order and pace.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Value, json};
use simulator::demo;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::judge::{Case, judge, kept};
use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::rows::kill::settle;
use crate::site::{Account, Plan, Site, client};

pub const ROW: Row = Row {
    number: 4,
    title: "webhook storm: 500/s for 60 s, nine in ten of no concern, each five times, shuffled, 3 slow connections beside it",
    bar: "no 5xx, nothing acknowledged is missing, one effect per transition",
    columns: &[Column::Article, Column::List],
    controls: &[(Column::Article, "forgetful-intake")],
    remarks: "",
    runtime: Runtime::Threads,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

const CONNECTIONS: usize = 3;
const COPIES: usize = 5;
const PER_SECOND: u64 = 500;
/// Requests on the wire at a time.
const ABREAST: usize = 64;

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    let site = Site::new(&Plan::of(ctx.seed, &[ctx.column; CONNECTIONS])).await;
    let host = site.start(&ctx.host, &[]).await;
    // 500 a second for 60 s, five copies, three connections, one in ten of concern.
    let moves = ctx.many(200, 10);
    let mut storm = Vec::new();
    let mut moved = Vec::new();
    for (number, account) in site.accounts.iter().enumerate() {
        let (movers, deliveries) = held_back(account, moves).await;
        storm.extend(deliveries.into_iter().map(|delivery| (number, delivery)));
        moved.push(movers);
    }
    let mut letters: Vec<usize> = (0..storm.len()).flat_map(|number| [number; COPIES]).collect();
    letters.shuffle(&mut StdRng::seed_from_u64(ctx.seed));

    let slow: JoinSet<()> = (0..3).map(|_| trickle(site.listen.address)).collect();
    let (client, room) = (client(), Arc::new(Semaphore::new(ABREAST)));
    let mut pace = tokio::time::interval(Duration::from_micros(1_000_000 / PER_SECOND));
    let mut posts = JoinSet::new();
    let storm = Arc::new(storm);
    for number in letters {
        pace.tick().await;
        let permit = room.clone().acquire_owned().await.expect("never closed");
        let (client, storm) = (client.clone(), storm.clone());
        posts.spawn(async move {
            let (_, delivery) = &storm[number];
            let url = delivery["url"].as_str().unwrap_or_default();
            let answer = client.post(url).json(&delivery["body"]).send().await;
            drop(permit);
            (number, answer.ok().map(|answer| answer.status().as_u16()))
        });
    }
    let mut answers = BTreeMap::<Option<u16>, usize>::new();
    let mut acknowledged = vec![Vec::<usize>::new(); CONNECTIONS];
    while let Some(post) = posts.join_next().await {
        let (number, status) = post.expect("a post");
        *answers.entry(status).or_default() += 1;
        if status.is_some_and(|status| (200..300).contains(&status)) {
            acknowledged[storm[number].0].push(number);
        }
    }
    drop(slow);
    for (status, many) in &answers {
        let word = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        verdict.measure(&format!("answered {word}"), many);
        verdict.hold(status.is_some_and(|status| status < 500), || {
            format!("{many} answered {word}")
        });
    }
    settle(&site, &mut verdict).await;
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    let database = site.open_database();
    for (number, account) in site.accounts.iter().enumerate() {
        let bodies: Vec<&Value> = acknowledged[number]
            .iter()
            .map(|letter| &storm[*letter].1["body"])
            .collect();
        kept(&database, account, &bodies, &mut verdict);
    }
    let case = Case {
        site: &site,
        moved: &moved,
        may_park: &["many"],
    };
    judge(&case, &mut verdict).await;
    verdict
}

/// One in ten is moved into the trigger stage; and the deliveries that tell of all moves.
async fn held_back(account: &Account, moves: usize) -> (Vec<String>, Vec<Value>) {
    let movers = account.candidates(moves).await;
    let others = account.candidates(moves * 9).await;
    for (who, stage) in [(&movers, demo::TRIGGER_STAGE), (&others, "Recruiter screen")] {
        let order = json!({"opportunities": who, "stage": stage, "by": demo::RECRUITER, "deliver": "late"});
        account.control("POST", "lever/move", order).await;
    }
    let state = account.control("GET", "state", Value::Null).await;
    let deliveries = state["lever"]["deliveries"].as_array().cloned().unwrap_or_default();
    (
        movers,
        deliveries
            .into_iter()
            .filter(|delivery| delivery["held"] == true)
            .collect(),
    )
}

/// A caller that gives one byte of its request a second.
async fn trickle(address: SocketAddr) {
    loop {
        let Ok(mut stream) = TcpStream::connect(address).await else {
            return;
        };
        for byte in
            b"POST /lever/0000000000000000000000000000 HTTP/1.1\r\nHost: slow\r\nContent-Length: 100000\r\n\r\n{"
        {
            // The host may have had enough of it.
            if stream.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}
