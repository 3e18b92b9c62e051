//! The wizard, step by step, as an admin in practice mode goes through it. Each step ends when the next is on screen.

use serde_json::{Value, json};
use simulator::demo;

use super::Window;

/// What practice mode fills in by itself is filled in by its buttons.
impl Window {
    /// From the first screen to the first step.
    pub async fn begin_setup(&self) {
        self.click("welcome-start").await;
        self.see("wizard-refapp").await;
    }

    /// Refapp's address and token.
    pub async fn prove_refapp(&self) {
        self.prove_token().await;
        self.see("wizard-data-centre").await;
    }

    /// The same on another day, when it is followed by another step.
    pub async fn prove_token(&self) {
        self.click("refapp-token-fill").await;
        self.click("refapp-prove").await;
    }

    /// `us`, `eu` or `sandbox`, and `oauth` or `api-key`.
    pub async fn choose_data_centre(&self, data_centre: &str, way_in: &str) {
        self.click(&format!("data-centre-{data_centre}")).await;
        self.click(&format!("way-in-{way_in}")).await;
        self.click("data-centre-save").await;
        self.see("wizard-lever").await;
    }

    /// An API key.
    pub async fn prove_key(&self) {
        self.click("lever-key-fill").await;
        self.click("lever-prove").await;
        self.see("wizard-acting-user").await;
    }

    /// The organisation's own OAuth client.
    pub async fn enter_oauth_client(&self) {
        self.click("oauth-client-id-fill").await;
        self.click("oauth-client-secret-fill").await;
        self.click("oauth-client-save").await;
        self.see("lever-connect").await;
    }

    /// The Super Admin.
    pub async fn choose_acting_user(&self) {
        let user = demo::id(1, "user", demo::SUPER_ADMIN);
        self.click(&format!("acting-user-option[data-value=\"{user}\"]")).await;
        self.click("acting-user-save").await;
        self.see("wizard-rights").await;
    }

    /// The rights one by one, with the tag carrier.
    pub async fn prove_rights(&self) {
        self.click("rights-prove").await;
        self.click("wizard-continue").await;
        self.see("wizard-channels").await;
    }

    /// Webhooks and updates, at the address that the app proposes. In practice, Refapp learns the bearer that is made.
    pub async fn choose_channels(&self) {
        self.click("update-bearer-make").await;
        self.click("channels-save").await;
        self.click("wizard-continue").await;
        self.see("wizard-stage").await;
    }

    /// The stage of the demo data that is meant for it.
    pub async fn choose_stage(&self) {
        let stage = demo::id(1, "stage", demo::TRIGGER_STAGE);
        self.click(&format!("stage-option[data-value=\"{stage}\"]")).await;
        self.click("stage-save").await;
        self.see("wizard-done").await;
    }

    /// To the dashboard.
    pub async fn finish_setup(&self) {
        self.click("finish").await;
        self.see("counts").await;
    }

    /// The whole of it for the EU, for stories that begin on the dashboard: the wizard's own requests, without its screens.
    pub async fn set_up_eu(&self) {
        self.see("welcome").await;
        self.order(json!({ "ask": "create-connection", "name": "Lever" })).await;
        self.connect_eu().await;
        self.click("nav-checks").await;
        self.see("counts").await;
    }

    /// The same for the connection that is there, which stays on the screen that it is on.
    pub async fn connect_eu(&self) {
        let overview = self.order(json!({ "ask": "overview" })).await;
        let credentials = &overview["practice"]["credentials"];
        let connection = &overview["connections"][0]["id"];
        let begin = [
            json!({ "ask": "set-refapp", "url": credentials["refappUrl"], "token": credentials["refappToken"] }),
            json!({ "ask": "set-data-centre", "dataCentre": "eu", "wayIn": "api-key" }),
            json!({ "ask": "set-api-key", "key": credentials["apiKeys"]["eu"] }),
        ];
        self.take(connection, begin).await;
        let setup = self.setup_with_choices().await;
        let go_on = [
            json!({ "ask": "set-acting-user", "user": demo::id(1, "user", demo::SUPER_ADMIN) }),
            json!({ "ask": "prove-rights", "consent": true }),
            json!({ "ask": "set-channels", "publicUrl": setup["proposedPublicUrl"],
                "updateBearer": credentials["updateBearer"] }),
            json!({ "ask": "choose-stage", "stage": demo::id(1, "stage", demo::TRIGGER_STAGE) }),
            json!({ "ask": "set-defaults", "defaultLanguage": "sv", "defaultTemplate": null }),
            json!({ "ask": "finish-setup" }),
        ];
        self.take(connection, go_on).await;
    }

    /// Steps of the set-up, one after the other.
    async fn take(&self, connection: &Value, steps: impl IntoIterator<Item = Value>) {
        for mut step in steps {
            step["connection"] = connection.clone();
            self.order(step).await;
        }
    }

    /// The set-up as the host shows it, once there is something to choose from in every step.
    async fn setup_with_choices(&self) -> Value {
        let script = "const [done] = arguments;
            const look = async () => {
                const { value } = await window.__TAURI_INTERNALS__.invoke('ask', { request: { ask: 'overview' } });
                const { setup } = value.connections[0];
                const complete = setup.users.length > 0 && setup.stages.length > 0 && setup.proposedPublicUrl !== null;
                if (complete) done(setup);
                else setTimeout(look, 25);
            };
            look();";
        self.run_async(script, vec![]).await
    }

    /// Asks the host as the page does, and returns the value of its reply.
    async fn order(&self, request: Value) -> Value {
        let reply = self.ask(request.clone()).await;
        assert!(reply.get("reply").is_some(), "{request}: {reply}");
        reply["value"].clone()
    }

    /// Asks the host as the page does: a reply, or a failure.
    pub async fn ask(&self, request: Value) -> Value {
        let script = "const [request, done] = arguments;
            window.__TAURI_INTERNALS__.invoke('ask', { request }).then(done, done);";
        self.run_async(script, vec![request]).await
    }
}
