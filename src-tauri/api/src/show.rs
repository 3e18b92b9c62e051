//! From what the engine knows to what a user interface shows.

use engine::plan::{self, Unheard};
use engine::{Oauth, SLOW, State, Surroundings};
use jiff::tz::TimeZone;
use model::{
    ChangedByHand, Check, Code, DAY, DataCentre, Failure, Limits, MINUTE, Millis, Mode, Phase, Rhythm, Right, Status,
    StatusTag, TemplateTag, Uncertainty, Urgency, WayIn, derive, rhythm, urgency,
};
use store::{Aside, Carrier, Moment, Standing};

use crate::halves::halves;
use crate::{
    Autostart, Away, Changed, Channel, ChannelState, CheckDetail, CheckRow, ConnectionView, Counts, DataCentreChoice,
    Decision, Finding, Health, LeverSetup, OauthState, Permission, Preparation, Proving, ReadOut, RefappSetup, Renamed,
    RightView, Setup, Step, StepState, StepView, StillCarried, TemplateChoice, TemplateReport, TimelineEntry,
    UserChoice,
};

/// How long the set-up waits for the first event before it says what to try: Lever delivers within seconds, and somebody
/// sits there.
const A_WHILE: i64 = 2 * MINUTE;

/// Without the line to read out: it is written of what the whole view says.
pub(crate) fn connection(state: &State, now: Millis) -> ConnectionView {
    let record = &state.record;
    let (changes, updates) = (stage_changes(state, now), status_updates(state, now));
    ConnectionView {
        id: record.id,
        name: record.name.clone(),
        read_out: ReadOut::default(),
        mode: record.mode,
        data_centre: record.data_centre,
        way_in: record.way_in,
        health: health(state.health),
        findings: state
            .findings
            .iter()
            .map(|found| Finding {
                worked: found.worked,
                ..finding(found.failure.clone(), found.stops, found.since)
            })
            .collect(),
        unproven: state.unproven.clone(),
        last_verified: state.last_verified,
        last_webhook: record.last_webhook,
        last_update: record.last_update,
        settings: record.settings.clone(),
        setup: setup(state, &changes, &updates, now),
        stage_changes: changes,
        status_updates: updates,
        templates: record
            .templates
            .iter()
            .filter(|template| template.alive)
            .map(|template| TemplateChoice {
                id: template.id.clone(),
                name: template.name.clone(),
                tag: TemplateTag::text_for(&template.name),
            })
            .collect(),
        coverage: state.coverage,
        auditing: state.auditing.map(|(done, total)| Proving { done, total }),
        exporting: None,
        waits_for: state.waits_for.clone(),
        counts: counts(state),
    }
}

/// What can be said before there is a connection.
pub(crate) fn preparation(surroundings: &dyn Surroundings) -> Preparation {
    let rights = Right::all();
    Preparation {
        permissions: rights
            .map(|right| Permission {
                right,
                label: right.label().to_owned(),
                group: right.group(),
                required: right.is_required(),
            })
            .collect(),
        data_centres: [DataCentre::Us, DataCentre::Eu, DataCentre::Sandbox]
            .map(|data_centre| DataCentreChoice {
                data_centre,
                label: data_centre.label().to_owned(),
                proposed: data_centre.proposed_way_in(),
                api_page: surroundings
                    .place("", data_centre)
                    .ok()
                    .and_then(|place| place.lever(data_centre).settings_page)
                    .map(|url| url.to_string()),
            })
            .to_vec(),
    }
}

/// What is to be known of the host as a whole.
pub(crate) fn of_host(aside: Option<Aside>) -> Vec<Finding> {
    let said = |aside: Aside| {
        let failure = Failure::new(Code::AppDatabaseAside)
            .with("at", aside.at)
            .with("file", aside.file);
        finding(failure, false, aside.at)
    };
    aside.map(said).into_iter().collect()
}

/// What a failure means is its code's to say.
pub(crate) fn finding(failure: Failure, stops: bool, since: Millis) -> Finding {
    let code = failure.code;
    Finding {
        failure,
        owner: code.owner(),
        stops,
        passes: code.passes(),
        unproven: code.is_unproven(),
        waits_for_reader: code.waits_for_reader(),
        since,
        worked: None,
    }
}

