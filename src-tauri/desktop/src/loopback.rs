//! The loopback redirect: an ear on 127.0.0.1 for the one request with which the browser comes back from Lever,
//! where the system does not deliver deep links (RFC 8252 §7.3, with fixed ports because Lever matches the whole
//! address, `lever-api.md §2.3`).

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use model::DataCentre;
use tokio::sync::{mpsc, oneshot};
use url::Url;

/// The registered ports. A program of another user or an earlier try may hold one.
pub const PORTS: [u16; 3] = [47811, 47812, 47813];

/// How long a person may take at Lever's consent page.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// The redirect address that an OAuth client must have registered. The path tells the data centres apart, so that
/// an answer of one cannot be taken for an answer of another (RFC 9700 §4.4).
pub fn address(port: u16, data_centre: DataCentre) -> String {
    format!("http://127.0.0.1:{port}/oauth/{}", data_centre.word())
}

/// Takes the first of `ports` that is free.
pub fn bind(ports: &[u16]) -> Option<TcpListener> {
    let listener = ports
        .iter()
        .find_map(|&port| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).ok())?;
    listener.set_nonblocking(true).ok()?;
    Some(listener)
}

/// Waits for the one request that matches, hands its full address over and closes the ear; closes it after five
/// minutes in any case.
pub async fn wait(listener: TcpListener, data_centre: DataCentre, returned: mpsc::UnboundedSender<Url>) {
    let served = async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let expected = Url::parse(&address(listener.local_addr()?.port(), data_centre))
            .expect("the address is built from a number and a word");
        let (done, taken) = oneshot::channel();
        let ear = Ear {
            expected,
            returned,
            done: Arc::new(Mutex::new(Some(done))),
        };
        axum::serve(listener, Router::new().fallback(answer).with_state(ear))
            .with_graceful_shutdown(async {
                // An error means that the ear is gone, which closes it just as well.
                let _ = taken.await;
            })
            .await
    };
    match tokio::time::timeout(PATIENCE, served).await {
        Ok(Ok(())) => tracing::info!("the browser came back by loopback"),
        Ok(Err(error)) => tracing::warn!(%error, "the loopback redirect failed"),
        Err(_) => tracing::info!("nobody came back by loopback"),
    }
}

#[derive(Clone)]
struct Ear {
    expected: Url,
    returned: mpsc::UnboundedSender<Url>,
    /// Taken by the request that matches.
    done: Arc<Mutex<Option<oneshot::Sender<()>>>>,
}

async fn answer(State(ear): State<Ear>, headers: HeaderMap, request: Request) -> Response {
    let Some(url) = ear.matching(&headers, &request) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let first = ear.done.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(done) = first else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let _ = ear.returned.send(url);
    let _ = done.send(());
    page(&headers)
}

impl Ear {
    /// The full address, if this is the browser on its way back: a GET (browsers also probe with HEAD and ask for
    /// an icon), the exact path, our own address as host (a name that was made to point here is not), an answer in
    /// the query.
    fn matching(&self, headers: &HeaderMap, request: &Request) -> Option<Url> {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        let url = Url::parse(&format!("http://{host}{}", request.uri())).ok()?;
        let ours = request.method() == Method::GET
            && url.origin() == self.expected.origin()
            && url.path() == self.expected.path()
            && url.query().is_some_and(|query| !query.is_empty());
        ours.then_some(url)
    }
}

/// Of the page below: in the middle, in the browser's own theme.
const STYLE: &str = "\
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { display: grid; place-content: center; justify-items: center; min-height: 90vh; margin: 0; padding: 1rem }
h1 { margin: 0; font-size: 1.375rem }
p { max-width: 32rem; text-align: center }";

