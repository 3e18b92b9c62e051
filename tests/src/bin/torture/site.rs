//! A simulated Lever and Refapp for each connection, and a host's configuration that leads to them.
//!
//! Each connection has a simulator of its own, with a seed of its own: two accounts never have an id in common.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::Clock;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use simulator::{DataCentre, Entry, Side, Simulator, Switches, demo};
use tempfile::TempDir;

use crate::host::Host;
use crate::row::Column;

/// The longest that anything may take before a row gives up. It is never slept through.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks at something that tells nobody when it changes.
const LOOK: Duration = Duration::from_millis(50);

/// Where a host lives, and whom it serves.
pub struct Site {
    pub dir: TempDir,
    pub accounts: Vec<Account>,
    pub listen: Port,
}

/// One Lever account with its Refapp account.
pub struct Account {
    /// The connection's name.
    pub name: String,
    pub column: Column,
    pub sim: Simulator,
    seed: u64,
    http: reqwest::Client,
    /// Starts that Refapp took on, `(candidate, result)`, and how far the ledger was read for them.
    started: Mutex<(u64, Vec<(String, String)>)>,
}

/// What may differ from the usual.
#[derive(Clone)]
pub struct Plan {
    pub seed: u64,
    /// One connection each.
    pub columns: Vec<Column>,
    pub switches: Switches,
    /// OAuth instead of an API key.
    pub oauth: bool,
}

impl Plan {
    pub fn of(seed: u64, columns: &[Column]) -> Self {
        Self {
            seed,
            columns: columns.to_vec(),
            switches: Switches::default(),
            oauth: false,
        }
    }
}

impl Site {
    pub async fn new(plan: &Plan) -> Self {
        let mut accounts = Vec::new();
        for (number, column) in (0..).zip(&plan.columns) {
            accounts.push(Account::new(plan, number, *column).await);
        }
        let site = Self {
            dir: tempfile::tempdir().expect("a directory"),
            listen: Port::reserve(),
            accounts,
        };
        site.configure(plan.oauth);
        site
    }