/// What concerns the whole host is wrong with each connection that is reached over it.
pub(crate) fn add_host_finding(view: &mut ConnectionView, failure: &Failure, since: Millis) {
    // Empty: it is polling, and nobody calls.
    if view.setup.public_url.as_deref() == Some("") {
        return;
    }
    view.findings.push(finding(failure.clone(), false, since));
    if matches!(view.health, Health::Healthy | Health::Checking) {
        view.health = Health::Warning;
    }
}

fn health(health: engine::Health) -> Health {
    match health {
        engine::Health::NotSetUp => Health::NotSetUp,
        engine::Health::Checking => Health::Checking,
        engine::Health::Healthy => Health::Healthy,
        engine::Health::Warning => Health::Warning,
        engine::Health::ActionNeeded => Health::ActionNeeded,
        engine::Health::Paused => Health::Paused,
        engine::Health::Offline => Health::Offline,
        engine::Health::Disconnected => Health::Disconnected,
    }
}

fn counts(state: &State) -> Counts {
    let mut counts = Counts {
        waiting: state.waiting,
        seconds_left: state.seconds_left,
        ..Counts::default()
    };
    for (status, urgency, many) in &state.tally {
        match urgency {
            0 => counts.needs_attention += many,
            1 => counts.running += many,
            _ => {}
        }
        // As the bar of the statuses counts them: one with warnings is completed, and is to be acted on.
        if status == Status::Completed.tag() {
            counts.completed += many;
        }
        if status == Status::Queued.tag() {
            counts.queued += many;
        }
    }
    counts
}

fn stage_changes(state: &State, now: Millis) -> Channel {
    let record = &state.record;
    let registered = record.webhooks.iter().any(|webhook| {
        webhook.event == lever::CANDIDATE_STAGE_CHANGE && Some(&webhook.url) == state.webhook_address.as_ref()
    });
    let channel = match (&record.public_url, registered, record.webhook_heard()) {
        (Some(_), _, _) if is_locked(state) => ChannelState::Locked,
        _ if state.channel_failure.is_some() => ChannelState::Broken,
        // A disconnect took the address's secret part away: the line is to be chosen anew.
        (Some(url), _, _) if !url.is_empty() && state.webhook_address.is_none() => ChannelState::Open,
        (Some(url), true, true) if !url.is_empty() => ChannelState::Proven,
        (Some(url), true, false) if !url.is_empty() => ChannelState::Waiting,
        (Some(url), false, _) if !url.is_empty() && !state.polling => ChannelState::Waiting,
        (Some(_), _, _) if state.polling => ChannelState::Polling,
        (Some(_), _, _) => ChannelState::Broken,
        (None, _, _) => ChannelState::Open,
    };
    Channel {
        state: channel,
        address: state.webhook_address.clone(),
        last: record.last_webhook,
        since: record.webhook_since,
        also_polling: channel == ChannelState::Waiting && state.polling,
        turned_away: None,
        away: None,
        failure: state.channel_failure.clone().or_else(|| {
            // Once it runs, this is a finding.
            let silent = registered && channel == ChannelState::Waiting && record.standing == Standing::Draft;
            let long = record.webhook_since.is_some_and(|since| now.since(since) >= A_WHILE);
            (silent && long && !state.polling).then(|| Code::LevWebhookOff.into())
        }),
    }
}

/// For how long it is told that Refapp could not reach us.
const TOLD: i64 = 7 * DAY;

fn status_updates(state: &State, now: Millis) -> Channel {
    let record = &state.record;
    let channel = match (&state.update_address, record.update_heard(), &record.public_url) {
        (None, _, Some(_)) if is_locked(state) => ChannelState::Locked,
        (Some(_), _, _) if record.turned_away.is_some() => ChannelState::TurnedAway,
        (Some(_), true, _) => ChannelState::Proven,
        (Some(_), false, _) => ChannelState::Waiting,
        (None, _, Some(url)) if !url.is_empty() && state.webhook_address.is_none() => ChannelState::Open,
        (None, _, Some(_)) => ChannelState::Broken,
        (None, _, None) => ChannelState::Open,
    };
    Channel {
        state: channel,
        address: state.update_address.clone(),
        last: record.last_update,
        since: record.update_since,
        also_polling: false,
        turned_away: record.turned_away.filter(|_| channel == ChannelState::TurnedAway),
        away: record.away.filter(|(_, to)| now.since(*to) < TOLD).map(Away::from),
        failure: (channel == ChannelState::Broken).then(|| Code::AppNoUpdates.into()),
    }
}

