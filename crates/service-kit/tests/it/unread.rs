//! A client that asks and does not read.

use std::io::ErrorKind;
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use service_kit::server;
use test_support::wait::eventually;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// More than any socket buffers.
const LONG: usize = 64 * 1024 * 1024;

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_the_answer_is_hung_up_on() {
    let listener = server::listen_with(0, Duration::from_millis(500)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = HttpServer::new(|| {
        let answer = async || HttpResponse::Ok().body(vec![b'x'; LONG]);
        App::new().default_service(web::to(answer))
    });
    let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
    let handle = server.handle();
    tokio::spawn(server);
    let mut client = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    eventually("the connection is closed", async || match client.try_write(b"x") {
        Ok(_) => None,
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        Err(_) => Some(()),
    })
    .await;
    handle.stop(false).await;
}
