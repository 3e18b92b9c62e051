//! OAuth without a browser here: the operator opens the address that `status` shows, on any computer, and Lever
//! sends that browser back to our public address.

use std::sync::Arc;

use api::{Host, OauthState, Reply, Request};
use model::Code;
use receiver::Returns;
use url::Url;

/// Takes browsers that come back, and connects when the consent is there: nobody is at a window to press Connect.
pub fn returns(host: Arc<Host>, public_url: String) -> Returns {
    Returns::new(move |path_and_query| {
        let (host, address) = (Arc::clone(&host), format!("{public_url}{path_and_query}"));
        async move {
            let Ok(address) = Url::parse(&address) else {
                return false;
            };
            let wanted = host.oauth_returned(&address).await;
            // The browser need not wait for Lever's token endpoint.
            tokio::spawn(connect(host));
            wanted
        }
    })
}

async fn connect(host: Arc<Host>) {
    let Ok(Reply::Overview(overview)) = host.ask(Request::Overview).await else {
        return;
    };
    for connection in overview.connections {
        if connection.setup.lever.oauth != OauthState::Returned {
            continue;
        }
        let connection = connection.id;
        match host.ask(Request::ConnectOauth { connection }).await {
            Ok(_) => tracing::info!(%connection, "connected with Lever by OAuth"),
            // While a connection is set up the engine connects by itself, and was faster.
            Err(failure) if failure.code == Code::AppNotNow => {}
            Err(failure) => tracing::warn!(%connection, code = %failure.code, "OAuth did not connect"),
        }
    }
}
