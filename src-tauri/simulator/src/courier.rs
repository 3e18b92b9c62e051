//! The courier: carries webhooks and updates to their addresses, tries again, and writes every try into the ledger.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::faults::Kind;
use crate::ledger::{Entry, Side};
use crate::lever::delivery::Delivery;
use crate::locked;
use crate::world::World;

/// Something to deliver.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    side: Side,
    /// Delivery id, or result id of an update.
    id: String,
    call: String,
    method: &'static str,
    url: String,
    /// Name and value of the bearer token.
    bearer: Option<(String, String)>,
    body: Value,
    effect: Value,
    tries: u32,
}

impl Parcel {
    pub(crate) fn webhook(delivery: &Delivery, tries: u32) -> Self {
        let data = &delivery.body["data"];
        Self {
            side: Side::Webhook,
            id: delivery.id.clone(),
            call: delivery.event.clone(),
            method: "POST",
            url: delivery.url.clone(),
            bearer: None,
            body: delivery.body.clone(),
            effect: serde_json::json!({"deliveryId": delivery.id, "webhookId": delivery.webhook,
                "opportunityId": data["opportunityId"], "toStageId": data["toStageId"]}),
            tries,
        }
    }

    pub(crate) fn update(
        result_id: &str,
        method: &'static str,
        url: String,
        bearer: (String, String),
        body: Value,
        effect: Value,
        tries: u32,
    ) -> Self {
        Self {
            side: Side::Update,
            id: result_id.to_owned(),
            call: "update".into(),
            method,
            url,
            bearer: Some(bearer),
            body,
            effect,
            tries,
        }
    }
}

/// Runs until the world and with it the last sender is gone, or the task is aborted.
pub(crate) async fn run(world: Arc<Mutex<World>>, mut parcels: mpsc::UnboundedReceiver<Parcel>) {
    let client = reqwest::Client::builder()
        .no_proxy()
        // 3xx counts as a failure (lever-api.md §8.5).
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client without TLS roots can always be built");
    // Updates of one check keep their order: one lane per check. Webhooks go side by side.
    let mut lanes = std::collections::HashMap::<String, mpsc::UnboundedSender<Parcel>>::new();
    let mut tasks = JoinSet::new();
    while let Some(parcel) = parcels.recv().await {
        while tasks.try_join_next().is_some() {}
        if parcel.side == Side::Webhook {
            tasks.spawn(deliver(client.clone(), world.clone(), parcel));
            continue;
        }
        let (client, world) = (client.clone(), world.clone());
        let lane = lanes.entry(parcel.id.clone()).or_insert_with(|| {
            let (sender, mut lane) = mpsc::unbounded_channel();
            tasks.spawn(async move {
                while let Some(parcel) = lane.recv().await {
                    deliver(client.clone(), world.clone(), parcel).await;
                }
            });
            sender
        });
        // A lane ends with the courier only.
        let _ = lane.send(parcel);
    }
}

async fn deliver(client: reqwest::Client, world: Arc<Mutex<World>>, parcel: Parcel) {
    for attempt in 0..parcel.tries.max(1) {
        let (fault, timeout, base) = {
            let mut world = locked(&world);
            let world = &mut *world;
            let fault = world.faults.draw(
                &mut world.chances.faults,
                parcel.side,
                &parcel.call,
                parcel.method,
                &parcel.url,
            );
            (
                fault.map(|fault| fault.kind),
                Duration::from_millis(world.switches.delivery_timeout_ms),
                world.switches.webhook_retry_ms,
            )
        };
        let copies = match &fault {
            Some(Kind::Drop | Kind::Status { .. } | Kind::Hang | Kind::Reset) => 0,
            Some(Kind::Twice) => 2,
            _ => 1,
        };
        if let Some(Kind::Slow { ms }) = &fault {
            tokio::time::sleep(Duration::from_millis(*ms)).await;
        }
        let heard = matches!(&fault, None | Some(Kind::Twice | Kind::Slow { .. }));
        let mut received = false;
        for _ in 0..copies {
            let status = send(&client, &parcel, timeout).await.filter(|_| heard);
            received = status.is_some_and(|status| (200..300).contains(&status));
            record(&world, &parcel, attempt, status, fault.as_ref());
        }
        if copies == 0 {
            record(&world, &parcel, attempt, None, fault.as_ref());
        }
        if received || matches!(&fault, Some(Kind::Drop)) {
            return;
        }
        if attempt + 1 < parcel.tries {
            tokio::time::sleep(Duration::from_millis(base << attempt.min(16))).await;
        }
    }
}

async fn send(client: &reqwest::Client, parcel: &Parcel, timeout: Duration) -> Option<u16> {
    let method = parcel.method.parse().expect("the methods of parcels are constants");
    let mut request = client
        .request(method, &parcel.url)
        .timeout(timeout)
        .header("content-type", "application/json")
        .body(parcel.body.to_string());
    if let Some((_, bearer)) = &parcel.bearer {
        request = request.bearer_auth(bearer);
    }
    if parcel.side == Side::Webhook {
        request = request.header("user-agent", "Lever-Webhooks");
    }
    request.send().await.ok().map(|answer| answer.status().as_u16())
}

fn record(world: &Arc<Mutex<World>>, parcel: &Parcel, attempt: u32, status: Option<u16>, fault: Option<&Kind>) {
    let mut world = locked(world);
    if parcel.side == Side::Webhook
        && let Some(delivery) = world
            .lever
            .deliveries
            .iter_mut()
            .rev()
            .find(|delivery| delivery.id == parcel.id)
    {
        delivery.tries.push(status);
    }
    let mut effect = parcel.effect.clone();
    effect["attempt"] = (attempt + 1).into();
    let at = world.now();
    world.ledger.add(Entry {
        seq: 0,
        at,
        side: parcel.side,
        method: parcel.method.into(),
        path: parcel.url.clone(),
        query: std::collections::BTreeMap::new(),
        credential: parcel.bearer.as_ref().map(|(name, _)| name.clone()),
        body: parcel.body.clone(),
        status,
        answered: status.is_some(),
        applied: status.is_some_and(|status| (200..300).contains(&status)),
        call: parcel.call.clone(),
        effect: Some(effect),
        fault: fault.map(|fault| fault.name().into()),
    });
}
