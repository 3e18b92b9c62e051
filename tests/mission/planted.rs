//! What a window is told, and what a crash could print, from the consent to a completed check.

use std::panic::catch_unwind;

use api::{LeverLogin, Reply, Request};
use end_to_end::rig::{Rig, Setup};
use model::{DataCentre, Secret, Status};
use simulator::demo;

use crate::oauth::{at_consent, connect, consent};
use crate::{becomes, event_of, started};

/// How every access token of the simulated Lever begins.
const ACCESS_TOKEN: &str = "eyJhbGci";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s07_no_event_and_no_answer_to_the_window_holds_a_secret_and_only_rows_hold_a_name() {
    let rig = Rig::bare(Setup::default()).await;
    let mut events = rig.host.events();
    let told = tokio::spawn(async move {
        let mut told = Vec::new();
        while let Some(event) = events.recv().await {
            told.push(serde_json::to_string(&event).expect("an event is JSON"));
        }
        told
    });
    let wizard = at_consent(&rig, DataCentre::Us).await;
    let back = consent(&rig, &wizard).await;
    connect(&wizard).await.expect("tokens");
    wizard.rest_at_lever().await;
    wizard.finish().await.expect("all is there");
    rig.until_ready().await;
    let row = started(&rig, "Kim Berg").await;
    for step in ["accept", "candidate-names-referees", "complete"] {
        rig.refapp_step(&row, step).await;
    }
    becomes(&rig, "Kim Berg", Status::Completed).await;

    let connection = wizard.id;
    let (mut answers, mut rows) = (Vec::new(), Vec::new());
    for (request, may_name) in [
        (Request::Overview, false),
        (Request::UpdateTemplates { connection }, false),
        (Request::Diagnostics { connection: None }, false),
        (
            Request::Checks {
                connection,
                look: model::Look::default(),
                offset: 0,
                limit: 100,
                anchor: None,
            },
            true,
        ),
        (Request::Check { check: row.id }, true),
    ] {
        let reply: Reply = rig.host.ask(request).await.expect("an answer");
        let text = serde_json::to_string(&reply).expect("an answer is JSON");
        if may_name { &mut rows } else { &mut answers }.push(text);
    }

    let Ok(Reply::TextFile(bundle)) = rig.host.ask(Request::Diagnostics { connection: None }).await else {
        panic!("a bundle")
    };
    let overview = rig.overview().await;
    let path = rig
        .vault
        .secrets()
        .into_iter()
        .find(|(name, _)| name.contains("receiver-path"));
    let path = path.expect("a path under which Lever and Refapp call").1;
    let shown = overview.connections[0].status_updates.address.as_deref();
    assert!(
        shown.is_some_and(|address| address.contains(&path)),
        "to whoever sets up Refapp it is shown"
    );
    assert!(!bundle.text.contains(&path), "the path opens the receiver");
    // Of people at the customer nothing either, and of secrets not even the ends that the window shows.
    let users = &overview.connections[0].setup.users;
    assert!(!users.is_empty());
    let hints = &overview.connections[0].setup;
    let hints = [
        &hints.refapp.token_hint,
        &hints.lever.client_secret_hint,
        &hints.update_bearer_hint,
    ];
    let ends = hints.into_iter().flatten().map(String::as_str);
    let people = users
        .iter()
        .flat_map(|user| [user.name.as_str(), &user.email, user.id.as_str()]);
    for word in people.chain(ends).chain([row.opportunity.as_str(), "Kim", "Berg", "@"]) {
        assert!(!bundle.text.contains(word), "{word} in {}", bundle.text);
    }

    let candidate = &event_of(&rig, "Kim Berg")["candidate"];
    let personal: Vec<_> = ["email", "phone"]
        .iter()
        .filter_map(|key| candidate[key].as_str())
        .collect();
    assert!(!personal.is_empty(), "Refapp does get an address");
    let code = back.query_pairs().find(|(name, _)| name == "code").expect("a code").1;
    let mut secrets = vec![
        demo::OAUTH_CLIENT_SECRET.to_owned(),
        demo::REFAPP_TOKEN.to_owned(),
        demo::UPDATE_BEARER.to_owned(),
        ACCESS_TOKEN.to_owned(),
        code.into_owned(),
    ];
    for (name, kept) in rig.vault.secrets() {
        // The path is shown to whoever tells Refapp where to send updates.
        if !name.contains("receiver-path") {
            let words = kept.split_whitespace().filter(|word| word.len() > 8);
            // The id of a webhook stands before its token.
            secrets.extend(words.filter(|word| word.len() != 36).map(str::to_owned));
        }
    }
    assert!(secrets.len() >= 9, "the vault holds what was granted");
    let Rig { host, .. } = rig;
    host.stop().await;
    drop(host);
    answers.extend(told.await.expect("no panic"));
    assert!(answers.len() > 8, "events were pushed");
    assert!(rows.iter().any(|row| row.contains("Kim Berg")));
    for text in answers.iter().chain(&rows) {
        for word in secrets.iter().map(String::as_str).chain(personal.iter().copied()) {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
    for text in answers {
        assert!(!text.contains("Kim Berg"), "a name in {text}");
    }
}

/// A panic prints what its author had at hand, by `Debug` or `Display`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s07_a_crash_text_can_hold_no_secret() {
    let rig = Rig::start(Setup::default()).await;
    let file = rig.file();
    let login = LeverLogin::OAuth {
        client_id: "client".to_owned(),
        client_secret: Secret::new(demo::OAUTH_CLIENT_SECRET),
    };
    let request = Request::SetRefapp {
        connection: rig.id().await,
        url: rig.sim.refapp_url(),
        token: Some(demo::REFAPP_TOKEN.to_owned()),
    };
    let crash = catch_unwind(move || panic!("{file:?} {login:?} {request:?}")).expect_err("a panic");
    let text = crash.downcast_ref::<String>().expect("a text");
    for secret in [
        demo::EU_KEY,
        demo::REFAPP_TOKEN,
        demo::UPDATE_BEARER,
        demo::OAUTH_CLIENT_SECRET,
    ] {
        assert!(!text.contains(secret), "{text}");
    }
}
