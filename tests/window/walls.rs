//! What a page in the window can reach: the two commands, and nothing else (`security.md` 16 to 19).

use end_to_end::window::{Home, Window};
use serde_json::{Value, json};
use simulator::Simulator;

async fn simulator() -> Simulator {
    simulator::start(simulator::Options::default())
        .await
        .expect("loopback has a free port")
}

/// Calls a command as the page's own code would, and returns what it resolved or was rejected with.
async fn invoke(window: &Window, command: &str, arguments: &Value) -> Value {
    let script = "const [command, args, done] = arguments;
        window.__TAURI_INTERNALS__.invoke(command, args).then((value) => done({ value }), (error) => done({ error }));";
    window.run_async(script, vec![json!(command), arguments.clone()]).await
}

#[tokio::test]
async fn the_window_opens_with_a_heading_and_speaks_to_its_host() {
    let (home, simulator) = (Home::new().await, simulator().await);
    let window = Window::app(&home, &simulator).await;

    window
        .until(
            "a heading",
            "return document.querySelector('h1')?.innerText.trim().length > 0",
        )
        .await;
    let answer = invoke(&window, "ask", &json!({"request": {"ask": "overview"}})).await;
    assert_eq!(answer["value"]["reply"], "overview", "{answer}");
    let board = answer["value"]["value"]["practice"]["boardUrl"].clone();
    assert_eq!(board, json!(simulator.board_url()));
    window.close().await;
}

#[tokio::test]
async fn s16_foreign_scripts_styles_and_connections_are_kept_out_by_the_policy() {
    let (home, simulator) = (Home::new().await, simulator().await);
    let window = Window::app(&home, &simulator).await;

    // Inline script, inline handler, a text as code, a script and data from elsewhere: each is refused
    // and leaves no trace.
    let script = "const [elsewhere, done] = arguments;
        window.blocked = new Set();
        window.planted = [];
        document.addEventListener('securitypolicyviolation', (event) => window.blocked.add(event.effectiveDirective));
        const plant = (how) => `window.planted.push('${how}')`;
        const inline = document.createElement('script');
        inline.textContent = plant('inline');
        const foreign = document.createElement('script');
        foreign.src = elsewhere;
        const button = document.createElement('button');
        button.setAttribute('onclick', plant('handler'));
        document.body.append(inline, foreign, button);
        button.click();
        for (const run of [() => eval(plant('eval')), () => new Function(plant('function'))(), () => setTimeout(plant('timer'))])
            try { run(); } catch { /* refused */ }
        const loaded = new Promise((resolve) => {
            foreign.onload = () => resolve('loaded');
            foreign.onerror = () => resolve('refused');
        });
        const fetched = fetch(elsewhere).then(() => 'fetched', () => 'refused');
        Promise.all([fetched, loaded]).then(done);";
    let elsewhere = json!(simulator.board_url());
    let found = window.run_async(script, vec![elsewhere]).await;
    assert_eq!(found, json!(["refused", "refused"]));
    window
        .until(
            "three violations",
            "return ['script-src-elem', 'script-src-attr', 'connect-src'].every((one) => window.blocked.has(one))",
        )
        .await;
    assert_eq!(window.run("return window.planted").await, json!([]));
    window.close().await;
}

#[tokio::test]
async fn s18_commands_that_were_not_granted_are_refused() {
    let (home, simulator) = (Home::new().await, simulator().await);
    let window = Window::app(&home, &simulator).await;

    for (command, arguments) in [
        (
            "plugin:event|emit",
            json!({"event": "deep-link://new-url", "payload": ["com.refapp.lever://oauth/us"]}),
        ),
        (
            "plugin:event|listen",
            json!({"event": "deep-link://new-url", "target": {"kind": "Any"}, "handler": 1}),
        ),
        ("plugin:deep-link|get_current", json!({})),
        ("plugin:window|close", json!({})),
        (
            "plugin:webview|create_webview_window",
            json!({"options": {"label": "second", "url": "https://example.com"}}),
        ),
        ("plugin:app|version", json!({})),
        ("no_such_command", json!({})),
    ] {
        let answer = invoke(&window, command, &arguments).await;
        let refusal = answer["error"].as_str().unwrap_or_default();
        assert!(
            refusal.contains("not allowed") || refusal.contains("not found"),
            "{command}: {answer}"
        );
    }
    window.close().await;
}

#[tokio::test]
async fn s01_s19_the_window_neither_leaves_its_pages_nor_opens_others() {
    let (home, simulator) = (Home::new().await, simulator().await);
    let window = Window::app(&home, &simulator).await;
    window.see("practice").await;
    let here = window.address().await;
    window.run("window.stays = true").await;

    for target in [
        simulator.board_url(),
        "data:text/html,elsewhere".to_owned(),
        "about:blank".to_owned(),
    ] {
        window
            .run_async(
                "const [to, done] = arguments; location.href = to; setTimeout(done, 300)",
                vec![json!(target)],
            )
            .await;
        assert_eq!(window.address().await, here);
        assert_eq!(
            window.run("return window.stays === true").await,
            json!(true),
            "{target}"
        );
    }
    // A page that opens windows by itself is held up by the web view in any case; one that a person clicked is not.
    let plant = "const [to, done] = arguments;
        const button = document.createElement('button');
        button.textContent = 'open';
        button.dataset.testid = 'planted';
        button.style = 'position: fixed; inset: 0; z-index: 9999';
        button.onclick = () => { window.opened = [window.open(to)]; };
        document.body.append(button);
        done();";
    window.run_async(plant, vec![json!(simulator.board_url())]).await;
    window.click("planted").await;
    window.until("the click", "return window.opened !== undefined").await;
    assert_eq!(window.run("return window.opened[0] === null").await, json!(true));
    assert_eq!(
        window.client().windows().await.expect("windows can be counted").len(),
        1
    );
    window.close().await;
}