    /// The folder of configuration, data and log.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn database(&self) -> PathBuf {
        self.path().join("data/refapp-lever.db")
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.listen.address)
    }

    pub fn log(&self) -> String {
        let bytes = fs::read(self.path().join("host.log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn configure(&self, oauth: bool) {
        write_configuration(self.path(), self.listen.address, &self.accounts, oauth);
    }

    /// Starts a host and waits until every connection is ready.
    ///
    /// # Panics
    /// If it does not become ready: then there is nothing to be tortured.
    pub async fn start(&self, program: &Path, variables: &[(&str, &str)]) -> Host {
        let mut host = Host::spawn(program, self.path(), variables);
        assert!(host.listens().await, "the host ended: {}", self.log());
        self.until_ready().await;
        host
    }

    /// The same for a host whose files may be limited.
    pub async fn start_deaf(&self, program: &Path) -> Host {
        let mut host = Host::spawn_deaf(program, self.path());
        assert!(host.listens().await, "the host ended: {}", self.log());
        self.until_ready().await;
        host
    }

    /// The same, through a host that may be told to crash before it is ready.
    pub async fn until_ready(&self) {
        let url = format!("{}/healthz", self.url());
        let ready = until("the host is ready", async || {
            let answer = self.accounts[0].http.get(&url).send().await.ok()?;
            answer.status().is_success().then_some(())
        });
        assert!(ready.await.is_some(), "the host is not ready: {}", self.log());
    }

    /// A look into the database, beside the host or after it.
    pub fn open_database(&self) -> Connection {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(self.database(), flags).expect("a database");
        database.busy_timeout(Duration::from_secs(10)).expect("a time-out");
        database
    }

    /// Waits until nothing is left to do: everything that came is worked off, everything queued is sent, everything
    /// due is written. `false`: it never came to rest.
    pub async fn rests(&self, patience: Duration) -> bool {
        // What is due later than this only looks again at what a person has to mend.
        const SOON: i64 = 45_000;
        let database = self.open_database();
        let busy = "SELECT (SELECT count(*) FROM inbox WHERE done = 0)
                         + (SELECT count(*) FROM bell WHERE doc ->> 'source' <> 'recheck')
                         + (SELECT count(*) FROM effect WHERE state = 'sending')
                         + (SELECT count(*) FROM \"check\" WHERE phase = 'queued' OR due_at < ?1)";
        let rest = until_within("rest", patience, async || {
            let now = Clock::system().now().0;
            let busy: i64 = database.query_row(busy, [now + SOON], |row| row.get(0)).ok()?;
            (busy == 0).then_some(())
        });
        rest.await.is_some()
    }
}

/// The configuration of a host that serves these accounts.
pub fn write_configuration(folder: &Path, listen: SocketAddr, accounts: &[Account], oauth: bool) {
    let mut text = format!("[host]\nlisten = \"{listen}\"\npublic_url = \"http://{listen}\"\ndata_dir = \"data\"\n");
    let secret = |name: &str, value: &str| fs::write(folder.join(name), value).expect("a file of ours");
    secret("token", demo::REFAPP_TOKEN);
    secret("bearer", demo::UPDATE_BEARER);
    secret("client-secret", demo::OAUTH_CLIENT_SECRET);
    secret("key-article", demo::US_KEY);
    secret("key-list", demo::US_KEY_ALL);
    for account in accounts {
        let login = match (oauth, account.column) {
            (true, _) => format!(
                "client_id = \"{}\"\nclient_secret_file = \"client-secret\"",
                demo::oauth_client_id(DataCentre::Us)
            ),
            (false, Column::List) => "api_key_file = \"key-list\"".to_owned(),
            (false, _) => "api_key_file = \"key-article\"".to_owned(),
        };
        text.push_str(&format!(
            r#"
[[connection]]
name = "{name}"
[connection.lever]
data_centre = "custom"
{login}
api_url = "{api}"
auth_url = "{auth}"
[connection.refapp]
url = "{refapp}"
token_file = "token"
update_bearer_file = "bearer"
[connection.settings]
trigger_stage = "{stage}"
acting_user = "{user}"
poll_interval = 2
"#,
            name = account.name,
            api = account.sim.lever_api_url(DataCentre::Us),
            auth = account.sim.lever_auth_url(DataCentre::Us),
            refapp = account.sim.refapp_url(),
            stage = demo::TRIGGER_STAGE,
            user = demo::SUPER_ADMIN,
        ));
    }
    fs::write(folder.join("host.toml"), text).expect("a file of ours");
}

impl Account {
    async fn new(plan: &Plan, number: u64, column: Column) -> Self {
        let seed = plan.seed.wrapping_mul(1_000).wrapping_add(number);
        let options = simulator::Options {
            seed,
            switches: plan.switches.clone(),
            ..simulator::Options::default()
        };
        let account = Self {
            name: format!("Nordvik {number}"),
            column,
            sim: simulator::start(options).await.expect("a port on loopback"),
            seed,
            http: client(),
            started: Mutex::default(),
        };
        let on = json!({"candidateStageChange": true, "candidateDeleted": true});
        account.control("PATCH", "lever/webhook-groups", on).await;
        account
    }

    /// One call to the simulator's control API.
    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        end_to_end::rig::control(&self.http, &self.sim, method, path, body).await
    }

    /// Candidates of a posting that names its template, who have not come far yet.
    pub async fn candidates(&self, count: usize) -> Vec<String> {
        let posting = demo::id(self.seed, "posting", "Backend Developer");
        let order = json!({"name": "Tove Test", "emails": ["tove.test@candidate.example"], "posting": posting,
            "stage": "applicant-new", "deliver": "none", "count": count.max(2)});
        let made = self.control("POST", "lever/opportunities", order).await;
        let ids = made["ids"].as_array().cloned().unwrap_or_default();
        ids.iter()
            .take(count)
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect()
    }

    /// The id of a user of the demo data.
    pub fn user(&self, email: &str) -> String {
        demo::id(self.seed, "user", email)
    }

    /// A recruiter moves somebody.
    pub async fn move_to(&self, opportunity: &str, stage: &str) {
        let order = json!({"opportunity": opportunity, "stage": stage, "by": demo::RECRUITER});
        self.control("POST", "lever/move", order).await;
    }

    pub async fn move_into_trigger(&self, opportunity: &str) {
        self.move_to(opportunity, demo::TRIGGER_STAGE).await;
    }

    /// An order to fail, as the simulator's control API takes it.
    pub async fn fault(&self, fault: Value) {
        self.control("POST", "faults", fault).await;
    }

    pub async fn end_faults(&self) {
        self.control("DELETE", "faults", Value::Null).await;
    }

    /// The ledger's entries of one call, oldest first.
    pub fn calls(&self, call: &str) -> Vec<Entry> {
        self.sim
            .ledger()
            .into_iter()
            .filter(|entry| entry.call == call)
            .collect()
    }

    /// Starts that Refapp took on so far: `(candidate, result)`.
    pub async fn started(&self) -> Vec<(String, String)> {
        let since = self.started.lock().unwrap_or_else(PoisonError::into_inner).0;
        let new = self.sim.wait_for_ledger(since, Duration::ZERO).await;
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        let (seen, starts) = &mut *started;
        for entry in new {
            let event = &entry.body["partner-event"];
            if entry.seq > *seen
                && entry.call == "event"
                && entry.applied
                && let (Some(candidate), Some(result)) = (
                    event["candidate"]["id"].as_str(),
                    event["partner-result"]["id"].as_str(),
                )
            {
                starts.push((candidate.to_owned(), result.to_owned()));
            }
            *seen = entry.seq.max(*seen);
        }
        starts.clone()
    }

    /// A check in Refapp goes one step on, and an update tells of it.
    pub async fn step(&self, result: &str) {
        let url = format!("{}/refapp/checks/{result}/next", self.sim.control_url());
        // One that is completed goes no further: that is fine.
        let _ = self.http.post(url).json(&json!({})).send().await;
    }
}

impl Account {
    /// The same, and the host has answered the update: what comes of it may be waited for.
    pub async fn step_and_tell(&self, result: &str) {
        let since = self.sim.ledger().last().map_or(0, |entry| entry.seq);
        self.step(result).await;
        let told = until_within("an update is answered", Duration::from_secs(20), async || {
            let ledger = self.sim.ledger().into_iter();
            let mut updates = ledger.filter(|entry| entry.seq > since && entry.side == Side::Update);
            updates.any(|entry| entry.applied).then_some(())
        });
        // A check that is completed goes no further, and then there is no update.
        let _ = told.await;
    }
}

/// Looks until there is something to see; `None` if it takes too long.
pub async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    until_within(what, PATIENCE, look).await
}

pub async fn until_within<T>(what: &str, patience: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let end = tokio::time::Instant::now() + patience;
    loop {
        if let Some(seen) = look().await {
            return Some(seen);
        }
        if tokio::time::Instant::now() > end {
            println!("waited in vain: {what}");
            return None;
        }
        tokio::time::sleep(LOOK).await;
    }
}

pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let redirect = reqwest::redirect::Policy::none();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(redirect)
        .build()
        .expect("a client")
}

/// A port that nobody else takes while its host is dead: below those that the system gives to outgoing connections, and
/// kept from every other row by a listener on a second loopback address, which is let go with this.
pub struct Port {
    pub address: SocketAddr,
    _kept: TcpListener,
}

impl Port {
    /// It is no part of what a seed repeats.
    pub fn reserve() -> Self {
        loop {
            let number = rand::random_range(12_000..32_000);
            let address = SocketAddr::from(([127, 0, 0, 1], number));
            // First the one that keeps: two rows that look at the same time cannot both have it.
            if let Ok(kept) = TcpListener::bind(SocketAddr::from(([127, 0, 0, 2], number)))
                && TcpListener::bind(address).is_ok()
            {
                return Self { address, _kept: kept };
            }
        }
    }
}
