//! What has to be filled in stands beside the button that waits for it, in every form and in both languages: nobody has
//! to guess why a button is pale.

use end_to_end::window::{Flaw, Home, Window};
use serde_json::Value;
use simulator::demo;

use crate::simulated::Simulated;
use crate::steps;

const NO_FLAW: [Flaw; 0] = [];
/// A key that empties a field in which everything is selected.
const BACKSPACE: &str = "\u{e003}";

/// Waits until these words are there, in English and Swedish, while the button stands still.
async fn says(window: &Window, place: &str, button: &str, words: [&str; 2]) {
    for (language, words) in ["sv", "en"].into_iter().zip([words[1], words[0]]) {
        window.choose("language", language).await;
        window.see_text(place, words).await;
    }
    assert!(is_pale(window, button).await, "{button} is open");
}

/// Waits until nothing is missing any more, which moves nothing.
async fn says_nothing(window: &Window, place: &str, button: &str, before: &Value) {
    let gone = format!("return !document.querySelector('[data-testid=\"{place}\"]')?.innerText.includes('missing')");
    window.until("nothing is missing", &gone).await;
    assert!(!is_pale(window, button).await, "{button} waits still");
    assert_eq!(place_of(window, button).await, *before, "{button} has moved");
}

async fn is_pale(window: &Window, button: &str) -> bool {
    window.attribute(button, "aria-disabled").await.as_deref() == Some("true")
}

async fn place_of(window: &Window, button: &str) -> Value {
    let script = format!(
        "const {{ x, y }} = document.querySelector('[data-testid=\"{button}\"]').getBoundingClientRect(); return [x, y]"
    );
    window.run(&script).await
}

#[tokio::test]
async fn each_step_of_the_set_up_names_what_it_waits_for() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    let beside = "step-beside";
    window.begin_setup().await;
    let words = ["Still missing: Account token", "Saknas: Kontots token"];
    says(&window, beside, "refapp-prove", words).await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    window.fill("refapp-url", BACKSPACE).await;
    let words = [
        "Still missing: Refapp’s address, Account token",
        "Saknas: Refapps adress, Kontots token",
    ];
    says(&window, beside, "refapp-prove", words).await;
    let before = place_of(&window, "refapp-prove").await;
    window.fill("refapp-url", &simulated.running.refapp_url()).await;
    window.click("refapp-token-fill").await;
    says_nothing(&window, beside, "refapp-prove", &before).await;
    window.click("refapp-prove").await;

    window.see("wizard-data-centre").await;
    let words = ["Still missing: Data centre", "Saknas: Datacenter"];
    says(&window, beside, "data-centre-save", words).await;
    window.choose_data_centre("eu", "api-key").await;
    says(
        &window,
        beside,
        "lever-prove",
        ["Still missing: API key", "Saknas: API-nyckel"],
    )
    .await;
    window.prove_key().await;
    // Somebody is always proposed.
    window.choose_acting_user().await;
    window.prove_rights().await;
    window.fill("public-url", BACKSPACE).await;
    let words = ["Still missing: Public address", "Saknas: Publik adress"];
    says(&window, beside, "channels-save", words).await;
    window.click("public-url-fill").await;
    window.choose_channels().await;
    let words = ["Still missing: Trigger stage", "Saknas: Utlösande steg"];
    says(&window, beside, "stage-save", words).await;

    window.choose_stage().await;
    window.close().await;
}

