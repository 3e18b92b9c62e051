//! What happens with a browser that comes back from Lever's consent page.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

type Handed = Pin<Box<dyn Future<Output = bool> + Send>>;

/// Takes the path and query at which a browser arrived, such as `/oauth/us?code=…&state=…`. They hold a code:
/// never log them.
#[derive(Clone)]
pub struct Returns(Arc<dyn Fn(String) -> Handed + Send + Sync>);

impl Returns {
    /// `take` is called for every arrival, also for those that somebody made up, and says whether a try waited for it.
    pub fn new<F, R>(take: F) -> Self
    where
        F: Fn(String) -> R + Send + Sync + 'static,
        R: Future<Output = bool> + Send + 'static,
    {
        Self(Arc::new(move |path_and_query| Box::pin(take(path_and_query))))
    }

    pub(crate) async fn hand_in(&self, path_and_query: String) -> bool {
        (self.0)(path_and_query).await
    }
}
