//! Row 5: everything that a stranger may send to a receiver: webhooks, updates, returns from the consent page.
//!
//! Deep links exist in the desktop app only; the headless host takes its returns at `/oauth/…`. Most of what is sent
//! here goes to the right path, which a stranger does not know, so that it meets more than the first gate.

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::judge::{calm, sound};
use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::site::{Plan, Site, client, until};

pub const ROW: Row = Row {
    number: 5,
    title: "hostile input: 100,000 forged, malformed, oversized, deeply nested, wrongly encoded webhooks, updates, returns from the consent page",
    bar: "0 accepted, no panic, memory growth ≤ 20 MB",
    columns: &[Column::Both],
    controls: &[(Column::Both, "believe-anyone")],
    remarks: "",
    runtime: Runtime::Threads,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

const GROWTH: u64 = 20 << 20;
const ABREAST: usize = 32;

/// Where it is sent, and what.
struct Letter {
    method: Method,
    path: String,
    bearer: Option<String>,
    body: Vec<u8>,
}

/// What a stranger could know at most, and what is genuine.
#[derive(Clone)]
struct Known {
    webhook: String,
    update: String,
    genuine: Value,
    opportunity: String,
    trigger: String,
}

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    let letters = ctx.many(100_000_u64, 3_000);
    let site = Site::new(&Plan::of(ctx.seed, &[Column::Article])).await;
    let account = &site.accounts[0];
    let host = site.start(&ctx.host, &[]).await;
    let people = account.candidates(2).await;
    // A genuine event tells what one looks like, and one at the end that genuine ones are still taken.
    account.move_into_trigger(&people[0]).await;
    let first = until("the first start", async || {
        account.started().await.first().map(|(_, result)| result.clone())
    });
    verdict.hold(first.await.is_some(), || "a genuine event is not taken".to_owned());
    let known = known(&site, &people[0]).await;
    let inbox = |site: &Site| -> i64 {
        let many = site
            .open_database()
            .query_row("SELECT count(*) FROM inbox", [], |row| row.get(0));
        many.expect("the schema")
    };
    let rest = site.rests(std::time::Duration::from_secs(60)).await;
    verdict.hold(rest, || "it never comes to rest".to_owned());
    let before = inbox(&site);

    let (client, room) = (client(), Arc::new(Semaphore::new(ABREAST)));
    let mut dice = StdRng::seed_from_u64(ctx.seed);
    let (mut accepted, mut failed, mut most, mut base) = (Vec::new(), 0_usize, 0_u64, None);
    let mut posts = JoinSet::new();
    for number in 0..letters {
        // Buffers and caches have their size by then.
        if number == letters / 10 {
            base = host.memory();
        }
        if number > letters / 10 && number.is_multiple_of(1_000) {
            most = most.max(host.memory().unwrap_or_default());
        }
        let letter = letter(&mut dice, &known);
        let permit = room.clone().acquire_owned().await.expect("never closed");
        let (client, url) = (client.clone(), format!("{}{}", site.url(), letter.path));
        posts.spawn(async move {
            let mut request = client.request(letter.method, url).body(letter.body);
            if let Some(bearer) = letter.bearer {
                request = request.header("authorization", bearer);
            }
            let answer = request.send().await;
            drop(permit);
            // A browser is answered alike whatever it brings: what counts there is what Lever is asked afterwards.
            let browser = letter.path.starts_with("/oauth/");
            let status = answer.ok().map(|answer| answer.status().as_u16());
            (letter.path, status.filter(|_| !browser))
        });
        while let Some(done) = posts.try_join_next() {
            let (path, status) = done.expect("a post");
            if status.is_some_and(|status| status < 400) {
                accepted.push(path);
            } else if status.is_some_and(|status| status >= 500) {
                failed += 1;
            }
        }
    }
    while let Some(done) = posts.join_next().await {
        let (path, status) = done.expect("a post");
        if status.is_some_and(|status| status < 400) {
            accepted.push(path);
        }
    }
    most = most.max(host.memory().unwrap_or_default());
    let growth = base.map_or(u64::MAX, |base| most.saturating_sub(base));
    verdict.measure("letters", letters);
    verdict.measure("accepted", accepted.len());
    verdict.measure(
        "growth of memory",
        format!("{:.1} MB", growth as f64 / f64::from(1 << 20)),
    );
    let exchanges = account.calls("token exchange").len();
    verdict.hold(exchanges == 0, || {
        format!("{exchanges} returns of strangers were exchanged")
    });
    verdict.hold(accepted.is_empty(), || {
        format!("{} accepted, {} first", accepted.len(), accepted[0])
    });
    verdict.hold(failed == 0, || format!("{failed} answered 5xx"));
    verdict.hold(growth <= GROWTH, || format!("memory grew by {growth} bytes"));
    let after = inbox(&site);
    verdict.hold(after == before, || {
        format!("{} strangers' events are in the inbox", after - before)
    });

    account.move_into_trigger(&people[1]).await;
    let second = until("the second start", async || {
        (account.started().await.len() == 2).then_some(())
    });
    verdict.hold(second.await.is_some(), || {
        "a genuine event is not taken afterwards".to_owned()
    });
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    sound(&site.open_database(), &mut verdict);
    calm(&site, &mut verdict);
    verdict
}

