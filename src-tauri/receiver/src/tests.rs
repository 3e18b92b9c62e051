//! The whole server over real sockets, with set answers in the engine's place.

#![allow(clippy::unwrap_used)]

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::Taken;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use crate::Returns;
use crate::connections::{self, Bounds};
use crate::door::Door;
use crate::routes::router_with;

/// What was handed in: kind, path, authorisation, body.
type Seen = (&'static str, String, Option<String>, Vec<u8>);

#[derive(Clone, Default)]
struct Scripted {
    seen: Arc<Mutex<Vec<Seen>>>,
    ready: Arc<Mutex<Vec<(String, bool)>>>,
    /// A webhook to `slow` says that it is there and waits to be let go.
    arrived: Arc<Notify>,
    go: Arc<Notify>,
}

impl Door for Scripted {
    fn knows(&self, path: &str) -> bool {
        ["good", "again", "full", "slow"].contains(&path)
    }

    async fn webhook(&self, path: &str, body: &[u8]) -> Taken {
        let seen = ("webhook", path.to_owned(), None, body.to_vec());
        self.seen.lock().unwrap().push(seen);
        match path {
            _ if body == b"forged" => Taken::Refused,
            "good" => Taken::Stored,
            "again" => Taken::Known,
            "full" => Taken::Unavailable,
            "slow" => {
                self.arrived.notify_one();
                self.go.notified().await;
                Taken::Stored
            }
            unknown => panic!("handed in: {unknown}"),
        }
    }

    async fn update(&self, path: &str, authorization: Option<&str>, body: &[u8]) -> Taken {
        let authorization = authorization.map(str::to_owned);
        let right = path == "good" && authorization.as_deref() == Some("Bearer right");
        let seen = ("update", path.to_owned(), authorization, body.to_vec());
        self.seen.lock().unwrap().push(seen);
        if right { Taken::Stored } else { Taken::Refused }
    }

    fn readiness(&self) -> Vec<(String, bool)> {
        self.ready.lock().unwrap().clone()
    }

    fn echo(&self, nonce: &str) -> Option<String> {
        (nonce == "asked").then(|| "here".to_owned())
    }
}

struct Running {
    address: SocketAddr,
    door: Scripted,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Bounds that no test reaches unless it sets out to.
    const PATIENT: Bounds = Bounds {
        head: Duration::from_secs(3_600),
        life: Duration::from_secs(3_600),
        farewell: Duration::from_secs(3_600),
        connections: 64,
    };

    async fn start() -> Self {
        Self::with(Self::PATIENT, Duration::from_secs(3_600), None).await
    }

    async fn with(bounds: Bounds, body: Duration, returns: Option<Returns>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let door = Scripted::default();
        let (stop, stopped) = oneshot::channel();
        let routes = router_with(door.clone(), returns, body);
        let served = tokio::spawn(connections::serve(listener, routes, bounds, async move {
            let _ = stopped.await;
        }));
        Self {
            address,
            door,
            stop: Some(stop),
            served,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends one request and reads until the server closes.
    async fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect().await;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        Answer::read(&mut stream).await
    }

    fn seen(&self) -> Vec<Seen> {
        self.door.seen.lock().unwrap().clone()
    }
}

#[derive(PartialEq, Eq, Debug)]
struct Answer {
    status: u16,
    /// Without `date` and `connection`.
    headers: Vec<String>,
    body: String,
}

impl Answer {
    async fn read(stream: &mut TcpStream) -> Self {
        let mut text = Vec::new();
        in_time(stream.read_to_end(&mut text)).await.unwrap();
        let text = String::from_utf8(text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
        let mut lines = head.lines();
        let status = lines.next().unwrap()[9..12].parse().unwrap();
        let headers = lines
            .map(str::to_ascii_lowercase)
            .filter(|line| !line.starts_with("date:") && !line.starts_with("connection:"))
            .collect();
        Self {
            status,
            headers,
            body: body.to_owned(),
        }
    }
}

/// A server that waits where it should not fails the test rather than holding it up.
async fn in_time<T>(what: impl Future<Output = T>) -> T {
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, what).await.expect("it comes in time")
}

/// How every refusal looks.
fn refusal() -> Answer {
    Answer {
        status: 404,
        headers: vec!["content-length: 0".to_owned()],
        body: String::new(),
    }
}

#[tokio::test]
async fn a_webhook_is_handed_in_with_its_path_and_whole_body() {
    let server = Running::start().await;
    let answer = server.ask("POST", "/lever/good", "", b"{\"a\":1}").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(server.ask("POST", "/lever/again", "", b"{}").await.status, 200);
    assert_eq!(
        server.seen(),
        [
            ("webhook", "good".to_owned(), None, b"{\"a\":1}".to_vec()),
            ("webhook", "again".to_owned(), None, b"{}".to_vec()),
        ]
    );
}

#[tokio::test]
async fn d09_what_could_not_be_stored_is_answered_503_without_a_word() {
    let server = Running::start().await;
    let answer = server.ask("POST", "/lever/full", "", b"{}").await;
    assert_eq!((answer.status, answer.body.as_str()), (503, ""));
}

#[tokio::test]
async fn an_update_comes_by_put_patch_or_post_with_its_bearer() {
    let server = Running::start().await;
    for method in ["PUT", "PATCH", "POST"] {
        let answer = server
            .ask(method, "/refapp/good", "Authorization: Bearer right\r\n", b"{}")
            .await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "{}"), "{method}");
    }
    assert_eq!(server.seen()[0].2.as_deref(), Some("Bearer right"));
}

