//! Where a connection's two APIs live, and which addresses may be spoken to.
//!
//! A [`Place`] is a type and not an `if`: a real one accepts https to known hosts and nothing else; a custom one
//! (practice mode, a test double) is the only one that accepts http, and that on loopback only. So no setting, no
//! configuration file and no answer of a server can lead a real connection to another address.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::{Host, Url};

use crate::{Code, Failure, WayIn};

/// Lever's data centres (`lever-api.md §1`). An account lives in exactly one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum DataCentre {
    Us,
    Eu,
    /// Lever's own sandbox environment.
    Sandbox,
    /// Addresses given by the host's configuration: a test double.
    Custom,
}

impl DataCentre {
    /// The way in that is proposed on choosing it. An API key is accepted everywhere (`mission.md` M2).
    pub fn proposed_way_in(self) -> WayIn {
        match self {
            Self::Us => WayIn::OAuth,
            Self::Eu | Self::Sandbox | Self::Custom => WayIn::ApiKey,
        }
    }

    /// Its name on screen, the same in every language.
    pub fn label(self) -> &'static str {
        match self {
            Self::Us => "US",
            Self::Eu => "EU",
            Self::Sandbox => "Sandbox",
            Self::Custom => "Custom",
        }
    }

    /// The word in configuration files, redirect paths and the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::Sandbox => "sandbox",
            Self::Custom => "custom",
        }
    }
}

/// Lever's addresses for one connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeverPlace {
    /// Root of the Data API, `/v1` included, without a slash at the end.
    pub api: Url,
    /// Root of the OAuth host, without a slash at the end: `/authorize` and `/oauth/token` follow.
    pub auth: Url,
    /// The `audience` of an authorisation, with the slash at the end that Lever insists on (`lever-api.md §2.3`).
    pub audience: String,
    /// The page where API keys are made and webhooks are switched on; unknown for a custom place.
    pub settings_page: Option<Url>,
    /// Origins that a redirect may lead to and that receive the Authorization header again (`lever-api.md §1`).
    redirects: Vec<Url>,
}

impl LeverPlace {
    /// Whether a redirected request may go to `url` with its credentials.
    pub fn may_redirect_to(&self, url: &Url) -> bool {
        self.redirects.iter().any(|known| known.origin() == url.origin())
    }
}

/// Refapp's address for one connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefappPlace {
    /// `…/webhooks/account-integration`, without a slash at the end; `/config` follows for the form
    /// (`refapp-api.md §1`).
    pub integration: Url,
}

/// Addresses that a host's configuration gives for a custom place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CustomLever {
    pub api: Url,
    pub auth: Url,
}

/// The world that a connection belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// Real candidates, real e-mails.
    Real,
    /// A test double or practice mode; nobody real is behind it.
    Custom(CustomLever),
}

const REFAPP_HOSTS: [&str; 3] = ["app.refapp.com", "app.refapp.se", "sec.refapp.se"];
const INTEGRATION_PATH: &str = "/webhooks/account-integration";

impl Place {
    /// A custom place. `api` and `auth` must be https, or http on loopback. The `/v1` of the Data API may be
    /// given or left out.
    ///
    /// # Errors
    /// `APP-ADDRESS` if an address is not of that form.
    pub fn custom(api: &str, auth: &str) -> Result<Self, Failure> {
        let mut api = custom_address(api)?;
        if !api.path().trim_end_matches('/').ends_with("/v1") {
            let path = format!("{}/v1", api.path().trim_end_matches('/'));
            api.set_path(&path);
        }
        Ok(Self::Custom(CustomLever {
            api: without_end_slash(api),
            auth: without_end_slash(custom_address(auth)?),
        }))
    }

    /// Lever's addresses in this place.
    pub fn lever(&self, data_centre: DataCentre) -> LeverPlace {
        match self {
            Self::Custom(custom) => LeverPlace {
                audience: format!("{}/", custom.api),
                settings_page: None,
                redirects: vec![custom.api.clone()],
                api: custom.api.clone(),
                auth: custom.auth.clone(),
            },
            Self::Real => {
                // The EU root is stated by third parties only, four of them (lever-api.md §1); no OAuth host of
                // its own was found for the EU, and the audience is presumably the US one.
                let (api, auth, audience, web) = match data_centre {
                    DataCentre::Us | DataCentre::Custom => (
                        "https://api.lever.co/v1",
                        "https://auth.lever.co",
                        "https://api.lever.co/v1/",
                        "https://hire.lever.co",
                    ),
                    DataCentre::Eu => (
                        "https://api.eu.lever.co/v1",
                        "https://auth.lever.co",
                        "https://api.lever.co/v1/",
                        "https://hire.eu.lever.co",
                    ),
                    DataCentre::Sandbox => (
                        "https://api.sandbox.lever.co/v1",
                        "https://sandbox-lever.auth0.com",
                        "https://api.sandbox.lever.co/v1/",
                        "https://hire.sandbox.lever.co",
                    ),
                };
                LeverPlace {
                    api: constant(api),
                    auth: constant(auth),
                    audience: audience.to_owned(),
                    settings_page: Some(constant(&format!("{web}/settings/integrations?tab=api"))),
                    // A sandbox token on production answers 403 (lever-api.md §2.3): the two never redirect
                    // to one another.
                    redirects: match data_centre {
                        DataCentre::Sandbox => vec![constant("https://api.sandbox.lever.co")],
                        _ => vec![constant("https://api.lever.co"), constant("https://api.eu.lever.co")],
                    },
                }
            }
        }
    }

