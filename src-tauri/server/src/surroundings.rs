//! What the engine needs of a host without a screen: places by configuration, no browser, one public address.

use std::collections::HashMap;

use engine::Surroundings;
use model::{Code, DataCentre, Failure, Place, Redirect};
use url::Url;

use crate::config::Config;

/// The facts of the configuration file that the engine asks for.
pub struct Headless {
    places: HashMap<String, (DataCentre, Place)>,
    public_url: Option<String>,
}

impl Headless {
    pub fn of(config: &Config) -> Self {
        let places = config.connections.iter();
        Self {
            places: places
                .map(|c| (c.name.clone(), (c.data_centre, c.place.clone())))
                .collect(),
            public_url: config.public_url.clone(),
        }
    }
}

impl Surroundings for Headless {
    /// A connection that the file no longer names, or names for another data centre, has no place.
    fn place(&self, connection: &str, data_centre: DataCentre) -> Result<Place, Failure> {
        match self.places.get(connection) {
            Some((configured, place)) if *configured == data_centre => Ok(place.clone()),
            _ => Err(Failure::new(Code::AppAddress).with("address", data_centre.word())),
        }
    }

    fn public_url(&self) -> Option<String> {
        self.public_url.clone()
    }

    fn open_in_browser(&self, _url: &Url) -> Result<(), Failure> {
        Err(Code::AppNotNow.into())
    }

    /// Always the public address, whatever way back is asked for: the browser is on another computer.
    fn redirect(&self, _kind: Redirect, data_centre: DataCentre) -> Result<Url, Failure> {
        let address = self.redirect_addresses(data_centre).pop();
        address
            .and_then(|address| Url::parse(&address).ok())
            .ok_or_else(|| Code::AppNotNow.into())
    }

    fn redirect_addresses(&self, data_centre: DataCentre) -> Vec<String> {
        let public_url = self.public_url.iter();
        public_url
            .map(|url| format!("{url}/oauth/{}", data_centre.word()))
            .collect()
    }
}
