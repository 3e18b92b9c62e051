#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn form(fields: &Json) -> Form {
    Form::read(&json!({"config": {"fields": fields}})).unwrap()
}

fn select(id: &str, value: Option<&str>, options: &[&str]) -> Json {
    let options: Vec<Json> = options
        .iter()
        .map(|id| json!({"id": id, "label": format!("Label of {id}")}))
        .collect();
    json!({"id": id, "type": "select", "label": id, "value": value, "options": options})
}

fn checkbox(id: &str, value: bool) -> Json {
    json!({"id": id, "type": "checkbox", "label": id, "value": value})
}

fn informational(lang: &str) -> Json {
    json!({"id": format!("form-{lang}-informational-PlrV0EW1KatfkOI9D"), "type": "text", "label": "Questions",
           "value": "Standard (11 questions)", "disabled": true})
}

fn intro_of_existing() -> Json {
    json!({"id": "intro", "type": "subheader", "label-class": "info",
       "label": "The project exists: https://app.refapp.se/project/AVRfuIAihFwF3GQDG",
       "label-markdown": "The project exists: [open it](https://app.refapp.se/project/AVRfuIAihFwF3GQDG)",
       "label-html": "<p>The project exists</p>\n"})
}

fn automation(requests: &str, referees: &str, communication: &str) -> Vec<Json> {
    let ways = ["disabled", "sms", "email", "email-sms"];
    vec![
        json!({"id": "intro-ref-req", "type": "header", "label": "Referees"}),
        select("referee-requests-choice", Some(requests), &ways),
        select("num-referees-requested", Some(referees), &["1", "2", "3", "4", "5"]),
        select("referee-communication-automation", Some(communication), &ways),
    ]
}

/// The seven published examples by the table of `refapp-api.md §2.4`.
fn templates() -> Form {
    form(&json!([select(
        "project-template-id",
        Some("vTmsuAXU1U81Ow3Gu"),
        &["vTmsuAXU1U81Ow3Gu", "eVMqIrtA3z57KSxyF"]
    )]))
}

fn cost_centres() -> Form {
    let mut fields = vec![
        json!({"id": "intro", "type": "header", "label": "Settings", "disabled": true}),
        checkbox("hide-project-name", false),
        json!({"id": "cost-centre", "type": "text", "label": "Cost centre"}),
        select("form-sv", None, &["", "PlrV0EW1KatfkOI9D"]),
        select("form-en", None, &["", "QlrV0EW1KatfkOI9D"]),
        checkbox("relation-verification", false),
    ];
    fields.extend(automation("disabled", "3", "email-sms"));
    form(&json!(fields))
}

fn external_recruitment() -> Form {
    let mut fields = vec![
        json!({"id": "intro", "type": "header", "label": "Settings", "disabled": true}),
        checkbox("hide-project-name", false),
        checkbox("external-recruitment-enabled", true),
        json!({"id": "external-recruitment-customer", "type": "text", "label": "Client",
               "value": "Havsvind AB", "disabled": false}),
        checkbox("external-recruitment-hide-customer", false),
        select("form-sv", Some("PlrV0EW1KatfkOI9D"), &["", "PlrV0EW1KatfkOI9D"]),
        select("form-en", Some("QlrV0EW1KatfkOI9D"), &["", "QlrV0EW1KatfkOI9D"]),
        checkbox("relation-verification", false),
    ];
    fields.extend(automation("email", "2", "disabled"));
    form(&json!(fields))
}

/// Cost centres in an existing project, published in English and in Swedish: texts differ, shapes do not.
fn cost_centres_existing(label: &str) -> Form {
    let mut fields = vec![intro_of_existing(), informational("sv"), informational("en")];
    fields.extend(automation("disabled", "3", "email-sms"));
    fields[0]["label"] = json!(label);
    form(&json!(fields))
}

/// Templates in an existing project, likewise in both languages.
fn templates_existing(label: &str) -> Form {
    let mut fields = vec![
        intro_of_existing(),
        json!({"id": "external-recruitment-enabled", "type": "paragraph", "label": "Client: "}),
        informational("sv"),
        informational("en"),
    ];
    fields[0]["label"] = json!(label);
    form(&json!(fields))
}

#[test]
fn the_seven_published_examples_are_told_apart_by_their_fields() {
    assert_eq!(templates().kind(), FormKind::Templates);
    assert_eq!(cost_centres().kind(), FormKind::Questionnaires);
    assert_eq!(external_recruitment().kind(), FormKind::Questionnaires);
    for label in ["The project exists", "Projektet finns redan"] {
        assert_eq!(cost_centres_existing(label).kind(), FormKind::ExistingProject);
        assert_eq!(templates_existing(label).kind(), FormKind::ExistingProject);
    }
}

#[test]
fn templates_come_with_id_and_name_and_without_the_empty_option() {
    let form = form(&json!([select("project-template-id", None, &["", "a1"])]));
    let expected = Template {
        id: "a1".into(),
        name: "Label of a1".to_owned(),
    };
    assert_eq!(form.templates(), [expected]);
    assert_eq!(templates().templates().len(), 2);
    assert!(cost_centres().templates().is_empty());
}

#[test]
fn values_are_the_presets_of_enabled_inputs_with_their_types() {
    let values = external_recruitment().values(None).unwrap();
    assert_eq!(
        serde_json::to_value(&values).unwrap(),
        json!({
            "hide-project-name": false, "external-recruitment-enabled": true,
            "external-recruitment-customer": "Havsvind AB", "external-recruitment-hide-customer": false,
            "form-sv": "PlrV0EW1KatfkOI9D", "form-en": "QlrV0EW1KatfkOI9D", "relation-verification": false,
            "referee-requests-choice": "email", "num-referees-requested": "2",
            "referee-communication-automation": "disabled"
        })
    );
    let values = cost_centres().values(None).unwrap();
    assert!(!values.contains_key("cost-centre") && !values.contains_key("form-sv"));
    assert_eq!(values["num-referees-requested"], "3".into());
}

