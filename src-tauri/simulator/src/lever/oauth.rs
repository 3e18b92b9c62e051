//! Lever's OAuth server: consent page, codes, rotating refresh tokens, revocation (lever-api.md §2.3).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::{Digest, Sha256, Sha512};

use crate::data_centre::DataCentre;
use crate::http::{Answer, Inbound, Outcome, escape};
use crate::page;
use crate::switches::{LesserUser, Pkce, Switches};
use crate::world::World;

const DAY: i64 = 24 * 60 * 60 * 1000;
/// A code that nobody exchanged dies after ten minutes.
const CODE_LIFE: i64 = 10 * 60 * 1000;

/// What under `/auth` is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// The consent page.
    Authorize,
    /// The press of one of its buttons.
    Consent,
    /// A code for tokens.
    Exchange,
    /// A refresh token for the next.
    Refresh,
    /// A token request that is neither.
    OtherToken,
}

impl Step {
    pub(crate) fn of(inbound: &Inbound, segments: &[&str]) -> Option<Self> {
        match (inbound.method.as_str(), segments) {
            ("GET", ["authorize"]) => Some(Self::Authorize),
            ("POST", ["consent"]) => Some(Self::Consent),
            ("POST", ["oauth", "token"]) => Some(match inbound.fields().get("grant_type").map(String::as_str) {
                Some("authorization_code") => Self::Exchange,
                Some("refresh_token") => Self::Refresh,
                _ => Self::OtherToken,
            }),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Consent => "consent",
            Self::Exchange => "token exchange",
            Self::Refresh => "token refresh",
            Self::OtherToken => "token",
        }
    }
}

/// A registered app.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) data_centre: DataCentre,
    pub(crate) redirect_uris: Vec<String>,
}

/// An open consent page.
#[derive(Clone, Debug)]
struct Asked {
    client: String,
    redirect_uri: String,
    state: Option<String>,
    scopes: Vec<String>,
    challenge: Option<(String, String)>,
}

/// A code, good once.
#[derive(Clone, Debug)]
struct Code {
    asked: Asked,
    user: String,
    issued_at: i64,
}

/// All tokens that go back to one consent.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) client: String,
    pub(crate) data_centre: DataCentre,
    pub(crate) user: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) revoked: bool,
    consented_at: i64,
    used_at: i64,
    refresh: Option<String>,
    rotated: Vec<String>,
}

/// What an access token stands for.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) data_centre: DataCentre,
    pub(crate) scopes: Vec<String>,
    family: usize,
    expires_at: i64,
}

impl Access {
    pub(crate) fn name(&self) -> String {
        format!("oauth {}", self.data_centre.segment())
    }
}

/// The OAuth server's memory.
#[derive(Default)]
pub(crate) struct Server {
    pub(crate) clients: Vec<Client>,
    pub(crate) families: Vec<Family>,
    asked: BTreeMap<String, Asked>,
    codes: BTreeMap<String, Code>,
    access: BTreeMap<String, Access>,
}

impl Server {
    pub(crate) fn with_clients(clients: Vec<Client>) -> Self {
        Self {
            clients,
            ..Self::default()
        }
    }

    pub(crate) fn access(&self, token: &str) -> Option<&Access> {
        self.access.get(token)
    }

    pub(crate) fn is_valid(&self, access: &Access, now: i64, switches: &Switches) -> bool {
        let revoked = self.families[access.family].revoked;
        access.expires_at > now && (!revoked || switches.token_survives_revocation)
    }

    /// "Revoke Access" of the Authorized Apps page; returns how many grants ended.
    pub(crate) fn revoke(&mut self, data_centre: Option<DataCentre>) -> usize {
        let mut ended = 0;
        for family in &mut self.families {
            if !family.revoked && data_centre.is_none_or(|wanted| wanted == family.data_centre) {
                family.revoked = true;
                ended += 1;
            }
        }
        self.codes.clear();
        ended
    }

    /// Ends the access tokens now, as if their time had come; refresh tokens stay.
    pub(crate) fn expire_access(&mut self) -> usize {
        let ended = self.access.len();
        for access in self.access.values_mut() {
            access.expires_at = 0;
        }
        ended
    }
}

