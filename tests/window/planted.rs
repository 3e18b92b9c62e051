//! A whole check in the real window, for a candidate whose name is an attack: it is text on screen, and what is secret or
//! a candidate's is nowhere on the disk where it does not belong.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use end_to_end::window::{Home, Window};
use serde_json::json;
use simulator::demo;

use crate::simulated::Simulated;
use crate::steps;

const NAME: &str = "<img src=x onerror=window.pwned=1><b>Tove</b>";
const ADDRESS: &str = "tove.test@candidate.example";
const OURS: [&str; 9] = [
    "api",
    "engine",
    "http_client",
    "lever",
    "model",
    "receiver",
    "refapp",
    "refapp_lever",
    "store",
];

#[tokio::test]
async fn s07_s12_s20_s23_s28_a_hostile_name_is_text_and_nothing_is_kept_where_it_does_not_belong() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    let made = json!({
        "name": NAME, "emails": [ADDRESS], "posting": demo::id(1, "posting", "Backend Developer"),
        "stage": "applicant-new", "deliver": "none",
    });
    let made = simulated.control("POST", "lever/opportunities", made).await;
    let moved = json!({"opportunity": made["id"], "stage": demo::TRIGGER_STAGE, "by": demo::RECRUITER});
    simulated.control("POST", "lever/move", moved).await;
    window.see(&steps::row("sent")).await;
    window.see_text("check-candidate", NAME).await;
    window.click("check-open").await;
    window.see_text("check-detail", NAME).await;
    assert_eq!(
        window
            .run("return [document.querySelectorAll('img[src=x], b').length, window.pwned === undefined]")
            .await,
        json!([0, true])
    );
    // What is shown to support knows nothing of it.
    let ask = "const [done] = arguments;
        window.__TAURI_INTERNALS__.invoke('ask', { request: { ask: 'diagnostics', connection: null } }).then(done, done);";
    let bundle = window.run_async(ask, vec![]).await;
    let bundle = bundle["value"]["text"].as_str().expect("a bundle");
    window.click("help").await;
    let line = window.text("read-out").await;
    for word in [
        demo::EU_KEY,
        demo::REFAPP_TOKEN,
        demo::UPDATE_BEARER,
        ADDRESS,
        "Tove",
        "onerror",
    ] {
        assert!(
            !bundle.contains(word) && !line.contains(word),
            "{word} in {line} or {bundle}"
        );
    }
    assert!(bundle.contains(&line), "the line is in the bundle");
    let stored = "return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])";
    let stored = window.run(stored).await.to_string();

    // While it runs there is a write-ahead log. The keychain, which lies in this home too, is where secrets belong.
    for secret in [demo::EU_KEY, demo::REFAPP_TOKEN, demo::UPDATE_BEARER] {
        let mut files = home.files_with(secret);
        files.retain(|file| !is_keychain(file));
        assert_eq!(files, Vec::<String>::new(), "{secret}");
        assert!(!stored.contains(secret), "{secret} in {stored}");
    }
    assert_eq!(home.files_with(ADDRESS), Vec::<String>::new());
    assert!(!stored.contains("Tove") && !stored.contains(ADDRESS), "{stored}");
    let named = home.files_with("Tove");
    assert!(!named.is_empty(), "the dashboard shows the name from the database");
    for file in named {
        assert!(file.contains("/refapp-lever.db"), "the name in {file}");
        let folder = Path::new(&file).parent().expect("a file lies in a folder");
        let mode = std::fs::metadata(folder)
            .expect("a folder of ours")
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{}", folder.display());
    }
    // Only our own crates are heard: what a library would say is nobody's promise.
    let mut heard = 0;
    for file in home.files_with("INFO") {
        if file.contains("/logs/refapp-lever.") {
            for line in std::fs::read_to_string(&file).expect("a log of ours").lines() {
                let mut words = line.split_whitespace().skip(1);
                let (level, target) = (words.next(), words.next().unwrap_or_default());
                let name = target.split(':').next().unwrap_or_default();
                assert!(OURS.contains(&name) || level == Some("ERROR"), "{line}");
                heard += 1;
            }
        }
    }
    assert!(heard > 0, "it logs");
    window.close().await;
}

fn is_keychain(file: &str) -> bool {
    file.contains("/keyrings/")
}
