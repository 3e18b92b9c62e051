//! Pages (lever-api.md §5).

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::harness::{Harness, answer};

async fn all(harness: &Harness, path: &str, limit: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut offset = None::<String>;
    loop {
        let mut request = harness.lever("GET", path).query(&[("limit", limit)]);
        if let Some(offset) = &offset {
            request = request.query(&[("offset", offset)]);
        }
        let (status, page) = answer(request).await;
        assert_eq!(status, 200, "{page}");
        rows.extend(page["data"].as_array().unwrap().iter().cloned());
        if page["hasNext"] == false {
            assert!(page.get("next").is_none());
            return rows;
        }
        offset = Some(page["next"].as_str().unwrap().to_owned());
    }
}

#[tokio::test]
async fn opportunities_page_over_ties_without_a_gap_or_a_repeat() {
    let harness = Harness::start().await;
    // Nine at the same millisecond would be ties by chance; these are ties by construction of the demo data too.
    let whole = all(&harness, "/opportunities", "100").await;
    assert_eq!(whole.len(), 24);
    let place = |row: &Value| (row["stage"].clone(), row["lastAdvancedAt"].clone());
    let ties = whole
        .windows(2)
        .filter(|pair| place(&pair[0]) == place(&pair[1]))
        .count();
    assert!(ties > 0, "the demo data holds ties");
    for limit in ["1", "2", "5", "7"] {
        let paged = all(&harness, "/opportunities", limit).await;
        assert_eq!(paged, whole, "limit {limit}");
    }
    let ids: HashSet<_> = whole.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), whole.len());
}

#[tokio::test]
async fn opportunities_come_by_stage_rank_then_latest_advanced_first_then_id() {
    let harness = Harness::start().await;
    let (_, stages) = harness.get("/stages").await;
    let order: Vec<_> = stages["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| stage["id"].clone())
        .collect();
    let rows = all(&harness, "/opportunities", "100").await;
    let keys: Vec<_> = rows
        .iter()
        .map(|row| {
            let rank = order.iter().position(|stage| *stage == row["stage"]).unwrap();
            (
                rank,
                -row["lastAdvancedAt"].as_i64().unwrap(),
                row["id"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    assert!(keys.is_sorted(), "{keys:?}");
}

#[tokio::test]
async fn users_and_postings_come_newest_first_and_page_too() {
    let harness = Harness::start().await;
    for (path, count) in [("/users", 5), ("/postings", 7)] {
        let rows = all(&harness, path, "2").await;
        assert_eq!(rows.len(), count);
        assert!(rows.iter().map(|row| -row["createdAt"].as_i64().unwrap()).is_sorted());
    }
}

#[tokio::test]
async fn an_offset_that_was_not_handed_out_or_went_stale_answers_400() {
    let harness = Harness::start().await;
    for offset in ["nonsense", "%5B1%2C2%2C%22x%22%5D"] {
        let (status, body) = answer(harness.lever("GET", "/opportunities").query(&[("offset", offset)])).await;
        assert_eq!(status, 400);
        assert!(body["message"].as_str().unwrap().contains("Invalid offset token"));
    }
    let (_, page) = harness.get("/opportunities?limit=3").await;
    harness.control("POST", "/lever/offsets/expire", Value::Null).await;
    let next = page["next"].as_str().unwrap();
    assert_eq!(
        answer(harness.lever("GET", "/opportunities").query(&[("offset", next)]))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn limits_outside_1_to_100_answer_400_or_count_as_100() {
    let harness = Harness::start().await;
    for limit in ["0", "101", "many"] {
        assert_eq!(harness.get(&format!("/users?limit={limit}")).await.0, 400, "{limit}");
    }
    harness
        .control("PATCH", "/switches", json!({"limit_strict": false}))
        .await;
    assert_eq!(harness.get("/users?limit=101").await.0, 200);
}

#[tokio::test]
async fn polling_finds_who_advanced_into_a_stage_since() {
    let harness = Harness::start().await;
    let before = harness.state().await["now"].as_i64().unwrap();
    let id = harness.move_to_trigger("Kim Berg").await;
    let stage = simulator::demo::id(crate::harness::SEED, "stage", simulator::demo::TRIGGER_STAGE);
    let path = format!("/opportunities?stage_id={stage}&archived=false&advanced_at_start={before}");
    let (_, page) = harness.get(&path).await;
    let ids: Vec<_> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].clone())
        .collect();
    assert_eq!(ids, [json!(id)]);
}
