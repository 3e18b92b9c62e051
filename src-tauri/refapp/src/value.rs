//! Values of a form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One value: a text, a real boolean or a number (`refapp-api.md §3.1`). `null`, which Refapp refuses, does not exist.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Flag(bool),
    Number(serde_json::Number),
    Text(String),
}

/// `webhook-data`: values by field id.
pub type Values = BTreeMap<String, Value>;

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
