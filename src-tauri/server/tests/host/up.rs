//! Both APIs are there, simulated: what only the whole process can show.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};
use simulator::{DataCentre, Simulator, demo};
use tempfile::TempDir;

use crate::process::{Running, mode, subcommand};

/// The longest that anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at something that tells nobody when it changes.
const LOOK: Duration = Duration::from_millis(50);

/// What an observer's key is called, and the key itself.
pub const OBSERVER: &str = "observer-key";

/// A simulator, and a configuration that leads to it.
pub struct Site {
    pub dir: TempDir,
    pub sim: Simulator,
    pub http: reqwest::Client,
    public_url: String,
}

impl Site {
    /// `login` are the lines that say how the host proves itself to Lever.
    async fn new(login: &str) -> Self {
        let sim = simulator::start(simulator::Options::default()).await.unwrap();
        let dir = TempDir::new().unwrap();
        for (name, secret) in [
            ("key", demo::US_KEY),
            ("client-secret", demo::OAUTH_CLIENT_SECRET),
            ("token", demo::REFAPP_TOKEN),
            ("bearer", demo::UPDATE_BEARER),
        ] {
            fs::write(dir.path().join(name), secret).unwrap();
        }
        // The configuration names the port before the host has it.
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let text = format!(
            r#"
[host]
listen = "{free}"
public_url = "http://{free}"
data_dir = "data"
[[connection]]
name = "Nordvik"
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
default_language = "sv"
acting_user = "{user}"
"#,
            api = sim.lever_api_url(DataCentre::Us),
            auth = sim.lever_auth_url(DataCentre::Us),
            refapp = sim.refapp_url(),
            stage = demo::TRIGGER_STAGE,
            user = demo::SUPER_ADMIN,
        );
        fs::write(dir.path().join("host.toml"), text).unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        let site = Self {
            dir,
            sim,
            http: http.build().unwrap(),
            public_url: format!("http://{free}"),
        };
        site.control("PATCH", "lever/webhook-groups", json!({"candidateStageChange": true}))
            .await;
        site
    }

    pub async fn with_key() -> Self {
        Self::new("api_key_file = \"key\"").await
    }

    /// Of a connection that only looks on, by a key with these boxes ticked.
    pub async fn observer(rights: &[&str]) -> Self {
        let site = Self::with_key().await;
        let key = json!({"name": OBSERVER, "value": OBSERVER, "data_centre": "us", "rights": rights});
        site.control("POST", "lever/keys", key).await;
        fs::write(site.dir.path().join("key"), OBSERVER).unwrap();
        let file = site.dir.path().join("host.toml");
        let text = fs::read_to_string(&file).unwrap();
        let (text, _) = text.split_once("[connection.refapp]").unwrap();
        let text = text.replace("name = \"Nordvik\"", "name = \"Nordvik\"\nmode = \"observer\"");
        // Nobody waits a minute in a test.
        fs::write(file, text + "[connection.settings]\npoll_interval = 1\n").unwrap();
        site
    }

    /// With the organisation's own OAuth client instead of a key.
    pub async fn with_oauth() -> Self {
        let client_id = demo::oauth_client_id(DataCentre::Us);
        let login = format!("client_id = \"{client_id}\"\nclient_secret_file = \"client-secret\"");
        let site = Self::new(&login).await;
        let path = format!("lever/clients/{client_id}/redirect-uris");
        site.control("POST", &path, json!({"uri": site.redirect()})).await;
        site
    }

    pub fn redirect(&self) -> String {
        format!("{}/oauth/custom", self.public_url)
    }

    /// A Super Admin consents in a browser, which is not followed back to the host: the address to which it is sent.
    pub async fn consent(&self) -> String {
        let page = self
            .until("an address for the consent", || {
                let status = self.json(&["status"]);
                let oauth = &status["connections"][0]["setup"]["lever"]["oauth"];
                oauth["url"].as_str().map(str::to_owned)
            })
            .await;
        let page = self.http.get(page).send().await.unwrap().text().await.unwrap();
        let request = page
            .split("name=\"request\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let user = demo::id(1, "user", demo::SUPER_ADMIN);
        let form = [("request", request), ("decision", "accept"), ("user", &user)];
        let consent = format!("{}/consent", self.sim.lever_auth_url(DataCentre::Us));
        let accepted = self.http.post(consent).form(&form).send().await.unwrap();
        accepted.headers()["location"].to_str().unwrap().to_owned()
    }

    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("{}/{path}", self.sim.control_url().trim_end_matches('/'));
        let request = self.http.request(method.parse().unwrap(), url).json(&body);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    pub fn json(&self, args: &[&str]) -> Value {
        let output = subcommand(self.dir.path(), &[args, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    }

    /// Looks until there is something to see.
    pub async fn until<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(seen) = look() {
                return seen;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "waited for {what}: {:#}",
                self.json(&["status"])
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    pub async fn until_ready(&self, host: &Running) {
        let ready = || {
            host.request("GET /healthz", "")
                .starts_with("HTTP/1.1 200")
                .then_some(())
        };
        self.until("ready", ready).await;
    }

    /// The files of secrets that the host made, and not the links to the operator's.
    pub fn own_secrets(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.dir.path().join("data/secrets")).unwrap();
        let entries = entries.map(|entry| entry.unwrap());
        entries
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(|entry| entry.path())
            .collect()
    }

    fn own_secret(&self, kind: &str) -> Option<PathBuf> {
        self.own_secrets()
            .into_iter()
            .find(|path| path.to_str().unwrap().ends_with(kind))
    }
}

pub fn check_of<'a>(checks: &'a Value, opportunity: &str) -> Option<&'a Value> {
    checks
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["opportunity"] == opportunity)
}