/// The client that a request names, for the ledger.
pub(crate) fn client_name(inbound: &Inbound) -> Option<String> {
    inbound
        .query_one("client_id")
        .map(str::to_owned)
        .or_else(|| inbound.fields().remove("client_id"))
}

pub(crate) fn answer(world: &mut World, data_centre: DataCentre, step: Step, inbound: &Inbound) -> Outcome {
    match step {
        Step::Authorize => authorize(world, data_centre, inbound),
        Step::Consent => consent(world, data_centre, inbound),
        Step::Exchange => exchange(world, data_centre, inbound),
        Step::Refresh => refresh(world, data_centre, inbound),
        Step::OtherToken => Outcome::of(refused(400, "unsupported_grant_type", "Unsupported grant type")),
    }
}

/// The token endpoint's own envelope.
fn refused(status: u16, error: &str, description: &str) -> Answer {
    Answer::json(status, &json!({"error": error, "error_description": description}))
}

/// Bad parameters: no return, and a window that says "undefined".
fn undefined() -> Outcome {
    Outcome::of(page::simple(400, "undefined", "<p>undefined</p>"))
}

/// Back to the app. The body serves a browser that does not follow the scheme by itself.
fn back(redirect_uri: &str, state: Option<&str>, parameters: &[(&str, &str)]) -> Answer {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    query.extend_pairs(parameters);
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    let location = format!("{redirect_uri}{joint}{}", query.finish());
    let link = escape(&location);
    page::simple(
        302,
        "Simulated Lever",
        &format!("<p><a data-testid=\"back\" href=\"{link}\">Back to the app</a></p>"),
    )
    .with("location", location)
}

fn authorize(world: &mut World, data_centre: DataCentre, inbound: &Inbound) -> Outcome {
    let own = |name: &str| inbound.query_one(name).map(str::to_owned);
    let client = own("client_id").and_then(|id| {
        world
            .oauth
            .clients
            .iter()
            .find(|c| c.id == id && c.data_centre == data_centre)
            .cloned()
    });
    let (Some(client), Some(redirect_uri)) = (client, own("redirect_uri")) else {
        return undefined();
    };
    if !client.redirect_uris.contains(&redirect_uri) || inbound.query_one("response_type") != Some("code") {
        return undefined();
    }
    let audience = own("audience").unwrap_or_default();
    let audience_known = audience == data_centre.audience() || audience == format!("{}/", world.api_url(data_centre));
    let scopes: Vec<String> = own("scope")
        .unwrap_or_default()
        .split_whitespace()
        // Without the right audience only `offline_access` is offered (3P).
        .filter(|scope| audience_known || *scope == "offline_access")
        .map(str::to_owned)
        .collect();
    let challenge = match world.switches.pkce {
        Pkce::Ignored => None,
        Pkce::Verified => own("code_challenge").map(|challenge| {
            (
                challenge,
                own("code_challenge_method").unwrap_or_else(|| "plain".into()),
            )
        }),
    };
    let asked = Asked {
        client: client.id,
        redirect_uri,
        state: own("state"),
        scopes,
        challenge,
    };

    // §2.3: without `prompt=consent` only a new authorization, a revocation or new scopes make the page ask.
    let remembered = world
        .oauth
        .families
        .iter()
        .rev()
        .find(|family| {
            family.client == asked.client
                && !family.revoked
                && asked.scopes.iter().all(|scope| family.scopes.contains(scope))
        })
        .map(|family| family.user.clone());
    if let Some(user) = remembered
        && world.switches.consent_remembered
        && inbound.query_one("prompt") != Some("consent")
    {
        return issue_code(world, asked, user);
    }

    let id = world.short_id(24);
    let users: String = world
        .lever
        .users
        .iter()
        .filter(|user| user.deactivated_at.is_none())
        .map(|user| {
            format!(
                "<option value=\"{}\">{} ({})</option>",
                escape(&user.id),
                escape(&user.name),
                escape(&user.role)
            )
        })
        .collect();
    let scopes: String = asked
        .scopes
        .iter()
        .map(|scope| format!("<li><code>{}</code></li>", escape(scope)))
        .collect();
    let body = format!(
        "<p>The app <strong>{}</strong> asks for access to this Lever account.</p>\
         <h2>It will be able to use</h2><ul data-testid=\"scopes\">{scopes}</ul>\
         <form method=\"post\" action=\"consent\"><input type=\"hidden\" name=\"request\" value=\"{id}\">\
         <p><label for=\"user\">Signed in as</label> <select id=\"user\" name=\"user\" data-testid=\"consent-user\">{users}</select></p>\
         <p class=\"buttons\"><button name=\"decision\" value=\"accept\" data-testid=\"consent-accept\">Accept</button> \
         <button name=\"decision\" value=\"decline\" class=\"quiet\" data-testid=\"consent-decline\">Decline</button></p></form>",
        escape(&asked.client),
    );
    world.oauth.asked.insert(id, asked);
    Outcome::of(page::simple(200, "Simulated Lever: authorize an app", &body))
}

