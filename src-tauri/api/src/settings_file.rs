//! A connection's settings as a file without secrets, to be set up again elsewhere: on another computer, or from Lever's
//! sandbox environment to production.
//!
//! The file is the `[[connection]]` table of the headless host's configuration (`docs/headless-host.md`), so that what was
//! tried at a desk can be moved to a server: there, files with the secrets are laid beside it. Stage, template and acting
//! user are named and not numbered, as their ids differ from account to account.
//!
//! Not here: checks, and the public address, which belongs to a host and not to a connection.

use engine::{State, Wishes};
use model::{Code, DataCentre, Failure, Limits, Mode, Settings as Kept, WayIn};
use serde::{Deserialize, Serialize};

use crate::TextFile;

/// What is imported of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Imported {
    pub name: String,
    pub data_centre: DataCentre,
    pub way_in: WayIn,
    pub client_id: Option<String>,
    pub refapp_url: String,
    pub default_language: String,
    pub limits: Limits,
    pub retention_days: u32,
    pub wishes: Wishes,
}

#[derive(Serialize, Deserialize)]
struct File {
    connection: Vec<Connection>,
}

#[derive(Serialize, Deserialize)]
struct Connection {
    name: String,
    lever: Lever,
    refapp: Refapp,
    #[serde(default)]
    settings: Settings,
}

