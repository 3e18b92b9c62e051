//! The mail to Refapp's support (`rules.md` 19): it asks for the account token and for registering this host.
//!
//! Whom it goes to is not in it either: the address of Refapp's support is the customer's to know, we know none.
//! The bearer is deliberately not in it: a mail is no place for a secret. It is handed over as Refapp's support asks.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

/// A mail, ready to send.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SupportMail {
    pub subject: String,
    pub body: String,
}

impl SupportMail {
    /// `update_address` is where updates are to be sent, once it is known; `language` is `sv` or English.
    pub fn to_refapp(update_address: Option<&Url>, language: &str) -> Self {
        let host = update_address.and_then(Url::host_str);
        let (subject, body) = if language == "sv" { swedish(host) } else { english(host) };
        Self {
            subject: subject.to_owned(),
            body,
        }
    }
}

fn english(host: Option<&str>) -> (&'static str, String) {
    let host = host.unwrap_or("(the host name of our installation – we will send it)");
    let body = format!(
        "Hello,\n\n\
         we connect Refapp with Lever by “Refapp for Lever” and need two things:\n\n\
         1. The account token of our Refapp account (account integration).\n\
         2. Status updates sent to this host, with a bearer token that we agree on:\n   {host}\n\n\
         Please tell us when the host is registered, and on which safe way we may hand over the bearer token.\n\n\
         Thank you!\n"
    );
    ("Refapp for Lever: account token and host for status updates", body)
}

fn swedish(host: Option<&str>) -> (&'static str, String) {
    let host = host.unwrap_or("(värdnamnet för vår installation – vi återkommer med det)");
    let body = format!(
        "Hej!\n\n\
         Vi kopplar ihop Refapp med Lever genom ”Refapp for Lever” och behöver två saker:\n\n\
         1. Kontotoken för vårt Refapp-konto (account integration).\n\
         2. Att statusuppdateringar skickas till den här värden, med en bearer-token som vi kommer överens om:\n   {host}\n\n\
         Hör gärna av er när värden är registrerad, och berätta på vilket säkert sätt vi kan lämna över bearer-token.\n\n\
         Tack på förhand!\n"
    );
    ("Refapp for Lever: kontotoken och värd för statusuppdateringar", body)
}