    /// Refapp's address in this place, from what a person or a file gave: the bare host or the whole path.
    ///
    /// # Errors
    /// `APP-ADDRESS` if it is not https to one of Refapp's three hosts (real), or not https or loopback (custom).
    pub fn refapp(&self, address: &str) -> Result<RefappPlace, Failure> {
        let mut url = match self {
            Self::Custom(_) => custom_address(address)?,
            Self::Real => {
                let url = parse(address)?;
                let known = url.host_str().is_some_and(|host| REFAPP_HOSTS.contains(&host));
                if url.scheme() != "https" || url.port().is_some() || !known {
                    return Err(bad(address));
                }
                url
            }
        };
        if !url.path().trim_end_matches('/').ends_with(INTEGRATION_PATH) {
            let path = format!("{}{INTEGRATION_PATH}", url.path().trim_end_matches('/'));
            url.set_path(&path);
        }
        url.set_query(None);
        Ok(RefappPlace {
            integration: without_end_slash(url),
        })
    }

    /// An address under which Lever and Refapp reach this host: https, or in a custom place http on loopback.
    ///
    /// # Errors
    /// `APP-ADDRESS`.
    pub fn public(&self, address: &str) -> Result<Url, Failure> {
        let url = match self {
            Self::Custom(_) => custom_address(address)?,
            Self::Real => {
                let url = parse(address)?;
                if url.scheme() != "https" || is_loopback(&url) {
                    return Err(bad(address));
                }
                url
            }
        };
        Ok(without_end_slash(url))
    }

    /// Whether a link may be opened in the browser: https to Lever's or Refapp's hosts; in a custom place also
    /// whatever lives on loopback (`refapp-api.md §1`: everything else is shown as text).
    pub fn may_open(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let lever = ["hire", "hire.eu", "hire.sandbox", "auth", "jobs", "jobs.eu"]
            .iter()
            .any(|name| host == format!("{name}.lever.co"))
            || host == "sandbox-lever.auth0.com";
        let known = url.scheme() == "https" && url.port().is_none() && (lever || REFAPP_HOSTS.contains(&host));
        let plain = url.username().is_empty() && url.password().is_none();
        plain && (known || matches!(self, Self::Custom(_)) && url.scheme() == "http" && is_loopback(url))
    }
}

fn parse(address: &str) -> Result<Url, Failure> {
    let url = Url::parse(address.trim()).map_err(|_| bad(address))?;
    let plain = url.username().is_empty() && url.password().is_none() && url.host().is_some();
    if plain { Ok(url) } else { Err(bad(address)) }
}

fn custom_address(address: &str) -> Result<Url, Failure> {
    let url = parse(address)?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(bad(address)),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// `Url` always writes a slash after a bare host; joining is done by `format!("{url}/…")` on what this returns.
fn without_end_slash(mut url: Url) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    url
}

fn bad(address: &str) -> Failure {
    Failure::new(Code::AppAddress).with("address", address.chars().take(100).collect::<String>())
}

fn constant(url: &str) -> Url {
    Url::parse(url).expect("the constants of this file are addresses")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn custom() -> Place {
        Place::custom("http://127.0.0.1:9", "http://127.0.0.1:9/auth/").expect("loopback")
    }

    #[test]
    fn s21_s26_a_real_connection_never_accepts_http_or_loopback() {
        for address in [
            "http://app.refapp.com",
            "https://127.0.0.1",
            "http://localhost:1",
            "https://app.refapp.com.evil.example",
            "https://u@app.refapp.com",
        ] {
            assert!(Place::Real.refapp(address).is_err(), "{address}");
        }
        for address in [
            "http://relay.example.com",
            "https://localhost",
            "https://127.0.0.1:8443",
            "ftp://x",
        ] {
            assert!(Place::Real.public(address).is_err(), "{address}");
        }
        for address in [
            "http://hire.lever.co",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://hire.lever.co.evil.example/",
            "http://127.0.0.1:1/",
            "https://evil.example@hire.lever.co/",
        ] {
            assert!(
                !Url::parse(address).is_ok_and(|url| Place::Real.may_open(&url)),
                "{address}"
            );
        }
    }

    #[test]
    fn a_custom_place_accepts_http_on_loopback_only() {
        assert!(Place::custom("http://lever.example/v1", "http://127.0.0.1:1").is_err());
        assert!(custom().refapp("http://192.168.1.4/").is_err());
        assert!(custom().public("http://[::1]:8080/x/").is_ok());
    }

    #[test]
    fn both_forms_of_each_address_mean_the_same() {
        let place = custom();
        assert_eq!(
            place,
            Place::custom("http://127.0.0.1:9/v1/", "http://127.0.0.1:9/auth").expect("loopback")
        );
        for address in [
            "https://app.refapp.se",
            "https://app.refapp.se/",
            "https://app.refapp.se/webhooks/account-integration/",
        ] {
            let refapp = Place::Real.refapp(address).expect("a host of Refapp's");
            assert_eq!(
                refapp.integration.as_str(),
                "https://app.refapp.se/webhooks/account-integration"
            );
        }
    }

    #[test]
    fn a_redirect_stays_among_the_hosts_of_lever() {
        let eu = Place::Real.lever(DataCentre::Eu);
        assert!(eu.may_redirect_to(&constant("https://api.lever.co/v1/stages")));
        for address in [
            "http://api.lever.co/v1/stages",
            "https://api.lever.co:8443/",
            "https://api.sandbox.lever.co/",
            "https://evil.example/",
        ] {
            assert!(!eu.may_redirect_to(&constant(address)), "{address}");
        }
    }
}