#[tokio::test]
async fn the_way_by_oauth_names_what_it_waits_for() {
    let (home, simulated) = (Home::new().await, Simulated::start().await);
    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;
    window.click("refapp-later").await;
    window.choose_data_centre("us", "oauth").await;
    let words = [
        "Still missing: Client id, Client secret",
        "Saknas: Klient-id, Klienthemlighet",
    ];
    says(&window, "step-beside", "oauth-client-save", words).await;
    window.click("oauth-client-id-fill").await;
    let words = ["Still missing: Client secret", "Saknas: Klienthemlighet"];
    says(&window, "step-beside", "oauth-client-save", words).await;
    let before = place_of(&window, "oauth-client-save").await;
    window.click("oauth-client-secret-fill").await;
    says_nothing(&window, "step-beside", "oauth-client-save", &before).await;
    window.click("oauth-client-save").await;
    window.click("lever-connect").await;
    window.see("oauth-waiting").await;
    // The ways out open by themselves after a while.
    window.see("oauth-slow").await;
    let words = [
        "Still missing: Address at which the browser ended",
        "Saknas: Adressen där webbläsaren slutade",
    ];
    says(&window, "oauth-waiting", "oauth-return-use", words).await;
    let before = place_of(&window, "oauth-return-use").await;
    window.fill("oauth-return", "somewhere").await;
    says_nothing(&window, "oauth-waiting", "oauth-return-use", &before).await;
    window.close().await;
}

#[tokio::test]
async fn forms_and_dialogs_outside_of_the_set_up_name_what_they_wait_for() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    simulated.move_to("Kim Berg", demo::TRIGGER_STAGE).await;
    steps::see_candidate(&window, "Kim Berg", "sent").await;

    // Whose checks are “mine”.
    window.click("mine").await;
    let words = ["Still missing: your name", "Saknas: ditt namn"];
    says(&window, "missing", "me-choose", words).await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    let before = place_of(&window, "me-choose").await;
    let last = "[...document.querySelectorAll('[data-testid=\"me\"] option')].at(-1).value";
    window
        .until("owners to choose from", &format!("return {last} !== ''"))
        .await;
    let owner = window.run(&format!("return {last}")).await;
    window.choose("me", owner.as_str().expect("a name")).await;
    says_nothing(&window, "missing", "me-choose", &before).await;

    // A button that can be pressed says it when it is, and the field is marked.
    for (language, word) in [("sv", "”Vyns namn”"), ("en", "“Name of the view”")] {
        window.choose("language", language).await;
        window.click("view-save").await;
        window.click("view-naming-yes").await;
        window.see_text("view-failure", word).await;
        is_marked(&window, "view-name").await;
        window.click("view-naming-no").await;
    }
    window.click("nav-connection").await;
    let words = ["No candidate is named", "Ingen kandidat är angiven"];
    for form in ["dry-run", "test-candidate"] {
        window.click(&format!("open-{form}")).await;
        let name = form.strip_suffix("-candidate").unwrap_or(form);
        window.click(&format!("{name}-ask")).await;
        for (language, word) in [("sv", words[1]), ("en", words[0])] {
            window.choose("language", language).await;
            window.see_text(&format!("{name}-failure"), word).await;
        }
        is_marked(&window, &format!("{name}-subject")).await;
        window.click("nav-connection").await;
    }

    // Numbers say what they have to be.
    window.fill("limit-refereesRed", BACKSPACE).await;
    let words = ["a whole number of days", "ett helt antal dagar"];
    says(&window, "limits-saved", "limits-save", words).await;
    is_marked(&window, "limit-refereesRed").await;
    window.click("open-privacy").await;
    window.fill("retention-days", BACKSPACE).await;
    let words = ["Choose a whole number from 1 to 730", "Välj ett heltal från 1 till 730"];
    says(&window, "retention-would", "retention-save", words).await;
    is_marked(&window, "retention-days").await;

    // Another connection has to be told from the first.
    window.click("nav-connection").await;
    window.click("connection-add").await;
    let words = ["Still missing: Name of the connection", "Saknas: Anslutningens namn"];
    says(&window, "missing", "welcome-start", words).await;
    assert_eq!([window.axe().await, window.clipped().await].concat(), NO_FLAW);
    let before = place_of(&window, "welcome-start").await;
    window.fill("welcome-name", "Sandbox").await;
    says_nothing(&window, "missing", "welcome-start", &before).await;
    window.close().await;
}

/// The field says to everybody that it is the one.
async fn is_marked(window: &Window, field: &str) {
    assert_eq!(
        window.attribute(field, "aria-invalid").await.as_deref(),
        Some("true"),
        "{field}"
    );
}
