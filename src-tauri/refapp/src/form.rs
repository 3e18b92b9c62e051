//! The config form: what it offers, and what is sent back for it.

use model::{Coverage, TemplateId};
use serde_json::Value as Json;

use crate::{Value, Values};

/// What Refapp says about the settings of a job's project (`refapp-api.md §2`).
#[derive(Clone, PartialEq, Debug)]
pub struct Form {
    pub fields: Vec<Field>,
}

/// One field (`refapp-api.md §2.1`). Its other forms, `label-markdown` and `label-html`, are
/// deliberately not read.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    pub id: String,
    pub kind: FieldKind,
    /// Plain text.
    pub label: String,
    pub value: Option<Value>,
    pub disabled: bool,
    pub required: bool,
    pub refetch: bool,
}

/// What a field is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FieldKind {
    Select {
        options: Vec<SelectOption>,
    },
    Checkbox,
    Text,
    Header,
    Subheader,
    Paragraph,
    /// A type that is not published: its label is shown, nothing is sent for it.
    Other,
}

/// An option of a select; the id `""` means none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SelectOption {
    pub id: String,
    pub label: String,
}

/// A project template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template {
    pub id: TemplateId,
    pub name: String,
}

/// Which of Refapp's forms it is (`refapp-api.md §2.4`, `§2.5`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FormKind {
    /// The project is made from a template.
    Templates,
    /// The project is made from questionnaires and settings.
    Questionnaires,
    /// The job has its project already: neither template nor questionnaire can be chosen.
    ExistingProject,
}

/// Why a form cannot be sent as it is preset.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Gap {
    /// A template is required and none is named, or the one that is named is not on offer.
    #[error("no template")]
    Template,
    /// Another required field has no value.
    #[error("no value for {label:?}")]
    Field { label: String },
}

const TEMPLATE: &str = "project-template-id";
const QUESTIONNAIRE: &str = "form-";
/// `form-<lang>-informational-<id>`: the questionnaire of an existing project.
const INFORMATIONAL: &str = "-informational-";

impl Form {
    /// Reads an answer to GET config. Fields that are no objects are left out, unknown keys and types are tolerated;
    /// `None` if there is no list of fields at all.
    pub(crate) fn read(body: &Json) -> Option<Self> {
        Some(Self {
            fields: body["config"]["fields"]
                .as_array()?
                .iter()
                .filter_map(Field::read)
                .collect(),
        })
    }

    /// The templates on offer, without the empty option.
    pub fn templates(&self) -> Vec<Template> {
        self.template_options()
            .iter()
            .filter(|option| !option.id.is_empty())
            .map(|option| Template {
                id: TemplateId(option.id.clone()),
                name: option.label.clone(),
            })
            .collect()
    }

    /// Which form it is, told by the fields that are there and never by texts.
    pub fn kind(&self) -> FormKind {
        if self.template_field().is_some() {
            FormKind::Templates
        } else if self.fields.iter().any(|field| field.asks().is_some()) {
            FormKind::Questionnaires
        } else {
            FormKind::ExistingProject
        }
    }

    /// Whether there are questions in `lang` (ISO 639-1; of a locale the language counts).
    ///
    /// A template's questions are not shown, so a form of templates tells nothing unless it asks for questions too.
    pub fn questionnaires(&self, lang: &str) -> Coverage {
        let language = lang.split(['-', '_']).next().unwrap_or(lang);
        let is_ours = |other: &str| other.eq_ignore_ascii_case(language);
        let told: Vec<(&str, bool)> = self
            .fields
            .iter()
            .filter_map(|field| {
                let asked = field.asks().map(|lang| (lang, !field.is_empty()));
                asked.or_else(|| field.informs().map(|lang| (lang, true)))
            })
            .collect();
        if told.iter().any(|(lang, covered)| is_ours(lang) && *covered) {
            Coverage::Covered
        } else if told.is_empty() || self.kind() == FormKind::Templates && !told.iter().any(|(lang, _)| is_ours(lang)) {
            Coverage::Unchecked
        } else {
            Coverage::Missing
        }
    }

    /// The values with which to ask for the form again, where choosing `template` changes the form
    /// (`refapp-api.md §2.2`); `None` where it does not.
    pub fn needs_refetch(&self, template: Option<&TemplateId>) -> Option<Values> {
        let field = self.template_field()?;
        let template = template?;
        let is_preset = field.value == Some(Value::from(template.as_str()));
        if !field.refetch || field.disabled || is_preset || !field.offers(template) {
            return None;
        }
        let mut values: Values = self
            .fields
            .iter()
            .filter_map(|field| Some((field.id.clone(), field.preset()?)))
            .collect();
        values.insert(TEMPLATE.to_owned(), template.as_str().into());
        Some(values)
    }

