//! OAuth: the consent page, exchange, rotation, revocation (lever-api.md §2.3).

use std::collections::HashMap;

use base64::Engine as _;
use reqwest::Response;
use serde_json::{Value, json};
use sha2::Digest as _;
use simulator::{DataCentre, LesserUser, demo};
use url::Url;

use crate::harness::{Answer, Harness, answer, read, user};

const SCOPES: &str = "offline_access users:read:admin opportunities:write:admin";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

struct Consent {
    audience: &'static str,
    redirect_uri: String,
    scope: &'static str,
}

impl Default for Consent {
    fn default() -> Self {
        Self {
            audience: "https://api.lever.co/v1/",
            redirect_uri: demo::redirect_uris(DataCentre::Us)[0].clone(),
            scope: SCOPES,
        }
    }
}

impl Harness {
    async fn authorize(&self, consent: &Consent, more: &[(&str, &str)]) -> Response {
        let url = format!("{}/authorize", self.simulator.lever_auth_url(DataCentre::Us));
        let client_id = demo::oauth_client_id(DataCentre::Us);
        let request = self.client.get(url).query(&[
            ("client_id", client_id.as_str()),
            ("redirect_uri", &consent.redirect_uri),
            ("response_type", "code"),
            ("state", "the-state"),
            ("audience", consent.audience),
            ("scope", consent.scope),
        ]);
        request.query(more).send().await.unwrap()
    }

    /// Presses a button of the page as a user; gives the address that the browser is sent to.
    async fn press(&self, page: &str, button: &str, who: &str) -> Response {
        let request = page
            .split("name=\"request\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let url = format!("{}/consent", self.simulator.lever_auth_url(DataCentre::Us));
        let form = [("request", request), ("decision", button), ("user", &user(who))];
        self.client.post(url).form(&form).send().await.unwrap()
    }

    async fn code(&self, consent: &Consent, more: &[(&str, &str)], who: &str) -> String {
        let page = self.authorize(consent, more).await.text().await.unwrap();
        returned(&self.press(&page, "accept", who).await)
            .remove("code")
            .unwrap()
    }

    async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let url = format!("{}/oauth/token", self.simulator.lever_auth_url(DataCentre::Us));
        let client_id = demo::oauth_client_id(DataCentre::Us);
        let mut form: HashMap<&str, &str> = HashMap::from([
            ("client_id", client_id.as_str()),
            ("client_secret", demo::OAUTH_CLIENT_SECRET),
        ]);
        form.extend(fields.iter().copied());
        answer(self.client.post(url).form(&form)).await
    }

    async fn exchange(&self, code: &str, more: &[(&str, &str)]) -> Answer {
        let mut fields = vec![("grant_type", "authorization_code"), ("code", code)];
        fields.extend_from_slice(more);
        self.token(&fields).await
    }

    async fn refresh(&self, token: &Value) -> Answer {
        let token = token["refresh_token"].as_str().unwrap();
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    async fn connected(&self) -> Value {
        let code = self.code(&Consent::default(), &[], demo::SUPER_ADMIN).await;
        let (status, token) = self.exchange(&code, &[]).await;
        assert_eq!(status, 200, "{token}");
        token
    }

    async fn users_with(&self, token: &Value, data_centre: DataCentre) -> Answer {
        let url = format!("{}/users", self.simulator.lever_api_url(data_centre));
        answer(
            self.client
                .get(url)
                .bearer_auth(token["access_token"].as_str().unwrap()),
        )
        .await
    }
}

fn returned(response: &Response) -> HashMap<String, String> {
    assert_eq!(response.status(), 302);
    let location = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    location.query_pairs().into_owned().collect()
}

#[tokio::test]
async fn accepting_brings_a_code_and_the_state_back_to_the_deep_link() {
    let harness = Harness::start().await;
    let page = harness.authorize(&Consent::default(), &[]).await.text().await.unwrap();
    for scope in SCOPES.split(' ') {
        assert!(page.contains(scope), "{scope} is shown");
    }
    let response = harness.press(&page, "accept", demo::SUPER_ADMIN).await;
    assert!(
        response.headers()["location"]
            .to_str()
            .unwrap()
            .starts_with("com.refapp.lever://oauth/us?state=the-state")
    );
    let code = returned(&response).remove("code").unwrap();
    let (status, token) = harness.exchange(&code, &[]).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&token["token_type"], &token["expires_in"], &token["scope"]),
        (&json!("Bearer"), &json!(3600), &json!(SCOPES))
    );
    assert_eq!(harness.users_with(&token, DataCentre::Us).await.0, 200);
    assert_eq!(harness.calls("list users")[0].credential.as_deref(), Some("oauth us"));
}

