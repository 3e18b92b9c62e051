#![allow(clippy::unwrap_used)]

use tempfile::TempDir;

use super::*;

/// The text of issue and operators' page, filled in: what a stranger would write.
const WHOLE: &str = r#"[host]
listen = "127.0.0.1:8080"
public_url = "https://refapp-lever.example.com/"
data_dir = "data"

[[connection]]
name = "Main"

[connection.lever]
data_centre = "eu"
api_key_file = "lever-key"

[connection.refapp]
url = "https://app.refapp.se"
token_file = "/run/credentials/refapp-token"
update_bearer_file = "bearer"

[connection.settings]
trigger_stage = "Reference check"
default_language = "sv"
default_template = "Standard"
acting_user = "admin@example.com"
poll_interval = 30
retention_days = 180

[connection.settings.limits]
candidate_yellow = 1
candidate_red = 5
reminder_hours = 48
"#;

fn read(text: &str) -> Result<Config, Failure> {
    Config::parse("host.toml", Path::new("/etc/refapp"), text)
}

/// What is wrong with `WHOLE` after `from` became `to`: where, and what.
fn wrong_when(from: &str, to: &str) -> (String, String) {
    assert!(WHOLE.contains(from), "{from}");
    let failure = read(&WHOLE.replacen(from, to, 1)).expect_err(to);
    assert_eq!(failure.code, Code::AppConfig);
    (failure.params["where"].clone(), failure.params["problem"].clone())
}

fn integration(connection: &Connection) -> &Integration {
    match &connection.purpose {
        Purpose::Integration(with) => with,
        Purpose::Observer => panic!("it starts checks"),
    }
}

const CUSTOM: &str = r#"
[host]
listen = "localhost:0"
public_url = "http://127.0.0.1:9000"
data_dir = "/var/lib/refapp"
[[connection]]
name = "double"
lever = { data_centre = "custom", api_key_file = "k", api_url = "http://127.0.0.1:9001" }
refapp = { url = "http://127.0.0.1:9002", token_file = "t" }
settings = { trigger_stage = "reference-check" }
"#;

