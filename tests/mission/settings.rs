//! Settings go from one host to another as a file, and no secret with them.

use api::{Reply, Request, Step, StepState};
use end_to_end::rig::{Rig, Setup};
use model::{Code, Status};
use simulator::demo;

use crate::wizard::Wizard;
use crate::{becomes, started};

/// What the headless host reads as well; its own test holds it to that.
const EXPORTED: &str = include_str!("../../src-tauri/server/src/config/exported.toml");
const ELSEWHERE: &str = "https://app.refapp.se";

async fn export(rig: &Rig) -> String {
    let connection = rig.id().await;
    match rig.host.ask(Request::ExportSettings { connection }).await {
        Ok(Reply::TextFile(file)) => file.text,
        other => panic!("a file, not {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exported_settings_hold_no_secret_and_leave_only_secrets_to_be_entered_elsewhere() {
    let rig = Rig::start(Setup {
        default_template: Some("Sales".to_owned()),
        ..Setup::default()
    })
    .await;
    started(&rig, "Kim Berg").await;
    let text = export(&rig).await;
    assert_eq!(text.replace(&rig.sim.refapp_url(), ELSEWHERE), EXPORTED);
    for (name, secret) in rig.vault.secrets() {
        assert!(!text.contains(&secret), "{name}");
    }

    let elsewhere = Rig::bare(Setup::default()).await;
    let text = text.replace(&rig.sim.refapp_url(), &elsewhere.sim.refapp_url());
    let Ok(Reply::Connection(id)) = elsewhere.host.ask(Request::ImportSettings { text }).await else {
        panic!("a connection")
    };
    let wizard = Wizard::again(&elsewhere).await;
    assert_eq!(wizard.id, id);
    assert_eq!(wizard.step(Step::DataCentre).await, StepState::Done);
    assert!(elsewhere.vault.names().is_empty(), "secrets stay where they are");
    wizard.key(demo::EU_KEY).await.expect("a key");
    wizard.refapp(demo::REFAPP_TOKEN).await.expect("the account's token");
    let view = elsewhere
        .connection_that("stage, acting user and template are those of the file", |view| {
            let settings = &view.settings;
            let stage = settings.trigger_stage.as_ref();
            stage.is_some_and(|stage| stage.text == demo::TRIGGER_STAGE)
                && settings.acting_user.is_some()
                && settings.default_template.is_some()
        })
        .await;
    let acting = view.settings.acting_user.map(|id| id.to_string());
    assert_eq!(acting, Some(elsewhere.user(demo::SUPER_ADMIN)));
    wizard.prove(true).await.expect("a proof");
    wizard.channels().await.expect("channels");
    wizard.finish().await.expect("nothing else is left");
    elsewhere.until_ready().await;
    elsewhere.move_into_trigger("Kim Berg").await;
    becomes(&elsewhere, "Kim Berg", Status::Sent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_connection_from_ones_own_file_is_another_one_and_touches_nothing_of_the_first() {
    let rig = Rig::start(Setup::default()).await;
    let before = rig.connection().await;
    let text = export(&rig).await;
    for name in ["Nordvik (2)", "Nordvik (3)"] {
        let imported = rig.host.ask(Request::ImportSettings { text: text.clone() }).await;
        assert!(matches!(imported, Ok(Reply::Connection(_))), "{imported:?}");
        let names: Vec<String> = rig
            .overview()
            .await
            .connections
            .into_iter()
            .map(|one| one.name)
            .collect();
        assert!(names.iter().any(|known| known == name), "{names:?}");
    }
    let after = rig.overview().await.connections.remove(0);
    assert_eq!(
        (after.id, after.health, after.setup),
        (before.id, before.health, before.setup)
    );
    started(&rig, "Kim Berg").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_account_does_not_have_is_not_guessed() {
    let rig = Rig::bare(Setup::default()).await;
    let text = EXPORTED
        .replace(ELSEWHERE, &rig.sim.refapp_url())
        .replace("Reference check", "Background check")
        .replace("astrid.lund@", "nobody@");
    let imported = rig.host.ask(Request::ImportSettings { text }).await;
    assert!(matches!(imported, Ok(Reply::Connection(_))), "{imported:?}");
    let wizard = Wizard::again(&rig).await;
    wizard.key(demo::EU_KEY).await.expect("a key");
    wizard.acting_user().await;
    let view = wizard.view().await;
    assert_eq!(view.settings.trigger_stage, None);
    assert_eq!(wizard.step(Step::Stage).await, StepState::Open);

    let refused = rig
        .host
        .ask(Request::ImportSettings {
            text: "a letter".to_owned(),
        })
        .await;
    assert_eq!(refused.map_err(|failure| failure.code), Err(Code::AppConfig));
}
