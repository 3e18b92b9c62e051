//! The error dictionary: for every [`Code`] what happened, why it matters and how to mend it, in two languages.
//!
//! The texts are data, `errors.en.json` and `errors.sv.json` beside this crate's manifest; the window imports the
//! same two files. Who can mend it is not a text but [`Code::owner`], which `owners.json` beside them repeats for the
//! window.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Code, Failure, WayIn};

/// A language of the dictionary.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Swedish.
    Sv,
}

/// What runs the app: where a person mends something differs with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum HostKind {
    Desktop,
    /// A server without a window: its configuration file stands for the set-up.
    Headless,
}

/// Of whom a text speaks; of what is not known, all that may apply is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct About {
    /// How the connection reaches Lever.
    pub way: Option<WayIn>,
    pub host: Option<HostKind>,
}

impl About {
    pub const DESKTOP: Self = Self {
        way: None,
        host: Some(HostKind::Desktop),
    };
    pub const SERVER: Self = Self {
        way: None,
        host: Some(HostKind::Headless),
    };
}

/// The text of one code. Plain text, no markup.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Entry {
    /// Six words at most.
    pub title: String,
    /// What happened.
    pub what: String,
    /// Why it matters: what does not work, what is safe meanwhile.
    pub why: String,
    /// How to mend it, said to whom [`Code::owner`] names.
    pub mend: String,
}

/// The same in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    title: String,
    what: String,
    why: String,
    mend: String,
    /// What comes before `mend` where Lever is reached by an API key.
    mend_key: Option<String>,
    /// The same by OAuth.
    mend_oauth: Option<String>,
    /// What comes between them and `mend` in the desktop app.
    mend_desktop: Option<String>,
    /// The same where the way into Lever makes a difference there.
    mend_desktop_key: Option<String>,
    mend_desktop_oauth: Option<String>,
    /// The same on a server without a window.
    mend_server: Option<String>,
    /// The same where the way into Lever makes a difference on a server.
    mend_server_key: Option<String>,
    mend_server_oauth: Option<String>,
    /// What follows on `mend` where it is about a check that waits, and not about a posting of an audit.
    mend_check: Option<String>,
}

impl Text {
    /// How to mend it, in full. What differs is said as far as it may apply, and of what then.
    fn mend(&self, about: About, language: Language) -> String {
        let (oauth, server) = match language {
            Language::En => ("With OAuth: ", "On a server without a window: "),
            Language::Sv => ("Med OAuth: ", "På en server utan fönster: "),
        };
        let said = |text: &Option<String>, applies: bool, before: &str| {
            let text = text.as_ref().filter(|_| applies)?;
            Some(format!("{before}{text}"))
        };
        let before = |word: &'static str, known: bool| if known { "" } else { word };
        let (way, host) = (about.way, about.host);
        let (by_key, by_oauth) = (way != Some(WayIn::OAuth), way != Some(WayIn::ApiKey));
        let (on_desktop, on_server) = (host != Some(HostKind::Headless), host != Some(HostKind::Desktop));
        let (oauth, server) = (before(oauth, way.is_some()), before(server, host.is_some()));
        let parts = [
            said(&self.mend_key, by_key, ""),
            said(&self.mend_oauth, by_oauth, oauth),
            said(&self.mend_desktop, on_desktop, ""),
            said(&self.mend_desktop_key, on_desktop && by_key, ""),
            said(&self.mend_desktop_oauth, on_desktop && by_oauth, oauth),
            said(&self.mend_server, on_server, server),
            said(&self.mend_server_key, on_server && by_key, server),
            // Behind the other it is said already where it is.
            said(
                &self.mend_server_oauth,
                on_server && by_oauth,
                if by_key { "" } else { server },
            ),
            Some(self.mend.clone()),
            self.mend_check.clone(),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

type Dictionary = BTreeMap<Code, Text>;

static EN: LazyLock<Dictionary> = LazyLock::new(|| parse(include_str!("../errors.en.json")));
static SV: LazyLock<Dictionary> = LazyLock::new(|| parse(include_str!("../errors.sv.json")));

/// What a placeholder becomes that the failure does not fill.
const NOT_SAID: &str = "…";

fn text(code: Code, language: Language) -> &'static Text {
    let dictionary = match language {
        Language::En => &*EN,
        Language::Sv => &*SV,
    };
    dictionary
        .get(&code)
        .expect("every code has a text: a test holds the dictionary against Code::ALL")
}

/// The text of a code as people read it without a failure at hand: each placeholder is `…`.
pub fn look_up(code: Code, language: Language) -> Entry {
    explain(&code.into(), language)
}

/// The text for a failure: its placeholders are filled from [`Failure::params`], an empty or missing one by `…`.
pub fn explain(failure: &Failure, language: Language) -> Entry {
    explain_by(failure, About::default(), language)
}

/// The same where more is known: of what differs, only what applies.
pub fn explain_by(failure: &Failure, about: About, language: Language) -> Entry {
    let text = text(failure.code, language);
    let fill = |text: &str| fill(text, &failure.params);
    Entry {
        title: fill(&text.title),
        what: fill(&text.what),
        why: fill(&text.why),
        mend: fill(&text.mend(about, language)),
    }
}

fn parse(json: &str) -> Dictionary {
    serde_json::from_str(json).expect("the dictionary is part of the program, and a test reads it")
}

/// One pass: braces inside a value are text and are never filled in their turn.
fn fill(text: &str, params: &BTreeMap<String, String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, placeholder)) = rest.split_once('{') {
        let (name, after) = placeholder
            .split_once('}')
            .expect("a test finds a placeholder that is not closed");
        let value = params.get(name).filter(|value| !value.trim().is_empty());
        filled.push_str(before);
        filled.push_str(value.map_or(NOT_SAID, String::as_str));
        rest = after;
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Millis, Place, Reason};

