//! Refapp's support, for who cannot write to it: in life they register a host and its bearer when a mail asks for it.

use serde_json::json;

use crate::demo::update_hosts;

/// Has the simulator at `base` (`http://127.0.0.1:PORT`) send updates to this computer with `bearer` from now on.
///
/// # Errors
/// One sentence, without the bearer, if nothing there answers or does not do it.
pub async fn register_bearer(base: &str, bearer: &str) -> Result<(), String> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build();
    let request = client
        .map_err(|error| error.to_string())?
        .patch(format!("{base}/control/refapp"))
        .json(&json!({"update_hosts": update_hosts(bearer)}));
    let answer = request.send().await.map_err(|error| error.to_string())?;
    answer.error_for_status().map_err(|error| error.to_string())?;
    Ok(())
}