/// Whether nothing can arrive because the secret part of our addresses cannot be read.
fn is_locked(state: &State) -> bool {
    state.webhook_address.is_none() && found(state, &[Code::AppKeychain]).is_some()
}

fn setup(state: &State, changes: &Channel, updates: &Channel, now: Millis) -> Setup {
    let record = &state.record;
    let steps = steps(state, changes, updates);
    let current = steps
        .iter()
        .find(|step| !step.state.is_set())
        .map_or(Step::Done, |step| step.step);
    Setup {
        finished: !matches!(record.standing, Standing::Draft | Standing::Disconnected),
        current,
        halves: halves(state, &steps, changes, updates),
        steps,
        refapp: RefappSetup {
            url: record
                .refapp_url
                .clone()
                .unwrap_or_else(|| "https://app.refapp.com".to_owned()),
            token_hint: state.hints.refapp_token.clone(),
            proven_at: record.refapp_proven_at,
        },
        lever: LeverSetup {
            key_hint: state.hints.lever_key.clone(),
            client_id: record.client_id.clone(),
            client_secret_hint: state.hints.client_secret.clone(),
            oauth: oauth(state, now),
            oauth_stray: state.oauth_stray.then(|| Code::OauthState.into()),
            redirect_addresses: state.redirect_addresses.clone(),
            scopes: lever::oauth::scopes(record.mode)
                .iter()
                .map(|scope| (*scope).to_owned())
                .collect(),
        },
        users: users(&state.users),
        rights: rights(record.mode).map(|right| right_view(state, right)).collect(),
        // The steps before have used these.
        rights_tried: record
            .rights
            .keys()
            .any(|right| !matches!(right, Right::ListStages | Right::ListUsers)),
        rights_proven_at: record.rights_proven_at,
        proving: state.proving.map(|(done, total)| Proving { done, total }),
        carrier_url: match &record.carrier {
            Carrier::Made { url, .. } => url.clone(),
            _ => None,
        },
        stages: record.stages.clone(),
        settings_page: state.settings_page.clone(),
        proposed_public_url: state.proposed_public_url.clone(),
        public_url: record.public_url.clone(),
        update_bearer_hint: state.hints.update_bearer.clone(),
    }
}

fn rights(mode: Mode) -> impl Iterator<Item = Right> {
    mode.required().iter().chain(mode.optional()).copied()
}

/// Whoever is proposed comes first, then the others by name: Lever's own order says nothing to anybody.
fn users(users: &[engine::LeverUser]) -> Vec<UserChoice> {
    let proposed = engine::proposed(users).map(|user| &user.id);
    let mut choices: Vec<_> = users
        .iter()
        .map(|user| UserChoice {
            id: user.id.clone(),
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.role.clone(),
            proposed: proposed == Some(&user.id),
        })
        .collect();
    choices.sort_by_cached_key(|user| (!user.proposed, user.name.to_lowercase()));
    choices
}

fn right_view(state: &State, right: Right) -> RightView {
    RightView {
        right,
        label: right.label().to_owned(),
        group: right.group(),
        required: state.record.mode.required().contains(&right),
        state: state.right(right),
        scope: lever::oauth::scope_of(state.record.mode, right).map(str::to_owned),
        failure: state.right_failures.get(&right).cloned(),
    }
}

