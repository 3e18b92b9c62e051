use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use model::{Clock, Code, Failure, Mode, Secret};
use serde_json::json;

use super::server::{Reply, Request, Server, reply, with_header};
use crate::oauth::{
    Attempt, Credentials, RefreshTokenStore, Return, TokenSource, begin, exchange, read_return, scopes,
};
use crate::{Auth, Call, Client, Kind, Outcome};

/// A store that remembers what was saved, and fails on demand.
#[derive(Default)]
struct Store {
    saved: Mutex<Vec<String>>,
    fails: AtomicBool,
}

impl Store {
    fn holding(token: &str) -> Arc<Self> {
        let store = Self::default();
        store.saved.lock().unwrap().push(token.to_owned());
        Arc::new(store)
    }

    fn saved(&self) -> Vec<String> {
        self.saved.lock().unwrap().clone()
    }
}

impl RefreshTokenStore for Store {
    fn load(&self) -> Result<Option<Secret>, Failure> {
        Ok(self.saved().last().map(|token| Secret::new(token)))
    }

    fn save(&self, token: &Secret) -> Result<(), Failure> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(Code::AppKeychain.into());
        }
        self.saved.lock().unwrap().push(token.expose().to_owned());
        Ok(())
    }
}

fn credentials() -> Credentials {
    Credentials {
        id: "client".to_owned(),
        secret: Secret::new("planted-secret"),
    }
}

/// The answer of `lever-api.md §2.3`, with tokens numbered.
fn tokens(n: usize) -> Reply {
    reply(
        200,
        json!({"access_token": format!("access-{n}"), "refresh_token": format!("refresh-{n}"),
            "token_type": "Bearer", "scope": "offline_access stages:read:admin", "expires_in": 3600}),
    )
}

fn is_token_call(request: &Request) -> bool {
    request.target == "/oauth/token"
}

fn token_calls(server: &Server) -> usize {
    let is_token_call = |line: &&String| *line == "POST /oauth/token";
    server.lines().iter().filter(is_token_call).count()
}

fn form(request: &Request) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = url::form_urlencoded::parse(request.body.as_bytes())
        .into_owned()
        .collect();
    pairs.sort();
    pairs
}

/// Issues numbered tokens, rotating; the API accepts only the newest access token, and only once its refresh token
/// is in the store.
async fn rotating(store: &Arc<Store>, accepted_from: usize) -> Server {
    let (issued, store) = (Arc::new(AtomicUsize::new(0)), store.clone());
    Server::start(move |request, _| {
        if is_token_call(request) {
            return tokens(issued.fetch_add(1, Ordering::SeqCst) + 1);
        }
        let n = issued.load(Ordering::SeqCst);
        assert_eq!(
            store.saved().last(),
            Some(&format!("refresh-{n}")),
            "the API was called before the refresh token was saved"
        );
        if n >= accepted_from && request.authorization == format!("Bearer access-{n}") {
            reply(200, json!({"data": [], "hasNext": false}))
        } else {
            reply(401, "{}")
        }
    })
    .await
}

fn source(server: &Server, store: &Arc<Store>) -> Arc<TokenSource> {
    Arc::new(TokenSource::new(&server.place(), credentials(), store.clone(), Clock::system()).unwrap())
}

fn client(server: &Server, store: &Arc<Store>) -> Client {
    Client::new(server.place(), Auth::OAuth(source(server, store))).unwrap()
}

fn attempt(server: &Server) -> Attempt {
    let redirect = "http://127.0.0.1:47111/oauth/us".parse().unwrap();
    begin(
        &server.place(),
        "client",
        scopes(Mode::Integration),
        &redirect,
        Clock::system().now(),
    )
}

fn state(attempt: &Attempt) -> String {
    let mut pairs = attempt.url().query_pairs();
    pairs.find(|(name, _)| name == "state").unwrap().1.into()
}