/// The only page that this app serves to a browser: no script, nothing to load, nothing kept. It promises nothing: Lever's
/// answer may be a no.
fn page(headers: &HeaderMap) -> Response {
    let swedish = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|languages| languages.to_ascii_lowercase().starts_with("sv"));
    let (language, text) = if swedish {
        (
            "sv",
            "Lever har svarat. Gå tillbaka till Refapp for Lever och välj Anslut. Det här fönstret kan stängas.",
        )
    } else {
        (
            "en",
            "Lever has answered. Go back to Refapp for Lever and choose Connect. This window can be closed.",
        )
    };
    let page = format!(
        "<!doctype html><html lang=\"{language}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Refapp for Lever</title><style>{STYLE}</style>\
         <h1>Refapp for Lever</h1><p>{text}</p>"
    );
    let headers = [
        // Nothing in the page comes from outside, so its one style needs no proof.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'",
        ),
        (header::CACHE_CONTROL, "no-store"),
        // The code is in this page's address.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONNECTION, "close"),
    ];
    (headers, Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    /// Says `request` to the port and reads the answer to its end.
    async fn say(port: u16, request: String) -> String {
        tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        })
        .await
        .unwrap()
    }

    fn request(method: &str, host: &str, target: &str, language: &str) -> String {
        format!(
            "{method} {target} HTTP/1.1\r\nHost: {host}\r\nAccept-Language: {language}\r\nConnection: close\r\n\r\n"
        )
    }

    #[tokio::test]
    async fn s06_one_matching_request_is_taken_and_then_the_ear_is_closed() {
        let listener = bind(&[0]).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (returned, mut urls) = mpsc::unbounded_channel();
        let ear = tokio::spawn(wait(listener, DataCentre::Us, returned));

        let here = format!("127.0.0.1:{port}");
        for (method, host, target) in [
            ("GET", here.as_str(), "/favicon.ico"),
            ("GET", here.as_str(), "/oauth/us"),
            ("GET", here.as_str(), "/oauth/eu?code=1&state=2"),
            ("GET", here.as_str(), "/oauth/us/?code=1&state=2"),
            ("HEAD", here.as_str(), "/oauth/us?code=1&state=2"),
            ("POST", here.as_str(), "/oauth/us?code=1&state=2"),
            ("GET", "evil.example", "/oauth/us?code=1&state=2"),
        ] {
            let answer = say(port, request(method, host, target, "en")).await;
            assert!(answer.starts_with("HTTP/1.1 404"), "{method} {host}{target}: {answer}");
        }
        assert!(urls.try_recv().is_err());

        // One more that matches, and has not come to its end yet.
        let mut second = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let matching = request("GET", &here, "/oauth/us?code=3&state=4", "en");
        let (most, rest) = matching.split_at(matching.len() - 2);
        second.write_all(most.as_bytes()).unwrap();
        let rest = rest.to_owned();

        let answer = say(port, request("GET", &here, "/oauth/us?code=1&state=2", "sv-SE")).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("stänga"));
        assert!(!answer.contains("code=1"));
        assert_eq!(
            urls.recv().await.unwrap().as_str(),
            format!("http://127.0.0.1:{port}/oauth/us?code=1&state=2")
        );
        let answer = tokio::task::spawn_blocking(move || {
            // It may be closed already.
            let mut answer = String::new();
            let _ = second.write_all(rest.as_bytes());
            let _ = second.read_to_string(&mut answer);
            answer
        });
        assert!(!answer.await.unwrap().starts_with("HTTP/1.1 200"), "a second request");
        let closed = tokio::time::timeout(Duration::from_secs(10), ear).await;
        closed.expect("the ear is closed at once").unwrap();
        assert!(urls.recv().await.is_none());
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }

    #[test]
    fn s06_a_taken_port_leads_to_the_next_one() {
        let holder = bind(&[0]).unwrap();
        let taken = holder.local_addr().unwrap().port();
        assert!(bind(&[taken]).is_none());
        let next = bind(&[taken, 0]).unwrap().local_addr().unwrap();
        assert!(next.ip().is_loopback() && next.port() != taken);
    }

    #[tokio::test(start_paused = true)]
    async fn s06_nobody_comes_and_the_ear_is_closed_after_five_minutes() {
        let listener = bind(&[0]).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (returned, mut urls) = mpsc::unbounded_channel();
        let opened = tokio::time::Instant::now();
        wait(listener, DataCentre::Us, returned).await;
        assert_eq!(opened.elapsed().as_secs(), 5 * 60);
        assert!(urls.recv().await.is_none());
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
