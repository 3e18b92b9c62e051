//! The whole integration in one process, over real HTTP: simulator, receiver, host, and a real database file.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::{
    CheckDetail, CheckRow, ConnectionView, Decision, Health, Host, Integration, LeverLogin, Options, Overview, Program,
    Provision, Purpose, Reply, Request,
};
use engine::{SecretName, Surroundings, Vault};
use model::{Clock, Code, ConnectionId, DataCentre, Failure, Limits, Look, Millis, Place, Redirect, Secret, Settings};
use serde_json::{Value, json};
use simulator::{Entry, Side, Simulator, demo};
use store::{ConnectionRecord, Store};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use url::Url;

/// The longest that anything may take before a test gives up. It is never slept through: waiting ends with the event.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a rig is set up.
#[derive(Clone)]
pub struct Setup {
    pub data_centre: DataCentre,
    pub key: String,
    pub poll_interval: u32,
    /// Whether the host has a public address. Without one there is polling only.
    pub public: bool,
    pub default_template: Option<String>,
    pub switches: simulator::Switches,
    /// Lever's webhook groups are switched on before anything else.
    pub webhooks_on: bool,
    /// What time the host takes it to be.
    pub clock: Clock,
    /// What time it is, at both services.
    pub clock_elsewhere: Clock,
    /// Of the simulator: every run with it has the same ids and chances.
    pub seed: u64,
    /// Where the data directory is made.
    pub folder: PathBuf,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            data_centre: DataCentre::Eu,
            key: demo::EU_KEY.to_owned(),
            poll_interval: 60,
            public: true,
            default_template: None,
            switches: simulator::Switches::default(),
            webhooks_on: true,
            clock: Clock::system(),
            clock_elsewhere: Clock::system(),
            seed: 1,
            folder: std::env::temp_dir(),
        }
    }
}

impl Setup {
    /// A key with the optional rights, too.
    pub fn with_list_rights() -> Self {
        Self {
            key: demo::EU_KEY_ALL.to_owned(),
            poll_interval: 1,
            ..Self::default()
        }
    }
}

/// A running integration.
pub struct Rig {
    pub sim: Simulator,
    pub host: Arc<Host>,
    pub vault: Arc<MemoryVault>,
    pub surroundings: Arc<Around>,
    pub setup: Setup,
    pub dir: TempDir,
    receiver: Receiver,
    http: reqwest::Client,
}

struct Receiver {
    stop: Option<oneshot::Sender<()>>,
    task: Option<tokio::task::JoinHandle<()>>,
}

/// Secrets in memory. The places where they really lie have tests of their own, in the two hosts.
#[derive(Default)]
pub struct MemoryVault {
    secrets: Mutex<HashMap<String, Secret>>,
    /// Plays a locked keychain.
    locked: Mutex<bool>,
}

impl MemoryVault {
    pub fn lock(&self, locked: bool) {
        *self.locked.lock().expect("no panic while held") = locked;
    }

    pub fn names(&self) -> Vec<String> {
        self.secrets
            .lock()
            .expect("no panic while held")
            .keys()
            .cloned()
            .collect()
    }

    /// All that is kept, to look for it elsewhere.
    pub fn secrets(&self) -> Vec<(String, String)> {
        let secrets = self.secrets.lock().expect("no panic while held");
        let secrets = secrets
            .iter()
            .map(|(name, secret)| (name.clone(), secret.expose().to_owned()));
        secrets.collect()
    }

    fn open(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, Secret>>, Failure> {
        if *self.locked.lock().expect("no panic while held") {
            return Err(Code::AppKeychain.into());
        }
        Ok(self.secrets.lock().expect("no panic while held"))
    }
}

impl Vault for MemoryVault {
    fn get(&self, name: &SecretName) -> Result<Option<Secret>, Failure> {
        Ok(self.open()?.get(&name.to_string()).cloned())
    }

    fn set(&self, name: &SecretName, secret: &Secret) -> Result<(), Failure> {
        self.open()?.insert(name.to_string(), secret.clone());
        Ok(())
    }