#[tokio::test]
async fn declining_brings_access_denied_and_the_state_back() {
    let harness = Harness::start().await;
    let page = harness.authorize(&Consent::default(), &[]).await.text().await.unwrap();
    let back = returned(&harness.press(&page, "decline", demo::SUPER_ADMIN).await);
    assert_eq!(back["error"], "access_denied");
    assert_eq!(back["error_description"], "user_did_not_authorize_the_request");
    assert_eq!(back["state"], "the-state");
}

#[tokio::test]
async fn an_address_that_is_not_registered_exactly_gets_a_page_that_says_undefined() {
    let harness = Harness::start().await;
    for wrong in [
        "com.refapp.lever://oauth/us/",
        "http://127.0.0.1:47811/oauth/eu",
        "http://127.0.0.1:5/oauth/us",
    ] {
        let consent = Consent {
            redirect_uri: wrong.into(),
            ..Consent::default()
        };
        let response = harness.authorize(&consent, &[]).await;
        assert_eq!(response.status(), 400, "{wrong}");
        assert!(response.text().await.unwrap().contains("undefined"));
    }
    let consent = Consent {
        redirect_uri: "http://127.0.0.1:5/oauth/us".into(),
        ..Consent::default()
    };
    let uri = json!({"uri": consent.redirect_uri});
    harness
        .control("POST", "/lever/clients/practice-client-us/redirect-uris", uri)
        .await;
    assert_eq!(harness.authorize(&consent, &[]).await.status(), 200);
}

#[tokio::test]
async fn an_audience_without_its_slash_leaves_only_offline_access() {
    let harness = Harness::start().await;
    for audience in ["", "https://api.lever.co/v1"] {
        let consent = Consent {
            audience,
            ..Consent::default()
        };
        let code = harness
            .code(&consent, &[("prompt", "consent")], demo::SUPER_ADMIN)
            .await;
        let (_, token) = harness.exchange(&code, &[]).await;
        assert_eq!(token["scope"], "offline_access");
        assert_eq!(harness.users_with(&token, DataCentre::Us).await.0, 403);
    }
}

#[tokio::test]
async fn a_code_works_once() {
    let harness = Harness::start().await;
    let code = harness.code(&Consent::default(), &[], demo::SUPER_ADMIN).await;
    assert_eq!(harness.exchange(&code, &[]).await.0, 200);
    let (status, body) = harness.exchange(&code, &[]).await;
    assert_eq!((status, &body["error"]), (403, &json!("invalid_grant")));
}