#[tokio::test]
async fn a_code_is_exchanged_with_secret_and_verifier_in_the_body() {
    let server = Server::start(|_, _| tokens(1)).await;
    let attempt = attempt(&server);
    let mut returned = attempt.redirect().clone();
    returned
        .query_pairs_mut()
        .append_pair("state", &state(&attempt))
        .append_pair("code", "code-1");
    let Ok(Return::Granted { code }) = read_return(&attempt, &returned, Clock::system().now()) else {
        panic!("a grant");
    };
    let tokens = exchange(&server.place(), &credentials(), attempt, code, Clock::system())
        .await
        .unwrap();
    assert_eq!(tokens.missing_scopes(scopes(Mode::Integration)).len(), 5);
    assert_eq!(server.lines(), ["POST /oauth/token"]);
    let sent = server.request(0, form);
    let names: Vec<&str> = sent.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "client_id",
            "client_secret",
            "code",
            "code_verifier",
            "grant_type",
            "redirect_uri"
        ]
    );
    assert_eq!(sent[1].1, "planted-secret");
    assert_eq!(sent[5].1, "http://127.0.0.1:47111/oauth/us");
    assert_eq!(server.request(0, |r| r.authorization.clone()), "");

    let store = Arc::new(Store::default());
    let source = source(&server, &store);
    source.adopt(tokens).await.unwrap();
    assert_eq!(store.saved(), ["refresh-1"]);
    let token = source.access_token(None).await.unwrap();
    assert_eq!(token.expose(), "access-1");
    assert_eq!(server.lines().len(), 1, "no refresh was needed");
}

#[tokio::test]
async fn s21_the_token_endpoint_is_never_left_by_a_redirect() {
    let elsewhere = Server::start(|_, _| tokens(1)).await;
    let target = elsewhere.root.clone();
    let server = Server::start(move |_, _| with_header(reply(307, ""), "location", &target)).await;
    let attempt = attempt(&server);
    let code = Secret::new("c");
    let error = exchange(&server.place(), &credentials(), attempt, code, Clock::system())
        .await
        .err()
        .unwrap();
    assert_eq!(error.kind, Kind::Redirect(307));
    assert!(elsewhere.lines().is_empty());
}

#[tokio::test]
async fn every_refusal_of_an_exchange_has_its_reason() {
    let unauthorised = json!({"error": "access_denied", "error_description": "Unauthorized"});
    let dead = json!({"error": "invalid_grant"});
    for (status, body, expected) in [
        (401, unauthorised, Code::OauthClient),
        (403, dead.clone(), Code::OauthLate),
        (400, dead, Code::OauthLate),
        (403, json!({"error": "access_denied"}), Code::OauthRole),
        (200, json!([]), Code::LevAnswer),
        (500, json!({}), Code::LevDown),
    ] {
        let server = Server::start(move |_, _| reply(status, &body)).await;
        let attempt = attempt(&server);
        let error = exchange(
            &server.place(),
            &credentials(),
            attempt,
            Secret::new("c"),
            Clock::system(),
        )
        .await
        .err()
        .unwrap();
        assert_eq!(Failure::from(&error).code, expected, "{error}");
    }
}

#[tokio::test]
async fn a_grant_without_a_refresh_token_lacks_offline_access() {
    let no_refresh = json!({"access_token": "a", "token_type": "Bearer", "expires_in": 3600});
    let server = Server::start(move |_, _| reply(200, &no_refresh)).await;
    let attempt = attempt(&server);
    let tokens = exchange(
        &server.place(),
        &credentials(),
        attempt,
        Secret::new("c"),
        Clock::system(),
    )
    .await
    .unwrap();
    assert_eq!(tokens.missing_scopes(scopes(Mode::Integration)), ["offline_access"]);
}

#[tokio::test]
async fn s09_fifty_parallel_401s_bring_one_refresh() {
    let store = Store::holding("refresh-0");
    let server = rotating(&store, 1).await;
    let source = source(&server, &store);
    let refused = source.access_token(None).await.unwrap();
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let (source, refused) = (source.clone(), refused.clone());
            tokio::spawn(async move { source.access_token(Some(&refused)).await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().expose(), "access-2");
    }
    assert_eq!(token_calls(&server), 2);
    // A late 401 about a token that was replaced meanwhile is no reason either.
    source.access_token(Some(&refused)).await.unwrap();
    assert_eq!(token_calls(&server), 2);
}

#[tokio::test]
async fn s09_a_401_is_mended_once_and_the_refresh_token_is_saved_before_the_api_is_called() {
    let store = Store::holding("refresh-0");
    let server = rotating(&store, 2).await;
    client(&server, &store).stages().await.unwrap();
    assert_eq!(
        server.lines(),
        [
            "POST /oauth/token",
            "GET /v1/stages",
            "POST /oauth/token",
            "GET /v1/stages"
        ]
    );
    assert_eq!(server.request(2, form)[3].1, "refresh-1");
    assert_eq!(store.saved(), ["refresh-0", "refresh-1", "refresh-2"]);
}