async fn known(site: &Site, opportunity: &str) -> Known {
    let account = &site.accounts[0];
    let delivery = account.calls("candidateStageChange").pop().expect("a delivery");
    let event = account.calls("event").pop().expect("an event");
    let path = |address: &str| address.trim_start_matches(&site.url()).to_owned();
    let update = event.body["partner-event"]["partner-result"]["callback-url"]
        .as_str()
        .or(event.body["partner-event"]["callback-url"].as_str())
        .or(find_address(&event.body, &site.url()))
        .unwrap_or_default()
        .to_owned();
    Known {
        webhook: path(&delivery.path),
        update: path(&update),
        trigger: delivery.body["data"]["toStageId"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        genuine: delivery.body,
        opportunity: opportunity.to_owned(),
    }
}

/// The address of ours, wherever in an event it is.
fn find_address<'v>(value: &'v Value, url: &str) -> Option<&'v str> {
    match value {
        Value::String(text) if text.starts_with(url) => Some(text),
        Value::Array(all) => all.iter().find_map(|value| find_address(value, url)),
        Value::Object(all) => all.values().find_map(|value| find_address(value, url)),
        _ => None,
    }
}

fn letter(dice: &mut StdRng, known: &Known) -> Letter {
    let to = |method: Method, path: &str, bearer: Option<String>, body: Vec<u8>| Letter {
        method,
        path: path.to_owned(),
        bearer,
        body,
    };
    match dice.random_range(0..10) {
        0..5 => to(Method::POST, &known.webhook, None, webhook(dice, known)),
        5..8 => {
            let bearer = [
                None,
                Some("Bearer ".to_owned()),
                Some(format!("Bearer {}", word(dice))),
                Some(word(dice)),
            ][dice.random_range(0..4)]
            .clone();
            to(Method::PUT, &known.update, bearer, update(dice))
        }
        8 => {
            let query = match dice.random_range(0..3) {
                0 => format!("code={}&state={}", word(dice), word(dice)),
                1 => format!("code=a&code=b&state={}", word(dice)),
                _ => format!(
                    "error={}&%zz=%ff&{}",
                    word(dice),
                    "x=y&".repeat(dice.random_range(0..500))
                ),
            };
            to(Method::GET, &format!("/oauth/custom?{query}"), None, Vec::new())
        }
        _ => {
            let path = ["/lever/", "/refapp/", "/echo/", "/"][dice.random_range(0..4)];
            to(
                Method::POST,
                &format!("{path}{}", word(dice)),
                None,
                webhook(dice, known),
            )
        }
    }
}

fn webhook(dice: &mut StdRng, known: &Known) -> Vec<u8> {
    let mut body = known.genuine.clone();
    match dice.random_range(0..12) {
        // Forged: everything is right but what is signed.
        0..3 => {
            body["token"] = json!(word(dice));
            body["data"]["opportunityId"] = json!(known.opportunity);
            body["data"]["toStageId"] = json!(known.trigger);
        }
        3 => {
            let mut signature = [0; 32];
            dice.fill_bytes(&mut signature);
            body["signature"] = json!(signature.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        }
        // Re-dated.
        4 => {
            body["triggeredAt"] = json!(body["triggeredAt"].as_i64().unwrap_or_default() + dice.random_range(1..9_999));
        }
        5 => body["triggeredAt"] = json!(["1e400", "-1", "", &"9".repeat(400)][dice.random_range(0..4)]),
        6 => {
            let member = ["token", "signature", "event", "triggeredAt"][dice.random_range(0..4)];
            body.as_object_mut().expect("an object").remove(member);
        }
        // Deeply nested.
        7 => {
            let depth = dice.random_range(100..60_000);
            return [b"[".repeat(depth), b"{\"a\":".repeat(depth / 8)].concat();
        }
        // Oversized.
        8 if dice.random_ratio(1, 10) => {
            body["data"]["more"] = json!("x".repeat(dice.random_range(300_000..1_500_000)));
        }
        // Wrongly encoded.
        9 => {
            let mut bytes = body.to_string().into_bytes();
            for _ in 0..8 {
                let place = dice.random_range(0..bytes.len());
                bytes[place] = dice.random_range(0x80..=0xff);
            }
            return bytes;
        }
        // Cut.
        10 => {
            let mut bytes = body.to_string().into_bytes();
            bytes.truncate(dice.random_range(0..bytes.len()));
            return bytes;
        }
        _ => {
            let mut bytes = vec![0; dice.random_range(0..2_000)];
            dice.fill_bytes(&mut bytes);
            return bytes;
        }
    }
    body.to_string().into_bytes()
}

fn update(dice: &mut StdRng) -> Vec<u8> {
    let body = json!({"type": "partner-results", "id": word(dice),
        "attributes": {"status": "completed", "summary": "x".repeat(dice.random_range(0..400))}});
    match dice.random_range(0..4) {
        0 => b"[".repeat(dice.random_range(100..60_000)),
        1 => {
            let mut bytes = body.to_string().into_bytes();
            bytes.truncate(dice.random_range(0..bytes.len()));
            bytes
        }
        _ => body.to_string().into_bytes(),
    }
}

fn word(dice: &mut StdRng) -> String {
    (0..dice.random_range(1..64))
        .map(|_| char::from(dice.sample(rand::distr::Alphanumeric)))
        .collect()
}