fn issue_code(world: &mut World, asked: Asked, user: String) -> Outcome {
    let code = world.short_id(43);
    let answer = back(&asked.redirect_uri, asked.state.as_deref(), &[("code", &code)]);
    let effect = json!({"client": asked.client, "user": user, "scopes": asked.scopes});
    let issued_at = world.now();
    world.oauth.codes.insert(code, Code { asked, user, issued_at });
    Outcome::with_effect(answer, effect)
}

/// Only a Super Admin may let an app in (§2.3).
fn may_consent(world: &World, user: &str) -> bool {
    world.lever.user(user).is_some_and(|user| user.role == "super admin")
}

fn consent(world: &mut World, data_centre: DataCentre, inbound: &Inbound) -> Outcome {
    let fields = inbound.fields();
    let asked = fields.get("request").and_then(|id| world.oauth.asked.remove(id));
    let Some(asked) = asked else { return undefined() };
    let at_home = world
        .oauth
        .clients
        .iter()
        .any(|c| c.id == asked.client && c.data_centre == data_centre);
    if !at_home {
        return undefined();
    }
    let state = asked.state.clone();
    let denied = |description: &str| {
        Outcome::of(back(
            &asked.redirect_uri,
            state.as_deref(),
            &[("error", "access_denied"), ("error_description", description)],
        ))
    };
    if fields.get("decision").map(String::as_str) != Some("accept") {
        return denied("user_did_not_authorize_the_request");
    }
    let user = fields.get("user").cloned().unwrap_or_default();
    if !may_consent(world, &user) {
        match world.switches.lesser_user {
            LesserUser::ExchangeFails => {}
            LesserUser::RedirectFails => return denied("user_is_not_allowed_to_authorize_the_app"),
            LesserUser::PageOnly => {
                let text = "<p>You are not allowed to authorize this app. Ask a Super Admin.</p>";
                return Outcome::of(page::simple(403, "Simulated Lever", text));
            }
        }
    }
    issue_code(world, asked, user)
}

/// The client, by id and secret in the body; Basic is not taken.
fn client(world: &World, data_centre: DataCentre, fields: &BTreeMap<String, String>) -> Result<String, Outcome> {
    let id = fields.get("client_id");
    world
        .oauth
        .clients
        .iter()
        .find(|client| {
            client.data_centre == data_centre
                && Some(&client.id) == id
                && Some(&client.secret) == fields.get("client_secret")
        })
        .map(|client| client.id.clone())
        .ok_or_else(|| Outcome::of(refused(401, "access_denied", "Unauthorized")))
}

fn verifies((challenge, method): &(String, String), verifier: Option<&String>) -> bool {
    let Some(verifier) = verifier else { return false };
    match method.as_str() {
        "S256" => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == *challenge,
        _ => verifier == challenge,
    }
}

