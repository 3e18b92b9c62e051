//! One field per open question of the contracts: which side the simulator takes. The default is the side that seems most
//! plausible, or, where practice on loopback needs the other one, that side, and the field says so.

use serde::{Deserialize, Serialize};

/// What a wrong data centre answers to a credential of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrongDataCentre {
    /// 401, as for an unknown key.
    Unauthorized,
    /// 301 to the same path at the right root.
    MovedPermanently,
    /// 404 for every path.
    NotFound,
}

/// The bodies of 403 and 429, which nobody has recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorBody {
    /// Lever's envelope `{"code","message"}`.
    Envelope,
    /// A line of plain text.
    Text,
    /// Nothing.
    Empty,
}

/// What the token endpoint does with a PKCE verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    /// A challenge is remembered and its verifier must match.
    Verified,
    /// Both parameters are ignored.
    Ignored,
}

/// A refusal whose status is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// 400.
    BadRequest,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
}

/// What `expand` does where the key lacks the right to the expanded objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpandRight {
    /// No further right is needed.
    NotNeeded,
    /// 403 for the whole request.
    Forbidden,
    /// 200 with bare ids in place of objects.
    BareIds,
}

/// How a consent by somebody who is no Super Admin fails "at the very end".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LesserUser {
    /// A code is issued; its exchange answers 403.
    ExchangeFails,
    /// The redirect carries `error=access_denied`.
    RedirectFails,
    /// A page says so and the browser never returns.
    PageOnly,
}

/// Which revision of Refapp's event schema is enforced (refapp-api.md §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventRevision {
    /// The published snapshot: first and last names are required.
    Old,
    /// The newer revision: names may be absent or null.
    New,
}

/// Body of the answer to an accepted event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventAnswer {
    /// `{"message":"Accepted"}`.
    Json,
    /// `OK` as plain text.
    Text,
    /// No body.
    Empty,
}

/// Wrapper of the updates that Refapp sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateBody {
    /// The bare object of refapp-api.md §4.
    Bare,
    /// `{"data": {…}}`.
    Data,
}

/// HTTP method of the updates that Refapp sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum UpdateMethod {
    /// As documented.
    Put,
    /// Tolerated by contract.
    Patch,
    /// Tolerated by contract.
    Post,
}