/// The wizard's steps. Only what truly needs an earlier step is blocked by it: Lever's half never waits for Refapp's.
fn steps(state: &State, changes: &Channel, updates: &Channel) -> Vec<StepView> {
    let record = &state.record;
    let lever_failure = lever_refuses(state);
    let refapp_failure = state
        .refapp_failure
        .clone()
        .or_else(|| found(state, &[Code::RefToken, Code::RefEnvironment]));
    let lever_in = record.lever_proven_at.is_some() && lever_failure.is_none();
    let missing = record.missing();
    let rights = match (state.proving.is_some(), missing, record.rights_proven_at.is_some()) {
        (true, _, _) => StepState::Busy,
        (_, Some(_), _) => StepState::Failed,
        // One or two wait for the next step, or for the first check.
        (_, None, true) if !record.has_required() => StepState::Unproven,
        (_, None, true) => StepState::Done,
        (_, None, false) => StepState::Open,
    };
    let hears = record.public_url.is_some()
        && matches!(
            changes.state,
            ChannelState::Waiting | ChannelState::Proven | ChannelState::Polling
        );
    let other_bearer = (updates.state == ChannelState::TurnedAway).then(|| Code::RefBearer.into());
    let channels = match changes.state {
        ChannelState::Broken => StepState::Failed,
        ChannelState::Locked => StepState::Done,
        _ if other_bearer.is_some() => StepState::Failed,
        // Refapp's support may take days: its line stays open, and what can run runs without it.
        _ if hears && state.update_address.is_some() => {
            let seen = record.sees_stage_changes() && updates.state == ChannelState::Proven;
            if seen { StepState::Done } else { StepState::Unproven }
        }
        _ => StepState::Open,
    };
    let done = |done: bool| if done { StepState::Done } else { StepState::Open };
    // What was set once is wrong by now.
    let still = |set: bool, trouble: &Option<Failure>| {
        if trouble.is_some() {
            StepState::Failed
        } else {
            done(set)
        }
    };
    let after = |needed: bool, state: StepState| if needed { state } else { StepState::Blocked };
    let oauth = match (&state.oauth, record.way_in) {
        (Oauth::InBrowser { .. } | Oauth::Returned | Oauth::Exchanging, Some(WayIn::OAuth)) => Some(StepState::Busy),
        (Oauth::Failed { .. }, Some(WayIn::OAuth)) => Some(StepState::Failed),
        _ => None,
    };
    let lever = match (oauth, &lever_failure) {
        // A try to mend it is under way.
        (Some(StepState::Busy), _) => StepState::Busy,
        (_, Some(_)) => StepState::Failed,
        (oauth, None) => oauth.unwrap_or(done(lever_in)),
    };
    let refapp = if record.mode == Mode::Observer {
        // That there is none was decided.
        StepState::Done
    } else if refapp_failure.is_some() {
        StepState::Failed
    } else {
        done(record.refapp_proven_at.is_some())
    };
    let acting = record.settings.acting_user.is_some();
    let acting_failure = found(state, &[Code::LevActingUser]);
    let stage = record.settings.trigger_stage.is_some();
    let stage_failure = found(state, &[Code::LevStageGone]);
    let finished = !matches!(record.standing, Standing::Draft | Standing::Disconnected);
    let observes = record.mode == Mode::Observer;
    let all = rights.is_set() && (observes || record.refapp_proven_at.is_some() && hears && stage);
    let failed_right = missing.map(|right| Failure::new(Code::LevRight).with("right", right.label()));
    let oauth_failure = match &state.oauth {
        Oauth::Failed { failure } => Some(failure.clone()),
        _ => None,
    };
    [
        (Step::Refapp, refapp, refapp_failure),
        (Step::DataCentre, done(record.data_centre.is_some()), None),
        (
            Step::Lever,
            after(record.data_centre.is_some(), lever),
            oauth_failure.or(lever_failure),
        ),
        (
            Step::ActingUser,
            after(lever_in, still(acting, &acting_failure)),
            acting_failure,
        ),
        (
            Step::Rights,
            after(lever_in && (acting || observes), rights),
            failed_right,
        ),
        (
            Step::Channels,
            after(lever_in, channels),
            state.channel_failure.clone().or(other_bearer),
        ),
        (
            Step::Stage,
            after(lever_in, still(stage, &stage_failure)),
            stage_failure,
        ),
        (Step::Done, after(all, done(finished)), None),
    ]
    .into_iter()
    // Whoever only looks on writes in nobody's name, and is called by nobody.
    .filter(|(step, _, _)| !observes || !matches!(step, Step::ActingUser | Step::Channels | Step::Stage))
    .map(|(step, state, failure)| StepView { step, state, failure })
    .collect()
}

