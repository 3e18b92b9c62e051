//! Pictures of every screen, in both languages and both themes, from the real window in practice mode.
//!
//! Each screen is also audited: axe-core for contrast and all else that it knows, our own look for text that is cut
//! off or lies on other text, at the usual size and at the smallest. A flaw makes the run fail, after all pictures
//! are taken. Run it by `cargo xtask shots`; the program itself takes names of `PARTS`, and
//! then pictures of those alone.

mod standing;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use end_to_end::rig;
use end_to_end::window::{Flaw, Home, Window, strange};
use serde_json::{Value, json};
use simulator::{Simulator, demo};

/// Language and theme.
const LOOKS: [(&str, &str); 4] = [("en", "light"), ("en", "dark"), ("sv", "light"), ("sv", "dark")];

/// As `tauri.conf.json` has it.
const USUAL: (u32, u32) = (1200, 800);
const SMALLEST: (u32, u32) = (360, 480);
/// Of the screen that nobody sees.
const TALLEST: u32 = 2300;
/// Pictures on one sheet.
const SHEET: usize = 24;

#[tokio::main]
async fn main() -> ExitCode {
    let only: Vec<String> = std::env::args().skip(1).collect();
    let album = Album::new(only.is_empty());
    let flaws: BTreeSet<(String, Flaw)> = take_all(&album, &only).await;
    for (picture, flaw) in &flaws {
        eprintln!("{picture}: {}: {}", flaw.rule, flaw.what);
    }
    album.make_sheets();
    println!(
        "{} pictures in {}, {} flaws",
        album.count(),
        album.folder.display(),
        flaws.len()
    );
    if flaws.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Each on a computer of its own.
const PARTS: [&str; 7] = ["eu", "obstacles", "standing", "us", "observer", "names", "set-aside"];

async fn take_all(album: &Album, only: &[String]) -> BTreeSet<(String, Flaw)> {
    let mut flaws = BTreeSet::new();
    for part in PARTS
        .into_iter()
        .filter(|part| only.is_empty() || only.iter().any(|one| one == part))
    {
        flaws.extend(match part {
            "eu" => take_eu(album).await,
            "obstacles" => take_obstacles(album).await,
            "standing" => standing::take(album).await,
            "us" => take_us(album).await,
            "observer" => take_observer(album).await,
            "names" => take_names(album).await,
            _ => take_set_aside(album).await,
        });
    }
    flaws
}

/// The whole way of an admin in the EU.
async fn take_eu(album: &Album) -> BTreeSet<(String, Flaw)> {
    let (home, simulator) = (Home::new().await, simulator().await);
    let mut camera = Camera::new(Window::app(&home, &simulator).await, album);

    camera.window.see("welcome").await;
    camera.take("01-welcome").await;
    camera.window.begin_setup().await;
    camera.take("02-refapp").await;
    camera.window.prove_refapp().await;
    camera.window.click("data-centre-eu").await;
    camera.take("03-data-centre").await;
    camera.window.choose_data_centre("eu", "api-key").await;
    camera.take("04-api-key").await;
    camera.window.prove_key().await;
    camera.take("05-acting-user").await;
    camera.window.choose_acting_user().await;
    camera.take("06-rights-asked").await;
    camera.window.click("rights-prove").await;
    camera.window.see("wizard-continue").await;
    camera.take("07-rights-proven").await;
    camera.window.click("wizard-continue").await;
    camera.window.see("wizard-channels").await;
    camera.take("08-channels").await;
    let groups = json!({"candidateStageChange": true, "candidateDeleted": true});
    tell(&simulator, "PATCH", "lever/webhook-groups", &groups).await;
    camera.window.choose_channels().await;
    camera.take("09-stage").await;
    camera.window.choose_stage().await;
    camera.take("10-done").await;
    camera.window.finish_setup().await;
    camera.take("11-dashboard-empty").await;

    let tags = format!(
        "lever/opportunities/{}/tags",
        demo::id(1, "opportunity", "Ida Forsberg")
    );
    tell(&simulator, "POST", &tags, &json!({"add": ["Refapp Status: Sent"]})).await;
    reach_the_stage(&simulator, &["Ida Forsberg"]).await;
    camera.window.see("check-row").await;
    camera
        .take_between("17-other-installation", "check-open", "detail-close")
        .await;

    reach_the_stage(&simulator, &["Kim Berg", "Åsa Öberg"]).await;
    tell(&simulator, "PATCH", "autopilot", &json!({"interval_ms": 300})).await;
    camera.window.see("check-row[data-status=\"completed\"]").await;
    tell(&simulator, "PATCH", "autopilot", &json!({"interval_ms": null})).await;
    reach_the_stage(
        &simulator,
        &["Sofia Lindqvist", "Erik Sandberg", "Viktor Palm", "Alva Hedlund"],
    )
    .await;
    camera
        .window
        .until(
            "seven rows",
            "return document.querySelectorAll('[data-testid=\"check-row\"]').length === 7",
        )
        .await;
    camera.take("12-dashboard").await;
    camera.take_between("12-check", "check-open", "detail-close").await;
    camera.take_between("31-export", "export-open", "export-close").await;
    take_privacy(&mut camera).await;
    camera.window.click("count-attention").await;
    camera.window.see("cause").await;
    camera.take("35-causes").await;
    camera.window.click("view[data-view=\"all\"]").await;
    camera
        .take_between("36-computer", "computer-open", "computer-close")
        .await;
    camera.window.click("nav-connection").await;
    camera.window.see("connection").await;
    camera.take("13-connection").await;
    take_foresight(&mut camera, &simulator).await;
    take_help(&mut camera).await;
    camera.window.click("nav-connection").await;
    camera.window.see("connection").await;

    camera
        .take_trouble(
            "18-refapp-down",
            &simulator,
            &json!({"match": {"side": "refapp"}, "kind": "status", "code": 503}),
            ("REF-5XX", &["Ronja Blom"]),
        )
        .await;
    camera
        .take_trouble(
            "22-rate-limited",
            &simulator,
            &json!({"match": {"side": "lever"}, "kind": "status", "code": 429, "retry_after": "25"}),
            ("LEV-429", &["Noor Rahimi"]),
        )
        .await;
    camera
        .take_trouble(
            "19-lever-down-connection",
            &simulator,
            &json!({"match": {"side": "lever"}, "kind": "status", "code": 503}),
            ("LEV-5XX", &["Linnea Ståhl", "Omar Haddad", "Björn Ängström"]),
        )
        .await;
    camera.window.click("nav-checks").await;
    camera.window.see("alarm").await;
    camera.take("19-lever-down").await;
    simulator.stop().await;
    camera.window.click("nav-connection").await;
    let offline = "return document.querySelector('[data-code=\"LEV-NET\"]') !== null";
    camera
        .window
        .until("it is known that Lever cannot be reached", offline)
        .await;
    camera.take("20-offline").await;
    camera.window.close().await;
    camera.flaws
}

/// What the law asks of whoever stores something about people.
async fn take_privacy(camera: &mut Camera<'_>) {
    camera.window.click("check-open").await;
    camera
        .take_between("32-access-export", "person-access", "person-file-close")
        .await;
    camera.take_between("33-erase", "person-erase", "erase-no").await;
    camera.window.click("detail-close").await;
    camera.window.click("nav-connection").await;
    camera.window.click("open-privacy").await;
    camera.window.see("log").await;
    camera.take("34-privacy").await;
    camera.window.click("nav-checks").await;
    camera.window.see("check-row").await;
}

/// What can be asked before anybody is contacted, from the page of the connection.
async fn take_foresight(camera: &mut Camera<'_>, simulator: &Simulator) {
    camera.window.click("settings-file-export").await;
    camera.window.see("settings-file-text").await;
    camera.take("23-settings-file").await;
    camera.window.click("open-dry-run").await;
    for (screen, candidate, outcome) in [
        ("24-dry-run", "Omar Haddad", "starts"),
        ("24-dry-run-parks", "Ronja Blom", "parks"),
    ] {
        let candidate = demo::id(1, "opportunity", candidate);
        camera.window.fill("dry-run-subject", &candidate).await;
        camera.window.click("dry-run-ask").await;
        let outcome = format!("dry-run-outcome[data-outcome=\"{outcome}\"]");
        camera.window.see(&outcome).await;
        camera.take(screen).await;
    }
    let key = format!("lever/keys/{}", demo::EU_KEY);
    let ticked = |there: bool| json!({"rights": {"list postings": there}});
    for (screen, there, sees) in [
        ("25-audit-refused", false, "audit-failure"),
        ("25-audit", true, "audit-table"),
    ] {
        tell(simulator, "PATCH", &key, &ticked(there)).await;
        camera.window.click("nav-connection").await;
        camera.window.click("open-audit").await;
        camera.window.click("audit-run").await;
        camera.window.see(sees).await;
        camera.take(screen).await;
    }
    camera.window.click("nav-connection").await;
    camera.window.click("open-test-candidate").await;
    let candidate = demo::id(1, "opportunity", "Noor Rahimi");
    camera.window.fill("test-subject", &candidate).await;
    camera.window.click("test-ask").await;
    camera.window.see("test-watch").await;
    camera.take("26-test-candidate").await;
}

/// What is there on every screen for whoever is on the phone.
async fn take_help(camera: &mut Camera<'_>) {
    for (language, theme) in LOOKS {
        camera.dress(language, theme).await;
        camera.window.click("help").await;
        camera.window.see("read-out").await;
        camera.shoot(format!("27-help.{language}.{theme}")).await;
        camera.window.click("help").await;
        camera.window.see_no("read-out").await;
    }
    camera.window.click("help").await;
    camera.window.click("help-errors").await;
    camera.window.see("errors").await;
    camera.window.fill("errors-search", "webhook").await;
    camera.take("28-error-codes").await;
    camera.window.click("help").await;
    camera.window.click("help-diagnostics").await;
    camera.window.see("diagnostics-text").await;
    camera.take("29-diagnostics").await;
    camera.window.click("diagnostics-save").await;
    let saved = camera.window.text("diagnostics-path").await;
    // Not with the place where it was saved, which is another one each time.
    camera.window.click("nav-connection").await;
    camera.window.click("help").await;
    camera.window.click("help-sent").await;
    camera.window.press("diagnostics-open", &saved).await;
    camera.window.see("report").await;
    camera.take("30-report").await;
}

/// Names that are hard to show.
async fn take_names(album: &Album) -> BTreeSet<(String, Flaw)> {
    let (home, simulator) = (Home::new().await, simulator().await);
    home.lay_in(&strange::checks());
    let mut camera = Camera::new(Window::app(&home, &simulator).await, album);
    camera.window.see("nav-checks").await;
    camera.window.connect_eu().await;
    camera.window.click("nav-checks").await;
    camera.window.see("check-row").await;
    camera.take("52-names").await;
    camera
        .take_between("52-names-check", "check-open", "detail-close")
        .await;
    camera.window.click("count-attention").await;
    let who = "cause[data-code=\"CAND-CONTACT\"] [data-testid=\"cause-who\"]";
    camera.window.click(who).await;
    camera.take("52-names-causes").await;
    let all = "cause[data-code=\"CAND-CONTACT\"] [data-testid=\"decide-try-again\"]";
    camera.take_between("52-names-asked", all, "confirm-decision-no").await;
    camera.window.close().await;
    camera.flaws
}

/// The app finds that its database is damaged, and sets it aside.
async fn take_set_aside(album: &Album) -> BTreeSet<(String, Flaw)> {
    let home = Home::new().await;
    let first = Window::open(&home, &home.app(), &[]).await;
    first.see("welcome").await;
    first.close().await;
    damage(&home.files_with("SQLite format 3"));
    let mut camera = Camera::new(Window::open(&home, &home.app(), &[]).await, album);
    camera.window.see("host-finding").await;
    camera.take("21-set-aside").await;
    camera.window.close().await;
    camera.flaws
}

/// Something else is written over the head of a database's first page, as a failing disk does.
fn damage(files: &[String]) {
    let database = files.iter().find(|file| file.ends_with("refapp-lever.db"));
    let database = database.expect("the app has a database");
    // It may have the page as well; without it the database is as it was a moment earlier.
    let _ = std::fs::remove_file(format!("{database}-wal"));
    let mut file = std::fs::File::options()
        .write(true)
        .open(database)
        .expect("a file of ours");
    std::io::Write::write_all(&mut file, &[0xa5; 100]).expect("a part of it");
}

/// What stands in the way of an admin, and how a connection is left.
async fn take_obstacles(album: &Album) -> BTreeSet<(String, Flaw)> {
    let (home, simulator) = (Home::new().await, simulator().await);
    let mut camera = Camera::new(Window::app(&home, &simulator).await, album);
    camera.window.begin_setup().await;
    camera.window.fill("refapp-token", "not-the-token").await;
    camera.window.click("refapp-prove").await;
    camera.window.see("step-failure").await;
    camera.take("39-token-refused").await;
    camera.window.prove_refapp().await;
    camera.window.choose_data_centre("eu", "api-key").await;
    // The key of another data centre: the way over there is offered.
    camera.window.fill("lever-key", demo::US_KEY).await;
    camera.window.click("lever-prove").await;
    camera.window.see("lever-switch").await;
    camera.take("40-key-elsewhere").await;
    camera.window.prove_key().await;
    camera.window.choose_acting_user().await;
    let key = format!("lever/keys/{}", demo::EU_KEY);
    let box_of_note = |ticked: bool| json!({"rights": {"create opportunity note": ticked}});
    tell(&simulator, "PATCH", &key, &box_of_note(false)).await;
    camera.window.click("rights-prove").await;
    camera
        .window
        .see("right-create-opportunity-note[data-state=\"missing\"]")
        .await;
    camera.take("41-right-missing").await;
    tell(&simulator, "PATCH", &key, &box_of_note(true)).await;
    camera.window.prove_rights().await;
    // An address that leads elsewhere: the call does not come back.
    camera.window.fill("public-url", &simulator.refapp_url()).await;
    camera.window.click("channels-save").await;
    camera.window.see("step-failure").await;
    camera.take("42-address-elsewhere").await;
    camera.window.click("public-url-fill").await;
    camera.window.click("update-bearer-make").await;
    camera.window.click("channels-save").await;
    camera.window.see("webhook-registered[data-state=\"done\"]").await;
    camera.take("43-channels-waiting").await;
    let groups = json!({"candidateStageChange": true, "candidateDeleted": true});
    tell(&simulator, "PATCH", "lever/webhook-groups", &groups).await;
    let order = json!({"opportunity": demo::id(1, "opportunity", "Omar Haddad"), "stage": "applicant-new", "by": demo::RECRUITER});
    tell(&simulator, "POST", "lever/move", &order).await;
    camera.window.see("channel-stage-changes[data-state=\"proven\"]").await;
    camera.take("44-channels-arrived").await;
    camera.window.click("wizard-continue").await;
    camera.window.choose_stage().await;
    camera.window.finish_setup().await;
    camera.window.see("alarm-unproven").await;
    camera.take("45-still-to-be-seen").await;
    camera.window.click("nav-connection").await;
    camera
        .take_between("46-disconnect", "settings-disconnect", "confirm-disconnect-no")
        .await;
    camera
        .take_between("47-remove-data", "settings-remove", "confirm-remove-no")
        .await;
    camera.window.click("settings-pause").await;
    camera.window.see("settings-resume").await;
    camera.take("48-paused").await;
    camera.window.click("settings-resume").await;
    camera.window.click("settings-disconnect").await;
    camera.window.click("confirm-disconnect-yes").await;
    camera.window.see("disconnected").await;
    camera.take("49-disconnected").await;
    camera.window.click("connection-add").await;
    camera.window.see("welcome").await;
    camera.take("50-another-connection").await;
    camera.window.close().await;
    camera.flaws
}

/// What only an admin in the US sees.
async fn take_us(album: &Album) -> BTreeSet<(String, Flaw)> {
    let (home, simulator) = (Home::new().await, simulator().await);
    let mut camera = Camera::new(Window::app(&home, &simulator).await, album);

    camera.window.begin_setup().await;
    camera.window.prove_refapp().await;
    camera.window.choose_data_centre("us", "oauth").await;
    camera.take("14-oauth-client").await;
    camera.window.enter_oauth_client().await;
    camera.window.click("lever-connect").await;
    camera.window.see("oauth-slow").await;
    camera.take("15-oauth-slow").await;
    let back = format!("{}&error=access_denied", redirect(&home.opened(0).await));
    assert!(home.start_again(&back).await.success());
    camera.window.see("oauth-failed").await;
    camera.take("16-oauth-declined").await;
    camera.window.click("lever-connect").await;
    camera.window.see("oauth-waiting").await;
    let back = format!("{}&code=a-code", redirect(&home.opened(1).await));
    assert!(home.start_again(&back).await.success());
    camera.window.see("oauth-returned").await;
    camera.take("51-oauth-returned").await;
    camera.window.close().await;
    camera.flaws
}

/// A customer who keeps Refapp's own integration.
async fn take_observer(album: &Album) -> BTreeSet<(String, Flaw)> {
    let (home, simulator) = (Home::new().await, simulator().await);
    for (name, status) in [
        ("Kim Berg", "Waiting for candidate"),
        ("Sofia Lindqvist", "Waiting for referees"),
        ("Viktor Palm", "Klar"),
        ("Ronja Blom", "Completed"),
    ] {
        let path = format!("lever/opportunities/{}/tags", demo::id(1, "opportunity", name));
        let tags = json!({"add": [format!("Refapp Status: {status}")]});
        tell(&simulator, "POST", &path, &tags).await;
    }
    let key = format!("lever/keys/{}", demo::EU_KEY);
    let rights = json!({"rights": {"list opportunities": true, "list tags": true}});
    tell(&simulator, "PATCH", &key, &rights).await;
    let mut camera = Camera::new(Window::app(&home, &simulator).await, album);
    camera.window.begin_setup().await;
    camera.window.click("observer-offer").await;
    camera.window.click("observer-choose").await;
    camera.window.see("observer-cannot").await;
    camera.take("37-looking-on").await;
    camera.window.click("wizard-continue").await;
    camera.window.choose_data_centre("eu", "api-key").await;
    camera.window.click("lever-key-fill").await;
    camera.window.click("lever-prove").await;
    camera.window.see("wizard-rights").await;
    camera.window.click("rights-prove").await;
    camera.window.click("wizard-continue").await;
    camera.window.click("finish").await;
    camera.window.see("check-open").await;
    camera.take("38-observer").await;
    camera.window.close().await;
    camera.flaws
}

async fn simulator() -> Simulator {
    simulator::start(simulator::Options::default())
        .await
        .expect("loopback has a free port")
}

/// Where Lever's page at this address would lead back to, with the `state` that belongs to it.
fn redirect(consent: &str) -> String {
    let url = url::Url::parse(consent).expect("the app opens an address");
    let value = |name: &str| {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .expect("it is asked for")
            .1
            .into_owned()
    };
    let state: String = url::form_urlencoded::byte_serialize(value("state").as_bytes()).collect();
    format!("{}?state={state}", value("redirect_uri"))
}

/// Candidates of the demo data are moved to the stage that starts a check.
async fn reach_the_stage(simulator: &Simulator, candidates: &[&str]) {
    let stage = demo::id(1, "stage", demo::TRIGGER_STAGE);
    for name in candidates {
        let order = json!({"opportunity": demo::id(1, "opportunity", name), "stage": stage, "by": demo::RECRUITER});
        tell(simulator, "POST", "lever/move", &order).await;
    }
}

/// One order to the simulator's control API.
async fn tell(simulator: &Simulator, method: &str, path: &str, body: &Value) {
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client for loopback");
    rig::control(&client, simulator, method, path, body.clone()).await;
}

struct Camera<'a> {
    window: Window,
    album: &'a Album,
    flaws: BTreeSet<(String, Flaw)>,
}