    fn delete(&self, name: &SecretName) -> Result<(), Failure> {
        self.open()?.remove(&name.to_string());
        Ok(())
    }
}

/// A host on loopback, whose browser is a list of addresses.
pub struct Around {
    places: HashMap<DataCentre, Place>,
    public: Option<String>,
    pub opened: Mutex<Vec<Url>>,
}

impl Around {
    /// Beside a simulator at `base`.
    pub fn of(base: &str, public: Option<String>) -> Self {
        let all = [DataCentre::Us, DataCentre::Eu, DataCentre::Sandbox, DataCentre::Custom];
        let place = |dc| {
            let lever = format!("{base}/lever/{}", simulated(dc).segment());
            Place::custom(&format!("{lever}/v1"), &format!("{lever}/auth")).expect("loopback")
        };
        Self {
            places: all.map(|dc| (dc, place(dc))).into(),
            public,
            opened: Mutex::default(),
        }
    }
}

impl Surroundings for Around {
    fn place(&self, _connection: &str, data_centre: DataCentre) -> Result<Place, Failure> {
        self.places
            .get(&data_centre)
            .cloned()
            .ok_or_else(|| Code::AppAddress.into())
    }

    fn public_url(&self) -> Option<String> {
        self.public.clone()
    }

    fn open_in_browser(&self, url: &Url) -> Result<(), Failure> {
        self.opened.lock().expect("no panic while held").push(url.clone());
        Ok(())
    }

    fn redirect(&self, kind: Redirect, data_centre: DataCentre) -> Result<Url, Failure> {
        let address = match kind {
            Redirect::DeepLink => format!("com.refapp.lever://oauth/{}", data_centre.word()),
            Redirect::Loopback => format!("http://127.0.0.1:47811/oauth/{}", data_centre.word()),
        };
        Ok(Url::parse(&address).expect("an address"))
    }

    fn redirect_addresses(&self, data_centre: DataCentre) -> Vec<String> {
        vec![format!("com.refapp.lever://oauth/{}", data_centre.word())]
    }
}

fn simulated(data_centre: DataCentre) -> simulator::DataCentre {
    match data_centre {
        DataCentre::Us | DataCentre::Custom => simulator::DataCentre::Us,
        DataCentre::Eu => simulator::DataCentre::Eu,
        DataCentre::Sandbox => simulator::DataCentre::Sandbox,
    }
}

impl Rig {
    /// Simulator, receiver and host, and no connection yet.
    pub async fn bare(setup: Setup) -> Self {
        let options = simulator::Options {
            seed: setup.seed,
            switches: setup.switches.clone(),
            clock: simulator::Clock::of({
                let clock = setup.clock_elsewhere.clone();
                move || clock.now().0
            }),
            ..simulator::Options::default()
        };
        let sim = simulator::start(options).await.expect("a port on loopback");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port on loopback");
        let public = format!("http://{}", listener.local_addr().expect("bound"));
        let public = setup.public.then_some(public);
        let surroundings = Arc::new(Around::of(&format!("http://{}", sim.address()), public));
        let vault = Arc::new(MemoryVault::default());
        let dir = tempfile::tempdir_in(&setup.folder).expect("a directory");
        let host = open_host(dir.path().to_owned(), &vault, &surroundings, &setup.clock).await;
        let receiver = serve(listener, &host);
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let rig = Self {
            sim,
            host,
            vault,
            surroundings,
            setup,
            dir,
            receiver,
            http,
        };
        if rig.setup.webhooks_on {
            let on = json!({"candidateStageChange": true, "candidateDeleted": true});
            rig.control("PATCH", "lever/webhook-groups", on).await;
        }
        rig
    }

    /// The same with a connection that is set up by a file, and ready.
    pub async fn start(setup: Setup) -> Self {
        let rig = Self::bare(setup).await;
        rig.provision().await;
        rig.until_ready().await;
        rig
    }

