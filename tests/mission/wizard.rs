//! The wizard's path, step by step, as the window takes it.

use api::{ConnectionView, Reply, Request, Step, StepState};
use end_to_end::rig::Rig;
use model::{ConnectionId, DataCentre, Failure, Right, RightState, StageId, UserId, WayIn};
use simulator::demo;

pub struct Wizard<'r> {
    rig: &'r Rig,
    pub id: ConnectionId,
}

impl<'r> Wizard<'r> {
    /// A new connection, from an empty host.
    pub async fn begin(rig: &'r Rig) -> Self {
        let name = "Nordvik".to_owned();
        match rig.host.ask(Request::CreateConnection { name }).await {
            Ok(Reply::Connection(id)) => Self { rig, id },
            other => panic!("a connection, not {other:?}"),
        }
    }

    /// The one that is there already.
    pub async fn again(rig: &'r Rig) -> Self {
        Self {
            rig,
            id: rig.id().await,
        }
    }

    pub async fn view(&self) -> ConnectionView {
        self.rig.connection().await
    }

    pub async fn step(&self, step: Step) -> StepState {
        let view = self.view().await;
        let found = view.setup.steps.iter().find(|view| view.step == step);
        found.expect("all steps are there").state
    }

    pub async fn right(&self, right: Right) -> RightState {
        let view = self.view().await;
        let found = view.setup.rights.iter().find(|view| view.right == right);
        found.expect("all rights are there").state
    }

    /// Gives an order whose only answer is that it is done.
    pub async fn order(&self, request: Request) -> Result<(), Failure> {
        match self.rig.host.ask(request).await? {
            Reply::Done => Ok(()),
            other => panic!("done, not {other:?}"),
        }
    }

    pub async fn refapp(&self, token: &str) -> Result<(), Failure> {
        let (connection, url) = (self.id, self.rig.sim.refapp_url());
        let token = Some(token.to_owned());
        self.order(Request::SetRefapp { connection, url, token }).await
    }

    pub async fn data_centre(&self, data_centre: DataCentre, way_in: WayIn) {
        let connection = self.id;
        let request = Request::SetDataCentre {
            connection,
            data_centre,
            way_in,
        };
        self.order(request).await.expect("a data centre");
    }

    pub async fn key(&self, key: &str) -> Result<(), Failure> {
        let (connection, key) = (self.id, key.to_owned());
        self.order(Request::SetApiKey { connection, key }).await
    }

    pub async fn acting_user(&self) {
        let user = self
            .rig
            .until("the users are read", async || {
                let users = self.view().await.setup.users;
                users.into_iter().find(|user| user.email == demo::SUPER_ADMIN)
            })
            .await;
        let (connection, user) = (self.id, UserId(user.id.0));
        let done = self.order(Request::SetActingUser { connection, user }).await;
        done.expect("an acting user");
    }

    pub async fn prove(&self, consent: bool) -> Result<(), Failure> {
        let connection = self.id;
        self.order(Request::ProveRights { connection, consent }).await
    }

    /// Webhook and update address, if this host has a public one; else polling.
    pub async fn channels(&self) -> Result<(), Failure> {
        let (connection, public_url) = (self.id, self.view().await.setup.proposed_public_url);
        let request = Request::SetChannels {
            connection,
            public_url: public_url.unwrap_or_default(),
            update_bearer: Some(demo::UPDATE_BEARER.to_owned()),
        };
        self.order(request).await
    }

    pub async fn stage(&self, text: &str) {
        let stage = self.stage_called(text).await.expect("a stage of Lever's");
        let connection = self.id;
        let done = self.order(Request::ChooseStage { connection, stage }).await;
        done.expect("a stage that was on the list");
    }

    pub async fn stage_called(&self, text: &str) -> Option<StageId> {
        let stages = self.view().await.setup.stages;
        stages
            .into_iter()
            .find(|stage| stage.text == text)
            .map(|stage| stage.id)
    }

    pub async fn finish(&self) -> Result<(), Failure> {
        let connection = self.id;
        self.order(Request::FinishSetup { connection }).await
    }

    /// Lever's half, after the way in: acting user, rights, channels, stage.
    pub async fn rest_at_lever(&self) {
        self.acting_user().await;
        self.prove(true).await.expect("a proof");
        self.channels().await.expect("channels");
        self.stage(demo::TRIGGER_STAGE).await;
    }

    /// The whole path with the rig's API key.
    pub async fn walk_with_key(&self) {
        self.refapp(demo::REFAPP_TOKEN).await.expect("the account's token");
        self.data_centre(self.rig.setup.data_centre, WayIn::ApiKey).await;
        self.key(&self.rig.setup.key).await.expect("a key");
        self.rest_at_lever().await;
        self.finish().await.expect("all is there");
        self.rig.until_ready().await;
    }
}
