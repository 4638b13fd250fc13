//! Running a built server until it is told to stop.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use actix_web::dev::Server;
use tokio_util::sync::CancellationToken;

use crate::stop::Background;

/// Listens on every address; port 0 takes any that is free.
///
/// # Errors
/// Where the port is taken or not allowed.
pub fn listen(port: u16) -> std::io::Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves until `stop` is cancelled; then takes nothing new, lets requests and `background` work
/// finish, and returns.
///
/// # Errors
/// Where the server fails.
pub async fn run_until_stopped(
    server: Server,
    stop: CancellationToken,
    background: Background,
) -> std::io::Result<()> {
    let handle = server.handle();
    let stopper = tokio::spawn(async move {
        stop.cancelled().await;
        handle.stop(true).await;
    });
    let result = server.await;
    stopper.abort();
    background.finish().await;
    result
}
