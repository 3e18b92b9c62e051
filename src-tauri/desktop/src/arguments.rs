//! What the app can be started with. Nothing else is accepted: no debug flags, no settings.

use std::ffi::OsStr;

use url::{Host, Url};

use crate::deep_link;

pub const USAGE: &str = "\
usage: refapp-lever                                   the app
       refapp-lever --background                      the app without its window, as it starts with the session
       refapp-lever --practice                        practice mode: a simulated Lever and Refapp on this computer
       refapp-lever --practice=http://127.0.0.1:PORT  practice mode with a simulator that runs already
       refapp-lever com.refapp.lever://…              how the browser comes back from Lever";

/// How the session starts it.
pub const BACKGROUND: &str = "--background";

/// How the app was started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Start {
    /// With the deep link that started it, if one did.
    Real(Option<Url>),
    /// With the session: nobody has asked to see the window.
    Background,
    Practice(Simulated),
}

/// Where practice mode's other side is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Simulated {
    /// Started by the app itself, and gone with it; every start is a fresh one.
    Here,
    /// Running already, at this address on loopback; what was set up last time is still there.
    At(Url),
}

impl Start {
    /// Reads the arguments, the program's own name left out.
    ///
    /// # Errors
    /// One sentence that says what is wrong with them.
    pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let arguments: Vec<String> = arguments.collect();
        match arguments.as_slice() {
            [] => Ok(Self::Real(None)),
            [one] if one == BACKGROUND => Ok(Self::Background),
            [one] if one == "--practice" => Ok(Self::Practice(Simulated::Here)),
            [one] => match one.strip_prefix("--practice=") {
                Some(address) => simulator(address).map(|url| Self::Practice(Simulated::At(url))),
                None => deep_link::parse(one)
                    .map(|link| Self::Real(Some(link)))
                    .ok_or_else(|| format!("unknown argument {one:?}")),
            },
            _ => Err("one argument at most".to_owned()),
        }
    }
}

/// Whether a released app is asked to let another program drive its window: Tauri reads that from a variable of the
/// environment in every build, and the tests of the window need it (`security.md` 26).
pub fn is_to_be_driven(for_tests: bool, asked: Option<&OsStr>) -> bool {
    !for_tests && asked.is_some()
}

fn simulator(address: &str) -> Result<Url, String> {
    let refusal = || format!("{address:?} is no simulator: only http on loopback is practice");
    let url = Url::parse(address).map_err(|_| refusal())?;
    let loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        _ => false,
    };
    let bare = url.path() == "/" && url.query().is_none() && url.username().is_empty();
    if url.scheme() == "http" && loopback && bare {
        Ok(url)
    } else {
        Err(refusal())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Start, String> {
        Start::parse(arguments.iter().map(|&a| a.to_owned()))
    }

    #[test]
    fn s26_a_released_app_is_not_driven() {
        let asked = Some(OsStr::new("true"));
        assert!(is_to_be_driven(false, asked));
        assert!(!is_to_be_driven(true, asked) && !is_to_be_driven(false, None));
    }

    #[test]
    fn the_five_ways_to_start() {
        assert_eq!(parse(&[]), Ok(Start::Real(None)));
        assert_eq!(parse(&["--background"]), Ok(Start::Background));
        assert_eq!(parse(&["--practice"]), Ok(Start::Practice(Simulated::Here)));
        let at = Url::parse("http://127.0.0.1:4711").unwrap();
        assert_eq!(
            parse(&["--practice=http://127.0.0.1:4711"]),
            Ok(Start::Practice(Simulated::At(at)))
        );
        let link = Url::parse("com.refapp.lever://oauth/us?code=c&state=s").unwrap();
        assert_eq!(
            parse(&["com.refapp.lever://oauth/us?code=c&state=s"]),
            Ok(Start::Real(Some(link)))
        );
    }

    #[test]
    fn s26_everything_else_is_refused() {
        for arguments in [
            &["--help"] as &[&str],
            &["--remote-debugging-port=9222"],
            &["http://127.0.0.1:1"],
            &["--practice", "--practice"],
            &["--background", "--practice"],
            &["--practice=https://127.0.0.1:1"],
            &["--practice=http://localhost.example:1"],
            &["--practice=http://10.0.0.1:1"],
            &["--practice=http://127.0.0.1@example.com"],
            &["--practice=http://127.0.0.1:1/lever"],
            &["--practice="],
        ] {
            assert!(parse(arguments).is_err(), "{arguments:?}");
        }
    }
}
