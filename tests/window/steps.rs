//! What several stories have in common beside the wizard's own steps (`end_to_end::window`).

use end_to_end::window::{Home, Window};

use crate::simulated;

/// The row of a check in a status.
pub fn row(status: &str) -> String {
    format!("check-row[data-status=\"{status}\"]")
}

/// Ticks a box of an API key, or takes its tick away, on the board as on Lever's own page of the key.
pub async fn tick(board: &Window, key: &str, right: &str) {
    let card = format!("key-{key}");
    board.see(&card).await;
    board
        .run(&format!(
            "document.querySelector('[data-testid=\"{card}\"] details').open = true"
        ))
        .await;
    board.click(&format!("right-{key}-{right}")).await;
}

/// Answers Lever's page in a browser as one of the users, and closes it; returns the address at which it ended.
pub async fn answer_consent(home: &Home, page: &str, user: &str, button: &str) -> String {
    let browser = Window::browser(home, page).await;
    browser.choose("consent-user", &simulated::user(user)).await;
    look(&browser, "consent").await;
    browser.click(button).await;
    for _ in 0..20 {
        eprintln!(
            "{:?} {:?}",
            browser.client().current_url().await,
            browser.client().title().await
        );
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    look(&browser, "consent-after").await;
    let address = browser.address().await;
    browser.close().await;
    address
}

pub async fn look(window: &Window, name: &str) {
    let picture = window.picture().await;
    std::fs::write(format!("/tmp/w-shots/{name}.png"), picture).unwrap();
}
