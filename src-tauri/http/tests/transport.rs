//! Every way in which an exchange can break, over real sockets.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use http_client::{Http, Kind, Limits, Outcome};
use reqwest::Method;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(5),
        read: Duration::from_millis(100),
        total: Duration::from_secs(30),
        body: 1_000,
    }
}

/// Serves one connection: reads the request, writes `answer`, and then keeps the line open or cuts it.
async fn server(answer: String, stays_open: bool) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        read_request(&mut stream).await;
        stream.write_all(answer.as_bytes()).await.expect("a reader");
        if stays_open {
            std::future::pending::<()>().await;
        }
    });
    format!("http://{address}/").parse().expect("an address")
}

async fn read_request(stream: &mut TcpStream) {
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).await.expect("a request") == 0 {
            return;
        }
        seen.push(byte[0]);
    }
}

async fn outcome_of(url: Url) -> Result<(u16, String), Kind> {
    let http = Http::new(&url, limits()).expect("TLS");
    let answer = http.send(http.request(Method::GET, url)).await?;
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    Ok((answer.status(), body))
}

#[tokio::test]
async fn a_complete_answer_is_given_back_whatever_its_status() {
    let answer = "HTTP/1.1 503 X\r\ncontent-length: 2\r\n\r\nno".to_owned();
    let got = outcome_of(server(answer, true).await).await;
    assert_eq!(got, Ok((503, "no".to_owned())));
}

#[tokio::test]
async fn a_refused_connection_carried_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let got = outcome_of(format!("http://{address}/").parse().expect("an address")).await;
    assert_eq!(got, Err(Kind::Unreachable));
    assert_eq!(Kind::Unreachable.outcome(), Outcome::NotApplied);
}

#[tokio::test]
async fn a_failed_tls_handshake_carried_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        // Its first byte read, so that the answer is not lost in a reset.
        let _ = stream.read(&mut [0; 4_096]).await;
        let _ = stream.write_all(b"HTTP/1.1 400 X\r\n\r\n").await;
    });
    let url = format!("https://{address}/").parse().expect("an address");
    assert_eq!(outcome_of(url).await, Err(Kind::Unreachable));
}

/// The certificate is right in all but that nobody vouches for it. Its key opens nothing else.
#[tokio::test]
async fn s21_a_certificate_that_nobody_vouches_for_is_refused_before_a_byte_is_sent() {
    let certificate = include_bytes!("self-signed/certificate.der").as_slice().into();
    let key = include_bytes!("self-signed/key.der")
        .as_slice()
        .try_into()
        .expect("PKCS #8");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate], key))
        .expect("a certificate and its key");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let heard = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a connection");
        let session = ServerConnection::new(Arc::new(config)).expect("a session");
        let mut stream = StreamOwned::new(session, stream);
        let mut request = [0; 4_096];
        let heard = stream.read(&mut request).unwrap_or_default();
        let _ = stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        heard
    });
    let url = format!("https://{address}/").parse().expect("an address");
    assert_eq!(outcome_of(url).await, Err(Kind::Untrusted));
    assert_eq!(heard.join().expect("no panic"), 0);
}

#[tokio::test]
async fn silence_is_a_time_out_before_and_within_an_answer() {
    for answer in ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"] {
        let got = outcome_of(server(answer.to_owned(), true).await).await;
        assert_eq!(got, Err(Kind::TimedOut), "{answer:?}");
    }
}

#[tokio::test]
async fn a_broken_line_is_a_cut_before_and_within_an_answer() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
        "HTTP/1.1 201 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ] {
        let got = outcome_of(server(answer.to_owned(), false).await).await;
        assert_eq!(got, Err(Kind::Cut), "{answer:?}");
    }
}

#[tokio::test]
async fn a_body_above_the_cap_is_not_read() {
    for length in ["content-length: 1001\r\n", ""] {
        let answer = format!("HTTP/1.1 200 OK\r\n{length}\r\n{}", "x".repeat(1_001));
        let got = outcome_of(server(answer, true).await).await;
        assert_eq!(got, Err(Kind::TooLarge), "{length:?}");
    }
}

#[tokio::test]
async fn s21_d11_no_redirect_is_followed() {
    let answer = "HTTP/1.1 302 X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let url = server(answer.to_owned(), true).await;
    assert_eq!(outcome_of(url).await, Ok((302, String::new())));
}
