//! What may be said to support, and what may not.

use model::Failure;
use sha2::{Digest, Sha256};
use url::Url;

use crate::{Channel, Finding, RightView, StepView};

/// Parameters of failures that are neither a person's, nor an address, nor words of the other side: a tick-box, a stage, a
/// time, a number. What is not named here stays out.
const HARMLESS: [&str; 15] = [
    "right",
    "stage",
    "was",
    "call",
    "from",
    "to",
    "at",
    "on",
    "since",
    "until",
    "scopes",
    "data_centre",
    "port",
    "status",
    "minutes",
];

pub fn failure(failure: &Failure) -> Failure {
    let params = failure.params.iter();
    Failure {
        code: failure.code,
        params: params
            .filter(|(name, _)| HARMLESS.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    }
}

pub fn findings(findings: &[Finding]) -> Vec<Finding> {
    let harmless = |finding: &Finding| Finding {
        failure: failure(&finding.failure),
        ..finding.clone()
    };
    findings.iter().map(harmless).collect()
}

pub fn right(right: &RightView) -> RightView {
    RightView {
        failure: right.failure.as_ref().map(failure),
        ..right.clone()
    }
}

pub fn step(step: &StepView) -> StepView {
    StepView {
        failure: step.failure.as_ref().map(failure),
        ..step.clone()
    }
}

/// With the name of the host in place of its address, whose path is a secret.
pub fn channel(channel: &Channel) -> Channel {
    Channel {
        address: channel.address.as_deref().and_then(host),
        failure: channel.failure.as_ref().map(failure),
        ..channel.clone()
    }
}

pub fn host(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(str::to_owned)
}

/// Names for what must not be named.
pub struct Pseudonyms<'s> {
    /// Drawn anew for each bundle, and not in it: nobody can try out which id has which pseudonym.
    pub salt: &'s [u8; 32],
}

impl Pseudonyms<'_> {
    /// The same for the same id, 12 hexadecimal digits.
    pub fn of(&self, id: &str) -> String {
        let hash = Sha256::new().chain_update(self.salt).chain_update(id).finalize();
        hex::encode(&hash[..6])
    }
}

#[cfg(test)]
mod tests {
    use model::Code;

    use super::*;

    #[test]
    fn of_a_failure_only_what_is_harmless_is_kept() {
        let found = Failure::new(Code::RefRefused)
            .with("status", 422)
            .with("message", "kim.berg@example.com is unknown")
            .with("address", "https://host.example/lever/secret");
        assert_eq!(failure(&found), Failure::new(Code::RefRefused).with("status", 422));
    }

    #[test]
    fn of_an_address_only_the_host_is_kept() {
        let address = "https://name:word@relay.example.com:8443/lever/secret?and=more";
        assert_eq!(host(address).as_deref(), Some("relay.example.com"));
        assert_eq!(host("no address"), None);
    }

    #[test]
    fn a_pseudonym_is_good_for_one_bundle() {
        let (one, other) = (Pseudonyms { salt: &[1; 32] }, Pseudonyms { salt: &[2; 32] });
        assert_eq!(one.of("opportunity"), one.of("opportunity"));
        assert_ne!(one.of("opportunity"), one.of("another"));
        assert_ne!(one.of("opportunity"), other.of("opportunity"));
        assert_eq!(one.of("opportunity").len(), 12);
    }
}