#[tokio::test]
async fn a_wrong_secret_and_a_secret_in_basic_answer_401() {
    let harness = Harness::start().await;
    let (status, body) = harness
        .token(&[("grant_type", "refresh_token"), ("client_secret", demo::US_KEY)])
        .await;
    assert_eq!((status, &body["error"]), (401, &json!("access_denied")));
    let url = format!("{}/oauth/token", harness.simulator.lever_auth_url(DataCentre::Us));
    let id = demo::oauth_client_id(DataCentre::Us);
    let request = harness.client.post(url).basic_auth(id, Some(demo::OAUTH_CLIENT_SECRET));
    assert_eq!(
        answer(request.form(&[("grant_type", "refresh_token"), ("refresh_token", "x")]))
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn pkce_is_verified_unless_the_switch_ignores_it() {
    let harness = Harness::start().await;
    let digest = sha2::Sha256::digest(VERIFIER);
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest);
    let pkce = [
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("prompt", "consent"),
    ];
    let code = harness.code(&Consent::default(), &pkce, demo::SUPER_ADMIN).await;
    assert_eq!(harness.exchange(&code, &[("code_verifier", VERIFIER)]).await.0, 200);
    let code = harness.code(&Consent::default(), &pkce, demo::SUPER_ADMIN).await;
    assert_eq!(harness.exchange(&code, &[("code_verifier", "another")]).await.0, 403);
    harness.control("PATCH", "/switches", json!({"pkce": "ignored"})).await;
    let code = harness.code(&Consent::default(), &pkce, demo::SUPER_ADMIN).await;
    assert_eq!(harness.exchange(&code, &[]).await.0, 200);
}

#[tokio::test]
async fn replaying_a_rotated_refresh_token_ends_the_whole_family() {
    let harness = Harness::start().await;
    let first = harness.connected().await;
    let (status, second) = harness.refresh(&first).await;
    assert_eq!(status, 200);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let (status, body) = harness.refresh(&first).await;
    assert_eq!((status, &body["error"]), (403, &json!("invalid_grant")));
    assert_eq!(harness.refresh(&second).await.0, 403);
}

#[tokio::test]
async fn without_reuse_detection_the_old_refresh_token_goes_on_working() {
    let harness = Harness::start_with(|options| options.switches.refresh_reuse_detection = false).await;
    let first = harness.connected().await;
    assert_eq!(harness.refresh(&first).await.0, 200);
    assert_eq!(harness.refresh(&first).await.0, 200);
}

#[tokio::test]
async fn revoking_access_ends_tokens_and_the_next_connect_asks_again() {
    let harness = Harness::start().await;
    let token = harness.connected().await;
    // A remembered consent needs no page.
    assert_eq!(harness.authorize(&Consent::default(), &[]).await.status(), 302);
    harness
        .control("POST", "/lever/revoke", json!({"data_centre": "us"}))
        .await;
    assert_eq!(harness.users_with(&token, DataCentre::Us).await.0, 401);
    assert_eq!(harness.refresh(&token).await.0, 403);
    assert_eq!(harness.authorize(&Consent::default(), &[]).await.status(), 200);
}

#[tokio::test]
async fn access_tokens_expire_and_refresh_tokens_die_after_90_idle_days_or_a_year() {
    const DAY: i64 = 86_400_000;
    let harness = Harness::start().await;
    let mut token = harness.connected().await;
    harness
        .control("PATCH", "/clock", json!({"offset_ms": 3_601_000}))
        .await;
    assert_eq!(harness.users_with(&token, DataCentre::Us).await.0, 401);
    for day in [80, 160, 240, 320] {
        harness
            .control("PATCH", "/clock", json!({"offset_ms": day * DAY}))
            .await;
        let (status, next) = harness.refresh(&token).await;
        assert_eq!(status, 200, "day {day}");
        token = next;
    }
    harness
        .control("PATCH", "/clock", json!({"offset_ms": 366 * DAY}))
        .await;
    assert_eq!(harness.refresh(&token).await.0, 403, "the year is absolute");
    harness
        .control("PATCH", "/switches", json!({"refresh_year_is_absolute": false}))
        .await;
    assert_eq!(harness.refresh(&token).await.0, 200);
}

#[tokio::test]
async fn a_team_member_fails_at_the_very_end() {
    let harness = Harness::start().await;
    let code = harness.code(&Consent::default(), &[], demo::RECRUITER).await;
    let (status, body) = harness.exchange(&code, &[]).await;
    assert_eq!((status, &body["error"]), (403, &json!("access_denied")));
    for (side, expected) in [(LesserUser::RedirectFails, 302), (LesserUser::PageOnly, 403)] {
        harness
            .control("PATCH", "/switches", json!({"lesser_user": side}))
            .await;
        let page = harness.authorize(&Consent::default(), &[]).await.text().await.unwrap();
        let response = harness.press(&page, "accept", demo::RECRUITER).await;
        assert_eq!(response.status(), expected);
        if expected == 302 {
            assert_eq!(returned(&response)["error"], "access_denied");
        }
    }
}

#[tokio::test]
async fn a_production_token_in_the_sandbox_answers_403() {
    let harness = Harness::start().await;
    let token = harness.connected().await;
    let (status, body) = harness.users_with(&token, DataCentre::Sandbox).await;
    assert_eq!(status, 403);
    assert!(body["message"].as_str().unwrap().contains("signing key"));
    assert_eq!(harness.users_with(&token, DataCentre::Eu).await.0, 401);
}

#[tokio::test]
async fn the_ledger_holds_no_secret() {
    let harness = Harness::start().await;
    let token = harness.connected().await;
    harness.refresh(&token).await;
    harness.users_with(&token, DataCentre::Us).await;
    let response = harness
        .client
        .get(format!("{}/ledger", harness.simulator.control_url()))
        .send()
        .await
        .unwrap();
    let (_, ledger) = read(response).await;
    let text = ledger.to_string();
    let secrets = ["access_token", "refresh_token"].map(|name| token[name].as_str().unwrap());
    for secret in secrets.into_iter().chain([demo::OAUTH_CLIENT_SECRET, "the-state"]) {
        assert!(!text.contains(secret), "{secret}");
    }
}