/// Why Lever does not let us in (any more): what was entered last was refused, or what worked before is.
fn lever_refuses(state: &State) -> Option<Failure> {
    let refused = [Code::LevUnauthorized, Code::LevDataCentre, Code::OauthRevoked];
    state.lever_failure.clone().or_else(|| found(state, &refused))
}

/// What is wrong with the running connection, if it is one of these.
fn found(state: &State, codes: &[Code]) -> Option<Failure> {
    let mut findings = state.findings.iter().map(|finding| &finding.failure);
    findings.find(|failure| codes.contains(&failure.code)).cloned()
}

fn oauth(state: &State, now: Millis) -> OauthState {
    if let (Oauth::Connected { .. }, Some(failure)) = (&state.oauth, lever_refuses(state)) {
        return OauthState::Failed { failure };
    }
    match &state.oauth {
        Oauth::Idle => OauthState::Idle,
        Oauth::InBrowser {
            since,
            url,
            redirect,
            opened,
        } => OauthState::InBrowser {
            since: *since,
            url: url.clone(),
            redirect: *redirect,
            slow: now.since(*since) >= SLOW,
            unopened: (!opened).then(|| Code::OauthBrowser.into()),
        },
        Oauth::Returned => OauthState::Returned,
        Oauth::Exchanging => OauthState::Exchanging,
        Oauth::Connected { since } => OauthState::Connected { since: *since },
        Oauth::Failed { failure } => OauthState::Failed {
            failure: failure.clone(),
        },
    }
}

/// When and where it is, and how long a wait may be there.
pub(crate) struct Wall {
    pub now: Millis,
    pub zone: TimeZone,
    pub limits: Limits,
    pub unheard: Unheard,
}

pub(crate) fn row(check: &Check, wall: &Wall) -> CheckRow {
    let (status, who_acts) = derive(check);
    let decisions = engine::decisions(check);
    let rhythm = if urgency(check) == Urgency::IsOver || wall.unheard.was_turned_away(check) {
        Rhythm::none()
    } else {
        rhythm_of(check, status, wall)
    };
    CheckRow {
        id: check.id,
        reference: check.reference(),
        opportunity: check.opportunity.clone(),
        posting: check.posting.clone(),
        candidate: check.candidate.clone(),
        posting_title: check.posting_title.clone(),
        owner: check.owner.clone(),
        status,
        who_acts,
        badges: plan::badges(check, &wall.unheard, rhythm.pace, wall.now),
        away: wall.unheard.away(check).map(Away::from),
        answered: check.answered(),
        expected: check.progress.total,
        declined: check.progress.declined.unwrap_or(0),
        warnings: check.progress.warnings.iter().cloned().collect(),
        unread: check.unread_warnings().cloned().collect(),
        reason: match &check.phase {
            Phase::Parked(reason) | Phase::Skipped(reason) => Some(reason.failure()),
            Phase::Started => plan::causes::end(check),
            Phase::Queued | Phase::Elsewhere(_) => None,
        },
        sighting: match &check.phase {
            Phase::Elsewhere(sighting) => Some(sighting.clone()),
            _ => None,
        },
        hitch: check.hitch,
        changed: check.written.changed.as_ref().map(changed),
        template: check.template.as_ref().map(|(_, name)| name.clone()),
        coverage: check.coverage,
        entered_at: check.entered_at,
        created_at: check.created_at,
        since: check.status_since,
        rhythm,
        active_at: check.active_at,
        lever_url: check.lever_url.clone(),
        candidate_url: check.progress.candidate_url.clone(),
        report_url: check.progress.report_url.clone(),
        mailing: decisions
            .iter()
            .filter(|decision| engine::mails(check, **decision))
            .map(|decision| Decision::from(*decision))
            .collect(),
        decisions: decisions.into_iter().map(Decision::from).collect(),
    }
}

