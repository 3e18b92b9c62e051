//! One request, one answer.

use std::time::Duration;

use model::{Code, Failure};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Response};
use url::{Host, Url};

use crate::{Answer, Kind};

/// How long a call may take and how much it may bring (`reliability.md` rule 16).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Until there is a connection, TLS included.
    pub connect: Duration,
    /// Between two pieces of the answer, the first included.
    pub read: Duration,
    /// For the whole call.
    pub total: Duration,
    /// Bytes of a body.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(15),
            total: Duration::from_secs(30),
            body: 4 << 20,
        }
    }
}

/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(4);

/// A pool of connections to one API.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    limits: Limits,
}

impl Http {
    /// Connections to `base`, through the system's proxy – except to loopback, which no proxy can reach for us.
    ///
    /// # Errors
    /// `APP-INTERNAL` if TLS cannot be set up on this computer.
    pub fn new(base: &Url, limits: Limits) -> Result<Self, Failure> {
        // Somebody in this process may have installed it already; theirs is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("refapp-lever/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(limits.connect)
            .read_timeout(limits.read)
            .timeout(limits.total)
            // A request that meets the closing of an idle connection has an unknown outcome. Many servers close
            // after 5 seconds; we let go first.
            .pool_idle_timeout(IDLE);
        if is_loopback(base) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|_| Code::AppInternal)?;
        Ok(Self { client, limits })
    }

    /// Begins a request.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends a request and reads its answer to the end. It is sent once: the pool repeats only what it certainly
    /// never sent.
    ///
    /// # Errors
    /// The kinds of failure that have no status: `Unreachable`, `TimedOut`, `Cut`, `TooLarge`.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, Kind> {
        let response = request.send().await.map_err(|error| classify(&error))?;
        let (url, status) = (response.url().clone(), response.status().as_u16());
        let headers = response.headers().clone();
        let body = self.read(response).await?;
        Ok(Answer {
            url,
            status,
            headers,
            body,
        })
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, Kind> {
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| match classify(&error) {
            Kind::TimedOut => Kind::TimedOut,
            _ => Kind::Cut,
        })? {
            if body.len() + piece.len() > self.limits.body {
                return Err(Kind::TooLarge);
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

/// `is_connect` comes first: a connection that did not come about in time carried nothing either. Nor did a
/// request that could not even be built.
fn classify(error: &reqwest::Error) -> Kind {
    if error.is_connect() || error.is_builder() {
        Kind::Unreachable
    } else if error.is_timeout() {
        Kind::TimedOut
    } else {
        Kind::Cut
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
