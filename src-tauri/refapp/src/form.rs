//! The config form.

use model::TemplateId;
use url::Url;

use crate::{Value, Values};

/// What Refapp says about the settings of a job's project (`refapp-api.md §2`).
#[derive(Clone, PartialEq, Debug)]
pub struct Form {
    pub fields: Vec<Field>,
    /// Values that a stage rule may build on; reported back in updates. Nothing uses them yet.
    pub criteria: Vec<Criterion>,
}

/// One field (`refapp-api.md §2.1`). `label-html` is deliberately not read.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    pub id: String,
    pub kind: FieldKind,
    /// Plain text.
    pub label: String,
    pub label_markdown: Option<String>,
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

/// A moving criterion (`refapp-api.md §2.3`), by name only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Criterion {
    pub id: String,
    pub name: String,
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

/// Whether there are questions in a language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Coverage {
    Covered,
    Missing,
    /// The form does not tell: say "unchecked", never "fine" (`refapp-api.md §7`).
    Unchecked,
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

#[allow(unused_variables, clippy::todo)]
impl Form {
    /// The templates on offer, without the empty option.
    pub fn templates(&self) -> Vec<Template> {
        todo!()
    }
    /// Which form it is, told by the fields that are there and never by texts.
    pub fn kind(&self) -> FormKind {
        todo!()
    }
    /// The link to the existing project. Any host: ask whether it may be opened.
    pub fn project_link(&self) -> Option<Url> {
        todo!()
    }
    /// Whether there are questions in `lang` (ISO 639-1).
    pub fn questionnaires(&self, lang: &str) -> Coverage {
        todo!()
    }
    /// The values with which to ask for the form again, where choosing `template` changes the form
    /// (`refapp-api.md §2.2`); `None` where it does not.
    pub fn needs_refetch(&self, template: Option<&TemplateId>) -> Option<Values> {
        todo!()
    }
    /// `webhook-data`: the preset values of all enabled inputs, with the template put in (`rules.md` 9).
    ///
    /// # Errors
    /// What is required and has no value.
    pub fn values(&self, template: Option<&TemplateId>) -> Result<Values, Gap> {
        todo!()
    }
}
