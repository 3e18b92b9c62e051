//! One request, one answer.

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper_util::client::proxy::matcher::Matcher;
use model::{Code, Failure, Millis};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Response};
use rustls::CertificateError;
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
    /// What the other side's clock showed with its last answer, and when that was.
    seen: Arc<Mutex<Option<(Millis, Instant)>>>,
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
        Ok(Self {
            client,
            limits,
            seen: Arc::default(),
        })
    }

    /// Begins a request.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends a request and reads its answer to the end. It is sent once: the pool repeats only what it certainly
    /// never sent.
    ///
    /// # Errors
    /// The kinds of failure that have no status: `Unreachable`, `Untrusted`, `TimedOut`, `Cut`, `TooLarge`.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, Kind> {
        let response = request.send().await.map_err(|error| classify(&error))?;
        let (url, status) = (response.url().clone(), response.status().as_u16());
        let headers = response.headers().clone();
        let body = self.read(response).await?;
        let answer = Answer {
            url,
            status,
            headers,
            body,
        };
        if let Some(date) = answer.date() {
            *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, Instant::now()));
        }
        Ok(answer)
    }

    /// What the other side's clock shows now, by its last answer, to the second. Wrong after this computer has slept, until
    /// the next answer: ask right after one.
    pub fn their_clock(&self) -> Option<Millis> {
        let (date, at) = (*self.seen.lock().unwrap_or_else(PoisonError::into_inner))?;
        i64::try_from(at.elapsed().as_millis())
            .ok()
            .map(|since| date.plus(since))
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

/// Knocks at an address without credentials, once: whoever answers, whatever it is, is there. What their clock shows, if
/// they say so.
///
/// # Errors
/// As [`Http::send`]; `Unreachable` also if TLS cannot be set up on this computer.
pub async fn knock(url: &Url) -> Result<Option<Millis>, Kind> {
    let http = Http::new(url, Limits::default()).map_err(|_| Kind::Unreachable)?;
    let answer = http.send(http.request(Method::GET, url.clone())).await?;
    Ok(answer.date())
}

/// The proxy by which this computer reaches an address, as `host:port`: what the system or the environment says. Without
/// the name and the password that may belong to it.
pub fn proxy_for(url: &Url) -> Option<String> {
    if is_loopback(url) {
        return None;
    }
    let intercept = Matcher::from_system().intercept(&url.as_str().parse().ok()?)?;
    let (host, port) = (intercept.uri().host()?, intercept.uri().port_u16());
    Some(port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// `is_connect` comes first: a connection that did not come about in time carried nothing either. Nor did a
/// request that could not even be built.
fn classify(error: &reqwest::Error) -> Kind {
    if is_untrusted(error) {
        Kind::Untrusted
    } else if error.is_connect() || error.is_builder() {
        Kind::Unreachable
    } else if error.is_timeout() {
        Kind::TimedOut
    } else {
        Kind::Cut
    }
}

fn is_untrusted(error: &reqwest::Error) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) = error.downcast_ref() {
            return true;
        }
        // An error of I/O does not name what it is made of as its source.
        let made_of = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = made_of.map_or_else(|| error.source(), |made_of| Some(made_of));
    }
    false
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
