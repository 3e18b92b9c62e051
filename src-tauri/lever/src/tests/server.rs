//! A server whose answers a test writes by hand, and which remembers what it was asked.

use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::http::{self, Response};
use axum::{Router, extract};
use model::{DataCentre, LeverPlace, Place, Secret};
use serde_json::Value;

use crate::{Auth, Client};

pub struct Request {
    pub method: String,
    /// Path and query as they came over the wire.
    pub target: String,
    pub authorization: String,
    pub body: String,
}

impl Request {
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub type Reply = Response<String>;

/// A JSON answer.
#[allow(
    clippy::needless_pass_by_value,
    reason = "texts and values alike, without a sign at every caller"
)]
pub fn reply(status: u16, body: impl ToString) -> Reply {
    Response::builder()
        .status(status)
        .header("content-type", "application/json; charset=utf-8")
        .body(body.to_string())
        .unwrap()
}

/// The same with one more header.
pub fn with_header(mut reply: Reply, name: &'static str, value: &str) -> Reply {
    reply.headers_mut().insert(name, value.parse().unwrap());
    reply
}

#[derive(Clone)]
pub struct Server {
    pub root: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// `answer` sees each request and how many came before it.
    pub async fn start(answer: impl Fn(&Request, usize) -> Reply + Clone + Send + Sync + 'static) -> Self {
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let seen = requests.clone();
        let app = Router::new().fallback(move |request: extract::Request| {
            let (seen, answer) = (seen.clone(), answer.clone());
            async move {
                let request = read(request).await;
                let mut seen = seen.lock().unwrap();
                let reply = answer(&request, seen.len());
                seen.push(request);
                reply.map(Body::from)
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { root, requests }
    }

    pub fn place(&self) -> LeverPlace {
        Place::custom(&self.root, &self.root).unwrap().lever(DataCentre::Custom)
    }

    pub fn client(&self) -> Client {
        Client::new(self.place(), Auth::ApiKey(Secret::new("planted-key"))).unwrap()
    }

    /// Method and target of every request so far.
    pub fn lines(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(Request::line).collect()
    }

    /// Looks at one request.
    pub fn request<T>(&self, n: usize, look: impl Fn(&Request) -> T) -> T {
        look(&self.requests.lock().unwrap()[n])
    }
}

async fn read(request: extract::Request) -> Request {
    let (parts, body) = request.into_parts();
    let header = |name: http::HeaderName| {
        let value = parts.headers.get(name);
        value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    };
    let body = to_bytes(body, 1 << 20).await.unwrap();
    Request {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        authorization: header(http::header::AUTHORIZATION),
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}
