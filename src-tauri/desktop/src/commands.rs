//! The two commands. They decide nothing: what can be asked is listed in `api`, and answered by the host.

use std::sync::{Mutex, PoisonError};

use api::{Event, Reply, Request};
use model::Failure;
use tauri::State;
use tauri::async_runtime::{JoinHandle, spawn};
use tauri::ipc::Channel;

use crate::opening::Opening;

/// Puts a question or an order to the host.
#[tauri::command]
pub async fn ask(request: Request, opening: State<'_, Opening>) -> Result<Reply, Failure> {
    opening.host().await?.ask(request).await
}

/// Sends the host's events to the page, an overview first, until the page subscribes again.
#[tauri::command]
pub async fn subscribe(
    channel: Channel<Event>,
    opening: State<'_, Opening>,
    pump: State<'_, Pump>,
) -> Result<(), Failure> {
    let events = opening.host().await?.events();
    pump.replace(events, channel);
    Ok(())
}

/// Carries events to the page. There is one page, so there is one pump: a reload replaces it.
#[derive(Default)]
pub struct Pump(Mutex<Option<JoinHandle<()>>>);

impl Pump {
    fn replace(&self, mut events: tokio::sync::mpsc::Receiver<Event>, channel: Channel<Event>) {
        let task = spawn(async move {
            while let Some(event) = events.recv().await {
                if channel.send(event).is_err() {
                    break;
                }
            }
        });
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = running.replace(task) {
            before.abort();
        }
    }
}
