//! M3: OAuth. The test plays the browser.

use api::{OauthState, Request, Step, StepState};
use end_to_end::rig::{Rig, Setup};
use model::{Code, DataCentre, Failure, Redirect, WayIn};
use serde_json::{Value, json};
use simulator::{LesserUser, Switches, demo};
use url::Url;

use crate::browser::{Browser, Page};
use crate::started;
use crate::wizard::Wizard;

/// A wizard at the step of OAuth.
pub async fn at_consent(rig: &Rig, data_centre: DataCentre) -> Wizard<'_> {
    let wizard = Wizard::begin(rig).await;
    wizard.refapp(demo::REFAPP_TOKEN).await.expect("the account's token");
    wizard.data_centre(data_centre, WayIn::OAuth).await;
    enter_client(&wizard, data_centre).await;
    wizard
}

pub async fn enter_client(wizard: &Wizard<'_>, data_centre: DataCentre) {
    let request = Request::SetOauthClient {
        connection: wizard.id,
        client_id: format!("practice-client-{}", data_centre.word()),
        client_secret: Some(demo::OAUTH_CLIENT_SECRET.to_owned()),
    };
    wizard.order(request).await.expect("a client");
}

/// "Connect with Lever": the address that the system browser opens.
pub async fn begin(rig: &Rig, wizard: &Wizard<'_>) -> Url {
    let (connection, redirect) = (wizard.id, Redirect::DeepLink);
    let begun = wizard.order(Request::BeginOauth { connection, redirect }).await;
    begun.expect("a browser");
    rig.surroundings
        .opened
        .lock()
        .expect("no panic while held")
        .last()
        .expect("an address")
        .clone()
}

pub async fn connect(wizard: &Wizard<'_>) -> Result<(), Failure> {
    let connection = wizard.id;
    wizard.order(Request::ConnectOauth { connection }).await
}

/// A Super Admin accepts; the deep link brings the browser back.
pub async fn consent(rig: &Rig, wizard: &Wizard<'_>) -> Url {
    let browser = Browser::new();
    let url = begin(rig, wizard).await;
    // Lever remembers a consent that was not revoked, and does not ask twice.
    let back = match browser.open(&url).await {
        page @ Page::Consent { .. } => browser.accept(page, &rig.user(demo::SUPER_ADMIN)).await.back(),
        page => page.back(),
    };
    rig.host.oauth_returned(&back).await;
    back
}

async fn oauth(wizard: &Wizard<'_>) -> OauthState {
    wizard.view().await.setup.lever.oauth
}

/// What is said of an answer that came and was not taken.
async fn stray(wizard: &Wizard<'_>) -> Option<Code> {
    let stray = wizard.view().await.setup.lever.oauth_stray;
    stray.map(|failure| failure.code)
}

fn failed(code: Code) -> OauthState {
    OauthState::Failed { failure: code.into() }
}