#[tokio::test]
async fn d08_d09_every_refusal_is_like_every_other() {
    let server = Running::start().await;
    let big = vec![b' '; (256 << 10) + 1];
    let cases: [(&str, &str, &str, &[u8]); 14] = [
        ("POST", "/lever/unknown", "", b"{}"),
        ("POST", "/lever/good/more", "", b"{}"),
        ("POST", "/lever/%ff", "", b"{}"),
        ("POST", "/lever/", "", b"{}"),
        ("POST", "/lever/good", "", &big),
        ("POST", "/refapp/good", "Authorization: Bearer right\r\n", &big),
        ("GET", "/lever/good", "", b""),
        ("DELETE", "/refapp/good", "", b""),
        ("PUT", "/refapp/good", "Authorization: Bearer wrong\r\n", b"{}"),
        ("PUT", "/refapp/good", "", b"{}"),
        ("GET", "/echo/not-asked", "", b""),
        ("GET", "/oauth/us?code=c&state=s", "", b""),
        ("POST", "/healthz", "", b""),
        ("GET", "/.env", "", b""),
    ];
    for (method, path, headers, body) in cases {
        let answer = server.ask(method, path, headers, body).await;
        assert_eq!(answer, refusal(), "{method} {path}");
    }
}

/// The time that a refusal takes would tell a known path from an unknown one.
#[tokio::test]
async fn d08_an_unknown_path_is_refused_when_its_body_is_read_and_not_before() {
    let server = Running::start().await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /lever/unknown HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{")
        .await
        .unwrap();
    // A moment in which it would be refused.
    let moment = Duration::from_millis(100);
    assert!(tokio::time::timeout(moment, stream.readable()).await.is_err());
    stream.write_all(b"}").await.unwrap();
    assert_eq!(Answer::read(&mut stream).await, refusal());
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn d01_a_body_that_is_too_big_is_never_handed_in_and_the_limit_itself_is() {
    let server = Running::start().await;
    let limit = vec![b' '; 256 << 10];
    assert_eq!(server.ask("POST", "/lever/good", "", &limit).await.status, 200);
    assert_eq!(server.seen().len(), 1);

    // Without a length, and far beyond what is read to be polite.
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /lever/good HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await
        .unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    while stream.write_all(&chunk).await.is_ok() {}
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn health_names_who_is_not_ready_and_nothing_else() {
    let server = Running::start().await;
    let healthy = server.ask("GET", "/healthz", "", b"").await;
    assert_eq!((healthy.status, healthy.body.as_str()), (200, "ok"));

    let states = [("main", true), ("second", false), ("third", false)];
    *server.door.ready.lock().unwrap() = states.map(|(n, r)| (n.to_owned(), r)).to_vec();
    let waiting = server.ask("GET", "/healthz", "", b"").await;
    assert_eq!(waiting.status, 503);
    assert_eq!(waiting.body, "not ready: second, third");

    *server.door.ready.lock().unwrap() = vec![("main".to_owned(), true)];
    assert_eq!(server.ask("GET", "/healthz", "", b"").await.status, 200);
}

#[tokio::test]
async fn the_echo_answers_the_nonce_that_was_asked() {
    let server = Running::start().await;
    let answer = server.ask("GET", "/echo/asked", "", b"").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "here"));
}

/// A server to which browsers come back, and those that did. A try waits for the state `s`.
async fn with_returns() -> (Running, Arc<Mutex<Vec<String>>>) {
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let returns = Returns::new({
        let arrivals = Arc::clone(&arrivals);
        move |arrival: String| {
            let wanted = arrival.ends_with("state=s");
            arrivals.lock().unwrap().push(arrival);
            async move { wanted }
        }
    });
    let server = Running::with(Running::PATIENT, Duration::from_secs(3_600), Some(returns)).await;
    (server, arrivals)
}

#[tokio::test]
async fn a_browser_that_comes_back_is_handed_on_and_told_nothing() {
    let (server, arrivals) = with_returns().await;
    let right = server.ask("GET", "/oauth/eu?code=c&state=s", "", b"").await;
    let wrong = server.ask("GET", "/oauth/mars?state=%ff", "", b"").await;
    assert_eq!(right, wrong);
    assert_eq!(right.status, 200);
    assert!(right.headers.contains(&"referrer-policy: no-referrer".to_owned()));
    assert_eq!(
        *arrivals.lock().unwrap(),
        ["/oauth/eu?code=c&state=s", "/oauth/mars?state=%ff"]
    );
}

#[tokio::test]
async fn returns_that_nobody_waited_for_are_bounded_and_those_of_others_are_not() {
    let (server, arrivals) = with_returns().await;
    let from = |address: &str| format!("X-Forwarded-For: {address}\r\n");
    let (noisy, other) = (from("203.0.113.9"), from("203.0.113.10"));
    let back = async |state: &str, from: &str| server.ask("GET", &format!("/oauth/us?state={state}"), from, b"").await;
    // Wrongs are forgiven with time, so that the limit is reached after the hundredth or a little later.
    while back("made-up", &noisy).await.status == 200 {
        assert!(arrivals.lock().unwrap().len() < 10_000, "the limit is never reached");
    }
    assert!(arrivals.lock().unwrap().len() >= 100);
    arrivals.lock().unwrap().clear();
    for _ in 0..150 {
        assert_eq!(back("s", &other).await.status, 200);
    }
    assert_eq!(arrivals.lock().unwrap().len(), 150);
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let server = Running::start().await;
    let mut stream = server.connect().await;
    let request = b"POST /lever/good HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
    for _ in 0..3 {
        stream.write_all(request).await.unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).await.unwrap();
        assert_eq!(&start, b"HTTP/1.1 200");
        // The rest of the head; there is no body.
        let mut end = Vec::new();
        while !end.ends_with(b"\r\n\r\n") {
            end.push(stream.read_u8().await.unwrap());
        }
    }
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn d02_a_head_that_does_not_end_is_cut_off() {
    let bounds = Bounds {
        head: Duration::from_millis(50),
        ..Running::PATIENT
    };
    let server = Running::with(bounds, Duration::from_secs(3_600), None).await;
    for start in ["", "POST /lever/good HT", "POST /lever/good HTTP/1.1\r\nHost: x\r\n"] {
        let mut stream = server.connect().await;
        stream.write_all(start.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // Ends only when the server closes.
        let _ = in_time(stream.read_to_end(&mut answer)).await;
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{start}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn d01_a_head_that_is_too_big_is_cut_off() {
    let server = Running::start().await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /lever/good HTTP/1.1\r\nHost: x\r\n")
        .await
        .unwrap();
    while stream
        .write_all(b"X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")
        .await
        .is_ok()
    {}
    assert!(server.seen().is_empty());

    // Few and long ones count as many short ones do: 8 KiB are borne, 32 KiB are not.
    let long = |kib: usize| format!("X-Long: {}\r\n", "a".repeat(kib << 10));
    assert_eq!(server.ask("POST", "/lever/good", &long(8), b"{}").await.status, 200);
    let mut stream = server.connect().await;
    let head = format!(
        "POST /lever/good HTTP/1.1\r\nHost: x\r\n{}Content-Length: 2\r\n\r\n{{}}",
        long(32)
    );
    let _ = stream.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = in_time(stream.read_to_end(&mut answer)).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn d02_a_body_that_does_not_end_is_refused() {
    let patient = Running::PATIENT;
    let server = Running::with(patient, Duration::from_millis(50), None).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /lever/good HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        .await
        .unwrap();
    assert_eq!(Answer::read(&mut stream).await, refusal());
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_body_that_is_cut_is_never_handed_in() {
    let server = Running::start().await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /lever/good HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{}")
        .await
        .unwrap();
    stream.shutdown().await.unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"HTTP/1.1 200"));
    assert!(server.seen().is_empty());
}

/// So many wrong guesses that the limit is not reached again for minutes.
async fn guess_far_too_often(server: &Running, from: &str) {
    for _ in 0..300 {
        assert_eq!(server.ask("GET", "/.env", from, b"").await, refusal());
    }
}

#[tokio::test]
async fn d10_a_guess_of_who_guesses_too_often_is_refused_unread() {
    let server = Running::start().await;
    let from = "X-Forwarded-For: 203.0.113.9\r\n";
    guess_far_too_often(&server, from).await;
    let mut stream = server.connect().await;
    let head = format!("POST /lever/wrong HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{from}Content-Length: 2\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    // The body never comes, and this server has an hour's patience with bodies that it reads.
    assert_eq!(Answer::read(&mut stream).await, refusal());
}

/// After a Disconnect our old webhook may stay behind at Lever: it calls the path of the new one, from the same address,
/// and signs with a token that we have forgotten.
#[tokio::test]
async fn d10_whoever_knows_a_path_is_heard_however_often_something_was_wrong() {
    let server = Running::start().await;
    let from = "X-Forwarded-For: 203.0.113.9\r\n";
    let wrong = format!("{from}Authorization: Bearer wrong\r\n");
    let right = format!("{from}Authorization: Bearer right\r\n");
    for _ in 0..150 {
        assert_eq!(server.ask("POST", "/lever/good", from, b"forged").await, refusal());
        assert_eq!(server.ask("PUT", "/refapp/good", &wrong, b"{}").await, refusal());
        assert_eq!(server.ask("POST", "/lever/unknown", from, b"{}").await, refusal());
    }
    assert_eq!(server.ask("POST", "/lever/good", from, b"{}").await.status, 200);
    assert_eq!(server.ask("PUT", "/refapp/good", &right, b"{}").await.status, 200);
}

#[tokio::test]
async fn a_connection_beyond_the_bound_waits_for_one_to_end() {
    let bounds = Bounds {
        connections: 1,
        ..Running::PATIENT
    };
    let server = Running::with(bounds, Duration::from_secs(3_600), None).await;
    let mut first = server.connect().await;
    first
        .write_all(b"POST /lever/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
        .await
        .unwrap();
    server.door.arrived.notified().await;
    let mut second = server.connect().await;
    second
        .write_all(b"POST /lever/good HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
        .await
        .unwrap();
    // A moment in which it would be answered if it were let in.
    let moment = Duration::from_millis(100);
    assert!(tokio::time::timeout(moment, second.readable()).await.is_err());
    assert_eq!(server.seen().len(), 1);
    server.door.go.notify_one();
    assert_eq!(Answer::read(&mut first).await.status, 200);
    assert_eq!(Answer::read(&mut second).await.status, 200);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_connection_that_lives_too_long_is_ended() {
    let bounds = Bounds {
        life: Duration::from_millis(20),
        ..Running::PATIENT
    };
    let server = Running::with(bounds, Duration::from_secs(3_600), None).await;
    let mut stream = server.connect().await;
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn shutdown_lets_the_request_under_way_end_and_closes_the_idle() {
    let mut server = Running::start().await;
    let mut idle = server.connect().await;
    let mut busy = server.connect().await;
    busy.write_all(b"POST /lever/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        .await
        .unwrap();
    server.door.arrived.notified().await;
    server.stop.take().unwrap().send(()).unwrap();
    // Closed without an answer: proof that the server is shutting down.
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0);
    server.door.go.notify_one();
    assert_eq!(Answer::read(&mut busy).await.status, 200);
    server.served.await.unwrap().unwrap();
}
