//! Row 11: access tokens that expire under many calls at once, a crash at each step of a refresh, a grant that is
//! revoked.
//!
//! Fifty calls at once are more than the engine ever has on the wire, so that part drives its client of Lever in this
//! process; the rest drives the built host.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lever::oauth::{Credentials, RefreshTokenStore, Return, TokenSource, begin, exchange, read_return};
use lever::{Auth, Client};
use model::{Clock, Failure, Place, Secret};
use serde_json::{Value, json};
use simulator::{DataCentre, demo};
use url::Url;

use crate::host::Host;
use crate::judge::{Case, judge};
use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::rows::kill::settle;
use crate::site::{Account, Plan, Site, client, until};

pub const ROW: Row = Row {
    number: 11,
    title: "50 parallel 401s × 100; crash at each step of a refresh; revoked grant",
    bar: "one refresh per expiry; queue intact; one prompt",
    columns: &[Column::Both],
    controls: &[(Column::Both, "refresh-each")],
    remarks: "",
    runtime: Runtime::Threads,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

const PARALLEL: usize = 50;

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    expiries(ctx, &mut verdict).await;
    if ctx.control.is_none() {
        for step in ["before-persist", "after-persist"] {
            crash(ctx, step, &mut verdict).await;
        }
        revoked(ctx, &mut verdict).await;
    }
    verdict
}

/// The refresh token of the client in this process.
#[derive(Default)]
struct Kept(Mutex<Option<Secret>>);

impl RefreshTokenStore for Kept {
    fn load(&self) -> Result<Option<Secret>, Failure> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn save(&self, token: &Secret) -> Result<(), Failure> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(())
    }
}

async fn expiries(ctx: &Ctx, verdict: &mut Verdict) {
    let rounds = ctx.many(100, 4);
    let mut plan = Plan::of(ctx.seed, &[Column::Article]);
    plan.switches.rate_per_second = 0;
    let site = Site::new(&plan).await;
    let account = &site.accounts[0];
    let custom = Place::custom(
        &account.sim.lever_api_url(DataCentre::Us),
        &account.sim.lever_auth_url(DataCentre::Us),
    );
    let place = custom.expect("loopback").lever(model::DataCentre::Custom);
    let credentials = Credentials {
        id: demo::oauth_client_id(DataCentre::Us),
        secret: Secret::new(demo::OAUTH_CLIENT_SECRET),
    };
    let redirect = demo::redirect_uris(DataCentre::Us).pop().expect("a redirect");
    let redirect = Url::parse(&redirect).expect("an address");
    let clock = Clock::system();
    let attempt = begin(
        &place,
        &credentials.id,
        lever::oauth::scopes(model::Mode::Integration),
        &redirect,
        clock.now(),
    );
    let back = consent(account, attempt.url().as_str()).await;
    let back = Url::parse(&back).expect("an address");
    let Ok(Return::Granted { code }) = read_return(&attempt, &back, clock.now()) else {
        return verdict.problem("no code came back");
    };
    let tokens = exchange(&place, &credentials, attempt, code, clock.clone()).await;
    let source = TokenSource::new(&place, credentials, Arc::new(Kept::default()), clock).expect("TLS");
    source.adopt(tokens.expect("tokens")).await.expect("a store in memory");
    // A client lets nineteen calls through at once. Lever's address in three spellings makes three of them, so that
    // fifty calls are on the wire together; they share the grant.
    let source = Arc::new(source);
    let clients: Vec<Client> = ["v1", "%761", "v%31"]
        .map(|version| {
            let mut place = place.clone();
            place.api = Url::parse(&place.api.as_str().replace("/v1", &format!("/{version}"))).expect("an address");
            Client::new(place, Auth::OAuth(source.clone())).expect("TLS")
        })
        .into();
    let _ = clients[0].stages().await;
    let before = account.calls("token refresh").len();
    let mut failed = 0;
    for _ in 0..rounds {
        account.control("POST", "lever/expire-access-tokens", json!({})).await;
        // The clients' buckets fill again.
        tokio::time::sleep(Duration::from_millis(2_100)).await;
        let calls = (0..PARALLEL).map(|number| clients[number % clients.len()].stages());
        failed += futures::future::join_all(calls)
            .await
            .iter()
            .filter(|answer| answer.is_err())
            .count();
    }
    let refreshes = account.calls("token refresh").len() - before;
    verdict.measure("expiries under 50 calls", rounds);
    verdict.measure("refreshes", refreshes);
    verdict.hold(refreshes == rounds, || {
        format!("{refreshes} refreshes for {rounds} expiries")
    });
    verdict.hold(failed == 0, || format!("{failed} calls failed"));
}

