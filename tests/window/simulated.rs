//! The other side: what happens at the simulated Lever and Refapp while the window is open.

use std::time::Duration;

use end_to_end::rig;
use serde_json::{Value, json};
use simulator::{DataCentre, Simulator, demo};

/// Longer than anything takes on a busy machine; nothing waits this long unless it fails.
const PATIENCE: Duration = Duration::from_secs(40);

/// A running simulator with a hand on its control API.
pub struct Simulated {
    pub running: Simulator,
    http: reqwest::Client,
}

impl Simulated {
    /// Starts one with the demo data. Webhooks are off, as in Lever.
    pub async fn start() -> Self {
        let running = simulator::start(simulator::Options::default())
            .await
            .expect("loopback has a free port");
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { running, http }
    }

    /// The same after a Super Admin has switched the webhooks on.
    pub async fn with_webhooks() -> Self {
        let simulated = Self::start().await;
        simulated.switch_webhooks_on().await;
        simulated
    }

    /// A Super Admin switches the webhooks on.
    pub async fn switch_webhooks_on(&self) {
        let groups = json!({"candidateStageChange": true, "candidateDeleted": true});
        self.control("PATCH", "lever/webhook-groups", groups).await;
    }

    /// One call to the control API.
    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        rig::control(&self.http, &self.running, method, path, body).await
    }

    /// Another installation, Refapp's hosted one say, has stage changes sent elsewhere.
    pub async fn register_elsewhere(&self, url: &str) {
        let webhooks = format!("{}/webhooks", self.running.lever_api_url(DataCentre::Eu));
        let request = self.http.post(webhooks).basic_auth(demo::EU_KEY, Some(""));
        let request = request.json(&json!({"url": url, "event": "candidateStageChange"}));
        let answer = request.send().await.expect("the simulator answers");
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// Somebody removes a webhook in Lever.
    pub async fn remove_webhook(&self, id: &str) {
        let webhook = format!("{}/webhooks/{id}", self.running.lever_api_url(DataCentre::Eu));
        let request = self.http.delete(webhook).basic_auth(demo::EU_KEY_ALL, Some(""));
        let answer = request.send().await.expect("the simulator answers");
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// Everything that there is.
    pub async fn state(&self) -> Value {
        self.control("GET", "state", Value::Null).await
    }

    /// Waits until the state fits. Whatever changes it leaves a line in the ledger, so that is what is waited for.
    pub async fn until(&self, what: &str, fits: impl Fn(&Value) -> bool) {
        let mut seen = 0;
        loop {
            if fits(&self.state().await) {
                return;
            }
            let entries = self.running.wait_for_ledger(seen, PATIENCE).await;
            seen = match entries.last() {
                Some(last) => last.seq,
                None => panic!("waited in vain for {what} at the simulator"),
            };
        }
    }

    /// A recruiter moves a candidate of the demo data to a stage.
    pub async fn move_to(&self, candidate: &str, stage: &str) {
        let body = json!({"opportunity": opportunity(candidate), "stage": stage, "by": demo::RECRUITER});
        self.control("POST", "lever/move", body).await;
    }

    /// One step of the latest check in Refapp.
    pub async fn refapp_step(&self, step: &str) {
        let checks = self.state().await["refapp"]["checks"].clone();
        let latest = checks.as_array().and_then(|checks| checks.last()).cloned();
        let latest = latest.expect("a check has been started");
        let id = latest["id"].as_str().expect("an id is text");
        self.control("POST", &format!("refapp/checks/{id}/{step}"), json!({}))
            .await;
    }

    /// The referees answer the latest check, and its report is there.
    pub async fn refapp_finishes(&self) {
        for step in ["referee-answers", "referee-answers", "complete"] {
            self.refapp_step(step).await;
        }
    }

    /// How many checks Refapp has been asked to start.
    pub fn starts(&self) -> usize {
        let ledger = self.running.ledger();
        ledger
            .iter()
            .filter(|entry| entry.call == "event" && entry.applied)
            .count()
    }
}

/// The id of a candidate of the demo data.
pub fn opportunity(candidate: &str) -> String {
    demo::id(SEED, "opportunity", candidate)
}

/// The id of a user of the demo data.
pub fn user(email: &str) -> String {
    demo::id(SEED, "user", email)
}

/// Of `simulator::Options::default()`.
const SEED: u64 = 1;
