//! Client of Refapp's account integration (`refapp-api.md`): the two messages to Refapp, and the reading of the one
//! that comes back.
//!
//! - [`Client`] asks for the config [`Form`] and sends an [`Event`], which **starts a real reference check**.
//! - [`parse_update`] reads what Refapp PUTs to our update address; receiving it is `receiver`'s.
//! - [`Error`] says whether a start may have happened.
//!
//! Not here: when to start, one start at a time, repeating anything (`rules.md` 5), and the page that shows a form.

mod client;
mod error;
mod event;
mod form;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
#[cfg(test)]
mod tests;
mod update;
mod value;

pub use client::{Client, FormQuery};
pub use error::{Call, Error};
pub use event::{Candidate, Event, Job, Name, Person, split_name};
pub use form::{Field, FieldKind, Form, FormKind, Gap, SelectOption, Template};
pub use http_client::{Kind, Message, Outcome};
pub use update::{BadUpdate, Update, parse_update};
pub use value::{Value, Values};