/// A new candidate for the posting that carries a template tag, not in the trigger stage.
pub async fn candidate(site: &Site) -> String {
    let posting = demo::id(1, "posting", "Backend Developer");
    let made = json!({
        "name": "Tove Test", "emails": ["tove.test@candidate.example"], "posting": posting,
        "stage": "applicant-new", "deliver": "none",
    });
    let made = site.control("POST", "lever/opportunities", made).await;
    made["id"].as_str().expect("an id").to_owned()
}

/// Waits until Refapp has taken the check on; gives its reference.
pub async fn accepted(site: &Site, opportunity: &str) -> String {
    site.until("the check is accepted", || {
        let checks = site.json(&["checks"]);
        let row = check_of(&checks, opportunity)?;
        (row["status"] != "queued").then(|| row["reference"].as_str().unwrap().to_owned())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stage_move_becomes_a_check_that_the_subcommands_show_and_a_kill_does_not_repeat() {
    let site = Site::with_key().await;
    let host = Running::start(site.dir.path(), &[]);
    site.until_ready(&host).await;
    let opportunity = candidate(&site).await;
    let moved = json!({"opportunity": opportunity, "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER});
    site.control("POST", "lever/move", moved).await;
    let reference = accepted(&site, &opportunity).await;
    for id in [&opportunity, &reference] {
        assert_eq!(site.json(&["check", id])["row"]["opportunity"], *opportunity);
    }
    let report = site.json(&["templates", "update"]);
    assert_eq!(report[0]["connection"], "Nordvik");
    assert_eq!(report[0]["report"]["unchanged"], demo::TEMPLATES.len());
    let rights = site.json(&["preflight"])[0]["report"]["rights"].clone();
    assert_eq!(rights.as_array().unwrap().len(), 18);

    drop(host);
    let host = Running::start(site.dir.path(), &[]);
    site.until_ready(&host).await;
    // Somebody else is started after it: what would be sent again has been by then.
    let other = candidate(&site).await;
    let moved = json!({"opportunity": other, "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER});
    site.control("POST", "lever/move", moved).await;
    accepted(&site, &other).await;
    let events = site.sim.ledger().into_iter().filter(|entry| entry.call == "event");
    let started: Vec<_> = events
        .map(|entry| entry.body["partner-event"]["candidate"]["id"].clone())
        .collect();
    assert_eq!(started, [opportunity, other]);
    assert_eq!(host.stop(Signal::TERM).0, Some(0));
}

/// Lever made the webhook and answered 500: its signature token is lost, and what it delivers cannot be verified.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_whose_token_never_came_is_registered_again_before_it_is_ready() {
    let site = Site::with_key().await;
    let fault = json!({"match": {"side": "lever", "call": "create webhook"}, "times": 1, "kind": "applied_5xx"});
    site.control("POST", "faults", fault).await;
    let host = Running::start(site.dir.path(), &[]);
    site.until_ready(&host).await;
    let opportunity = candidate(&site).await;
    let moved = json!({"opportunity": opportunity, "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER});
    site.control("POST", "lever/move", moved).await;
    accepted(&site, &opportunity).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s12_a_super_admin_consents_in_any_browser_and_the_tokens_lie_in_files_of_the_owner_alone() {
    let site = Site::with_oauth().await;
    let host = Running::start(site.dir.path(), &[]);
    let back = site.consent().await;
    assert!(back.starts_with(&site.redirect()), "{back}");
    let arrived = site.http.get(back).send().await.unwrap();
    assert_eq!(arrived.status(), 200);
    site.until_ready(&host).await;

    let token = site.own_secret("oauth-refresh-token").expect("a file");
    let first = fs::read_to_string(&token).unwrap();
    for file in site.own_secrets() {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    assert!(site.own_secret("webhook-tokens").is_some());
    assert!(
        site.own_secret("oauth-client-secret").is_none(),
        "the operator's file is linked, not copied"
    );

    // A refresh rotates the token: the new one is in the file, and the connection goes on with it after a restart.
    let (status, log) = host.stop(Signal::TERM);
    assert_eq!(status, Some(0));
    assert!(!log.contains(first.trim()), "a token in the log");
    let host = Running::start(site.dir.path(), &[]);
    site.until_ready(&host).await;
    let second = fs::read_to_string(&token).unwrap();
    assert_ne!(
        first, second,
        "access tokens are kept in memory, so a restart refreshes"
    );
    assert_eq!(host.stop(Signal::TERM).0, Some(0));
}
