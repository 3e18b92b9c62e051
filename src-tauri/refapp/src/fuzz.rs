//! The bodies of the fuzz targets `update` and `form`. Built for tests and for cargo-fuzz only (`fuzz/README.md`).

use model::{Place, TemplateId};
use serde_json::Value as Json;
use url::Url;

use crate::{FieldKind, Form, FormKind, Value, parse_update};

/// Any bytes as an update: only links that may be opened are kept, never the candidate's own page, and all is bounded.
pub fn update(body: &[u8]) {
    let Ok(update) = parse_update(body, |url| Place::Real.may_open(url)) else {
        return;
    };
    assert!(!update.result_id.trim().is_empty());
    let progress = update.progress;
    for link in [progress.report_url, progress.candidate_url].into_iter().flatten() {
        let url = Url::parse(&link).expect("a link that is kept is an address");
        assert!(Place::Real.may_open(&url), "{link}");
        let plain = link.to_lowercase().replace("%2d", "-");
        assert!(!plain.contains("reference-entry"), "{link}");
    }
    assert!(progress.warnings.len() <= 32);
    assert!(progress.warnings.iter().all(|code| (1..=64).contains(&code.len())));
}

/// Any bytes as a form: what would be sent for it are values of enabled inputs, and a template only if it is on offer.
pub fn form(body: &[u8]) {
    let Ok(json) = serde_json::from_slice::<Json>(body) else {
        return;
    };
    let Some(form) = Form::read(&json) else {
        assert!(!json["config"]["fields"].is_array());
        return;
    };
    for language in ["sv", "en-GB", ""] {
        let _ = form.questionnaires(language);
    }
    let templates = form.templates();
    assert!(templates.is_empty() || form.kind() == FormKind::Templates);
    let foreign = TemplateId("none of the offered ones, surely".to_owned());
    let chosen = templates.into_iter().map(|template| Some(template.id));
    for template in chosen.chain([None, Some(foreign.clone())]) {
        let _ = form.needs_refetch(template.as_ref());
        let Ok(values) = form.values(template.as_ref()) else {
            continue;
        };
        for (id, value) in &values {
            let allowed = form.fields.iter().any(|field| {
                let input = match &field.kind {
                    FieldKind::Select { options } => !options.is_empty() && matches!(value, Value::Text(_)),
                    FieldKind::Checkbox => matches!(value, Value::Flag(_)),
                    FieldKind::Text => true,
                    _ => false,
                };
                field.id == *id && input && !field.disabled
            });
            assert!(allowed, "{id:?}: {value:?}");
            assert!(
                *value != Value::from(foreign.as_str()) || template.as_ref() != Some(&foreign),
                "{id:?}"
            );
        }
        for field in form.fields.iter().filter(|field| field.required && !field.disabled) {
            let is_input = match &field.kind {
                FieldKind::Select { options } => !options.is_empty(),
                FieldKind::Checkbox | FieldKind::Text => true,
                _ => false,
            };
            assert!(
                !is_input || field.id.is_empty() || values.contains_key(&field.id),
                "{:?}",
                field.id
            );
        }
    }
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn the_kept_updates_do_no_harm() {
        replay("update", super::update);
    }

    #[test]
    fn the_kept_forms_do_no_harm() {
        replay("form", super::form);
    }
}
