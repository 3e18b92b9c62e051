//! A connection that is set up by a file and not by the wizard.

use model::{DataCentre, Limits, Mode, Place, Secret, WayIn};

/// Everything that the wizard would have asked for, by the name of the connection.
///
/// The host makes the connection if there is none of this name, takes over what changed if there is one, and does
/// the rest by itself: acting user, rights, tag carrier, webhook. It tries again until all of it is there.
#[derive(Clone, Debug)]
pub struct Provision {
    /// Unique among the connections of a host.
    pub name: String,
    pub data_centre: DataCentre,
    pub place: Place,
    pub lever: LeverLogin,
    pub purpose: Purpose,
    /// Seconds.
    pub poll_interval: u32,
    /// Sound.
    pub limits: Limits,
    /// One of `Settings::RETENTION_DAYS`.
    pub retention_days: u32,
    /// Where Lever and Refapp reach this host, without a slash at the end; `place` accepts it. `None`: stage
    /// changes come by polling only, and no update arrives. Nobody calls an observer.
    pub public_url: Option<String>,
}

/// What a connection is for, with what that takes: [`Mode`], as a file has it.
#[derive(Clone, Debug)]
pub enum Purpose {
    Integration(Integration),
    Observer,
}

/// What it takes to start checks and to follow them.
#[derive(Clone, Debug)]
pub struct Integration {
    /// Refapp's address; the place accepts it.
    pub refapp_url: String,
    pub refapp_token: Secret,
    /// The bearer with which Refapp's updates come. Without it none is accepted.
    pub update_bearer: Option<Secret>,
    /// Name or id of a stage in Lever.
    pub trigger_stage: String,
    /// ISO 639-1.
    pub default_language: String,
    /// Name or id of a project template in Refapp.
    pub default_template: Option<String>,
    /// E-mail of the Lever user in whose name we write.
    pub acting_user: Option<String>,
}

impl Purpose {
    pub fn mode(&self) -> Mode {
        match self {
            Self::Integration(_) => Mode::Integration,
            Self::Observer => Mode::Observer,
        }
    }
}

/// How the host proves itself to Lever.
#[derive(Clone, Debug)]
pub enum LeverLogin {
    ApiKey(Secret),
    /// The organisation's own OAuth client. A Super Admin has still to consent in a browser.
    OAuth {
        client_id: String,
        client_secret: Secret,
    },
}

impl LeverLogin {
    /// The way in that it is for.
    pub fn way_in(&self) -> WayIn {
        match self {
            Self::ApiKey(_) => WayIn::ApiKey,
            Self::OAuth { .. } => WayIn::OAuth,
        }
    }
}
