//! The host while it is being opened, and after: the window does not wait for it.

use std::sync::Arc;

use api::Host;
use futures::future::{BoxFuture, FutureExt, Shared};
use model::Failure;

use crate::words::{self, Words};

/// Resolves to the host, or to why there is none; then every request is answered with that, and the window shows it.
#[derive(Clone)]
pub struct Opening(Shared<BoxFuture<'static, Result<Arc<Host>, Failure>>>);

impl Opening {
    /// Starts opening. `open` runs to its end whether or not anybody waits for it.
    pub fn start(open: impl Future<Output = Result<Arc<Host>, Failure>> + Send + 'static) -> Self {
        let opening = open.boxed().shared();
        tauri::async_runtime::spawn(opening.clone());
        Self(opening)
    }

    /// The host, as soon as it is there.
    ///
    /// # Errors
    /// Why it could not be opened.
    pub async fn host(&self) -> Result<Arc<Host>, Failure> {
        self.0.clone().await
    }

    /// What the shell says by itself, in the language of the window as far as that is known.
    pub fn words(&self) -> &'static Words {
        let host = self.0.peek().and_then(|opened| opened.as_ref().ok());
        Words::of(
            host.and_then(|host| host.computer().language)
                .unwrap_or_else(words::language),
        )
    }

    /// Whether there is none, and never will be.
    pub fn has_failed(&self) -> bool {
        matches!(self.0.peek(), Some(Err(_)))
    }

    /// Lets work under way end, if there is any.
    pub async fn stop(&self) {
        if let Some(Ok(host)) = self.0.peek() {
            host.stop().await;
        }
    }
}