    /// Waits until every connection is ready, and shows it: what the health check answers comes a moment before the
    /// snapshot.
    pub async fn until_ready(&self) {
        self.until("the connection is ready", async || {
            let readiness = self.host.intake().readiness();
            let connections = self.overview().await.connections;
            let ready = !readiness.is_empty() && readiness.iter().all(|(_, ready)| *ready);
            let shown = |view: &ConnectionView| match view.health {
                Health::Healthy | Health::Warning => true,
                Health::Checking => view.last_verified.is_some(),
                _ => false,
            };
            (ready && connections.iter().all(shown)).then_some(())
        })
        .await;
    }

    /// Waits until the account's form was read: until then it is asked for once more than a start does.
    pub async fn until_form_read(&self) {
        self.connection_that("the form was read", |view| view.coverage.is_some())
            .await;
    }

    pub async fn provision(&self) {
        self.host.provision(vec![self.file()]).await.expect("a sound file");
    }

    pub fn file(&self) -> Provision {
        let data_centre = self.setup.data_centre;
        Provision {
            name: "Nordvik".to_owned(),
            data_centre,
            place: self
                .surroundings
                .place("Nordvik", data_centre)
                .expect("a simulated one"),
            lever: LeverLogin::ApiKey(Secret::new(&self.setup.key)),
            purpose: Purpose::Integration(self.integration()),
            poll_interval: self.setup.poll_interval,
            limits: Limits::default(),
            retention_days: Settings::default().retention_days,
            public_url: self.surroundings.public.clone(),
        }
    }

    pub fn integration(&self) -> Integration {
        Integration {
            refapp_url: self.sim.refapp_url(),
            refapp_token: Secret::new(demo::REFAPP_TOKEN),
            update_bearer: Some(Secret::new(demo::UPDATE_BEARER)),
            trigger_stage: demo::TRIGGER_STAGE.to_owned(),
            default_language: "sv".to_owned(),
            default_template: self.setup.default_template.clone(),
            acting_user: Some(demo::SUPER_ADMIN.to_owned()),
        }
    }

    /// The host ends and begins again on the same data, as after a restart of the computer.
    pub async fn restart(&mut self) {
        self.stop_host().await;
        self.start_host().await;
    }

    pub async fn stop_host(&mut self) {
        self.receiver.end().await;
        self.host.stop().await;
        // The directory is given back when the last handle goes: put a host in its place that has none.
        let elsewhere = tempfile::tempdir().expect("a directory");
        self.host = open_host(
            elsewhere.path().to_owned(),
            &self.vault,
            &self.surroundings,
            &self.setup.clock,
        )
        .await;
    }

    pub async fn start_host(&mut self) {
        let path = self.dir.path().to_owned();
        let host = self
            .until("the directory is free", async || {
                try_open(path.clone(), &self.vault, &self.surroundings, &self.setup.clock).await
            })
            .await;
        self.host = host;
        let address = self
            .surroundings
            .public
            .as_deref()
            .and_then(|url| url.strip_prefix("http://"));
        let listener = match address {
            Some(address) => {
                self.until("the port is free", async || TcpListener::bind(address).await.ok())
                    .await
            }
            None => TcpListener::bind("127.0.0.1:0").await.expect("a port on loopback"),
        };
        self.receiver = serve(listener, &self.host);
    }

    // What is asked of the host

    pub async fn overview(&self) -> Overview {
        match self.host.ask(Request::Overview).await {
            Ok(Reply::Overview(overview)) => *overview,
            other => panic!("an overview, not {other:?}"),
        }
    }

    pub async fn connection(&self) -> ConnectionView {
        self.overview()
            .await
            .connections
            .into_iter()
            .next()
            .expect("a connection")
    }

    pub async fn id(&self) -> ConnectionId {
        self.connection().await.id
    }

    pub async fn checks(&self) -> Vec<CheckRow> {
        let connection = self.id().await;
        match self
            .host
            .ask(Request::Checks {
                connection,
                look: Look::default(),
                offset: 0,
                limit: 500,
                anchor: None,
            })
            .await
        {
            Ok(Reply::CheckWindow(window)) => window.rows,
            other => panic!("a window, not {other:?}"),
        }
    }

