//! Practice mode's other side: a simulated Lever and a simulated Refapp on loopback.
//!
//! Here is all that the app knows of them: where they listen, and the credentials that open nothing but them.

use std::collections::BTreeMap;
use std::time::Duration;

use api::PracticeCredentials;
use engine::{SecretKind, SecretName, Vault};
use model::{Code, DataCentre, Failure, Place, Secret};
use tauri::async_runtime::spawn;
use url::Url;

use crate::arguments::Simulated;
use crate::keychain::Keychain;

/// A candidate's check takes a minute or two when nobody plays the referees.
const PACE: Duration = Duration::from_secs(8);

/// The data centres that are simulated.
const DATA_CENTRES: [DataCentre; 3] = [DataCentre::Us, DataCentre::Eu, DataCentre::Sandbox];

/// A simulator that runs, in this process or elsewhere on this computer.
pub struct Practice {
    /// Without a slash at the end.
    base: String,
    /// Stops when it is dropped.
    running: Option<simulator::Simulator>,
}

impl Practice {
    /// Starts the simulator, with checks that progress by themselves, or takes the one that runs already.
    ///
    /// # Errors
    /// `APP-PORT` if it cannot listen.
    pub async fn begin(simulated: Simulated) -> Result<Self, Failure> {
        let (base, running) = match simulated {
            Simulated::At(url) => (url, None),
            Simulated::Here => {
                let options = simulator::Options {
                    autopilot: Some(PACE),
                    ..simulator::Options::default()
                };
                let running = simulator::start(options).await.map_err(|error| {
                    tracing::error!(%error, "the simulator did not start");
                    Failure::from(Code::AppPort)
                })?;
                let address = format!("http://{}", running.address());
                let url = Url::parse(&address).expect("a socket address makes a URL");
                (url, Some(running))
            }
        };
        Ok(Self {
            base: base.as_str().trim_end_matches('/').to_owned(),
            running,
        })
    }

    /// Lever's addresses for a data centre.
    ///
    /// # Errors
    /// `APP-ADDRESS` for a data centre that is not simulated.
    pub fn place(&self, data_centre: DataCentre) -> Result<Place, Failure> {
        if !DATA_CENTRES.contains(&data_centre) {
            return Err(Code::AppAddress.into());
        }
        let lever = format!("{}/lever/{}", self.base, data_centre.word());
        Place::custom(&format!("{lever}/v1"), &format!("{lever}/auth"))
    }

    /// A vault from which the simulated Refapp learns the bearer, as Refapp's support does from a mail.
    pub fn vault(&self, keychain: Keychain) -> impl Vault {
        Told {
            keychain,
            base: self.base.clone(),
        }
    }

    /// What the window shows of it.
    pub fn view(&self) -> api::Practice {
        let by_data_centre = |kind: &str| -> BTreeMap<String, String> {
            DATA_CENTRES
                .map(DataCentre::word)
                .map(|word| (word.to_owned(), format!("practice-{}", kind.replace("{}", word))))
                .into()
        };
        api::Practice {
            board_url: format!("{}/board", self.base),
            afresh: self.running.is_some(),
            credentials: PracticeCredentials {
                refapp_url: format!("{}/refapp", self.base),
                refapp_token: "practice-refapp-token".to_owned(),
                update_bearer: "practice-update-bearer".to_owned(),
                api_keys: by_data_centre("{}-key"),
                client_ids: by_data_centre("client-{}"),
                client_secret: "practice-client-secret".to_owned(),
            },
        }
    }
}

/// The keychain, whose bearer the simulator at `base` is told.
struct Told {
    keychain: Keychain,
    base: String,
}

impl Vault for Told {
    fn get(&self, name: &SecretName) -> Result<Option<Secret>, Failure> {
        self.keychain.get(name)
    }

    fn set(&self, name: &SecretName, secret: &Secret) -> Result<(), Failure> {
        self.keychain.set(name, secret)?;
        if name.kind == SecretKind::UpdateBearer {
            let (base, bearer) = (self.base.clone(), secret.clone());
            spawn(async move {
                if let Err(error) = simulator::register_bearer(&base, bearer.expose()).await {
                    tracing::warn!(%error, "the simulated Refapp was not told the bearer");
                }
            });
        }
        Ok(())
    }

    fn delete(&self, name: &SecretName) -> Result<(), Failure> {
        self.keychain.delete(name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_simulator_that_runs_already_gives_places_on_loopback() {
        let url = Url::parse("http://127.0.0.1:4711").unwrap();
        let practice = Practice::begin(Simulated::At(url)).await.unwrap();
        let lever = practice.place(DataCentre::Eu).unwrap().lever(DataCentre::Eu);
        assert_eq!(lever.api.as_str(), "http://127.0.0.1:4711/lever/eu/v1");
        assert_eq!(lever.auth.as_str(), "http://127.0.0.1:4711/lever/eu/auth");
        assert!(practice.place(DataCentre::Custom).is_err());
        let view = practice.view();
        assert_eq!(view.board_url, "http://127.0.0.1:4711/board");
        assert!(!view.afresh, "it was there before, and may stay");
        assert_eq!(view.credentials.api_keys["eu"], "practice-eu-key");
        assert_eq!(view.credentials.client_ids["us"], "practice-client-us");
    }
}
