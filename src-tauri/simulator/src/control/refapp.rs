//! What people and referees do in Refapp, and what its support configures.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::routing::{patch, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Done, Wrong, given};
use crate::App;
use crate::refapp::account::{Choice, Counts, FormMode, Status};
use crate::refapp::progress::{self, Step};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/", patch(change_account))
        .route("/templates", post(add_template))
        .route("/templates/{id}", patch(rename_template).delete(remove_template))
        .route("/checks/{id}", patch(change_check))
        .route("/checks/{id}/resend", post(resend))
        .route("/checks/{id}/{step}", post(step))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountChange {
    token: Option<String>,
    form: Option<FormMode>,
    existing_project_form: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    default_template: Option<Option<String>>,
    template_required: Option<bool>,
    cost_centre_required: Option<bool>,
    questionnaires_preset: Option<bool>,
    default_language: Option<String>,
    block_invitations: Option<bool>,
    update_hosts: Option<BTreeMap<String, String>>,
}

async fn change_account(State(app): State<App>, Json(order): Json<AccountChange>) -> Json<Value> {
    app.with(|world| {
        let refapp = &mut world.refapp;
        fn set<T>(field: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *field = value;
            }
        }
        set(&mut refapp.token, order.token);
        set(&mut refapp.form, order.form);
        set(&mut refapp.existing_project_form, order.existing_project_form);
        set(&mut refapp.default_template, order.default_template);
        set(&mut refapp.template_required, order.template_required);
        set(&mut refapp.cost_centre_required, order.cost_centre_required);
        set(&mut refapp.questionnaires_preset, order.questionnaires_preset);
        set(&mut refapp.default_language, order.default_language);
        set(&mut refapp.block_invitations, order.block_invitations);
        set(&mut refapp.update_hosts, order.update_hosts);
        Json(json!({}))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTemplate {
    label: String,
    id: Option<String>,
}

async fn add_template(State(app): State<App>, Json(order): Json<NewTemplate>) -> Json<Value> {
    app.with(|world| {
        let id = order.id.unwrap_or_else(|| world.short_id(17));
        world.refapp.templates.push(Choice {
            id: id.clone(),
            label: order.label,
        });
        Json(json!({"id": id}))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    label: String,
}

async fn rename_template(State(app): State<App>, Path(id): Path<String>, Json(order): Json<Label>) -> Done {
    app.with(|world| {
        let template = world.refapp.templates.iter_mut().find(|template| template.id == id);
        template.ok_or_else(|| Wrong::not_found("template", &id))?.label = order.label;
        Ok(Json(json!({})))
    })
}

async fn remove_template(State(app): State<App>, Path(id): Path<String>) -> Done {
    app.with(|world| {
        let before = world.refapp.templates.len();
        world.refapp.templates.retain(|template| template.id != id);
        if world.refapp.templates.len() == before {
            return Err(Wrong::not_found("template", &id));
        }
        Ok(Json(json!({})))
    })
}

async fn step(State(app): State<App>, Path((id, name)): Path<(String, String)>) -> Done {
    let step = Step::named(&name).ok_or_else(|| Wrong::not_found("step", &name))?;
    app.with(|world| progress::step(world, &id, step))
        .then(|| Json(json!({})))
        .ok_or_else(|| Wrong::not_found("running check", &id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckChange {
    status: Option<Status>,
    total: Option<u32>,
    remaining_to_submit: Option<u32>,
    completed: Option<u32>,
    declined: Option<u32>,
    fraud_warnings: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    url: Option<Option<String>>,
    /// No update is sent.
    #[serde(default)]
    silent: bool,
}

async fn change_check(State(app): State<App>, Path(id): Path<String>, Json(order): Json<CheckChange>) -> Done {
    app.with(|world| {
        let check = world
            .refapp
            .check_mut(&id)
            .ok_or_else(|| Wrong::not_found("check", &id))?;
        let figures = [order.total, order.remaining_to_submit, order.completed, order.declined];
        if figures.iter().any(Option::is_some) {
            let old = check.counts.unwrap_or(Counts {
                total: 0,
                remaining_to_submit: 0,
                completed: 0,
                declined: 0,
            });
            check.counts = Some(Counts {
                total: order.total.unwrap_or(old.total),
                remaining_to_submit: order.remaining_to_submit.unwrap_or(old.remaining_to_submit),
                completed: order.completed.unwrap_or(old.completed),
                declined: order.declined.unwrap_or(old.declined),
            });
        }
        check.status = order.status.unwrap_or(check.status);
        check.fraud_warnings = order.fraud_warnings.unwrap_or_else(|| check.fraud_warnings.clone());
        check.url = order.url.unwrap_or_else(|| check.url.clone());
        let id = check.id.clone();
        let told = !order.silent && progress::tell(world, &id);
        Ok(Json(json!({"told": told})))
    })
}

async fn resend(State(app): State<App>, Path(id): Path<String>) -> Done {
    app.with(|world| {
        let id = world
            .refapp
            .check_mut(&id)
            .ok_or_else(|| Wrong::not_found("check", &id))?
            .id
            .clone();
        Ok(Json(json!({"told": progress::tell(world, &id)})))
    })
}
