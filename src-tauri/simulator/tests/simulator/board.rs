//! The pages for people.

use simulator::DataCentre;

use crate::harness::{Harness, opportunity};

#[tokio::test]
async fn the_board_and_what_it_loads_come_from_here_under_a_strict_policy() {
    let harness = Harness::start().await;
    let page = harness.client.get(harness.simulator.board_url()).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"));
    let html = page.text().await.unwrap();
    assert!(!html.contains("style=\"") && !html.contains("<script>") && !html.contains("http"));
    for file in ["/board.js", "/style.css"] {
        assert!(html.contains(file));
        let url = format!("http://{}{file}", harness.simulator.address());
        assert_eq!(harness.client.get(url).send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn each_candidate_on_the_board_has_a_page_whose_address_can_be_tried() {
    let harness = Harness::start().await;
    let state = harness.state().await;
    let candidates = state["lever"]["opportunities"].as_array().unwrap();
    assert!(!candidates.is_empty());
    for candidate in candidates {
        let page = candidate["urls"]["show"].as_str().unwrap();
        assert!(page.ends_with(&format!("/candidates/{}", candidate["id"].as_str().unwrap())));
        assert_eq!(harness.client.get(page).send().await.unwrap().status(), 200);
    }
    let url = format!("http://{}/board.js", harness.simulator.address());
    let script = harness.client.get(url).send().await.unwrap().text().await.unwrap();
    assert!(script.contains("name.href = opportunity.urls.show"));
}

#[tokio::test]
async fn a_candidate_page_escapes_a_name_that_looks_like_markup() {
    let harness = Harness::start().await;
    let name = "<img src=x onerror=alert(1)>";
    let url = format!(
        "{}/candidates/{}",
        harness.simulator.lever_web_url(DataCentre::Eu),
        opportunity(name)
    );
    let html = harness.client.get(url).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(!html.contains("<img"));
}
