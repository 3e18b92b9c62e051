//! Requests as the simulated services read them and answers as they give them: plain data, so that every service is a
//! function of the world and a request.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderMap, Response};
use serde_json::{Value, json};

/// A request, read to its end.
pub(crate) struct Inbound {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The query as it came, undecoded.
    pub(crate) raw_query: Option<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Inbound {
    pub(crate) fn query_one(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn query_all(&self, name: &str) -> Vec<&str> {
        self.query
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(crate) fn query_map(&self) -> BTreeMap<String, Vec<String>> {
        let mut map = BTreeMap::<String, Vec<String>>::new();
        for (key, value) in &self.query {
            map.entry(key.clone()).or_default().push(value.clone());
        }
        map
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Fields of a form body, or of a JSON object of strings.
    pub(crate) fn fields(&self) -> BTreeMap<String, String> {
        if let Some(Value::Object(object)) = self.json() {
            return object
                .into_iter()
                .filter_map(|(key, value)| Some((key, value.as_str()?.to_owned())))
                .collect();
        }
        url::form_urlencoded::parse(&self.body).into_owned().collect()
    }
}

/// An answer, not yet sent.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json; charset=utf-8".into())],
            body: body.to_string().into_bytes(),
        }
    }

    pub(crate) fn text(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.into())],
            body: body.into(),
        }
    }

    pub(crate) fn html(status: u16, body: String) -> Self {
        Self::text(status, "text/html; charset=utf-8", body)
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        self.respond(Body::from)
    }

    pub(crate) fn respond(self, body: impl FnOnce(Vec<u8>) -> Body) -> Response<Body> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response
            .body(body(self.body))
            .unwrap_or_else(|_| Response::new(Body::from("the simulator built an impossible answer")))
    }
}

/// What a service made of a request.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) effect: Option<Value>,
}

impl Outcome {
    pub(crate) fn of(answer: Answer) -> Self {
        Self { answer, effect: None }
    }

    pub(crate) fn with_effect(answer: Answer, effect: Value) -> Self {
        Self {
            answer,
            effect: Some(effect),
        }
    }
}

/// A refusal in Lever's envelope (lever-api.md §3).
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            code: "BadRequestError",
            message: message.into(),
        }
    }

    pub(crate) fn not_found(kind: &str, id: &str) -> Self {
        Self {
            status: 404,
            code: "ResourceNotFound",
            message: format!("{kind} {id} was not found"),
        }
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self {
            status: 403,
            code: "ForbiddenError",
            message: message.into(),
        }
    }

    pub(crate) fn answer(&self) -> Answer {
        Answer::json(self.status, &json!({"code": self.code, "message": self.message}))
    }
}

/// Text made safe for HTML, in content and in attributes.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