/// Every open question and every pace, settable at start and, as partial JSON, by `PATCH /control/switches`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Switches {
    // Lever: lever-api.md §12.
    /// Row 1: a 429 carries `Retry-After` (whole seconds). Default: no, none was ever documented.
    pub rate_limit_retry_after: bool,
    /// Row 1: bodies of 403 and 429. Default: the envelope.
    pub error_body: ErrorBody,
    /// Row 2: a key or token at the wrong data centre. Default: 401.
    pub wrong_data_centre: WrongDataCentre,
    /// Row 3: PKCE. Default: verified, as the server is said to be an Auth0 tenant.
    pub pkce: Pkce,
    /// Row 4: replaying a rotated refresh token kills the whole family. Default: on. Off: the old one goes on working.
    pub refresh_reuse_detection: bool,
    /// Row 4: the one year counts from the consent, not from the last rotation. Default: yes.
    pub refresh_year_is_absolute: bool,
    /// Row 5: deliveries carry an `id`. Default: no, no printed example has it.
    pub webhook_id: bool,
    /// Row 5: creation in a stage fires the stage change, without `fromStageId`. Default: no.
    pub webhook_on_creation: bool,
    /// Row 5: archiving fires the stage change too, from the stage to itself. Default: no.
    pub webhook_on_archive: bool,
    /// Row 5: stage changes without a user (by the API) fire. Default: yes.
    pub webhook_on_api_move: bool,
    /// Row 6: a hook with an http URL is refused with 400. Default: no; practice on loopback needs it so.
    pub http_webhook_refused: bool,
    /// Row 7: deleting a note that was not made through the API. Default: 403.
    pub delete_ui_note: Refused,
    /// Row 8: `deduped` is there when false. Default: yes.
    pub deduped_when_false: bool,
    /// Row 8: `origin` of an opportunity created without one. Default: `sourced`.
    pub default_origin: String,
    /// Row 9: longest note, in characters; longer ones answer 400. Default: no limit.
    pub note_limit: Option<usize>,
    /// Row 9: longest tag, in characters; longer ones answer 400. Default: no limit.
    pub tag_limit: Option<usize>,
    /// Row 9: `limit` of 0, above 100 or not a number answers 400; else it is taken as 100. Default: 400.
    pub limit_strict: bool,
    /// Row 10: unknown or deactivated `perform_as` user (400 or 404). Default: 400.
    pub wrong_perform_as: Refused,
    /// Row 11: a missing right wins over a missing object. Default: yes.
    pub right_check_first: bool,
    /// Row 12: the 401 for a wrong key has another text than the one without credentials. Default: no.
    pub wrong_key_other_text: bool,
    /// Row 13: `expand` without the right to the objects. Default: no right needed.
    pub expand_right: ExpandRight,
    /// Row 14: deleted notes stay listed, with `deletedAt`. Default: no.
    pub deleted_notes_listed: bool,
    /// Row 15: an API key is accepted as a Bearer token. Default: no.
    pub bearer_api_key: bool,
    /// §2.3: consent by somebody who is no Super Admin. Default: the exchange fails.
    pub lesser_user: LesserUser,
    /// §2.3: access tokens work on until they expire after the access was revoked. Default: no.
    pub token_survives_revocation: bool,
    /// §2.3: without `prompt=consent` a grant that already covers the scopes is renewed without asking. Default: yes.
    pub consent_remembered: bool,

    // Refapp: refapp-api.md §3, §4 and §6.
    /// §3: which schema revision is enforced. Default: the old one, which is the stricter.
    pub event_revision: EventRevision,
    /// §3.1: `company` is required. Default: no, the account sample omits it.
    pub company_required: bool,
    /// §3.1: `partner-result.id` is required. Default: yes, by schema.
    pub partner_result_id_required: bool,
    /// §3.4: keys that the schema does not know are refused. Default: no, dropped silently.
    pub unknown_keys_refused: bool,
    /// §3.3: recruiters and members outside the account's e-mail domain are refused. Default: no.
    pub foreign_domains_refused: bool,
    /// §3.4: the recruiter becomes a member even when a team is given. Default: no.
    pub recruiter_joins_team: bool,
    /// §3.5: status of the answer to an accepted event. Default: 200.
    pub event_status: u16,
    /// §3.5: body of that answer. Default: JSON.
    pub event_answer: EventAnswer,
    /// §2.6: status for an unknown account token. Default: 401.
    pub unknown_token_status: u16,
    /// §6: config without `job_id` is refused with 400. Default: no, account defaults.
    pub config_needs_job: bool,
    /// §6: wrapper of updates. Default: bare.
    pub update_body: UpdateBody,
    /// §6: method of updates. Default: PUT.
    pub update_method: UpdateMethod,
    /// §4: optional members of an update that have no value are sent as null. Default: no, left out.
    pub update_nulls: bool,
    /// §6: how often an update is tried until it is answered with 2xx. Default: 3.
    pub update_tries: u32,
    /// §8: fraud warnings reach the ATS (the admin chose the internal report). Default: yes.
    pub fraud_warnings_sent: bool,

    // Paces and limits.
    /// Steady requests per second of Lever's bucket (§4); 0 switches the limiter off. Default: 10.
    pub rate_per_second: u32,
    /// Burst of Lever's bucket (§4). Default: 20.
    pub rate_burst: u32,
    /// Life of an access token in seconds. Default: 3600.
    pub access_token_seconds: i64,
    /// Pause before the first of five further webhook tries in ms; it doubles each time. Default: 200.
    pub webhook_retry_ms: u64,
    /// How long a webhook or an update waits for its answer, in ms. Default: 10,000.
    pub delivery_timeout_ms: u64,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            rate_limit_retry_after: false,
            error_body: ErrorBody::Envelope,
            wrong_data_centre: WrongDataCentre::Unauthorized,
            pkce: Pkce::Verified,
            refresh_reuse_detection: true,
            refresh_year_is_absolute: true,
            webhook_id: false,
            webhook_on_creation: false,
            webhook_on_archive: false,
            webhook_on_api_move: true,
            http_webhook_refused: false,
            delete_ui_note: Refused::Forbidden,
            deduped_when_false: true,
            default_origin: "sourced".into(),
            note_limit: None,
            tag_limit: None,
            limit_strict: true,
            wrong_perform_as: Refused::BadRequest,
            right_check_first: true,
            wrong_key_other_text: false,
            expand_right: ExpandRight::NotNeeded,
            deleted_notes_listed: false,
            bearer_api_key: false,
            lesser_user: LesserUser::ExchangeFails,
            token_survives_revocation: false,
            consent_remembered: true,
            event_revision: EventRevision::Old,
            company_required: false,
            partner_result_id_required: true,
            unknown_keys_refused: false,
            foreign_domains_refused: false,
            recruiter_joins_team: false,
            event_status: 200,
            event_answer: EventAnswer::Json,
            unknown_token_status: 401,
            config_needs_job: false,
            update_body: UpdateBody::Bare,
            update_method: UpdateMethod::Put,
            update_nulls: false,
            update_tries: 3,
            fraud_warnings_sent: true,
            rate_per_second: 10,
            rate_burst: 20,
            access_token_seconds: 3600,
            webhook_retry_ms: 200,
            delivery_timeout_ms: 10_000,
        }
    }
}
