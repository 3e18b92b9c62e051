//! A simulator, a client for it, and an address that takes its deliveries.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use simulator::{DataCentre, Entry, Options, Simulator, demo};
use tokio::sync::{Mutex, mpsc};

pub const SEED: u64 = 7;

pub struct Harness {
    pub simulator: Simulator,
    pub client: Client,
}

/// A status and its JSON body; null where there was none.
pub type Answer = (u16, Value);

pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    read(response).await
}

pub async fn read(response: Response) -> Answer {
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

impl Harness {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options {
            seed: SEED,
            ..Options::default()
        };
        // Tests that are not about the limiter do not wait for it.
        options.switches.rate_per_second = 0;
        options.switches.webhook_retry_ms = 1;
        change(&mut options);
        let simulator = simulator::start(options).await.unwrap();
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { simulator, client }
    }

    pub fn lever(&self, method: &str, path: &str) -> RequestBuilder {
        self.lever_as(demo::EU_KEY_ALL, DataCentre::Eu, method, path)
    }

    pub fn lever_as(&self, key: &str, data_centre: DataCentre, method: &str, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.simulator.lever_api_url(data_centre));
        self.client
            .request(method.parse().unwrap(), url)
            .basic_auth(key, Some(""))
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.lever("GET", path)).await
    }

    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.simulator.control_url());
        let request = self.client.request(method.parse().unwrap(), url);
        let (status, body) = answer(if body.is_null() { request } else { request.json(&body) }).await;
        assert_eq!(status, 200, "{method} {path}: {body}");
        body
    }

    pub async fn state(&self) -> Value {
        self.control("GET", "/state", Value::Null).await
    }

    pub fn config(&self, query: &[(&str, &str)]) -> RequestBuilder {
        let url = format!("{}/webhooks/account-integration/config", self.simulator.refapp_url());
        self.client.get(url).query(query).bearer_auth(demo::REFAPP_TOKEN)
    }

    pub async fn event(&self, event: &Value) -> Answer {
        let url = format!("{}/webhooks/account-integration", self.simulator.refapp_url());
        answer(self.client.post(url).bearer_auth(demo::REFAPP_TOKEN).json(event)).await
    }

    pub fn calls(&self, call: &str) -> Vec<Entry> {
        self.simulator
            .ledger()
            .into_iter()
            .filter(|entry| entry.call == call)
            .collect()
    }

    /// Waits until the ledger holds an entry that fits.
    pub async fn until(&self, fits: impl Fn(&Entry) -> bool) -> Entry {
        let mut since = 0;
        loop {
            let entries = self.simulator.wait_for_ledger(since, Duration::from_secs(20)).await;
            assert!(
                !entries.is_empty(),
                "nothing more came; the ledger: {:#?}",
                self.simulator.ledger()
            );
            since = entries.last().unwrap().seq;
            if let Some(entry) = entries.into_iter().find(&fits) {
                return entry;
            }
        }
    }

    pub async fn register(&self, url: &str) -> Value {
        let body = json!({"url": url, "event": "candidateStageChange"});
        let (status, body) = answer(self.lever("POST", "/webhooks").json(&body)).await;
        assert_eq!(status, 201);
        body["data"].clone()
    }

    pub async fn move_to_trigger(&self, name: &str) -> String {
        let id = opportunity(name);
        let order = json!({"opportunity": id, "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER});
        self.control("POST", "/lever/move", order).await;
        id
    }
}

pub fn opportunity(name: &str) -> String {
    demo::id(SEED, "opportunity", name)
}

pub fn posting(title: &str) -> String {
    demo::id(SEED, "posting", title)
}

pub fn user(email: &str) -> String {
    demo::id(SEED, "user", email)
}

/// A good event, as refapp-api.md §3 prints it.
pub fn good_event(result_id: &str, update_url: &str) -> Value {
    json!({"partner-event": {
        "id": "bb2adece-e2ad-49af-a023-29c3643ce7f5",
        "candidate": {
            "id": opportunity("Kim Berg"), "first-name": "Kim", "last-name": "Berg",
            "email": "kim.berg@fjordpost.example", "phone": "+46701740605",
            "recruiter": {"first-name": "Jonas", "last-name": "Ek", "email": demo::RECRUITER},
            "job": {"id": posting("Backend Developer"), "title": "Backend Developer", "ats-name": "Lever",
                "recruiting-team": [{"first-name": "Jonas", "last-name": "Ek", "email": demo::RECRUITER},
                    {"name": "Astrid Lund", "email": demo::SUPER_ADMIN}]}},
        "partner-result": {"id": result_id, "status": "sending", "update-url": update_url},
        "webhook-data": {"project-template-id": demo::TEMPLATES[1].0}}})
}

/// What came to an [`Inbox`].
#[derive(Debug)]
pub struct Delivered {
    pub method: Method,
    pub headers: HeaderMap,
    pub body: Value,
}

/// An address on loopback; answers with the statuses that it was given, then with 200.
pub struct Inbox {
    pub address: SocketAddr,
    received: mpsc::UnboundedReceiver<Delivered>,
}

#[derive(Clone)]
struct Desk {
    sender: mpsc::UnboundedSender<Delivered>,
    statuses: Arc<Mutex<Vec<u16>>>,
}

async fn take(State(desk): State<Desk>, method: Method, headers: HeaderMap, body: Bytes) -> StatusCode {
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    desk.sender.send(Delivered { method, headers, body }).unwrap();
    let next = desk.statuses.lock().await.pop();
    StatusCode::from_u16(next.unwrap_or(200)).unwrap()
}

impl Inbox {
    pub async fn open(statuses: &[u16]) -> Self {
        let (sender, received) = mpsc::unbounded_channel();
        let statuses = Arc::new(Mutex::new(statuses.iter().rev().copied().collect()));
        let router = Router::new().fallback(take).with_state(Desk { sender, statuses });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, received }
    }

    pub fn url(&self) -> String {
        format!("http://{}/in", self.address)
    }

    pub async fn next(&mut self) -> Delivered {
        tokio::time::timeout(Duration::from_secs(20), self.received.recv())
            .await
            .expect("a delivery comes")
            .unwrap()
    }

    pub fn is_empty(&self) -> bool {
        self.received.is_empty()
    }
}
