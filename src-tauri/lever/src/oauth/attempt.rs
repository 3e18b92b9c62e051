//! One try to authorise: the address that the browser opens, and the reading of the one that it comes back with.

use model::{Code, Failure, LeverPlace, MINUTE, Millis, Secret};
use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope};
use subtle::ConstantTimeEq;
use url::Url;

use super::endpoint::below;

/// How long a person may take in the browser (`security.md` 3).
const LIFETIME: i64 = 10 * MINUTE;
/// A clock that is set right meanwhile may run back by this much.
const CLOCK_SLACK: i64 = MINUTE;

/// One try to authorise. It holds secrets, so it is neither printed nor copied nor stored; an exchange uses it up.
pub struct Attempt {
    url: Url,
    redirect: Url,
    /// 256 bits.
    state: CsrfToken,
    verifier: PkceCodeVerifier,
    issuer: Url,
    started_at: Millis,
}

impl Attempt {
    /// The page to open in the system browser.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The redirect address, without a query.
    pub fn redirect(&self) -> &Url {
        &self.redirect
    }

    pub(super) fn into_redirect_and_verifier(self) -> (Url, PkceCodeVerifier) {
        (self.redirect, self.verifier)
    }
}

/// Begins a try with a fresh state and a fresh PKCE verifier. `redirect` has to be registered at Lever letter by
/// letter, and tells the data centres apart by its path (`security.md` 8).
pub fn begin(place: &LeverPlace, client_id: &str, scopes: &[&str], redirect: &Url, now: Millis) -> Attempt {
    let client = BasicClient::new(ClientId::new(client_id.to_owned()))
        .set_auth_uri(AuthUrl::from_url(below(&place.auth, &["authorize"])))
        .set_redirect_uri(RedirectUrl::from_url(redirect.clone()));
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client
        .authorize_url(|| CsrfToken::new_random_len(32))
        .add_scopes(scopes.iter().map(|scope| Scope::new((*scope).to_owned())))
        .add_extra_param("audience", &place.audience)
        .set_pkce_challenge(challenge)
        .url();
    Attempt {
        url,
        redirect: redirect.clone(),
        state,
        verifier,
        issuer: below(&place.auth, &[]),
        started_at: now,
    }
}

/// How the browser came back (`lever-api.md §2.3`, step 2).
pub enum Return {
    /// A one-time code: exchange it.
    Granted { code: Secret },
    /// The person, or Lever, said no. Words of Lever, for the screen as text.
    Refused { error: String, description: String },
}

/// Why an address is not the answer to an attempt. No token call may follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReturnError {
    #[error("not the redirect address of this attempt")]
    Address,
    #[error("parameters that do not belong to an answer")]
    Parameters,
    #[error("state of another attempt")]
    State,
    #[error("later than 10 minutes")]
    Late,
    #[error("another issuer")]
    Issuer,
}

impl From<ReturnError> for Failure {
    fn from(error: ReturnError) -> Self {
        match error {
            ReturnError::Late => Code::OauthLate.into(),
            _ => Code::OauthState.into(),
        }
    }
}

/// Reads the address that the browser came back with: exactly the redirect address, every parameter at most once
/// and none that is not of OAuth, the state of this attempt, in time, and from the issuer if one is named
/// (`security.md` 3, 4, 8).
///
/// # Errors
/// [`ReturnError`]; nothing of the address is repeated in it.
pub fn read_return(attempt: &Attempt, returned: &Url, now: Millis) -> Result<Return, ReturnError> {
    let mut address = returned.clone();
    address.set_query(None);
    if address != attempt.redirect {
        return Err(ReturnError::Address);
    }
    let parameters = Parameters::read(returned).ok_or(ReturnError::Parameters)?;
    let state = parameters.state.ok_or(ReturnError::State)?;
    let same: bool = state.as_bytes().ct_eq(attempt.state.secret().as_bytes()).into();
    if !same {
        return Err(ReturnError::State);
    }
    if !(-CLOCK_SLACK..=LIFETIME).contains(&now.since(attempt.started_at)) {
        return Err(ReturnError::Late);
    }
    let is_issuer = |iss: String| Url::parse(&iss).is_ok_and(|iss| below(&iss, &[]) == attempt.issuer);
    if !parameters.iss.is_none_or(is_issuer) {
        return Err(ReturnError::Issuer);
    }
    match (parameters.code, parameters.error) {
        (Some(code), None) if !code.is_empty() => Ok(Return::Granted {
            code: Secret::new(&code),
        }),
        (None, Some(error)) => Ok(Return::Refused {
            error,
            description: parameters.error_description.unwrap_or_default(),
        }),
        _ => Err(ReturnError::Parameters),
    }
}

