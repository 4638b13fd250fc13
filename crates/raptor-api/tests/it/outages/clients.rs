//! Clients that send or read slowly, or too much.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};

use crate::helpers::TestApp;

/// Longer than any limit of the service's, so that a client which is still there by then was
/// never hung up on.
const PATIENCE: Duration = Duration::from_secs(40);
/// How fast a slow client is.
const PACE: Duration = Duration::from_millis(100);

const BODY: &str = "host: x\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n{";

async fn connect(app: &TestApp) -> TcpStream {
    TcpStream::connect(app.client.address()).await.unwrap()
}

/// Sends `start` at once and then a byte now and then, until it is hung up on: what it was
/// answered.
async fn dribble(mut stream: TcpStream, start: String) -> String {
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    let mut pace = interval(PACE);
    let slow = async {
        stream.write_all(start.as_bytes()).await.unwrap();
        loop {
            tokio::select! {
                read = stream.read(&mut buffer) => match read {
                    Ok(0) | Err(_) => return,
                    Ok(count) => answer.extend_from_slice(&buffer[..count]),
                },
                _ = pace.tick() => if stream.write_all(b"x").await.is_err() { return },
            }
        }
    };
    timeout(PATIENCE, slow).await.unwrap_or_else(|_| panic!("still there: {start}"));
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_are_hung_up_on_and_others_are_served_meanwhile() {
    let app = TestApp::start().await;
    let mut slow = Vec::new();
    for (start, status) in [
        ("GET / HTTP/1.1\r\nhost: x\r\nx-slow: ".to_owned(), "408"),
        ("POST /api/auth/login/be".to_owned(), "408"),
        (format!("POST /api/auth/register/begin-with-token HTTP/1.1\r\n{BODY}"), "400"),
        (format!("POST /api/auth/login/begin HTTP/1.1\r\n{BODY}"), "400"),
        (format!("POST /api/internal/users/ghost-check HTTP/1.1\r\n{BODY}"), "401"),
        (format!("POST /api/auth/logout HTTP/1.1\r\n{BODY}"), ""),
        (format!("POST /nowhere HTTP/1.1\r\n{BODY}"), "404"),
        (format!("GET /healthz HTTP/1.1\r\n{BODY}"), "200"),
        // The head of a second request, after a first that was answered at once.
        ("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nx-slow: ".to_owned(), "200"),
    ] {
        // As many as would fill any pool of ours.
        for _ in 0..12 {
            let stream = connect(&app).await;
            let start = start.clone();
            slow.push((tokio::spawn(dribble(stream, start)), status));
        }
    }
    // One that says nothing at all, and one that had its answer and stays.
    for said in ["", "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"] {
        let mut silent = connect(&app).await;
        silent.write_all(said.as_bytes()).await.unwrap();
        let mut all = Vec::new();
        let closed = tokio::spawn(async move {
            let _ = timeout(PATIENCE, silent.read_to_end(&mut all)).await.expect("still there");
            String::from_utf8_lossy(&all).into_owned()
        });
        slow.push((closed, ""));
    }
    let mut served = 0;
    while !slow.iter().all(|(client, _)| client.is_finished()) {
        assert_eq!(app.client.login_begin().await.status, 200);
        assert_eq!(app.client.get("/readyz").await.status, 200);
        served += 1;
    }
    assert!(served > 10, "{served}");
    for (client, status) in slow {
        let answer = client.await.unwrap();
        assert!(answer.is_empty() || answer.contains(&format!("HTTP/1.1 {status}")), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_never_ends_is_hung_up_on_whatever_the_route() {
    let app = TestApp::start().await;
    let head = "host: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut asks: Vec<_> = [
        "POST /api/auth/register/begin-with-token",
        "POST /api/auth/register/verify-with-token",
        "POST /api/auth/register/report",
        "POST /api/auth/login/begin",
        "POST /api/auth/login/verify",
        "POST /api/auth/logout",
        "POST /walkthrough",
        "POST /api/internal/users/ghost-delete",
        "POST /nowhere",
        "GET /healthz",
        "GET /signup",
    ]
    .iter()
    .map(|line| {
        (format!("{line} HTTP/1.1\r\n{head}"), format!("10000\r\n{}\r\n", "x".repeat(65_536)))
    })
    .collect();
    asks.push(("GET / HTTP/1.1\r\nx-long: ".to_owned(), "x".repeat(65_536)));
    asks.push(("GET /".to_owned(), "x".repeat(65_536)));
    asks.push(("GET / HTTP/1.1\r\n".to_owned(), "x-many: 1\r\n".repeat(5000)));
    for (start, more) in asks {
        let mut stream = connect(&app).await;
        stream.write_all(start.as_bytes()).await.unwrap();
        // Without end: who goes on reading never gets rid of this client.
        let (mut reading, mut writing) = stream.split();
        let mut answer = Vec::new();
        let flood = async { while writing.write_all(more.as_bytes()).await.is_ok() {} };
        let both = async { tokio::join!(flood, reading.read_to_end(&mut answer)) };
        let ended = timeout(PATIENCE, both).await;
        assert!(ended.is_ok(), "it is read without end: {start}");
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.contains("HTTP/1.1 5"), "{start}: {answer}");
    }
    assert_eq!(app.client.login_begin().await.status, 200);
}
