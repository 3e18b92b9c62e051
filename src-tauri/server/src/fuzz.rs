//! The body of the fuzz target `toml`. Built for tests and for cargo-fuzz only (`fuzz/README.md`).

use std::collections::BTreeSet;

use model::{Code, Place};

use crate::config::Config;

/// Any bytes as the configuration: what is wrong is said with its place, and what is accepted is safe to run.
pub fn toml(text: &[u8]) {
    let Ok(text) = str::from_utf8(text) else {
        return;
    };
    let config = match Config::parse("host.toml", "/etc/refapp".as_ref(), text) {
        Ok(config) => config,
        Err(failure) => {
            assert_eq!(failure.code, Code::AppConfig);
            assert!(failure.params["where"].starts_with("host.toml"), "{failure:?}");
            assert!(!failure.params["problem"].is_empty(), "{failure:?}");
            return;
        }
    };
    let public_url = config.public_url.as_deref();
    let behind_tls = public_url.is_some_and(|url| url.starts_with("https://"));
    assert!(config.listen.ip().is_loopback() || behind_tls);
    assert!(config.data_dir.is_absolute());
    let mut names = BTreeSet::new();
    for connection in &config.connections {
        assert!(names.insert(&connection.name), "two connections of one name");
        assert!(!connection.name.trim().is_empty() && !connection.name.contains('\n'));
        let real = connection.place == Place::Real;
        assert!(
            !real || public_url.is_none() || behind_tls,
            "a real connection in the open"
        );
    }
    for file in config.secret_files() {
        assert!(file.path.is_absolute());
    }
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn the_kept_configurations_do_no_harm() {
        replay("toml", super::toml);
    }
}
