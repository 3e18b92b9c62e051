//! Whose turn it is. Two people on two days must each see at a glance whether the other half waits for them.
//!
//! Not here: what can be done now. That is the steps'; a half names only what comes next in it.

use engine::State;
use model::{Code, Mode, Owner};

use crate::{Channel, ChannelState, Half, HalfView, Step, StepView, Waits, WaitsFor};

/// Both halves, Refapp's first. `steps` are those that are shown.
pub(crate) fn halves(state: &State, steps: &[StepView], changes: &Channel, updates: &Channel) -> Vec<HalfView> {
    let is_set = |step: Step| steps.iter().any(|view| view.step == step && view.state.is_set());
    let observes = state.record.mode == Mode::Observer;
    let missing = state.record.missing().is_some();
    // What was refused is its own mender's turn: the network's keepers', perhaps.
    let turn = |step: Step, usual: Owner| {
        let refused = steps
            .iter()
            .find(|view| view.step == step)
            .and_then(|view| view.failure.as_ref());
        refused.map_or(usual, |failure| failure.code.owner())
    };
    let refapp = if !is_set(Step::Refapp) {
        Some((WaitsFor::Token, turn(Step::Refapp, Owner::RefappAdmin), Step::Refapp))
    } else if updates.address.is_none() && updates.state != ChannelState::Locked {
        Some((WaitsFor::UpdateAddress, Owner::Admin, Step::Channels))
    } else if updates.state == ChannelState::TurnedAway {
        Some((WaitsFor::Bearer, Code::RefBearer.owner(), Step::Channels))
    } else if !state.record.update_heard() {
        Some((WaitsFor::FirstStatus, Code::RefUpdates.owner(), Step::Channels))
    } else {
        None
    };
    let lever = if !is_set(Step::DataCentre) {
        Some((WaitsFor::DataCentre, Owner::Admin, Step::DataCentre))
    } else if !is_set(Step::Lever) {
        Some((WaitsFor::Access, turn(Step::Lever, Owner::LeverSuperAdmin), Step::Lever))
    } else if !observes && !is_set(Step::ActingUser) {
        Some((WaitsFor::ActingUser, Owner::Admin, Step::ActingUser))
    } else if missing {
        Some((WaitsFor::MissingPermissions, Code::LevRight.owner(), Step::Rights))
    } else if !is_set(Step::Rights) {
        Some((WaitsFor::Permissions, Owner::Admin, Step::Rights))
    } else if observes {
        None
    } else if matches!(changes.state, ChannelState::Open | ChannelState::Broken) {
        Some((WaitsFor::StageChanges, Owner::Admin, Step::Channels))
    } else if !is_set(Step::Stage) {
        Some((WaitsFor::Stage, Owner::Admin, Step::Stage))
    } else if !state.record.sees_stage_changes() {
        Some((WaitsFor::FirstEvent, Code::LevWebhookOff.owner(), Step::Channels))
    } else {
        None
    };
    let view = |half, waits: Option<(WaitsFor, Owner, Step)>| HalfView {
        half,
        waits: waits.map(|(what, who, step)| Waits { what, who, step }),
    };
    let lever = view(Half::Lever, lever);
    if observes {
        return vec![lever];
    }
    vec![view(Half::Refapp, refapp), lever]
}
