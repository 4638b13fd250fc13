//! Running a built server until it is told to stop.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::KeepAlive;
use tokio_util::sync::CancellationToken;

use crate::http::client_address::TrustedProxyHops;
use crate::stop::Background;
use crate::traces::Traces;

/// How many connections may wait to be taken, as far as the system allows.
const BACKLOG: i32 = 1024;
/// How many connections one thread of a server serves at once; more wait to be taken. What one
/// holds in memory is a request's head and body at most.
pub const CONNECTIONS_A_WORKER: usize = 2048;
/// How long a client may take to send a request's head.
pub const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// How long a router's connection is kept without a request. Longer than a router keeps one
/// (Heroku's: 90 s), so that the other side is the one that closes it: actix looks at this clock
/// before it looks for bytes, and a busy worker would close a connection on which a request is
/// waiting already.
const KEEP_ALIVE: Duration = Duration::from_secs(95);
/// How long a client may leave bytes of an answer unread, or its machine silent, before the
/// connection is closed.
const UNREAD_LIMIT: Duration = Duration::from_secs(20);

/// For how long a connection is kept for a further request: not at all where clients connect to us
/// themselves. actix limits the time for the first head of a connection ([`HEAD_LIMIT`]) and not
/// for those after it, so that somebody could keep one by sending a byte now and then. A router
/// waits for the whole head before it sends any of it on.
#[must_use]
pub fn keep_alive(hops: TrustedProxyHops) -> KeepAlive {
    if hops.0 == 0 { KeepAlive::Disabled } else { KeepAlive::Timeout(KEEP_ALIVE) }
}

/// Listens on every address; port 0 takes any that is free.
///
/// # Errors
/// Where the port is taken or not allowed.
pub fn listen(port: u16) -> std::io::Result<TcpListener> {
    listen_with(port, UNREAD_LIMIT)
}

/// The same with another limit for clients that do not read.
///
/// # Errors
/// Where the port is taken or not allowed.
pub fn listen_with(port: u16, unread: Duration) -> std::io::Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let socket = socket2::SockRef::from(&listener);
    socket.listen(BACKLOG)?;
    // Connections that are taken inherit it. Only Linux can; elsewhere a client that does not
    // read keeps its connection, which [`CONNECTIONS_A_WORKER`] bounds.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(unread))?;
    #[cfg(not(target_os = "linux"))]
    let _ = unread;
    Ok(listener)
}

/// Serves until `stop` is cancelled; then takes nothing new, lets requests and `background` work
/// finish, sends the last traces, and returns.
///
/// # Errors
/// Where the server fails.
pub async fn run_until_stopped(
    server: Server,
    stop: CancellationToken,
    background: Background,
    traces: Traces,
) -> std::io::Result<()> {
    let handle = server.handle();
    let stopper = tokio::spawn(async move {
        stop.cancelled().await;
        handle.stop(true).await;
    });
    let result = server.await;
    stopper.abort();
    background.finish().await;
    traces.finish().await;
    result
}