/// The Super Admin reads the consent page and accepts; gives the address at which the browser comes back.
async fn consent(account: &Account, page: &str) -> String {
    let client = client();
    let page = client
        .get(page)
        .send()
        .await
        .expect("the simulator")
        .text()
        .await
        .expect("a page");
    let request = page
        .split("name=\"request\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let user = account.user(demo::SUPER_ADMIN);
    let form = [
        ("request", request.expect("a form")),
        ("decision", "accept"),
        ("user", &user),
    ];
    let consent = format!("{}/consent", account.sim.lever_auth_url(DataCentre::Us));
    let accepted = client.post(consent).form(&form).send().await.expect("the simulator");
    accepted.headers()["location"].to_str().expect("an address").to_owned()
}

/// A host that is set up by OAuth.
async fn connected(seed: u64, program: &Path) -> (Site, Host) {
    let mut plan = Plan::of(seed, &[Column::Article]);
    plan.oauth = true;
    let site = Site::new(&plan).await;
    let client_id = demo::oauth_client_id(DataCentre::Us);
    let uri = json!({"uri": format!("{}/oauth/custom", site.url())});
    let path = format!("lever/clients/{client_id}/redirect-uris");
    site.accounts[0].control("POST", &path, uri).await;
    let mut host = Host::spawn(program, site.path(), &[]);
    assert!(host.listens().await, "the host ended: {}", site.log());
    let arrived = agree(&site, &host).await;
    assert!(arrived, "the browser's return was not taken");
    site.until_ready().await;
    (site, host)
}

/// Somebody opens the address that the host shows, and consents.
async fn agree(site: &Site, host: &Host) -> bool {
    let page = until("an address for the consent", async || {
        let overview = host.overview().await.ok()?;
        let oauth = &overview["connections"][0]["setup"]["lever"]["oauth"];
        oauth["url"].as_str().map(str::to_owned)
    });
    let back = consent(&site.accounts[0], &page.await.expect("an address")).await;
    client()
        .get(back)
        .send()
        .await
        .is_ok_and(|answer| answer.status().is_success())
}

/// A process that ends in a refresh. Lever has rotated the token by then: what is not on disk is lost, and a person is
/// asked to connect again; nothing of the queue is.
async fn crash(ctx: &Ctx, step: &str, verdict: &mut Verdict) {
    let seed = ctx.seed.wrapping_add(step.len() as u64);
    let (site, host) = connected(seed, &ctx.sabotaged).await;
    let account = &site.accounts[0];
    let people = account.candidates(3).await;
    account.move_into_trigger(&people[0]).await;
    verdict.hold(site.rests(Duration::from_secs(90)).await, || {
        "it never comes to rest".to_owned()
    });
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    // Access tokens are kept in memory: the first call of the next process refreshes.
    let point = format!("refresh:{step}");
    let mut host = Host::spawn(&ctx.sabotaged, site.path(), &[("REFAPP_LEVER_CRASH", &point)]);
    let ended = until("the crash in the refresh", async || (!host.is_running()).then_some(()));
    verdict.hold(ended.await.is_some(), || format!("{point} was never reached"));
    host.kill();
    let mut host = Host::spawn(&ctx.sabotaged, site.path(), &[]);
    verdict.hold(host.listens().await, || format!("{point}: it does not begin again"));
    account.move_into_trigger(&people[1]).await;
    if step == "before-persist" {
        verdict.hold(asks_once(&host).await, || {
            format!("{point}: nobody is asked to connect again")
        });
        account.move_into_trigger(&people[2]).await;
        verdict.hold(agree(&site, &host).await, || {
            format!("{point}: the return was not taken")
        });
    } else {
        account.move_into_trigger(&people[2]).await;
    }
    site.until_ready().await;
    finish(&site, host, &people, verdict).await;
}

/// Somebody revokes the grant: one prompt, and what comes meanwhile waits for the new one.
async fn revoked(ctx: &Ctx, verdict: &mut Verdict) {
    let (site, host) = connected(ctx.seed.wrapping_add(99), &ctx.host).await;
    let account = &site.accounts[0];
    let people = account.candidates(4).await;
    account.move_into_trigger(&people[0]).await;
    verdict.hold(site.rests(Duration::from_secs(90)).await, || {
        "it never comes to rest".to_owned()
    });
    account.control("POST", "lever/revoke", json!({})).await;
    for person in &people[1..] {
        account.move_into_trigger(person).await;
    }
    verdict.hold(asks_once(&host).await, || "a revoked grant is not said once".to_owned());
    verdict.hold(agree(&site, &host).await, || "the return was not taken".to_owned());
    site.until_ready().await;
    finish(&site, host, &people, verdict).await;
}

/// One finding stops the connection, and it is the one that asks for the consent.
async fn asks_once(host: &Host) -> bool {
    let asked = until("one prompt", async || {
        let overview = host.overview().await.ok()?;
        let stops = |finding: &&Value| finding["stops"] == true;
        let findings = overview["connections"][0]["findings"].as_array()?.clone();
        let stopping: Vec<&Value> = findings.iter().filter(stops).collect();
        (stopping.len() == 1 && !overview["connections"][0]["setup"]["lever"]["oauth"]["url"].is_null()).then_some(())
    });
    asked.await.is_some()
}

async fn finish(site: &Site, host: Host, people: &[String], verdict: &mut Verdict) {
    settle(site, verdict).await;
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    let moved = [people.to_vec()];
    let case = Case {
        site,
        moved: &moved,
        may_park: &[],
    };
    let mut judged = Verdict::default();
    judge(&case, &mut judged).await;
    verdict.problems.extend(judged.problems);
}