impl<'a> Camera<'a> {
    fn new(window: Window, album: &'a Album) -> Self {
        Self {
            window,
            album,
            flaws: BTreeSet::new(),
        }
    }

    /// Takes what is on screen in each language and theme, and audits it.
    async fn take(&mut self, screen: &str) {
        for (language, theme) in LOOKS {
            self.dress(language, theme).await;
            self.shoot(format!("{screen}.{language}.{theme}")).await;
        }
    }

    /// The same of what lies on the screen, between a click that opens it and one that closes it.
    async fn take_between(&mut self, screen: &str, open: &str, close: &str) {
        for (language, theme) in LOOKS {
            self.dress(language, theme).await;
            self.window.click(open).await;
            self.window.see(close).await;
            self.shoot(format!("{screen}.{language}.{theme}")).await;
            self.window.click(close).await;
            self.window.see_no(close).await;
        }
    }

    /// What the page of the connection says under this fault alone, which is met as soon as these candidates are moved.
    async fn take_trouble(
        &mut self,
        screen: &str,
        simulator: &Simulator,
        fault: &Value,
        (code, moved): (&str, &[&str]),
    ) {
        tell(simulator, "DELETE", "faults", &Value::Null).await;
        tell(simulator, "POST", "faults", fault).await;
        reach_the_stage(simulator, moved).await;
        let said = format!("return document.querySelector('[data-code=\"{code}\"]') !== null");
        self.window.until(code, &said).await;
        self.take(screen).await;
    }