    /// `webhook-data`: the preset values of all enabled inputs, with the template put in (`rules.md` 9).
    ///
    /// Without a template nothing is sent for one, whatever the form presets: the preset is the first of the list
    /// where seen, and Refapp's own default for the account applies (`rules.md` 8). An existing project has no field
    /// for a template, so nothing is sent for it either.
    ///
    /// # Errors
    /// What is required and has no value; a template that is required and not chosen.
    pub fn values(&self, template: Option<&TemplateId>) -> Result<Values, Gap> {
        let mut values = Values::new();
        for field in self.fields.iter().filter(|field| field.is_enabled()) {
            let value = match template.filter(|_| field.is_template()) {
                Some(template) if !field.offers(template) => return Err(Gap::Template),
                Some(template) => Some(template.as_str().into()),
                None if field.is_template() => None,
                None => field.preset(),
            };
            let is_empty = value.as_ref().is_none_or(is_empty);
            match value {
                _ if field.required && is_empty => return Err(field.gap()),
                Some(value) => {
                    values.insert(field.id.clone(), value);
                }
                None => {}
            }
        }
        Ok(values)
    }

    fn template_field(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.is_template())
    }

    fn template_options(&self) -> &[SelectOption] {
        self.template_field().map_or(&[], Field::options)
    }
}

impl Field {
    fn read(json: &Json) -> Option<Self> {
        json.as_object()?;
        let kind = match json["type"].as_str().unwrap_or_default() {
            "select" => FieldKind::Select {
                options: objects(&json["options"])
                    .filter_map(|option| {
                        let id = text(&option["id"])?;
                        let label = text(&option["label"]).unwrap_or_else(|| id.clone());
                        Some(SelectOption { id, label })
                    })
                    .collect(),
            },
            "checkbox" => FieldKind::Checkbox,
            "text" => FieldKind::Text,
            "header" => FieldKind::Header,
            "subheader" => FieldKind::Subheader,
            "paragraph" => FieldKind::Paragraph,
            _ => FieldKind::Other,
        };
        let flag = |name: &str| json[name].as_bool().unwrap_or_default();
        Some(Self {
            id: text(&json["id"]).unwrap_or_default(),
            kind,
            label: text(&json["label"]).unwrap_or_default(),
            value: match &json["value"] {
                Json::String(text) => Some(Value::Text(text.clone())),
                Json::Bool(flag) => Some(Value::Flag(*flag)),
                Json::Number(number) => Some(Value::Number(number.clone())),
                _ => None,
            },
            disabled: flag("disabled"),
            required: flag("required"),
            refetch: flag("refetch"),
        })
    }

    fn is_template(&self) -> bool {
        self.id == TEMPLATE && matches!(self.kind, FieldKind::Select { .. })
    }

    /// Whether a value belongs to it. A select without options is not even shown (`refapp-api.md §2.1`).
    fn is_input(&self) -> bool {
        match &self.kind {
            FieldKind::Select { options } => !options.is_empty(),
            FieldKind::Checkbox | FieldKind::Text => true,
            _ => false,
        }
    }

    fn is_enabled(&self) -> bool {
        self.is_input() && !self.disabled && !self.id.is_empty()
    }

    fn options(&self) -> &[SelectOption] {
        match &self.kind {
            FieldKind::Select { options } => options,
            _ => &[],
        }
    }

    fn offers(&self, template: &TemplateId) -> bool {
        let id = template.as_str();
        !id.is_empty() && self.options().iter().any(|option| option.id == id)
    }

    /// The language for which it asks to choose a questionnaire: `form-<lang>`.
    fn asks(&self) -> Option<&str> {
        let language = self.id.strip_prefix(QUESTIONNAIRE)?;
        let is_select = matches!(self.kind, FieldKind::Select { .. });
        (is_select && !language.contains(INFORMATIONAL)).then_some(language)
    }

    /// The language in which the existing project has a questionnaire.
    fn informs(&self) -> Option<&str> {
        let (language, _) = self.id.strip_prefix(QUESTIONNAIRE)?.split_once(INFORMATIONAL)?;
        Some(language)
    }

    fn is_empty(&self) -> bool {
        self.value.as_ref().is_none_or(is_empty)
    }

    /// The value that an enabled input is sent with: real booleans for checkboxes, texts for selects, whose numbers
    /// are texts too (`refapp-api.md §2.1`).
    fn preset(&self) -> Option<Value> {
        if !self.is_enabled() {
            return None;
        }
        match (&self.kind, self.value.as_ref()?) {
            (FieldKind::Checkbox, Value::Flag(flag)) => Some(Value::Flag(*flag)),
            (FieldKind::Checkbox, Value::Text(text)) => text.parse().ok().map(Value::Flag),
            (FieldKind::Checkbox, Value::Number(_)) => None,
            (FieldKind::Select { .. }, Value::Number(number)) => Some(Value::Text(number.to_string())),
            (FieldKind::Select { .. }, Value::Flag(_)) => None,
            (_, value) => Some(value.clone()),
        }
    }

    fn gap(&self) -> Gap {
        if self.is_template() {
            return Gap::Template;
        }
        let label = if self.label.trim().is_empty() {
            &self.id
        } else {
            &self.label
        };
        Gap::Field {
            label: label.trim().chars().take(200).collect(),
        }
    }
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.trim().is_empty())
}

fn text(json: &Json) -> Option<String> {
    json.as_str().map(str::to_owned)
}

fn objects(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten().filter(|item| item.is_object())
}

#[cfg(test)]
mod tests;
