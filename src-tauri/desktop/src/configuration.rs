//! Holds `tauri.conf.json` and the capabilities against `security.md` 5, 16, 17 and 18. Tests only.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn conf() -> Value {
    read(include_str!("../../../tauri.conf.json"))
}

#[test]
fn s16_s17_the_content_security_policy_lets_nothing_in_but_our_own_files() {
    assert_eq!(
        conf()["app"]["security"],
        json!({
            "csp": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                    font-src 'self'; connect-src ipc: http://ipc.localhost; object-src 'none'; \
                    base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "freezePrototype": true,
        })
    );
    assert_eq!(conf()["app"]["withGlobalTauri"], json!(false));
    assert_eq!(conf()["build"]["devUrl"], Value::Null);
}

#[test]
fn s17_s18_the_window_may_call_the_two_commands_and_have_its_page_zoomed_and_nothing_else() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src-tauri/desktop/capabilities");
    let files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(files, ["main.json"]);
    let capability = read(include_str!("../capabilities/main.json"));
    assert_eq!(capability["windows"], json!(["main"]));
    assert_eq!(
        capability["permissions"],
        json!(["allow-ask", "allow-subscribe", "core:webview:allow-set-webview-zoom"])
    );
    assert_eq!(capability["remote"], Value::Null);
    // Without the list every command would be open to every window, and what an earlier build left would hide it.
    assert!(include_str!("../build.rs").contains(r#".commands(&["ask", "subscribe"])"#));
}

#[test]
fn s05_the_deep_link_has_the_reverse_domain_scheme_of_the_app() {
    let conf = conf();
    assert_eq!(conf["identifier"], crate::deep_link::SCHEME);
    assert_eq!(
        conf["plugins"],
        json!({"deep-link": {"desktop": {"schemes": [crate::deep_link::SCHEME]}}})
    );
}