#[tokio::test]
async fn a_second_401_in_a_row_is_the_answer() {
    let store = Store::holding("refresh-0");
    let server = rotating(&store, usize::MAX).await;
    let error = client(&server, &store).stages().await.unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized);
    assert_eq!(token_calls(&server), 2);
}

#[tokio::test]
async fn a_store_that_fails_keeps_the_new_token_back_and_loses_nothing() {
    let store = Store::holding("refresh-0");
    let server = rotating(&store, 1).await;
    let client = client(&server, &store);
    store.fails.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        let tags = ["t".to_owned()];
        let error = client.add_tags(&"o".into(), &tags, None).await.unwrap_err();
        assert_eq!(error.kind, Kind::SecretStore(Code::AppKeychain.into()));
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert_eq!(Failure::from(&error).code, Code::AppKeychain);
    }
    store.fails.store(false, Ordering::SeqCst);
    client.stages().await.unwrap();
    assert_eq!(token_calls(&server), 1, "the old token was not used twice");
    assert_eq!(store.saved(), ["refresh-0", "refresh-1"]);
}

#[tokio::test]
async fn a_dead_grant_is_told_apart_from_a_refused_key_and_asked_for_once() {
    for status in [400, 401, 403] {
        let server = Server::start(move |_, _| {
            reply(
                status,
                json!({"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."}),
            )
        })
        .await;
        let store = Store::holding("refresh-0");
        let client = client(&server, &store);
        for _ in 0..3 {
            let error = client.stages().await.unwrap_err();
            assert_eq!((error.call, &error.kind), (Call::RefreshToken, &Kind::Revoked));
            assert_eq!(Failure::from(&error).code, Code::OauthRevoked);
        }
        assert_eq!(server.lines(), ["POST /oauth/token"]);
        store.save(&Secret::new("another")).unwrap();
        assert!(client.stages().await.is_err());
        assert_eq!(server.lines().len(), 2, "a new grant is tried");
    }
    let server = Server::start(|_, _| tokens(1)).await;
    let error = client(&server, &Arc::default()).stages().await.unwrap_err();
    assert_eq!(error.kind, Kind::Revoked, "nothing in the store");
    assert!(server.lines().is_empty());
}

#[tokio::test]
async fn no_refused_refresh_is_taken_for_an_answer_of_the_data_api() {
    let denied = json!({"error": "access_denied"});
    for (status, body, code) in [
        (400, json!({"error": "invalid_request"}), Code::OauthRevoked),
        (401, denied.clone(), Code::OauthRevoked),
        (403, denied, Code::OauthRevoked),
        (403, json!("no"), Code::OauthRevoked),
        (401, json!({"error": "invalid_client"}), Code::OauthClient),
        (400, json!({"error": "invalid_client"}), Code::OauthClient),
        (404, json!({}), Code::LevAnswer),
        (405, json!({}), Code::LevAnswer),
    ] {
        let server = Server::start(move |_, _| reply(status, &body)).await;
        let error = client(&server, &Store::holding("refresh-0"))
            .opportunity(&"o".into())
            .await
            .err()
            .unwrap();
        assert_eq!(error.call, Call::RefreshToken);
        assert_eq!(Failure::from(&error).code, code, "{status} {error}");
        let about_the_opportunity = matches!(error.kind, Kind::Forbidden | Kind::NotFound | Kind::BadRequest { .. });
        assert!(!about_the_opportunity, "{status} {error}");
    }
}

#[tokio::test]
async fn a_write_whose_token_could_not_be_had_was_never_sent() {
    let server = Server::start(|_, _| reply(503, "{}")).await;
    let store = Store::holding("refresh-0");
    let error = client(&server, &store)
        .create_note(&"o".into(), "x", None)
        .await
        .unwrap_err();
    assert_eq!((error.call, &error.kind), (Call::RefreshToken, &Kind::Server(503)));
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(store.saved(), ["refresh-0"]);
}

#[tokio::test]
async fn s09_a_caller_that_gives_up_loses_no_rotated_token() {
    let store = Store::holding("refresh-0");
    let server = rotating(&store, 1).await;
    let source = source(&server, &store);
    // Lever has rotated, the answer is on its way, and its caller is gone: the refresh goes on in its own task.
    let rotated = async {
        while token_calls(&server) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = rotated => {}
        _ = source.access_token(None) => panic!("answered before its caller gave up"),
    }
    assert_eq!(source.access_token(None).await.unwrap().expose(), "access-1");
    assert_eq!(token_calls(&server), 1);
    assert_eq!(store.saved(), ["refresh-0", "refresh-1"]);
}