fn rhythm_of(check: &Check, status: Status, wall: &Wall) -> Rhythm {
    let rhythm = rhythm(status, check.status_since, wall.now, &wall.zone, &wall.limits);
    if !matches!(check.phase, Phase::Elsewhere(_)) {
        return rhythm;
    }
    // When Refapp reminds next, nobody can tell who saw only the end of the wait.
    Rhythm {
        next: None,
        unknown: vec![Uncertainty::MayHaveBegunBefore],
        ..rhythm
    }
}

fn changed(changed: &ChangedByHand) -> Changed {
    let text = |status| StatusTag(status).text();
    Changed {
        tag_gone: changed.tag_gone.map(text),
        tags_added: changed.tags_added.iter().copied().map(text).collect(),
        note_gone: changed.note_gone,
    }
}

pub(crate) fn autostart(surroundings: &dyn Surroundings) -> Autostart {
    let starts = surroundings.starts_with_session();
    Autostart {
        on: starts == Ok(true),
        failure: starts.err(),
    }
}

pub(crate) fn detail(check: &Check, story: Vec<Moment>, wall: &Wall) -> CheckDetail {
    let known = |moment: Moment| {
        let step = serde_json::from_value(serde_json::Value::String(moment.step)).ok()?;
        Some(TimelineEntry {
            at: moment.at,
            step,
            params: moment.params,
        })
    };
    CheckDetail {
        row: row(check, wall),
        timeline: story.into_iter().filter_map(known).collect(),
        note: check.written.note.as_ref().map(|note| note.text.clone()),
    }
}

pub(crate) fn template_report(report: engine::TemplateReport) -> TemplateReport {
    TemplateReport {
        at: report.at,
        added: report.added,
        removed: report.removed,
        renamed: report
            .renamed
            .into_iter()
            .map(|(from, to)| Renamed { from, to })
            .collect(),
        unchanged: report.unchanged,
        still_carried: report
            .still_carried
            .into_iter()
            .map(|(tag, by)| StillCarried { tag, by })
            .collect(),
        not_seen: report.not_seen,
    }
}

impl From<engine::Decision> for Decision {
    fn from(decision: engine::Decision) -> Self {
        match decision {
            engine::Decision::TryAgain => Self::TryAgain,
            engine::Decision::Start => Self::Start,
            engine::Decision::ItWasStarted => Self::ItWasStarted,
            engine::Decision::SendAgain => Self::SendAgain,
            engine::Decision::NoteIsThere => Self::NoteIsThere,
            engine::Decision::NoteIsNotThere => Self::NoteIsNotThere,
            engine::Decision::MarkRead => Self::MarkRead,
            engine::Decision::Repair => Self::Repair,
            engine::Decision::LeaveToOther => Self::LeaveToOther,
            engine::Decision::Adopt => Self::Adopt,
            engine::Decision::Dismiss => Self::Dismiss,
        }
    }
}

impl From<Decision> for engine::Decision {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::TryAgain => Self::TryAgain,
            Decision::Start => Self::Start,
            Decision::ItWasStarted => Self::ItWasStarted,
            Decision::SendAgain => Self::SendAgain,
            Decision::NoteIsThere => Self::NoteIsThere,
            Decision::NoteIsNotThere => Self::NoteIsNotThere,
            Decision::MarkRead => Self::MarkRead,
            Decision::Repair => Self::Repair,
            Decision::LeaveToOther => Self::LeaveToOther,
            Decision::Adopt => Self::Adopt,
            Decision::Dismiss => Self::Dismiss,
        }
    }
}

#[cfg(test)]
mod tests {
    use model::ConnectionId;
    use store::ConnectionRecord;

    use super::*;

    #[test]
    fn a_completed_check_with_warnings_counts_as_completed_and_as_one_to_act_on() {
        let record = ConnectionRecord::draft(ConnectionId::of("Nordvik AB"), "Nordvik AB".to_owned(), Millis(0));
        let mut state = State::blank(record, engine::Oauth::Idle);
        let completed = Status::Completed.tag().to_owned();
        state.tally = vec![
            (completed.clone(), 0, 1),
            (completed, 2, 3),
            (Status::Sent.tag().to_owned(), 1, 2),
        ];
        let counts = counts(&state);
        assert_eq!((counts.needs_attention, counts.running, counts.completed), (1, 2, 4));
    }
}