fn refresh_token_is_kept(rig: &Rig) -> bool {
    rig.vault.names().iter().any(|name| name.contains("refresh"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m03_accept_comes_back_by_the_deep_link_and_connect_finalises() {
    for data_centre in [DataCentre::Us, DataCentre::Sandbox] {
        let rig = Rig::bare(Setup::default()).await;
        let wizard = at_consent(&rig, data_centre).await;
        let back = consent(&rig, &wizard).await;
        assert_eq!(back.scheme(), "com.refapp.lever");
        assert_eq!(oauth(&wizard).await, OauthState::Returned);
        assert!(
            rig.calls("token exchange").is_empty(),
            "nothing is exchanged before Connect"
        );
        connect(&wizard).await.expect("tokens");
        assert!(matches!(oauth(&wizard).await, OauthState::Connected { .. }));
        assert_eq!(wizard.step(Step::Lever).await, StepState::Done);
        assert!(refresh_token_is_kept(&rig));
        wizard.rest_at_lever().await;
        wizard.finish().await.expect("all is there");
        rig.until_ready().await;
        started(&rig, "Kim Berg").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m03_declining_ends_clearly_and_another_try_works() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = at_consent(&rig, DataCentre::Us).await;
    let browser = Browser::new();
    let page = browser.open_consent(&begin(&rig, &wizard).await).await;
    let back = browser.decline(page, &rig.user(demo::SUPER_ADMIN)).await.back();
    rig.host.oauth_returned(&back).await;
    assert_eq!(oauth(&wizard).await, failed(Code::OauthDenied));
    assert_eq!(wizard.step(Step::Lever).await, StepState::Failed);
    assert_eq!(connect(&wizard).await, Err(Code::AppNotNow.into()));

    consent(&rig, &wizard).await;
    connect(&wizard).await.expect("tokens");
    assert_eq!(wizard.step(Step::Lever).await, StepState::Done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m03_a_closed_page_leaves_a_try_that_can_be_given_up() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = at_consent(&rig, DataCentre::Us).await;
    let browser = Browser::new();
    let url = begin(&rig, &wizard).await;
    let page = browser.open_consent(&url).await;
    match oauth(&wizard).await {
        OauthState::InBrowser { url: shown, .. } => assert_eq!(shown, url.as_str(), "it can be opened by hand"),
        other => panic!("in the browser, not {other:?}"),
    }
    let connection = wizard.id;
    wizard
        .order(Request::CancelOauth { connection })
        .await
        .expect("given up");
    assert_eq!(oauth(&wizard).await, OauthState::Idle);
    // Somebody finds the page after all.
    let late = browser.accept(page, &rig.user(demo::SUPER_ADMIN)).await.back();
    rig.host.oauth_returned(&late).await;
    assert_eq!(oauth(&wizard).await, OauthState::Idle);
    assert_eq!(stray(&wizard).await, Some(Code::OauthState), "and it is said");
    assert!(!refresh_token_is_kept(&rig));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m03_s03_a_wrong_or_stale_state_connects_nothing() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = at_consent(&rig, DataCentre::Us).await;
    begin(&rig, &wizard).await;
    let connection = wizard.id;
    for address in [
        "com.refapp.lever://oauth/us?state=forged&code=planted",
        "com.refapp.lever://oauth/us?code=planted",
        "not an address",
    ] {
        let address = address.to_owned();
        let pasted = wizard.order(Request::PasteOauthReturn { connection, address }).await;
        assert_eq!(pasted, Err(Code::OauthState.into()));
        assert!(
            matches!(oauth(&wizard).await, OauthState::InBrowser { .. }),
            "the true try goes on"
        );
    }
    assert_eq!(stray(&wizard).await, None, "who pasted it was told");
    // The same by deep link, as any page can send one: the try goes on here too, and the screen says what came.
    let forged = Url::parse("com.refapp.lever://oauth/us?state=forged&code=planted").expect("an address");
    rig.host.oauth_returned(&forged).await;
    assert!(matches!(oauth(&wizard).await, OauthState::InBrowser { .. }));
    assert_eq!(stray(&wizard).await, Some(Code::OauthState));
    assert!(rig.calls("token exchange").is_empty());
    let back = consent(&rig, &wizard).await;
    assert_eq!(stray(&wizard).await, None, "the answer has come");
    connect(&wizard).await.expect("tokens");
    // The same link once more is an answer to nothing, and there is nothing left to do about it.
    rig.host.oauth_returned(&back).await;
    assert_eq!(stray(&wizard).await, None);
    // The same address once more is an answer to nothing.
    let address = back.to_string();
    let pasted = wizard.order(Request::PasteOauthReturn { connection, address }).await;
    assert_eq!(pasted, Err(Code::OauthState.into()));
    assert!(matches!(oauth(&wizard).await, OauthState::Connected { .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m03_s03_a_second_click_leaves_one_try() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = at_consent(&rig, DataCentre::Us).await;
    let browser = Browser::new();
    let first = browser.open_consent(&begin(&rig, &wizard).await).await;
    let second = browser.open_consent(&begin(&rig, &wizard).await).await;
    let admin = rig.user(demo::SUPER_ADMIN);
    rig.host
        .oauth_returned(&browser.accept(first, &admin).await.back())
        .await;
    assert!(
        matches!(oauth(&wizard).await, OauthState::InBrowser { .. }),
        "the first page counts no more"
    );
    assert_eq!(stray(&wizard).await, Some(Code::OauthState));
    let back = browser.accept(second, &admin).await.back();
    rig.host.oauth_returned(&back).await;
    rig.host.oauth_returned(&back).await;
    // Whoever knows the state comes too late to put in a code of their own.
    let mut planted = back.clone();
    planted.query_pairs_mut().clear();
    for (name, value) in back.query_pairs() {
        let value = if name == "code" { "planted".into() } else { value };
        planted.query_pairs_mut().append_pair(&name, &value);
    }
    rig.host.oauth_returned(&planted).await;
    assert_eq!(oauth(&wizard).await, OauthState::Returned);
    connect(&wizard).await.expect("tokens");
    assert_eq!(
        connect(&wizard).await,
        Err(Code::AppNotNow.into()),
        "a second click on Connect"
    );
    assert!(matches!(oauth(&wizard).await, OauthState::Connected { .. }));
    assert_eq!(rig.calls("token exchange").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m03_a_role_without_the_right_is_said() {
    for (lesser_user, expected) in [
        (LesserUser::ExchangeFails, Some(Code::OauthRole)),
        (LesserUser::RedirectFails, Some(Code::OauthDenied)),
        (LesserUser::PageOnly, None),
    ] {
        let rig = Rig::bare(Setup {
            switches: Switches {
                lesser_user,
                ..Switches::default()
            },
            ..Setup::default()
        })
        .await;
        let wizard = at_consent(&rig, DataCentre::Us).await;
        let browser = Browser::new();
        let page = browser.open_consent(&begin(&rig, &wizard).await).await;
        match (browser.accept(page, &rig.user(demo::RECRUITER)).await, expected) {
            (Page::Back(back), Some(code)) => {
                rig.host.oauth_returned(&back).await;
                if oauth(&wizard).await == OauthState::Returned {
                    let failure = connect(&wizard).await.expect_err("refused at the very end");
                    assert_eq!(failure.code, code);
                }
                assert_eq!(oauth(&wizard).await, failed(code));
            }
            // Lever says it on its own page, and the browser never returns: the try waits, and a new one may begin.
            (Page::DeadEnd(text), None) => {
                assert!(text.contains("Super Admin"));
                assert!(matches!(oauth(&wizard).await, OauthState::InBrowser { .. }));
            }
            _ => panic!("{lesser_user:?} ends elsewhere"),
        }
        consent(&rig, &wizard).await;
        connect(&wizard).await.expect("a Super Admin may");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m03_the_address_can_be_pasted_where_no_link_leads_back() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = at_consent(&rig, DataCentre::Us).await;
    let browser = Browser::new();
    let page = browser.open_consent(&begin(&rig, &wizard).await).await;
    let back = browser.accept(page, &rig.user(demo::SUPER_ADMIN)).await.back();
    let (connection, address) = (wizard.id, format!("  {back}\n"));
    let pasted = wizard.order(Request::PasteOauthReturn { connection, address }).await;
    pasted.expect("the right address");
    connect(&wizard).await.expect("tokens");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m03_a_wrong_client_secret_is_named_and_can_be_entered_again() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = at_consent(&rig, DataCentre::Us).await;
    let request = Request::SetOauthClient {
        connection: wizard.id,
        client_id: "practice-client-us".to_owned(),
        client_secret: Some("an API key, by mistake".to_owned()),
    };
    wizard
        .order(request)
        .await
        .expect("kept, as only an exchange proves it");
    consent(&rig, &wizard).await;
    assert_eq!(connect(&wizard).await, Err(Code::OauthClient.into()));
    enter_client(&wizard, DataCentre::Us).await;
    consent(&rig, &wizard).await;
    connect(&wizard).await.expect("tokens");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m03_a_mistyped_client_id_is_corrected_and_its_secret_is_not_asked_for_again() {
    let rig = Rig::bare(Setup::default()).await;
    let wizard = at_consent(&rig, DataCentre::Us).await;
    let client = |id: &str, secret: Option<&str>| Request::SetOauthClient {
        connection: wizard.id,
        client_id: id.to_owned(),
        client_secret: secret.map(str::to_owned),
    };
    let kept = wizard.order(client("practice-client-su", None)).await;
    kept.expect("kept, as only the consent proves it");
    wizard
        .order(client("practice-client-us", None))
        .await
        .expect("the right one");
    consent(&rig, &wizard).await;
    connect(&wizard)
        .await
        .expect("tokens, by the secret that was entered first");

    // Where none is stored, one has to come with it.
    let rig = Rig::bare(Setup::default()).await;
    let wizard = Wizard::begin(&rig).await;
    wizard.data_centre(DataCentre::Us, WayIn::OAuth).await;
    let bare = Request::SetOauthClient {
        connection: wizard.id,
        client_id: "practice-client-us".to_owned(),
        client_secret: None,
    };
    let refused = wizard.order(bare).await;
    assert_eq!(refused.map_err(|failure| failure.code), Err(Code::AppInput));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m03_tokens_are_renewed_and_the_rotated_one_outlives_a_restart() {
    let mut rig = Rig::bare(Setup::default()).await;
    let wizard = at_consent(&rig, DataCentre::Us).await;
    consent(&rig, &wizard).await;
    connect(&wizard).await.expect("tokens");
    wizard.rest_at_lever().await;
    wizard.finish().await.expect("all is there");
    rig.until_ready().await;
    for candidate in ["Kim Berg", "Åsa Öberg"] {
        rig.control("POST", "lever/expire-access-tokens", json!({})).await;
        started(&rig, candidate).await;
        rig.restart().await;
        rig.until_ready().await;
    }
    assert!(rig.calls("token refresh").len() >= 2);
    assert!(
        rig.calls("token refresh").iter().all(|entry| entry.status == Some(200)),
        "no token was used twice"
    );
    let grants = crate::state_of(&rig, "lever").await["grants"].take();
    assert_eq!(grants[0]["revoked"], Value::Bool(false));
}

/// Jobs hold on to the way in that they began with. Two of those would refresh twice with one token, which Lever takes
/// for a theft.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m03_reading_the_file_again_while_tokens_are_renewed_refreshes_once() {
    let rig = Rig::bare(Setup {
        data_centre: DataCentre::Us,
        ..Setup::default()
    })
    .await;
    let wizard = at_consent(&rig, DataCentre::Us).await;
    consent(&rig, &wizard).await;
    connect(&wizard).await.expect("tokens");
    wizard.rest_at_lever().await;
    wizard.finish().await.expect("all is there");
    rig.until_ready().await;

    rig.control("POST", "lever/expire-access-tokens", json!({})).await;
    rig.fault(json!({"match": {"call": "token refresh"}, "kind": "slow", "ms": 1000}))
        .await;
    rig.move_into_trigger("Kim Berg").await;
    rig.until("a refresh is under way", async || {
        (!rig.calls("token refresh").is_empty()).then_some(())
    })
    .await;
    let mut file = rig.file();
    file.lever = api::LeverLogin::OAuth {
        client_id: "practice-client-us".to_owned(),
        client_secret: model::Secret::new(demo::OAUTH_CLIENT_SECRET),
    };
    rig.host.provision(vec![file]).await.expect("a sound file");
    let connection = wizard.id;
    wizard.order(Request::ReadStages { connection }).await.expect("stages");
    crate::becomes(&rig, "Kim Berg", model::Status::Sent).await;
    assert_eq!(rig.calls("token refresh").len(), 1);
}
