//! `explain`: a page of the error dictionary, without a configuration and without a host that runs.

use model::{Code, Entry, Language, Owner, look_up};
use serde::Serialize;

use crate::commands::show;
use crate::print;
use crate::trouble::Trouble;

/// Prints what the dictionary says of a code.
///
/// # Errors
/// `APP-INTERNAL` if it cannot be written as JSON.
pub fn run(code: Code, language: Language, json: bool) -> Result<(), Trouble> {
    let page = Page {
        code,
        owner: code.owner(),
        en: look_up(code, Language::En),
        sv: look_up(code, Language::Sv),
    };
    show(json, &page, || print::entry(code, &look_up(code, language)))
}

#[derive(Serialize)]
struct Page {
    code: Code,
    owner: Owner,
    en: Entry,
    sv: Entry,
}
