//! Somebody on the wire between the services, who sends again what was answered.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Stage;
use crate::world::link::Tape;

/// Replays until it is over.
pub(super) async fn replay(stage: Arc<Stage>) {
    let mut dice = stage.dice("replayer");
    while !stage.is_over() {
        stage.pause(dice.millis(100, 500)).await;
        let (tape, doors) = match dice.chance(50) {
            true => (&stage.tapes.to_raptor, &stage.raptor_doors),
            false => (&stage.tapes.to_console, &stage.console_doors),
        };
        let Some(request) = take_newest(tape) else { continue };
        if let Some(bearer) = bearer(&request) {
            stage.notes.secret("a service token", &bearer);
        }
        let Some(door) = dice.pick(doors) else { return };
        let sent = tokio::time::timeout(Duration::from_secs(5), send(door, &request)).await;
        match sent.ok().flatten() {
            Some(401) => stage.notes.count("replays refused"),
            // Its database is away: nothing was let in.
            None | Some(500..) => stage.notes.count("replays without a clear answer"),
            Some(status) => {
                let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
                let line = String::from_utf8_lossy(line).into_owned();
                let words = format!("`{line}` was sent to {door} a second time: {status}");
                stage.notes.violation("replayed", words);
            }
        }
    }
}

fn take_newest(tape: &Tape) -> Option<Vec<u8>> {
    tape.lock().unwrap_or_else(PoisonError::into_inner).pop_back()
}

fn bearer(request: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(request).into_owned();
    let (_, rest) = text.split_once("Bearer ")?;
    Some(rest.split(['\r', '\n']).next()?.to_owned())
}

/// The status that a service answers.
async fn send(door: &str, request: &[u8]) -> Option<u16> {
    let address = door.strip_prefix("http://")?;
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(request).await.ok()?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.ok()?;
    std::str::from_utf8(&head).ok()?.strip_prefix("HTTP/1.1 ")?.parse().ok()
}