    /// The last check of an opportunity of the demo data, by the candidate's name.
    pub async fn check_of(&self, candidate: &str) -> Option<CheckRow> {
        let opportunity = self.opportunity(candidate);
        let rows = self.checks().await;
        rows.into_iter()
            .filter(|row| row.opportunity.as_str() == opportunity)
            .max_by_key(|row| row.created_at)
    }

    pub async fn detail(&self, row: &CheckRow) -> CheckDetail {
        match self.host.ask(Request::Check { check: row.id }).await {
            Ok(Reply::CheckDetail(detail)) => *detail,
            other => panic!("a detail, not {other:?}"),
        }
    }

    pub async fn decide(&self, row: &CheckRow, decision: Decision) {
        let done = self
            .host
            .ask(Request::Decide {
                checks: vec![row.id],
                decision,
            })
            .await;
        assert_eq!(done, Ok(Reply::Decided(vec![])), "{decision:?}");
    }

    /// Waits until the candidate's check is as `fits` wants it.
    pub async fn check_that(&self, candidate: &str, what: &str, fits: impl Fn(&CheckRow) -> bool) -> CheckRow {
        self.until(what, async || self.check_of(candidate).await.filter(|row| fits(row)))
            .await
    }

    /// Waits until the connection is as `fits` wants it.
    ///
    /// Rows come from the database, the connection from the snapshot that its owner publishes at the end of a turn: what
    /// was just read in the one, or seen at Lever, may be a moment away in the other.
    pub async fn connection_that(&self, what: &str, fits: impl Fn(&ConnectionView) -> bool) -> ConnectionView {
        self.until(what, async || Some(self.connection().await).filter(|view| fits(view)))
            .await
    }

