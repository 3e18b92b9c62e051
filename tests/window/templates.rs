//! **Update** brings the tags in Lever into line with the templates in Refapp.

use end_to_end::window::{Home, Window};
use serde_json::Value;
use simulator::demo;

use crate::simulated::Simulated;

#[tokio::test]
async fn m08_eu_update_lists_what_was_added_removed_and_renamed() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.set_up_eu().await;
    templates_change_and_are_brought_into_line(&home, &simulated, &window).await;
    window.close().await;
}

#[tokio::test]
async fn m02_m04_m08_us_an_api_key_works_there_too_and_update_lists_what_changed() {
    let (home, simulated) = (Home::new().await, Simulated::with_webhooks().await);
    let window = Window::app(&home, &simulated.running).await;
    window.begin_setup().await;
    window.prove_refapp().await;
    window.choose_data_centre("us", "api-key").await;
    window.prove_key().await;
    window.choose_acting_user().await;
    window.prove_rights().await;
    window.choose_channels().await;
    window.choose_stage().await;
    window.finish_setup().await;
    templates_change_and_are_brought_into_line(&home, &simulated, &window).await;
    window.close().await;
}

async fn templates_change_and_are_brought_into_line(home: &Home, simulated: &Simulated, window: &Window) {
    window.click("nav-connection").await;
    window.see_text("template", "Refapp Template: Managers").await;
    assert_eq!(window.count("template").await, demo::TEMPLATES.len());

    // One is added, one is renamed, one is removed.
    let board = Window::browser(home, &simulated.running.board_url()).await;
    let [_, (sales, _), (managers, _)] = demo::TEMPLATES;
    board.fill("new-template-label", "Executives").await;
    board.click("add-template").await;
    board.fill(&format!("template-label-{sales}"), "Account managers").await;
    board.click(&format!("rename-template-{sales}")).await;
    board.click(&format!("remove-template-{managers}")).await;
    board.see_no(&format!("template-{managers}")).await;
    board.close().await;

    window.click("templates-update").await;
    window.see_text("report-added", "Refapp Template: Executives").await;
    window.see_text("report-removed", "Refapp Template: Managers").await;
    window.see_text("report-renamed", "Refapp Template: Sales").await;
    window
        .see_text("report-renamed", "Refapp Template: Account managers")
        .await;
    let mut offered = carrier_tags(&simulated.state().await);
    offered.sort();
    assert_eq!(
        offered,
        [
            "Refapp Template: Account managers",
            "Refapp Template: Developers",
            "Refapp Template: Executives"
        ]
    );

    // Once more: there is nothing to do, and that is said.
    window.click("templates-update").await;
    window.see_no("report-added").await;
    window.see_text("template-report", "Nothing had changed").await;
}

/// The template tags that Lever offers because the tag carrier has them.
fn carrier_tags(state: &Value) -> Vec<String> {
    let opportunities = state["lever"]["opportunities"].as_array().into_iter().flatten();
    let carrier = opportunities
        .filter(|one| {
            one["name"]
                .as_str()
                .is_some_and(|name| name.contains("not a candidate"))
        })
        .flat_map(|one| one["tags"].as_array().into_iter().flatten());
    carrier
        .filter_map(Value::as_str)
        .filter(|tag| tag.starts_with("Refapp Template:"))
        .map(str::to_owned)
        .collect()
}
