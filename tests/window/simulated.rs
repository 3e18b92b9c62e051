//! The other side: what happens at the simulated Lever and Refapp while the window is open.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::{Entry, Simulator, demo};

/// A running simulator with a hand on its control API.
pub struct Simulated {
    pub running: Simulator,
    http: reqwest::Client,
}

impl Simulated {
    /// Starts one with the demo data.
    pub async fn start() -> Self {
        let running = simulator::start(simulator::Options::default())
            .await
            .expect("loopback has a free port");
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { running, http }
    }

    /// One call to the control API.
    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("{}/{path}", self.running.control_url());
        let request = self.http.request(method.parse().expect("a method"), &url);
        let request = if method == "GET" { request } else { request.json(&body) };
        let answer = request.send().await.expect("the simulator answers");
        let status = answer.status();
        let text = answer.text().await.expect("an answer has a text");
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// A recruiter moves a candidate of the demo data to a stage.
    pub async fn move_to(&self, candidate: &str, stage: &str) {
        let body = json!({"opportunity": opportunity(candidate), "stage": stage, "by": demo::RECRUITER});
        self.control("POST", "lever/move", body).await;
    }

    /// One step of the latest check in Refapp.
    pub async fn refapp_step(&self, step: &str) {
        let checks = self.control("GET", "state", Value::Null).await["refapp"]["checks"].clone();
        let latest = checks.as_array().and_then(|checks| checks.last()).cloned();
        let id = latest.expect("a check has been started")["id"].clone();
        let id = id.as_str().expect("an id is text").to_owned();
        self.control("POST", &format!("refapp/checks/{id}/{step}"), json!({}))
            .await;
    }

    /// The tags of a candidate in Lever that are ours.
    pub async fn tags(&self, candidate: &str) -> Vec<String> {
        let state = self.control("GET", "state", Value::Null).await;
        let opportunities = state["lever"]["opportunities"].as_array().cloned().unwrap_or_default();
        let id = opportunity(candidate);
        let found = opportunities.into_iter().find(|one| one["id"] == id.as_str());
        let tags = found.expect("a candidate of the demo data")["tags"].clone();
        let tags = tags.as_array().cloned().unwrap_or_default();
        let tags = tags.iter().filter_map(Value::as_str);
        tags.filter(|tag| tag.starts_with("Refapp Status:"))
            .map(str::to_owned)
            .collect()
    }

    /// Waits until the ledger holds a call that fits.
    pub async fn until(&self, what: &str, fits: impl Fn(&Entry) -> bool) {
        let mut since = 0;
        loop {
            let entries = self.running.wait_for_ledger(since, Duration::from_secs(40)).await;
            let Some(last) = entries.last() else {
                panic!("waited in vain for {what} at the simulator")
            };
            if entries.iter().any(&fits) {
                return;
            }
            since = last.seq;
        }
    }

    /// How often a call had its effect.
    pub fn times(&self, call: &str) -> usize {
        let ledger = self.running.ledger();
        ledger
            .iter()
            .filter(|entry| entry.call == call && entry.applied)
            .count()
    }
}

/// The id of a candidate of the demo data.
pub fn opportunity(candidate: &str) -> String {
    demo::id(SEED, "opportunity", candidate)
}

/// The id of a stage of the demo data that is not built in.
pub fn stage(text: &str) -> String {
    demo::id(SEED, "stage", text)
}

/// The id of a user of the demo data.
pub fn user(email: &str) -> String {
    demo::id(SEED, "user", email)
}

/// Of `simulator::Options::default()`.
const SEED: u64 = 1;
