//! What several stories have in common beside the wizard's own steps (`end_to_end::window`).

use end_to_end::window::{Home, Window};
use serde_json::Value;
use simulator::demo;

use crate::simulated::{self, Simulated};

/// The row of a check in a status.
pub fn row(status: &str) -> String {
    format!("check-row[data-status=\"{status}\"]")
}

/// Waits for a candidate's row in a status.
pub async fn see_candidate(window: &Window, candidate: &str, status: &str) {
    let script = format!(
        "const rows = document.querySelectorAll('[data-testid=\"check-row\"][data-status=\"{status}\"]');
         return [...rows].some((row) => row.innerText.includes('{candidate}'))"
    );
    window.until(&format!("{candidate} {status}"), &script).await;
}

/// The app with a connection that works, and its checks on screen.
pub async fn dashboard(home: &Home, simulated: &Simulated) -> Window {
    let window = Window::app(home, &simulated.running).await;
    window.see("nav-checks").await;
    window.connect_eu().await;
    window.click("nav-checks").await;
    window.see("check-row").await;
    window
}

/// The app with a connection that is healthy: somebody was moved to the stage, and Refapp has sent a first status.
pub async fn healthy(home: &Home, simulated: &Simulated) -> Window {
    let window = Window::app(home, &simulated.running).await;
    window.set_up_eu().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    window.see(&row("sent")).await;
    simulated.refapp_step("accept").await;
    window.see("health[data-state=\"healthy\"]").await;
    window
}

/// Waits until so many checks are listed.
pub async fn see_total(window: &Window, what: &str, total: usize) {
    assert!(total > 0, "nobody is {what}: then the number says nothing");
    let script = format!(
        "return document.querySelector('[data-testid=checks]')?.ariaRowCount === '{}'",
        total + 1
    );
    window.until(&format!("{total} checks: {what}"), &script).await;
}

/// An API key is pasted.
pub async fn paste_key(window: &Window, key: &str) {
    window.fill("lever-key", key).await;
    window.click("lever-prove").await;
}

/// Ticks a box of an API key, or takes its tick away, on the board as on Lever's own page of the key.
pub async fn tick(board: &Window, key: &str, right: &str) {
    let card = format!("key-{key}");
    board.see(&card).await;
    let open = format!("document.querySelector('[data-testid=\"{card}\"] details').open = true");
    board.run(&open).await;
    board.click(&format!("right-{key}-{right}")).await;
}

/// Opens Lever's page in a browser, signed in as one of the users.
pub async fn consent_page(home: &Home, url: &str, user: &str) -> Window {
    let browser = Window::browser(home, url).await;
    browser.choose("consent-user", &simulated::user(user)).await;
    browser
}

/// Presses a button of Lever's page and returns the deep link that comes of it.
///
/// A person's browser hands a link of another scheme to the system. WebKit's refuses to follow it, so what it would
/// have sent is sent from here.
pub async fn follow_to_the_app(page: Window, button: &str) -> String {
    let form = page
        .run(&format!(
            "const button = document.querySelector('[data-testid=\"{button}\"]');
             return [button.form.action, new URLSearchParams(new FormData(button.form, button)).toString()]"
        ))
        .await;
    page.close().await;
    let text = |at: usize| form[at].as_str().expect("a form has an address and fields").to_owned();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let request = client.post(text(0)).body(text(1));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.send().await.expect("the simulator answers");
    let link = answer.headers()["location"].to_str().expect("an address is text");
    assert!(link.starts_with("com.refapp.lever://oauth/"), "{link}");
    link.to_owned()
}

/// The system hands a deep link over by starting the app a second time, which passes it on and ends.
pub async fn hand_over(home: &Home, link: &str) {
    let second = home.start_again_and_listen(link).await;
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(
        second.status.success(),
        "the second start ended with {}: {said}",
        second.status
    );
}

/// Connects by OAuth without detours. `tries` is how often a browser was opened before.
pub async fn connect_by_oauth(home: &Home, window: &Window, tries: usize) {
    window.click("lever-connect").await;
    let page = consent_page(home, &home.opened(tries).await, demo::SUPER_ADMIN).await;
    let link = follow_to_the_app(page, "consent-accept").await;
    hand_over(home, &link).await;
    window.click("lever-finalise").await;
}

/// Connects by OAuth once more, where Lever remembers the consent and sends the browser back without asking.
pub async fn connect_again_by_oauth(home: &Home, window: &Window, tries: usize) {
    window.click("lever-connect").await;
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let answer = client.get(home.opened(tries).await).send().await;
    let answer = answer.expect("the simulator answers");
    let link = answer.headers()["location"].to_str().expect("an address is text");
    hand_over(home, link).await;
    window.click("lever-finalise").await;
}

/// The whole set-up by OAuth.
pub async fn set_up_us(home: &Home, window: &Window) {
    window.begin_setup().await;
    window.prove_refapp().await;
    window.choose_data_centre("us", "oauth").await;
    window.enter_oauth_client().await;
    connect_by_oauth(home, window, 0).await;
    window.see("wizard-acting-user").await;
    window.choose_acting_user().await;
    window.prove_rights().await;
    window.choose_channels().await;
    window.choose_stage().await;
    window.finish_setup().await;
}

/// Somebody is moved to a stage that is not the trigger stage.
pub async fn first_move(simulated: &Simulated) {
    simulated.move_to("Omar Haddad", "applicant-new").await;
}

/// The same, and the app hears of it.
pub async fn first_event(window: &Window, simulated: &Simulated) {
    first_move(simulated).await;
    window.see("channel-stage-changes[data-state=\"proven\"]").await;
}

/// A candidate of the demo data has one status tag of ours in Lever, this one.
pub async fn see_tag(simulated: &Simulated, candidate: &str, status: &str) {
    let wanted = format!("Refapp Status: {status}");
    simulated
        .until(&format!("{wanted} on {candidate}"), |state| {
            status_tags(state, candidate) == [wanted.as_str()]
        })
        .await;
}

fn status_tags<'a>(state: &'a Value, candidate: &str) -> Vec<&'a str> {
    let id = simulated::opportunity(candidate);
    let opportunities = state["lever"]["opportunities"].as_array().into_iter().flatten();
    let tags = opportunities
        .filter(|one| one["id"] == id.as_str())
        .flat_map(|one| one["tags"].as_array().into_iter().flatten());
    tags.filter_map(Value::as_str)
        .filter(|tag| tag.starts_with("Refapp Status:"))
        .collect()
}