    async fn dress(&self, language: &str, theme: &str) {
        self.window.choose("language", language).await;
        self.window.choose("theme", theme).await;
    }

    async fn shoot(&mut self, picture: String) {
        self.window.resize(SMALLEST.0, SMALLEST.1).await;
        self.window.settle().await;
        let small = self.window.clipped().await;
        self.window.resize(USUAL.0, USUAL.1).await;
        self.window.settle().await;
        let usual = [self.window.clipped().await, self.window.axe().await].concat();
        // The picture is as tall as what there is to see.
        let hidden = "return Math.max(...[...document.querySelectorAll('html, main, dialog')]
            .map((e) => (e.scrollTo(0, 0), e.scrollHeight - e.clientHeight)))";
        let hidden = self.window.run(hidden).await.as_f64().unwrap_or_default();
        self.window
            .resize(USUAL.0, (USUAL.1 + hidden as u32).min(TALLEST))
            .await;
        self.window.settle().await;
        // The first one makes the page paint what the window grew by; it may be black there itself.
        self.window.picture().await;
        self.window.settle().await;
        self.album.add(&picture, &self.window.picture().await);
        self.window.resize(USUAL.0, USUAL.1).await;

        let small = small
            .into_iter()
            .map(|flaw| (format!("{picture} at its smallest"), flaw));
        self.flaws.extend(small);
        self.flaws.extend(usual.into_iter().map(|flaw| (picture.clone(), flaw)));
    }
}