fn exchange(world: &mut World, data_centre: DataCentre, inbound: &Inbound) -> Outcome {
    let fields = inbound.fields();
    let client = match client(world, data_centre, &fields) {
        Ok(client) => client,
        Err(outcome) => return outcome,
    };
    let invalid = |text: &str| Outcome::of(refused(403, "invalid_grant", text));
    // One-time: gone, whatever comes of it.
    let Some(code) = fields.get("code").and_then(|code| world.oauth.codes.remove(code)) else {
        return invalid("Invalid authorization code");
    };
    let now = world.now();
    if code.asked.client != client || now - code.issued_at > CODE_LIFE {
        return invalid("Invalid authorization code");
    }
    if fields
        .get("redirect_uri")
        .is_some_and(|uri| *uri != code.asked.redirect_uri)
    {
        return invalid("The redirect URI is wrong.");
    }
    if code
        .asked
        .challenge
        .as_ref()
        .is_some_and(|challenge| !verifies(challenge, fields.get("code_verifier")))
    {
        return invalid("Failed to verify code verifier");
    }
    if !may_consent(world, &code.user) {
        return Outcome::of(refused(
            403,
            "access_denied",
            "The user is not allowed to authorize the app.",
        ));
    }
    world.oauth.families.push(Family {
        client,
        data_centre,
        user: code.user,
        scopes: code.asked.scopes,
        revoked: false,
        consented_at: now,
        used_at: now,
        refresh: None,
        rotated: Vec::new(),
    });
    let family = world.oauth.families.len() - 1;
    tokens(world, family)
}

fn refresh(world: &mut World, data_centre: DataCentre, inbound: &Inbound) -> Outcome {
    let fields = inbound.fields();
    let client = match client(world, data_centre, &fields) {
        Ok(client) => client,
        Err(outcome) => return outcome,
    };
    let invalid = || Outcome::of(refused(403, "invalid_grant", "Unknown or invalid refresh token."));
    let Some(token) = fields.get("refresh_token") else {
        return Outcome::of(refused(
            400,
            "invalid_request",
            "Missing required parameter: refresh_token",
        ));
    };
    let now = world.now();
    let (absolute, detects) = (
        world.switches.refresh_year_is_absolute,
        world.switches.refresh_reuse_detection,
    );
    let found = world.oauth.families.iter_mut().enumerate().find(|(_, family)| {
        family.client == client && (family.refresh.as_ref() == Some(token) || family.rotated.contains(token))
    });
    let Some((number, family)) = found else {
        return invalid();
    };
    let year_from = if absolute { family.consented_at } else { family.used_at };
    if family.revoked || now - family.used_at > 90 * DAY || now - year_from > 365 * DAY {
        return invalid();
    }
    if family.refresh.as_ref() != Some(token) && detects {
        family.revoked = true;
        let mut outcome = invalid();
        outcome.effect = Some(json!({"reuseDetected": true}));
        return outcome;
    }
    family.used_at = now;
    tokens(world, number)
}

/// A new access token and, with `offline_access`, the next refresh token.
fn tokens(world: &mut World, number: usize) -> Outcome {
    let now = world.now();
    let life = world.switches.access_token_seconds;
    let refresh = format!("{}_{}", world.short_id(22), world.short_id(22));
    let jti = world.uuid();
    let family = &mut world.oauth.families[number];
    let scope = family.scopes.join(" ");
    let header = json!({"alg": "HS512", "v": "2.0", "kid": "simulated"});
    let claims = json!({"https://oauth.lever.co/userId": family.user, "https://oauth.lever.co/clientId": family.client,
        "iss": "https://auth.lever.co/", "sub": family.user, "aud": family.data_centre.audience(), "jti": jti,
        "iat": now / 1000, "exp": now / 1000 + life, "azp": family.client, "scope": scope});
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let mut mac = Hmac::<Sha512>::new_from_slice(b"simulated").expect("HMAC takes keys of any length");
    mac.update(signed.as_bytes());
    let access_token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));

    let mut answer = json!({"access_token": access_token, "token_type": "Bearer", "scope": scope, "expires_in": life});
    if family.scopes.iter().any(|scope| scope == "offline_access") {
        answer["refresh_token"] = json!(refresh);
        if let Some(old) = family.refresh.replace(refresh) {
            family.rotated.push(old);
        }
    }
    let effect = json!({"client": family.client, "user": family.user, "rotations": family.rotated.len()});
    let access = Access {
        data_centre: family.data_centre,
        scopes: family.scopes.clone(),
        family: number,
        expires_at: now + life * 1000,
    };
    world.oauth.access.insert(access_token, access);
    Outcome::with_effect(Answer::json(200, &answer), effect)
}