    /// Asks again and again until there is an answer. The pauses only spare the processor.
    pub async fn until<T>(&self, what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
        let patience = tokio::time::Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            if tokio::time::Instant::now() > patience {
                panic!("waited in vain: {what}\n{}", self.account().await);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What the host stores, as soon as it has let go of it. Only while it is stopped.
    async fn store(&self) -> Store {
        self.until("the directory is free", async || {
            Store::open(self.dir.path(), self.setup.clock.now()).ok()
        })
        .await
    }

    /// As if so much time had passed since everything that the host remembers. Only while it is stopped.
    ///
    /// When somebody entered a stage is left alone: that is Lever's word, and Lever does not grow older.
    pub async fn age(&self, span: i64) {
        let store = self.store().await;
        let back = |at: Millis| at.plus(-span);
        let aged = store.write(|tx| {
            for mut record in tx.connections()? {
                record.following_since = record.following_since.map(back);
                record.watermark = record.watermark.map(back);
                record.last_webhook = record.last_webhook.map(back);
                record.last_update = record.last_update.map(back);
                record.webhook_since = record.webhook_since.map(back);
                record.update_since = record.update_since.map(back);
                record.open_until = record.open_until.map(back);
                tx.put_connection(&record)?;
                for mut check in tx.most_urgent(record.id, u32::MAX)? {
                    check.status_since = back(check.status_since);
                    check.created_at = back(check.created_at);
                    check.active_at = back(check.active_at);
                    check.heard_at = check.heard_at.map(back);
                    tx.put_check(&check, Some(self.setup.clock.now()))?;
                }
            }
            Ok::<_, store::Error>(())
        });
        aged.expect("a sound database");
        drop(store);
        let database = rusqlite::Connection::open(self.dir.path().join("refapp-lever.db")).expect("the database");
        let seen = "UPDATE \"check\" SET seen_at = seen_at - ?1";
        database.execute(seen, [span]).expect("a sound database");
    }

    /// As if the host remembered something else of its connections. Only while it is stopped.
    pub async fn remember(&self, change: impl Fn(&mut ConnectionRecord)) {
        let store = self.store().await;
        let changed = store.write(|tx| {
            for mut record in tx.connections()? {
                change(&mut record);
                tx.put_connection(&record)?;
            }
            Ok::<_, store::Error>(())
        });
        changed.expect("a sound database");
    }

    /// The host is off for a while: it is stopped, that time passes, and it goes on.
    pub async fn time_passes(&mut self, span: i64) {
        self.stop_host().await;
        self.age(span).await;
        self.start_host().await;
    }

    /// The page at which a table of the database begins. Only while the host is stopped.
    pub async fn first_page_of(&self, table: &str) -> u32 {
        drop(self.store().await);
        let database = rusqlite::Connection::open(self.dir.path().join("refapp-lever.db")).expect("the database");
        let page = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
        database.query_row(page, [table], |row| row.get(0)).expect("a table")
    }

    /// Something else is written over a part of the database, as a failing disk does. Only while the host is stopped.
    pub async fn damage_database(&self, at: u64, length: usize) {
        use std::os::unix::fs::FileExt;
        drop(self.store().await);
        let path = self.dir.path().join("refapp-lever.db");
        let file = std::fs::File::options().write(true).open(path).expect("the database");
        file.write_all_at(&vec![0xa5; length], at).expect("a part of it");
    }

    /// The database is gone, and the host begins with an empty one. Its secrets are elsewhere, and stay.
    pub async fn lose_database(&mut self) {
        self.stop_host().await;
        drop(self.store().await);
        for file in std::fs::read_dir(self.dir.path()).expect("a directory") {
            std::fs::remove_file(file.expect("an entry").path()).expect("a file of ours");
        }
        self.start_host().await;
    }

    /// What there is, for a test that waited in vain.
    async fn account(&self) -> String {
        let overview = self.overview().await;
        let mut lines = Vec::new();
        for connection in &overview.connections {
            lines.push(format!(
                "{} {:?} {:?}",
                connection.name, connection.health, connection.findings
            ));
            let request = Request::Checks {
                connection: connection.id,
                look: Look::default(),
                offset: 0,
                limit: 20,
                anchor: None,
            };
            if let Ok(Reply::CheckWindow(window)) = self.host.ask(request).await {
                lines.extend(
                    window
                        .rows
                        .iter()
                        .map(|row| format!("{} {:?} {:?}", row.candidate, row.status, row.reason)),
                );
            }
        }
        let ledger = self.sim.ledger();
        lines.extend(
            ledger
                .iter()
                .rev()
                .take(30)
                .rev()
                .map(|e| format!("{} {:?} {} {} {:?}", e.seq, e.side, e.call, e.path, e.status)),
        );
        lines.join("\n")
    }

    // What happens at Lever and Refapp

    /// One call to the simulator's control API.
    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        control(&self.http, &self.sim, method, path, body).await
    }

    /// One call to Lever's Data API by somebody else who holds the key, and who waits like everybody where it has been
    /// used too often.
    pub async fn lever(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("{}/{path}", self.sim.lever_api_url(simulated(self.setup.data_centre)));
        let answer = self
            .until("Lever has time for somebody else", async || {
                let request = self.http.request(method.parse().expect("a method"), &url).json(&body);
                let request = request.basic_auth(&self.setup.key, Some(""));
                let answer = request.send().await.expect("the simulator");
                (answer.status() != reqwest::StatusCode::TOO_MANY_REQUESTS).then_some(answer)
            })
            .await;
        let status = answer.status();
        let text = answer.text().await.expect("an answer");
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    pub fn opportunity(&self, candidate: &str) -> String {
        demo::id(self.setup.seed, "opportunity", candidate)
    }

    pub fn posting(&self, title: &str) -> String {
        demo::id(self.setup.seed, "posting", title)
    }

    pub fn user(&self, email: &str) -> String {
        demo::id(self.setup.seed, "user", email)
    }

    /// A recruiter moves a candidate of the demo data.
    pub async fn move_to(&self, candidate: &str, stage: &str) {
        self.move_by(candidate, stage, demo::RECRUITER).await;
    }

    /// Somebody moves a candidate of the demo data.
    pub async fn move_by(&self, candidate: &str, stage: &str, email: &str) {
        let body = json!({"opportunity": self.opportunity(candidate), "stage": stage, "by": email});
        self.control("POST", "lever/move", body).await;
    }

    pub async fn move_into_trigger(&self, candidate: &str) {
        self.move_to(candidate, demo::TRIGGER_STAGE).await;
    }

    /// The same by Lever's API, without a user.
    pub async fn move_by_nobody(&self, candidate: &str, stage: &str) {
        let body = json!({"opportunity": self.opportunity(candidate), "stage": stage, "by": null});
        self.control("POST", "lever/move", body).await;
    }

    /// The same, with deliveries that are `none` or `late`.
    pub async fn move_quietly(&self, candidates: &[&str], stage: &str, deliver: &str) {
        let opportunities: Vec<String> = candidates.iter().map(|name| self.opportunity(name)).collect();
        let body = json!({"opportunities": opportunities, "stage": stage, "by": demo::RECRUITER, "deliver": deliver});
        self.control("POST", "lever/move", body).await;
    }

    /// What people change about a candidate in Lever.
    pub async fn change_candidate(&self, candidate: &str, change: Value) {
        let path = format!("lever/opportunities/{}", self.opportunity(candidate));
        self.control("PATCH", &path, change).await;
    }

    /// What people change about a posting in Lever.
    pub async fn change_posting(&self, title: &str, change: Value) {
        let path = format!("lever/postings/{}", self.posting(title));
        self.control("PATCH", &path, change).await;
    }

    /// An order to fail, as the simulator's control API takes it.
    pub async fn fault(&self, fault: Value) {
        self.control("POST", "faults", fault).await;
    }

    pub async fn end_faults(&self) {
        self.control("DELETE", "faults", Value::Null).await;
    }

    /// An update that Refapp sends by itself, word for word; gives the status of the answer.
    pub async fn update(&self, result: &str, attributes: Value) -> u16 {
        let address = self.connection().await.status_updates.address;
        let body = json!({"type": "partner-results", "id": result, "attributes": attributes});
        let request = self.http.put(address.expect("an update address")).json(&body);
        let answer = request.bearer_auth(demo::UPDATE_BEARER).send().await;
        answer.expect("the receiver").status().as_u16()
    }

    /// The opportunity as it lies in Lever.
    pub async fn in_lever(&self, candidate: &str) -> Value {
        let id = self.opportunity(candidate);
        let state = self.control("GET", "state", Value::Null).await;
        let all = state["lever"]["opportunities"].as_array().expect("a list").clone();
        all.into_iter()
            .find(|row| row["id"] == id)
            .expect("an opportunity of the demo data")
    }

    /// Our status tags on it.
    pub async fn status_tags(&self, candidate: &str) -> Vec<String> {
        let opportunity = self.in_lever(candidate).await;
        let tags = opportunity["tags"]
            .as_array()
            .expect("tags")
            .iter()
            .filter_map(Value::as_str);
        tags.filter(|tag| tag.starts_with("Refapp Status:"))
            .map(str::to_owned)
            .collect()
    }

    /// Notes that are on it, as texts. The simulator remembers deleted ones, too.
    pub async fn notes(&self, candidate: &str) -> Vec<String> {
        let opportunity = self.in_lever(candidate).await;
        let notes = opportunity["notes"].as_array().cloned().unwrap_or_default();
        notes
            .iter()
            .filter(|note| note["deletedAt"].is_null())
            .filter_map(|note| note["value"].as_str().or(note["fields"][0]["value"].as_str()))
            .map(str::to_owned)
            .collect()
    }

    /// Progress of a check in Refapp.
    pub async fn refapp_step(&self, row: &CheckRow, step: &str) {
        let result = self.result_of(row);
        self.control("POST", &format!("refapp/checks/{result}/{step}"), json!({}))
            .await;
    }

    /// The `partner-result.id` under which it was sent.
    pub fn result_of(&self, row: &CheckRow) -> String {
        let events = self.calls("event");
        let ours = events
            .iter()
            .rev()
            .find(|entry| entry.body["partner-event"]["candidate"]["id"] == row.opportunity.as_str());
        let id = ours.and_then(|entry| entry.body["partner-event"]["partner-result"]["id"].as_str());
        id.expect("an event that was sent").to_owned()
    }

    /// The number of the ledger's last entry.
    pub fn seq(&self) -> u64 {
        self.sim.ledger().last().map_or(0, |entry| entry.seq)
    }

    /// Waits until so many webhooks about an opportunity have been answered, and what they brought has been worked off:
    /// what has not come of them by then does not.
    pub async fn until_taken_in(&self, opportunity: &str, webhooks: usize) {
        self.until("the webhooks are answered", async || {
            let ledger = self.sim.ledger();
            let about = ledger.iter().filter(|entry| {
                let effect = entry.effect.as_ref();
                entry.side == Side::Webhook
                    && entry.answered
                    && effect.is_some_and(|effect| effect["opportunityId"] == opportunity)
            });
            (about.count() >= webhooks).then_some(())
        })
        .await;
        self.until_worked_off().await;
    }

    /// Waits until everything that is stored has been worked off and looked at. An order is answered after that, also
    /// one that is refused.
    pub async fn until_worked_off(&self) {
        let connection = self.id().await;
        drop(self.host.ask(Request::ReadStages { connection }).await);
        // While it does not run nothing is looked at.
        self.connection_that("nothing waits", |view| view.counts.waiting == 0 || !view.setup.finished)
            .await;
    }

    /// Names of the calls about one candidate's opportunity at Lever since `seq`, and of those that read its posting or
    /// a user meanwhile.
    pub fn lever_calls_since(&self, seq: u64, candidate: &str, posting: &str) -> Vec<String> {
        let (id, posting) = (self.opportunity(candidate), self.posting(posting));
        let entries = self.sim.ledger().into_iter();
        entries
            .filter(|e| e.seq > seq && e.side == Side::Lever)
            .filter(|e| e.path.contains(&id) || e.path.contains(&posting) || e.call == "read user")
            .map(|e| e.call)
            .collect()
    }

    /// The ledger's entries of one call, oldest first.
    pub fn calls(&self, call: &str) -> Vec<Entry> {
        self.sim
            .ledger()
            .into_iter()
            .filter(|entry| entry.call == call)
            .collect()
    }

    /// Events that Refapp took on, for one candidate.
    pub fn starts(&self, candidate: &str) -> usize {
        let id = self.opportunity(candidate);
        let events = self.calls("event");
        events
            .iter()
            .filter(|e| e.applied && e.body["partner-event"]["candidate"]["id"] == id.as_str())
            .count()
    }
}

/// One call to the simulator's control API, which must succeed.
pub async fn control(http: &reqwest::Client, sim: &Simulator, method: &str, path: &str, body: Value) -> Value {
    let url = format!("{}/{path}", sim.control_url());
    let request = http.request(method.parse().expect("a method"), &url);
    let request = if method == "GET" { request } else { request.json(&body) };
    let answer = request.send().await.expect("the simulator");
    let status = answer.status();
    let text = answer.text().await.expect("an answer");
    assert!(status.is_success(), "{method} {path}: {status} {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

async fn try_open(
    path: PathBuf,
    vault: &Arc<MemoryVault>,
    surroundings: &Arc<Around>,
    clock: &Clock,
) -> Option<Arc<Host>> {
    let downloads = path.join("downloads");
    let options = Options {
        data_dir: path,
        vault: vault.clone(),
        surroundings: surroundings.clone(),
        practice: None,
        receiver: None,
        program: Program::Desktop {
            web_view: None,
            downloads: Some(downloads),
        },
        version: "0.0.0".to_owned(),
        clock: clock.clone(),
    };
    Host::open(options).await.ok()
}

async fn open_host(path: PathBuf, vault: &Arc<MemoryVault>, surroundings: &Arc<Around>, clock: &Clock) -> Arc<Host> {
    try_open(path, vault, surroundings, clock)
        .await
        .expect("a fresh directory")
}

fn serve(listener: TcpListener, host: &Arc<Host>) -> Receiver {
    let (stop, stopped) = oneshot::channel::<()>();
    let intake = host.intake();
    let task = tokio::spawn(async move {
        let _ = receiver::serve(listener, intake, async move { drop(stopped.await) }).await;
    });
    Receiver {
        stop: Some(stop),
        task: Some(task),
    }
}

impl Receiver {
    async fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(task) = self.task.take() {
            let _ = task.await;
        }
    }
}