#[test]
fn an_existing_project_takes_no_template_and_nothing_that_is_read_only() {
    let template = "eVMqIrtA3z57KSxyF".into();
    let existing = templates_existing("x").values(Some(&template)).unwrap();
    assert!(existing.is_empty(), "{existing:?}");
    let values = cost_centres_existing("x").values(Some(&template)).unwrap();
    assert_eq!(values.len(), 3, "the automation selects stay: {values:?}");
}

#[test]
fn the_chosen_template_replaces_the_preset_one_and_without_a_choice_none_is_sent() {
    let form = templates();
    let chosen = "eVMqIrtA3z57KSxyF".into();
    assert_eq!(
        form.values(Some(&chosen)).unwrap()["project-template-id"],
        "eVMqIrtA3z57KSxyF".into()
    );
    assert!(form.values(None).unwrap().is_empty());
    assert_eq!(form.values(Some(&"gone".into())), Err(Gap::Template));
}

#[test]
fn a_required_field_without_a_value_is_named() {
    let mut template = select("project-template-id", None, &["", "a1"]);
    template["required"] = json!(true);
    let with_template = form(&json!([template]));
    assert_eq!(with_template.values(None), Err(Gap::Template));
    assert!(with_template.values(Some(&"a1".into())).is_ok());

    let mut text = json!({"id": "cost-centre", "type": "text", "label": "Cost centre", "required": true});
    for value in [json!(null), json!(""), json!("  ")] {
        text["value"] = value;
        assert_eq!(
            form(&json!([text])).values(None),
            Err(Gap::Field {
                label: "Cost centre".to_owned()
            })
        );
    }
    text["disabled"] = json!(true);
    assert!(form(&json!([text])).values(None).unwrap().is_empty());
}

#[test]
fn unknown_types_selects_without_options_and_nulls_send_nothing() {
    let form = form(&json!([
        {"id": "radio", "type": "radio", "label": "?", "value": "x"},
        {"id": "empty", "type": "select", "label": "?", "value": "x"},
        {"id": "odd", "type": "text", "label": "?", "value": {"a": 1}},
        {"id": "null", "type": "text", "label": "?", "value": null},
        {"type": "text", "label": "no id", "value": "x"},
        {"id": "box", "type": "checkbox", "label": "?", "value": "true"},
        {"id": "count", "type": "select", "label": "?", "value": 3, "options": [{"id": "3", "label": "3"}]},
        "not a field", null
    ]));
    assert_eq!(
        serde_json::to_value(form.values(None).unwrap()).unwrap(),
        json!({"box": true, "count": "3"})
    );
    assert_eq!(form.fields.len(), 7);
}

#[test]
fn questions_in_a_language_are_covered_missing_or_unchecked() {
    assert_eq!(templates().questionnaires("sv"), Coverage::Unchecked);
    assert_eq!(cost_centres().questionnaires("sv"), Coverage::Missing);
    assert_eq!(external_recruitment().questionnaires("sv"), Coverage::Covered);
    assert_eq!(external_recruitment().questionnaires("sv-SE"), Coverage::Covered);
    assert_eq!(external_recruitment().questionnaires("fi"), Coverage::Missing);
    assert_eq!(templates_existing("x").questionnaires("en"), Coverage::Covered);
    assert_eq!(templates_existing("x").questionnaires("de"), Coverage::Missing);
    assert_eq!(form(&json!([])).questionnaires("sv"), Coverage::Unchecked);
}

#[test]
fn a_refetch_is_needed_only_where_the_template_field_says_so_and_the_choice_is_new() {
    let mut field = select("project-template-id", Some("a"), &["a", "b"]);
    let chosen = "b".into();
    assert_eq!(form(&json!([field])).needs_refetch(Some(&chosen)), None);
    field["refetch"] = json!(true);
    let asking = form(&json!([field, checkbox("hide-project-name", true)]));
    assert_eq!(asking.needs_refetch(None), None);
    assert_eq!(asking.needs_refetch(Some(&"a".into())), None);
    assert_eq!(asking.needs_refetch(Some(&"gone".into())), None);
    assert_eq!(
        serde_json::to_value(asking.needs_refetch(Some(&chosen))).unwrap(),
        json!({"project-template-id": "b", "hide-project-name": true})
    );
}

#[test]
fn an_answer_without_a_list_of_fields_is_no_form() {
    for body in [
        json!(null),
        json!([]),
        json!({"config": null}),
        json!({"config": {"fields": {}}}),
    ] {
        assert_eq!(Form::read(&body), None, "{body}");
    }
}

proptest! {
    #[test]
    fn whatever_is_sent_is_an_enabled_input_with_a_value(
        fields in prop::collection::vec(
            ("[a-c]", "(select|checkbox|text|header|radio)", any::<Option<bool>>(), "[ab]{0,1}", any::<bool>()), 0..8)
    ) {
        let fields: Vec<Json> = fields
            .into_iter()
            .map(|(id, kind, flag, text, disabled)| {
                let value = flag.map_or(json!(text), |flag| json!(flag));
                json!({"id": id, "type": kind, "label": id, "value": value, "disabled": disabled,
                       "options": [{"id": "a", "label": "A"}]})
            })
            .collect();
        let form = form(&json!(fields));
        for id in form.values(None).unwrap().keys() {
            prop_assert!(form.fields.iter().any(|f| &f.id == id && f.is_enabled() && f.value.is_some()));
        }
    }
}