    const FILES: [(Language, &str); 2] = [
        (Language::En, include_str!("../errors.en.json")),
        (Language::Sv, include_str!("../errors.sv.json")),
    ];

    /// What a failure of this code may say beside the code. A text uses nothing else.
    fn may_use(code: Code) -> &'static [&'static str] {
        match code {
            Code::LevRight => &["right"],
            Code::LevStageGone => &["stage"],
            Code::LevAnswer | Code::LevRefused => &["call"],
            Code::LevWebhookGap | Code::LevWebhookRemoved => &["from", "to"],
            Code::LevWebhookSilent => &["since"],
            Code::LevStageRenamed => &["was", "stage"],
            Code::LevPostingOwner => &["postings"],
            Code::OauthAge => &["until"],
            Code::AppDatabaseAside => &["at", "file"],
            Code::OauthScope => &["scopes"],
            Code::RefForm | Code::AppInput => &["field"],
            Code::RefRefused => &["status", "message"],
            Code::TagStale | Code::TagMulti => &["tags"],
            Code::CheckAgain => &["on"],
            Code::CheckOther => &["tag"],
            Code::AppAddress | Code::AppPublicUrl => &["address"],
            Code::LevDataCentre => &["data_centre"],
            Code::AppConfig => &["where", "problem"],
            Code::AppPort => &["port"],
            Code::NetClock => &["minutes"],
            Code::AppBundleVersion => &["version"],
            _ => &[],
        }
    }

    fn fields(entry: &Entry) -> [&str; 4] {
        [&entry.title, &entry.what, &entry.why, &entry.mend]
    }

    fn texts(text: &Text) -> Vec<&str> {
        let always = [&text.title, &text.what, &text.why, &text.mend];
        let more = [
            &text.mend_key,
            &text.mend_oauth,
            &text.mend_desktop,
            &text.mend_desktop_key,
            &text.mend_desktop_oauth,
            &text.mend_server,
            &text.mend_server_key,
            &text.mend_server_oauth,
            &text.mend_check,
        ];
        always
            .into_iter()
            .chain(more.into_iter().flatten())
            .map(String::as_str)
            .collect()
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        let parts = || text.split('{').skip(1);
        assert_eq!(parts().count(), text.matches('}').count(), "braces in pairs: {text}");
        parts()
            .map(|part| part.split_once('}').expect("a closed placeholder").0)
            .collect()
    }

    #[test]
    fn every_code_has_one_text_in_each_language_and_no_text_lacks_a_code() {
        let codes: Vec<_> = Code::ALL.iter().map(|code| code.text()).collect();
        for (language, file) in FILES {
            // Read from the lines and not from the map, in which a key that stands twice would hide.
            let keys: Vec<_> = file
                .lines()
                .filter_map(|line| line.strip_prefix("  \"")?.strip_suffix("\": {"))
                .collect();
            assert_eq!(keys, codes, "{language:?}: all codes, in their order");
            assert_eq!(parse(file).len(), codes.len(), "{language:?}");
        }
    }

    #[test]
    fn a_code_is_known_in_whatever_case_it_is_written() {
        for &code in Code::ALL {
            assert_eq!(code.text().to_lowercase().parse(), Ok(code));
            assert!(!fields(&look_up(code, Language::Sv)).concat().contains(['{', '}']));
        }
        assert_eq!("LEV-402".parse::<Code>(), Err(crate::NoSuchCode));
    }

    #[test]
    fn the_window_names_the_same_owners_as_the_codes() {
        let file: BTreeMap<Code, crate::Owner> = serde_json::from_str(include_str!("../owners.json")).expect("owners");
        let codes = Code::ALL.iter().map(|code| (*code, code.owner()));
        assert_eq!(file, codes.collect());
    }

    #[test]
    fn both_languages_use_the_same_placeholders_and_only_those_of_the_code() {
        for &code in Code::ALL {
            let (en, sv) = (texts(text(code, Language::En)), texts(text(code, Language::Sv)));
            assert_eq!(en.len(), sv.len(), "{code}");
            for (en, sv) in en.into_iter().zip(sv) {
                assert_eq!(placeholders(en), placeholders(sv), "{code}: {en} | {sv}");
                for name in placeholders(en) {
                    assert!(may_use(code).contains(&name), "{code} is not given {name}");
                }
            }
        }
    }

    #[test]
    fn every_text_is_written_in_its_own_language_and_in_the_same_manner() {
        for &code in Code::ALL {
            let (en, sv) = (text(code, Language::En), text(code, Language::Sv));
            for (en, sv) in texts(en).into_iter().zip(texts(sv)) {
                assert_ne!(en, sv, "{code}");
            }
            for one in [en, sv] {
                for text in texts(one) {
                    assert!(!text.is_empty() && text == text.trim(), "{code}: {text:?}");
                    assert!(!text.contains(['!', '\n', '"', '…']), "{code}: {text}");
                }
                let words = one.title.split_whitespace().count();
                assert!(words <= 6, "{code}: {} has {words} words", one.title);
            }
        }
    }

    #[test]
    fn what_a_reason_or_a_refused_address_says_is_all_that_its_text_asks_for() {
        let reasons = [
            Reason::TemplateUnknown {
                tags: vec!["Refapp Template: Old".to_owned()],
            },
            Reason::TemplateSeveral {
                tags: vec!["A".to_owned(), "B".to_owned()],
            },
            Reason::FieldRequired {
                label: "Cost centre".to_owned(),
            },
            Reason::AlreadyChecked {
                on: Millis(1_772_618_523_000),
            },
            Reason::OtherInstallation {
                tag: "Refapp Status: Sent".to_owned(),
            },
            Reason::Refused {
                status: 422,
                message: "Unknown recruiter".to_owned(),
            },
        ];
        let address = Place::Real.public("http://relay.example.com").expect_err("http");
        for failure in reasons.iter().map(Reason::failure).chain([address]) {
            assert!(!failure.params.is_empty(), "{failure}");
            for language in [Language::En, Language::Sv] {
                let text = fields(&explain(&failure, language)).concat();
                assert!(!text.contains(NOT_SAID), "{failure}: {text}");
                for value in failure.params.values() {
                    assert!(text.contains(value), "{failure}: {text}");
                }
            }
        }
    }

    #[test]
    fn a_placeholder_that_is_empty_or_missing_leaves_a_sentence_that_still_reads() {
        let empty = Failure::new(Code::LevRight).with("right", " ");
        for failure in [Failure::new(Code::LevRight), empty] {
            assert_eq!(
                explain(&failure, Language::En).what,
                "Lever knows this connection, but does not grant it the permission “…”."
            );
        }
    }

    #[test]
    fn where_the_way_in_is_known_only_what_applies_is_said() {
        let failure = Failure::new(Code::LevRight).with("right", "add opportunity tag");
        for (language, mark) in [(Language::En, "With OAuth:"), (Language::Sv, "Med OAuth:")] {
            let mend = |way| explain_by(&failure, About { way, host: None }, language).mend;
            let (key, oauth, both) = (mend(Some(WayIn::ApiKey)), mend(Some(WayIn::OAuth)), mend(None));
            assert!(key.contains("API Credentials") && !key.contains("OAuth"), "{key}");
            assert!(!oauth.contains("API Credentials") && !oauth.contains(mark), "{oauth}");
            assert!(both.contains("API Credentials") && both.contains(mark), "{both}");
            let last = &text(Code::LevRight, language).mend;
            assert!([key, oauth, both].iter().all(|text| text.ends_with(last)), "{last}");
        }
    }

    #[test]
    fn where_the_host_is_known_only_what_applies_is_said() {
        let failure = Failure::new(Code::LevStageGone).with("stage", "Reference check");
        let marks = [
            (Language::En, "On a server without a window:"),
            (Language::Sv, "På en server utan fönster:"),
        ];
        for (language, mark) in marks {
            let step = ["Trigger stage", "Utlösande steg"][usize::from(language == Language::Sv)];
            let mend = |host| explain_by(&failure, About { way: None, host }, language).mend;
            let (desktop, server) = (mend(Some(HostKind::Desktop)), mend(Some(HostKind::Headless)));
            assert!(
                desktop.contains(step) && !desktop.contains("trigger_stage"),
                "{desktop}"
            );
            assert!(server.contains("trigger_stage") && !server.contains(step), "{server}");
            let both = mend(None);
            assert!(
                both.contains(step) && both.contains(mark) && !server.contains(mark),
                "{both}"
            );
        }
    }

    #[test]
    fn who_has_a_key_is_told_nothing_of_a_consent_and_who_has_a_consent_nothing_of_a_key() {
        for language in [Language::En, Language::Sv] {
            for code in [Code::LevUnauthorized, Code::LevRight] {
                let mend = |way| {
                    let host = Some(HostKind::Headless);
                    explain_by(&code.into(), About { way: Some(way), host }, language).mend
                };
                let (key, oauth) = (mend(WayIn::ApiKey), mend(WayIn::OAuth));
                assert!(key.contains("api_key_file") && !key.contains("status"), "{key}");
                assert!(oauth.contains("status") && !oauth.contains("api_key_file"), "{oauth}");
                let mend = |way| {
                    let host = Some(HostKind::Desktop);
                    explain_by(&code.into(), About { way: Some(way), host }, language).mend
                };
                let consent = ["Connect with Lever", "Anslut till Lever"][usize::from(language == Language::Sv)];
                assert!(!mend(WayIn::ApiKey).contains(consent) && mend(WayIn::OAuth).contains(consent));
            }
        }
    }

    /// Where one host has its own way, so has the other: nobody is left with a common part alone.
    #[test]
    fn what_differs_between_the_hosts_is_said_of_both() {
        for &code in Code::ALL {
            for language in [Language::En, Language::Sv] {
                let text = text(code, language);
                let by_way = |key: &Option<String>, oauth: &Option<String>| {
                    assert_eq!(key.is_some(), oauth.is_some(), "{code}");
                    key.is_some()
                };
                assert_eq!(
                    text.mend_desktop.is_some() || by_way(&text.mend_desktop_key, &text.mend_desktop_oauth),
                    text.mend_server.is_some() || by_way(&text.mend_server_key, &text.mend_server_oauth),
                    "{code}"
                );
            }
        }
    }

    #[test]
    fn braces_in_a_value_stay_as_they_are() {
        let failure = Failure::new(Code::RefRefused)
            .with("status", 400)
            .with("message", "{status} {x} {");
        assert_eq!(
            explain(&failure, Language::En).what,
            "Refapp refused the check with status 400. Its own words: “{status} {x} {”."
        );
    }
}