#[derive(Serialize, Deserialize)]
struct Lever {
    data_centre: DataCentre,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_file: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Refapp {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_bearer_file: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger_stage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_template: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acting_user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<LimitsTable>,
}

/// [`Limits`] in the file's own spelling.
#[derive(Serialize, Deserialize)]
#[serde(default)]
struct LimitsTable {
    candidate_yellow: u32,
    candidate_red: u32,
    referees_yellow: u32,
    referees_red: u32,
    reminder_hours: u32,
}

impl Default for LimitsTable {
    fn default() -> Self {
        Limits::default().into()
    }
}

impl From<Limits> for LimitsTable {
    fn from(limits: Limits) -> Self {
        Self {
            candidate_yellow: limits.candidate_yellow,
            candidate_red: limits.candidate_red,
            referees_yellow: limits.referees_yellow,
            referees_red: limits.referees_red,
            reminder_hours: limits.reminder_hours,
        }
    }
}

impl From<LimitsTable> for Limits {
    fn from(table: LimitsTable) -> Self {
        Self {
            candidate_yellow: table.candidate_yellow,
            candidate_red: table.candidate_red,
            referees_yellow: table.referees_yellow,
            referees_red: table.referees_red,
            reminder_hours: table.reminder_hours,
        }
    }
}

const HEAD: &str = "\
# Settings of one connection of Refapp for Lever. There is no secret in this file.
# Import it in the app, or put it into the configuration of the headless host: there, the files
# that are named here hold one secret each.

";

/// The file.
///
/// # Errors
/// `APP-NOT-NOW` while no data centre is chosen: there is nothing worth a file yet. And of an observer, which the headless
/// host does not know.
pub(crate) fn export(state: &State) -> Result<TextFile, Failure> {
    let record = &state.record;
    if record.mode == Mode::Observer {
        return Err(Code::AppNotNow.into());
    }
    let settings = &record.settings;
    let by_key = record.way_in != Some(WayIn::OAuth);
    let file_of = |name: &str, there: bool| there.then(|| name.to_owned());
    let acting = settings.acting_user.as_ref();
    let template = settings.default_template.as_ref();
    let connection = Connection {
        name: record.name.clone(),
        lever: Lever {
            data_centre: record.data_centre.ok_or(Code::AppNotNow)?,
            api_key_file: file_of("lever-key", by_key),
            client_id: record.client_id.clone().filter(|_| !by_key),
            client_secret_file: file_of("lever-client-secret", !by_key),
        },
        refapp: Refapp {
            url: record.refapp_url.clone().unwrap_or_else(|| REFAPP.to_owned()),
            token_file: file_of("refapp-token", true),
            update_bearer_file: file_of("update-bearer", true),
        },
        settings: Settings {
            trigger_stage: settings.trigger_stage.as_ref().map(|stage| stage.text.clone()),
            default_language: Some(settings.default_language.clone()),
            default_template: template.map(|id| {
                let known = record.templates.iter().find(|template| template.id == *id);
                known.map_or_else(|| id.to_string(), |template| template.name.clone())
            }),
            acting_user: acting.and_then(|id| {
                let known = state.users.iter().find(|user| user.id == *id);
                known.map(|user| user.email.clone())
            }),
            retention_days: Some(settings.retention_days),
            limits: Some(settings.limits.into()),
        },
    };
    let file = File {
        connection: vec![connection],
    };
    let text = toml::to_string(&file).map_err(|_| Code::AppInternal)?;
    Ok(TextFile {
        name: "refapp-lever-settings.toml".to_owned(),
        text: HEAD.to_owned() + &text,
    })
}

/// Refapp's address, where none was entered.
const REFAPP: &str = "https://app.refapp.com";

/// Reads the first connection of a file. What is for another host, and every file that holds a secret, is passed over.
///
/// # Errors
/// `APP-CONFIG` with `where` and `problem`.
pub(crate) fn import(text: &str) -> Result<Imported, Failure> {
    let wrong = |at: &str, problem: &str| Failure::new(Code::AppConfig).with("where", at).with("problem", problem);
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].lines().count().max(1));
        wrong(&format!("line {line}"), error.message())
    })?;
    let Some(connection) = file.connection.into_iter().next() else {
        return Err(wrong("line 1", "there is no [[connection]] in it"));
    };
    if connection.lever.data_centre == DataCentre::Custom {
        return Err(wrong(
            "lever.data_centre",
            "a custom data centre is for the headless host",
        ));
    }
    let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let settings = connection.settings;
    let retention_days = settings.retention_days.unwrap_or(Kept::default().retention_days);
    if !Kept::RETENTION_DAYS.contains(&retention_days) {
        return Err(wrong("settings.retention_days", "must be 1 to 730 days"));
    }
    let limits = settings.limits.map_or_else(Limits::default, Limits::from);
    if !limits.are_sound() {
        return Err(wrong(
            "settings.limits",
            "each must be 1 to 90 days, yellow not after red, and reminder_hours 24, 48 or 72",
        ));
    }
    let client_id = given(connection.lever.client_id);
    Ok(Imported {
        name: connection.name.trim().to_owned(),
        data_centre: connection.lever.data_centre,
        way_in: if client_id.is_some() {
            WayIn::OAuth
        } else {
            WayIn::ApiKey
        },
        client_id,
        refapp_url: connection.refapp.url,
        default_language: given(settings.default_language).unwrap_or_else(|| "sv".to_owned()),
        limits,
        retention_days,
        wishes: Wishes {
            trigger_stage: given(settings.trigger_stage),
            acting_user: given(settings.acting_user),
            default_template: given(settings.default_template),
        },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_headless_hosts_own_configuration_can_be_imported() {
        let text = r#"
            [host]
            listen = "127.0.0.1:8080"
            data_dir = "/var/lib/refapp-lever"

            [[connection]]
            name = " Example Ltd "
            [connection.lever]
            data_centre = "us"
            client_id = "abc"
            client_secret_file = "secret"
            [connection.refapp]
            url = "https://app.refapp.se"
            token_file = "token"
            [connection.settings]
            trigger_stage = "Reference check"
            default_template = ""
            poll_interval = 60
            retention_days = 30
            limits = { candidate_red = 5 }
        "#;
        let imported = import(text).unwrap();
        let expected = Imported {
            name: "Example Ltd".to_owned(),
            data_centre: DataCentre::Us,
            way_in: WayIn::OAuth,
            client_id: Some("abc".to_owned()),
            refapp_url: "https://app.refapp.se".to_owned(),
            default_language: "sv".to_owned(),
            limits: Limits {
                candidate_red: 5,
                ..Limits::default()
            },
            retention_days: 30,
            wishes: Wishes {
                trigger_stage: Some("Reference check".to_owned()),
                ..Wishes::default()
            },
        };
        assert_eq!(imported, expected);
    }

    fn with_settings(settings: &str) -> String {
        format!(
            "[[connection]]\nname = \"x\"\n[connection.lever]\ndata_centre = \"eu\"\n\
             [connection.refapp]\nurl = \"https://app.refapp.com\"\n[connection.settings]\n{settings}"
        )
    }

    #[test]
    fn what_is_no_such_file_is_refused_with_the_place_where_it_ends_to_be_one() {
        for (text, at) in [
            ("not toml", "line 1"),
            ("connection = []", "line 1"),
            ("[[connection]]\nname = 3", "line 2"),
            (&with_settings("retention_days = 0"), "settings.retention_days"),
            (&with_settings("limits = { candidate_red = 1 }"), "settings.limits"),
            (
                "[[connection]]\nname = \"x\"\n[connection.lever]\ndata_centre = \"custom\"\n[connection.refapp]\nurl = \"x\"",
                "lever.data_centre",
            ),
        ] {
            let failure = import(text).unwrap_err();
            assert_eq!(failure.code, Code::AppConfig, "{text}");
            assert_eq!(failure.params["where"], at, "{text}");
        }
    }
}
