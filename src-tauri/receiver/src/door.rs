//! The engine's side of this server, as far as the routes use it.

use std::future::Future;

use engine::{Intake, Taken};

/// Takes what arrives. The engine's intake in both hosts; the tests put one with set answers in its place.
pub(crate) trait Door: Clone + Send + Sync + 'static {
    fn knows(&self, path: &str) -> bool;
    fn webhook(&self, path: &str, body: &[u8]) -> impl Future<Output = Taken> + Send;
    fn update(&self, path: &str, authorization: Option<&str>, body: &[u8]) -> impl Future<Output = Taken> + Send;
    fn readiness(&self) -> Vec<(String, bool)>;
    fn echo(&self, nonce: &str) -> Option<String>;
}

impl Door for Intake {
    fn knows(&self, path: &str) -> bool {
        Self::knows(self, path)
    }

    async fn webhook(&self, path: &str, body: &[u8]) -> Taken {
        Self::webhook(self, path, body).await
    }

    async fn update(&self, path: &str, authorization: Option<&str>, body: &[u8]) -> Taken {
        Self::update(self, path, authorization, body).await
    }

    fn readiness(&self) -> Vec<(String, bool)> {
        Self::readiness(self)
    }

    fn echo(&self, nonce: &str) -> Option<String> {
        Self::echo(self, nonce)
    }
}