/// The folder of pictures.
struct Album {
    folder: PathBuf,
}

impl Album {
    /// Of everything, an empty one: screens that are no more leave no picture behind.
    fn new(everything: bool) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/screenshots");
        if everything && folder.exists() {
            std::fs::remove_dir_all(&folder).expect("the old pictures can be removed");
        }
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        Self { folder }
    }

    fn add(&self, name: &str, picture: &[u8]) {
        let file = self.folder.join(format!("{name}.png"));
        std::fs::write(file, picture).expect("a picture can be written");
    }

    fn of(&self, ending: &str) -> Vec<PathBuf> {
        let files = std::fs::read_dir(&self.folder).expect("the folder is there").flatten();
        let mut files: Vec<_> = files.map(|file| file.path()).collect();
        files.retain(|file| file.to_string_lossy().ends_with(ending));
        files.sort();
        files
    }

    fn count(&self) -> usize {
        LOOKS
            .iter()
            .map(|(language, theme)| self.of(&format!(".{language}.{theme}.png")).len())
            .sum()
    }

    /// Sheets for each language and theme with all of its screens, to be looked at in one go. Beside what cargo builds:
    /// they hold nothing that the pictures do not, and twice as many bytes would be kept with every change.
    fn make_sheets(&self) {
        let folder = end_to_end::window::target().join("sheets");
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        println!("all of them at a glance in {}", folder.display());
        for (language, theme) in LOOKS {
            // No more on one: ImageMagick is not allowed the room for all of them.
            let all = self.of(&format!(".{language}.{theme}.png"));
            for (number, some) in (1..).zip(all.chunks(SHEET)) {
                let sheet = folder.join(format!("{language}-{theme}-{number}.png"));
                montage(some, &sheet);
            }
        }
    }
}

fn montage(pictures: &[PathBuf], sheet: &Path) {
    let made = Command::new("montage")
        .args([
            "-depth",
            "8",
            "-font",
            "DejaVu-Sans",
            "-label",
            "%t",
            "-tile",
            "8x",
            "-geometry",
            "600x+12+12",
            "-gravity",
            "north",
        ])
        .args(pictures)
        .arg(sheet)
        .status();
    assert!(
        made.is_ok_and(|status| status.success()),
        "montage (package imagemagick) makes a sheet"
    );
}