/// The parameters of an answer (RFC 6749 §4.1.2, RFC 9207).
#[derive(Default)]
struct Parameters {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
    error_uri: Option<String>,
    iss: Option<String>,
}

impl Parameters {
    /// `None` if one comes twice, or is none of these.
    fn read(url: &Url) -> Option<Self> {
        let mut parameters = Self::default();
        for (name, value) in url.query_pairs() {
            let slot = match &*name {
                "state" => &mut parameters.state,
                "code" => &mut parameters.code,
                "error" => &mut parameters.error,
                "error_description" => &mut parameters.error_description,
                "error_uri" => &mut parameters.error_uri,
                "iss" => &mut parameters.iss,
                _ => return None,
            };
            if slot.replace(value.into_owned()).is_some() {
                return None;
            }
        }
        Some(parameters)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use model::{DataCentre, Mode, Place, Right};
    use proptest::prelude::*;

    use super::*;
    use crate::oauth::{scope_of, scopes};

    const NOW: Millis = Millis(1_772_438_400_000);

    fn redirect() -> Url {
        Url::parse("se.refapp.lever://oauth/us").unwrap()
    }

    fn attempt() -> Attempt {
        begin(
            &Place::Real.lever(DataCentre::Us),
            "client",
            scopes(Mode::Integration),
            &redirect(),
            NOW,
        )
    }

    #[test]
    fn whoever_only_looks_on_asks_for_nothing_that_writes() {
        let asked = scopes(Mode::Observer);
        assert!(asked.iter().all(|scope| !scope.contains("write")), "{asked:?}");
        let rights = Mode::Observer.required().iter().chain(Mode::Observer.optional());
        for right in rights {
            assert!(scope_of(Mode::Observer, *right).is_some(), "{right:?}");
        }
        assert_eq!(scope_of(Mode::Observer, Right::CreateOpportunityNote), None);
        for right in Right::REQUIRED {
            assert!(scope_of(Mode::Integration, right).is_some(), "{right:?}");
        }
    }

    fn query(url: &Url) -> BTreeMap<String, String> {
        url.query_pairs().into_owned().collect()
    }

    fn returned(attempt: &Attempt, pairs: &[(&str, &str)]) -> Url {
        let mut url = attempt.redirect.clone();
        for (name, value) in pairs {
            let value = value.replace("STATE", attempt.state.secret());
            url.query_pairs_mut().append_pair(name, &value);
        }
        url
    }

    fn failure(attempt: &Attempt, pairs: &[(&str, &str)]) -> ReturnError {
        read_return(attempt, &returned(attempt, pairs), NOW).err().unwrap()
    }

    #[test]
    fn s02_s10_the_authorisation_asks_for_the_least_with_audience_and_s256() {
        let attempt = attempt();
        assert!(
            attempt.url.as_str().starts_with("https://auth.lever.co/authorize?"),
            "{}",
            attempt.url
        );
        let query = query(&attempt.url);
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], "client");
        assert_eq!(query["redirect_uri"], "se.refapp.lever://oauth/us");
        assert_eq!(query["audience"], "https://api.lever.co/v1/");
        assert_eq!(
            query["scope"],
            "offline_access users:read:admin postings:read:admin opportunities:write:admin \
             stages:read:admin notes:write:admin webhooks:write:admin"
        );
        assert_eq!(query["code_challenge_method"], "S256");
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&attempt.verifier);
        assert_eq!(query["code_challenge"], challenge.as_str());
        assert!(!query.contains_key("prompt"));
        assert_eq!(query["state"], *attempt.state.secret());
    }

    #[test]
    fn s02_s03_no_two_attempts_share_state_or_verifier() {
        let (one, other) = (attempt(), attempt());
        assert!(one.state.secret().len() >= 43, "32 bytes in base64");
        assert_ne!(one.state.secret(), other.state.secret());
        assert_ne!(one.verifier.secret(), other.verifier.secret());
    }

    #[test]
    fn a_grant_and_a_refusal_are_told_apart() {
        let attempt = attempt();
        let url = returned(&attempt, &[("state", "STATE"), ("code", "c-1")]);
        let Return::Granted { code } = read_return(&attempt, &url, NOW).ok().unwrap() else {
            panic!("a grant");
        };
        assert_eq!(code.expose(), "c-1");
        let refusal = [
            ("state", "STATE"),
            ("error", "access_denied"),
            ("error_description", "user did not authorize the request"),
        ];
        let url = returned(&attempt, &refusal);
        let Return::Refused { error, description } = read_return(&attempt, &url, NOW).ok().unwrap() else {
            panic!("a refusal");
        };
        assert_eq!(error, "access_denied");
        assert_eq!(description, "user did not authorize the request");
    }

    #[test]
    fn s03_s04_s08_whatever_is_not_exactly_an_answer_is_rejected() {
        let attempt = attempt();
        let good = [("state", "STATE"), ("code", "c")];
        for (pairs, expected) in [
            (vec![("code", "c")], ReturnError::State),
            (vec![("state", ""), ("code", "c")], ReturnError::State),
            (vec![("state", "STATEx"), ("code", "c")], ReturnError::State),
            (vec![("state", "STATE")], ReturnError::Parameters),
            (vec![("state", "STATE"), ("code", "")], ReturnError::Parameters),
            ([&good[..], &[("error", "e")]].concat(), ReturnError::Parameters),
            ([&good[..], &[("code", "c")]].concat(), ReturnError::Parameters),
            ([&good[..], &[("state", "STATE")]].concat(), ReturnError::Parameters),
            ([&good[..], &[("extra", "1")]].concat(), ReturnError::Parameters),
            (
                [&good[..], &[("iss", "https://evil.example/")]].concat(),
                ReturnError::Issuer,
            ),
        ] {
            assert_eq!(failure(&attempt, &pairs), expected, "{pairs:?}");
        }
        for iss in ["https://auth.lever.co", "https://auth.lever.co/"] {
            let url = returned(&attempt, &[&good[..], &[("iss", iss)]].concat());
            assert!(read_return(&attempt, &url, NOW).is_ok(), "{iss}");
        }
    }

    #[test]
    fn s04_s08_another_address_is_rejected_even_with_the_right_state() {
        let attempt = attempt();
        let good = returned(&attempt, &[("state", "STATE"), ("code", "c")]);
        for (from, to) in [
            ("se.refapp.lever:", "se.refapp.other:"),
            ("//oauth/", "//other/"),
            ("/us?", "/eu?"),
            ("/us?", "/us/?"),
            ("//oauth", "//u@oauth"),
            ("//oauth", "//oauth:1"),
        ] {
            let other = Url::parse(&good.as_str().replace(from, to)).unwrap();
            assert_ne!(other, good);
            assert_eq!(
                read_return(&attempt, &other, NOW).err(),
                Some(ReturnError::Address),
                "{to}"
            );
        }
        let mut fragment = good;
        fragment.set_fragment(Some("x"));
        assert_eq!(read_return(&attempt, &fragment, NOW).err(), Some(ReturnError::Address));
    }

    #[test]
    fn s03_an_answer_is_good_for_ten_minutes() {
        let attempt = attempt();
        let url = returned(&attempt, &[("state", "STATE"), ("code", "c")]);
        assert!(read_return(&attempt, &url, NOW.plus(LIFETIME)).is_ok());
        for late in [LIFETIME + 1, -LIFETIME] {
            assert_eq!(
                read_return(&attempt, &url, NOW.plus(late)).err(),
                Some(ReturnError::Late)
            );
        }
    }

    /// The time that a comparison takes cannot be measured honestly, so the lines are looked at.
    #[test]
    fn s03_the_state_is_compared_in_constant_time() {
        let code = include_str!("attempt.rs").split("#[cfg(test)]").next().unwrap();
        assert!(code.contains("state.as_bytes().ct_eq("));
        for line in code.lines().filter(|line| line.contains(".secret()")) {
            assert!(
                !line.contains("==") && !line.contains("!=") && !line.contains(".eq("),
                "{line}"
            );
        }
    }

    proptest! {
        #[test]
        fn s04_no_address_panics_and_only_exact_matches_are_accepted(
            scheme in "(se\\.refapp\\.lever|https?|file)",
            rest in "(//oauth/us|//127\\.0\\.0\\.1:1/|.{0,12})",
            query in "[ -~]{0,80}",
            elapsed in any::<i64>(),
        ) {
            if let Ok(url) = Url::parse(&format!("{scheme}:{rest}?{query}")) {
                prop_assert!(read_return(&attempt(), &url, Millis(elapsed)).is_err());
            }
        }

        #[test]
        fn s03_no_other_state_is_accepted(state in "[A-Za-z0-9_-]{0,60}") {
            let attempt = attempt();
            let url = returned(&attempt, &[("state", &state), ("code", "c")]);
            let accepted = read_return(&attempt, &url, NOW).is_ok();
            prop_assert_eq!(accepted, state == *attempt.state.secret() || state == "STATE");
        }
    }
}