#[test]
fn every_key_of_the_reference_is_read() {
    let config = read(WHOLE).unwrap();
    assert_eq!(config.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(config.public_url.as_deref(), Some("https://refapp-lever.example.com"));
    assert_eq!(config.data_dir, Path::new("/etc/refapp/data"));
    let [connection] = &config.connections[..] else {
        panic!("one connection")
    };
    assert_eq!(connection.name, "Main");
    assert_eq!(
        (connection.data_centre, &connection.place),
        (DataCentre::Eu, &Place::Real)
    );
    let with = integration(connection);
    assert_eq!(with.trigger_stage, "Reference check");
    assert_eq!(with.default_language, "sv");
    assert_eq!(with.default_template.as_deref(), Some("Standard"));
    assert_eq!(with.acting_user.as_deref(), Some("admin@example.com"));
    assert_eq!(connection.poll_interval, 30);
    assert_eq!(connection.retention_days, 180);
    let limits = Limits {
        candidate_yellow: 1,
        candidate_red: 5,
        reminder_hours: 48,
        ..Limits::default()
    };
    assert_eq!(connection.limits, limits);
    let files: Vec<_> = config
        .secret_files()
        .map(|file| (file.kind, file.path.to_str().unwrap()))
        .collect();
    assert_eq!(
        files,
        [
            (SecretKind::LeverKey, "/etc/refapp/lever-key"),
            (SecretKind::RefappToken, "/run/credentials/refapp-token"),
            (SecretKind::UpdateBearer, "/etc/refapp/bearer"),
        ]
    );
}

/// Found by fuzzing: what was typed would have been registered at Lever.
#[test]
fn a_public_address_is_kept_as_it_is_understood() {
    for typed in ["https:/refapp-lever.example.com", " HTTPS://refapp-lever.example.com/ "] {
        let config = read(&WHOLE.replace("https://refapp-lever.example.com/", typed)).unwrap();
        assert_eq!(config.public_url.as_deref(), Some("https://refapp-lever.example.com"));
    }
}

#[test]
fn a_test_double_on_loopback_needs_few_lines() {
    let config = read(CUSTOM).unwrap();
    assert_eq!(config.listen, "127.0.0.1:0".parse().unwrap());
    assert_eq!(config.public_url.as_deref(), Some("http://127.0.0.1:9000"));
    let connection = &config.connections[0];
    let lever = connection.place.lever(connection.data_centre);
    assert_eq!(lever.api.as_str(), "http://127.0.0.1:9001/v1");
    assert_eq!(connection.poll_interval, 60);
    assert_eq!((connection.retention_days, connection.limits), (90, Limits::default()));
    let with = integration(connection);
    assert_eq!((&with.default_template, &with.acting_user), (&None, &None));
}

/// What a stranger would write to look on only.
const OBSERVER: &str = r#"
[host]
listen = "127.0.0.1:8080"
data_dir = "data"
[[connection]]
name = "Main"
mode = "observer"
[connection.lever]
data_centre = "eu"
api_key_file = "lever-key"
"#;

#[test]
fn an_observer_needs_lever_alone() {
    let config = read(OBSERVER).unwrap();
    let connection = &config.connections[0];
    assert!(matches!(connection.purpose, Purpose::Observer));
    assert_eq!((connection.refapp_url(), connection.poll_interval), (None, 60));
    let kinds: Vec<_> = config.secret_files().map(|file| file.kind).collect();
    assert_eq!(kinds, [SecretKind::LeverKey]);
    let with = |more: &str| read(&format!("{OBSERVER}{more}"));
    let settings = with("[connection.settings]\npoll_interval = 30\nretention_days = 10\n").unwrap();
    let one = &settings.connections[0];
    assert_eq!((one.poll_interval, one.retention_days), (30, 10));

    // What would start or write is not passed over in silence.
    for (more, at, problem) in [
        (
            "[connection.refapp]\nurl = \"https://app.refapp.se\"\ntoken_file = \"t\"\n",
            "line 11, connection.refapp",
            "an observer does not speak to Refapp: leave it out",
        ),
        (
            "[connection.settings]\ntrigger_stage = \"Reference check\"\n",
            "line 12, connection.settings.trigger_stage",
            "an observer starts and writes nothing: leave it out",
        ),
        (
            "[connection.settings]\nacting_user = \"a@example.com\"\n",
            "line 12, connection.settings.acting_user",
            "an observer starts and writes nothing: leave it out",
        ),
    ] {
        let failure = with(more).expect_err(more);
        assert_eq!(failure.params["where"], format!("host.toml, {at}"));
        assert_eq!(failure.params["problem"], problem);
    }
}

#[test]
fn whoever_starts_checks_names_refapp_and_the_stage() {
    let other = OBSERVER.replace("mode = \"observer\"\n", "");
    let failure = read(&other).expect_err("no Refapp");
    assert_eq!(failure.params["problem"], "[connection.refapp] is missing");
    let refapp = "[connection.refapp]\nurl = \"https://app.refapp.se\"\ntoken_file = \"t\"\n";
    let failure = read(&format!("{other}{refapp}")).expect_err("no stage");
    assert_eq!(
        failure.params["problem"],
        "trigger_stage in [connection.settings] is missing"
    );
    let failure = read(&OBSERVER.replace("observer", "watcher")).expect_err("no such mode");
    assert_eq!(failure.params["where"], "host.toml, line 7, connection.mode");
}

#[test]
fn oauth_is_a_client_id_with_a_secret_file() {
    let text = WHOLE.replace(
        "api_key_file = \"lever-key\"",
        "client_id = \"c1\"\nclient_secret_file = \"cs\"",
    );
    let config = read(&text.replace("\"eu\"", "\"US\"")).unwrap();
    assert_eq!(config.connections[0].data_centre, DataCentre::Us);
    assert_eq!(
        config.secret_files().next().unwrap().kind,
        SecretKind::OauthClientSecret
    );
}

#[test]
fn an_optional_key_that_is_empty_was_not_given() {
    let text = WHOLE
        .replace("https://refapp-lever.example.com/", "")
        .replace("\"bearer\"", "\"\"")
        .replace("\"Standard\"", "\" \"")
        .replace("admin@example.com", "")
        .replace(
            "api_key_file = \"lever-key\"",
            "api_key_file = \"lever-key\"\nclient_id = \"\"\napi_url = \"\"",
        );
    let config = read(&text).unwrap();
    assert_eq!(config.public_url, None);
    assert_eq!(config.secret_files().count(), 2);
    let with = integration(&config.connections[0]);
    assert_eq!((&with.default_template, &with.acting_user), (&None, &None));
}

#[test]
fn whatever_is_wrong_is_said_with_its_line_and_key() {
    let real = "must be https to a host that is not loopback";
    let cases = [
        (
            "listen = \"127.0.0.1:8080\"",
            "listen = \"8080\"",
            "line 2, host.listen",
            "must be an IP address and a port, such as 127.0.0.1:8080",
        ),
        (
            "public_url = \"https://refapp-lever.example.com/\"",
            "public_url = \"http://127.0.0.1:1\"",
            "line 3, host.public_url",
            real,
        ),
        (
            "public_url = \"https://refapp-lever.example.com/\"",
            "public_url = \"https://x.example/?a\"",
            "line 3, host.public_url",
            "must be an address without ? and #",
        ),
        (
            "data_dir = \"data\"",
            "data_dir = \"\"",
            "line 4, host.data_dir",
            "must not be empty",
        ),
        ("data_dir = \"data\"\n", "", "line 1, host", "missing field `data_dir`"),
        (
            "data_dir",
            "data-dir",
            "line 4, host.data-dir",
            "unknown field `data-dir`, expected one of `listen`, `public_url`, `data_dir`",
        ),
        ("\"Main\"", "\" \"", "line 7, connection.name", "must not be empty"),
        (
            "\"eu\"",
            "\"uk\"",
            "line 10, connection.lever.data_centre",
            "must be \"us\", \"eu\", \"sandbox\" or \"custom\"",
        ),
        (
            "\"eu\"",
            "\"custom\"",
            "line 10, connection.lever.data_centre",
            "a custom data centre needs api_url",
        ),
        (
            "\"eu\"",
            "\"eu\"\napi_url = \"https://x.example\"",
            "line 11, connection.lever.api_url",
            "only for data_centre = \"custom\"",
        ),
        (
            "\"eu\"",
            "\"custom\"\napi_url = \"http://10.0.0.1\"",
            "line 11, connection.lever.api_url",
            "must be https, or http on loopback",
        ),
        (
            "api_key_file = \"lever-key\"\n",
            "",
            "line 9, connection.lever",
            "api_key_file is missing, or client_id with client_secret_file",
        ),
        (
            "api_key_file = \"lever-key\"",
            "client_id = \"c\"",
            "line 11, connection.lever.client_id",
            "client_secret_file is missing",
        ),
        (
            "api_key_file = \"lever-key\"",
            "client_secret_file = \"c\"",
            "line 11, connection.lever.client_secret_file",
            "client_id is missing",
        ),
        (
            "api_key_file = \"lever-key\"",
            "api_key_file = \"k\"\nclient_id = \"c\"",
            "line 12, connection.lever.client_id",
            "either api_key_file, or client_id with client_secret_file, not both",
        ),
        (
            "api_key_file",
            "api_key",
            "line 11, connection.lever.api_key",
            "unknown field `api_key`, expected one of `data_centre`, `api_key_file`, `client_id`, `client_secret_file`, `api_url`, `auth_url`",
        ),
        (
            "https://app.refapp.se",
            "https://app.refapp.example",
            "line 14, connection.refapp.url",
            "must be https://app.refapp.com, https://app.refapp.se or https://sec.refapp.se",
        ),
        (
            "trigger_stage = \"Reference check\"",
            "trigger_stage = 5",
            "line 19, connection.settings.trigger_stage",
            "invalid type: integer `5`, expected a string",
        ),
        (
            "\"sv\"",
            "\"swedish\"",
            "line 20, connection.settings.default_language",
            "must be a two-letter language code (ISO 639-1), such as \"sv\"",
        ),
        (
            "admin@example.com",
            "Admin",
            "line 22, connection.settings.acting_user",
            "must be the e-mail address of a Lever user",
        ),
        (
            "poll_interval = 30",
            "poll_interval = 0",
            "line 23, connection.settings.poll_interval",
            "must be at least 1 second",
        ),
    ];
    for (from, to, at, problem) in cases {
        assert_eq!(
            wrong_when(from, to),
            (format!("host.toml, {at}"), problem.to_owned()),
            "{to}"
        );
    }
}

#[test]
fn what_is_no_toml_is_said_with_its_line() {
    let (at, problem) = wrong_when("name = \"Main\"", "name = Main");
    assert_eq!(at, "host.toml, line 7, connection.name");
    assert!(!problem.is_empty());
}

#[test]
fn two_connections_cannot_have_one_name() {
    let second = WHOLE.split_once("[[connection]]").unwrap().1;
    let failure = read(&format!("{WHOLE}[[connection]]{second}")).expect_err("one name twice");
    assert_eq!(failure.params["where"], "host.toml, line 31, connection.name");
    assert_eq!(failure.params["problem"], "another connection has this name");
}

#[test]
fn d12_an_address_that_is_not_loopback_needs_tls_in_front() {
    let text = WHOLE.replace("127.0.0.1:8080", "0.0.0.0:8080");
    assert!(read(&text).is_ok());
    for public_url in ["", "http://127.0.0.1:8080"] {
        let text = CUSTOM
            .replace("localhost:0", "0.0.0.0:8080")
            .replace("http://127.0.0.1:9000", public_url);
        let failure = read(&text).expect_err("no TLS");
        assert_eq!(failure.params["where"], "host.toml, line 3, host.listen");
    }
}

#[test]
fn only_a_custom_connection_accepts_http_and_only_on_loopback() {
    for (from, to, key) in [
        ("http://127.0.0.1:9000", "http://relay.example.com", "host.public_url"),
        ("http://127.0.0.1:9001", "http://lever.example.com", "connection.lever"),
        (
            "http://127.0.0.1:9002",
            "http://refapp.example.com",
            "connection.refapp",
        ),
    ] {
        let failure = read(&CUSTOM.replace(from, to)).expect_err(to);
        assert!(failure.params["where"].contains(key), "{failure}");
    }
}

#[test]
fn oauth_at_a_custom_place_needs_its_own_address() {
    let text = CUSTOM.replace("api_key_file = \"k\"", "client_id = \"c\", client_secret_file = \"s\"");
    assert_eq!(
        read(&text).expect_err("no auth_url").params["problem"],
        "a custom data centre needs auth_url for OAuth"
    );
    let text = text.replace("api_url", "auth_url = \"http://127.0.0.1:9003\", api_url");
    let connection = &read(&text).unwrap().connections[0];
    assert_eq!(
        connection.place.lever(DataCentre::Custom).auth.as_str(),
        "http://127.0.0.1:9003/"
    );
}

#[test]
fn a_secrets_file_is_one_line_and_what_is_around_it_does_not_count() {
    let dir = TempDir::new().unwrap();
    let file = SecretFile::of(SecretKind::LeverKey, dir.path().join("key"));
    let problem = |file: &SecretFile| file.read().expect_err("unusable").params["problem"].clone();
    assert!(problem(&file).contains("No such file"));
    for (content, wanted) in [
        ("", "empty"),
        ("\n \n", "empty"),
        ("a\nb\n", "one line"),
        ("a\0b", "one line"),
    ] {
        fs::write(&file.path, content).unwrap();
        assert!(problem(&file).contains(wanted), "{content:?}");
        assert!(!problem(&file).contains("a\nb"));
    }
    fs::write(&file.path, "  the-key \r\n").unwrap();
    assert_eq!(file.read().unwrap().expose(), "the-key");
}

#[test]
fn a_secrets_file_that_others_can_use_is_noticed() {
    let dir = TempDir::new().unwrap();
    let file = SecretFile::of(SecretKind::LeverKey, dir.path().join("key"));
    fs::write(&file.path, "k").unwrap();
    for (mode, too_open) in [(0o600, None), (0o400, None), (0o640, Some(0o640)), (0o644, Some(0o644))] {
        fs::set_permissions(&file.path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(file.too_open(), too_open);
    }
}

#[test]
fn a_provision_says_all_that_the_file_says() {
    let dir = TempDir::new().unwrap();
    for name in ["lever-key", "refapp-token", "bearer"] {
        fs::write(dir.path().join(name), format!("{name}-secret\n")).unwrap();
    }
    let text = WHOLE.replace("/run/credentials/", "");
    fs::write(dir.path().join("host.toml"), text).unwrap();
    let provisions = Config::read(&dir.path().join("host.toml"))
        .unwrap()
        .provisions()
        .unwrap();
    let [provision] = &provisions[..] else {
        panic!("one connection")
    };
    let LeverLogin::ApiKey(key) = &provision.lever else {
        panic!("an API key")
    };
    assert_eq!(key.expose(), "lever-key-secret");
    let api::Purpose::Integration(with) = &provision.purpose else {
        panic!("it starts checks")
    };
    assert_eq!(with.refapp_token.expose(), "refapp-token-secret");
    assert_eq!(with.update_bearer.as_ref().unwrap().expose(), "bearer-secret");
    assert_eq!(
        provision.public_url.as_deref(),
        Some("https://refapp-lever.example.com")
    );
    assert!(!format!("{provision:?}").contains("-secret"));
}

#[test]
fn settings_that_were_exported_at_a_desk_are_read_as_they_are() {
    let host = "[host]\nlisten = \"127.0.0.1:0\"\ndata_dir = \"data\"\n\n";
    let config = read(&format!("{host}{}", include_str!("exported.toml"))).unwrap();
    let connection = &config.connections[0];
    assert_eq!(
        (connection.name.as_str(), connection.data_centre),
        ("Nordvik", DataCentre::Eu)
    );
    let with = integration(connection);
    assert_eq!(with.trigger_stage, "Reference check");
    assert_eq!(with.default_template.as_deref(), Some("Sales"));
    assert_eq!(connection.secret_files().count(), 3);
}

#[test]
fn how_long_checks_are_kept_and_when_a_wait_is_long_have_bounds_that_are_said() {
    let limits = "host.toml, line 27, connection.settings.limits";
    for (from, to, at, problem) in [
        ("days = 180", "days = 0", "line 24", "must be 1 to 730 days"),
        ("days = 180", "days = 731", "line 24", "must be 1 to 730 days"),
        ("red = 5", "red = 91", "limits.candidate_red", "must be 1 to 90 days"),
        (
            "yellow = 1",
            "yellow = 0",
            "limits.candidate_yellow",
            "must be 1 to 90 days",
        ),
        (
            "yellow = 1",
            "yellow = 6",
            limits,
            "yellow must not come after red, and these are 6 and 5 days",
        ),
        (
            "candidate_red = 5",
            "referees_red = 1",
            "limits.referees_red",
            "yellow must not come after red, and these are 2 and 1 days",
        ),
        (
            "hours = 48",
            "hours = 36",
            "limits.reminder_hours",
            "must be 24, 48 or 72 hours",
        ),
        ("candidate_red = 5", "candidate_black = 5", "line 28", "unknown field"),
        ("days = 180", "days = -1", "line 24", "invalid value"),
    ] {
        let (place, said) = wrong_when(from, to);
        assert!(place.contains(at), "{to}: {place}");
        assert!(said.contains(problem), "{to}: {said}");
    }
}
