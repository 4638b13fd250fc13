//! `METRICS_TOKEN`: whoever reads the metrics sends one, and we accept two for a while.

use std::sync::{Arc, Mutex};

use super::{Fleet, Stream};
use crate::helpers::{Ask, Client};

const TOKEN: &str = "METRICS_TOKEN";
const PREVIOUS: &str = "METRICS_TOKEN_PREVIOUS";
const OLD: &str = "the-old-token-for-metrics";
const NEW: &str = "the-new-token-for-metrics";

async fn read(client: &Client, token: &str) -> u16 {
    let ask = Ask::get("/metrics").header("authorization", format!("Bearer {token}"));
    client.send(ask).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_metrics_token_is_rotated_at_both_services_and_no_reading_fails() {
    let mut fleet = Fleet::start_with(&[(TOKEN, OLD)]).await;
    let system = &fleet.people.system;
    let both = [system.console.client.clone(), system.raptor.client.clone()];
    let at_reader = Arc::new(Mutex::new(OLD));
    let (asking, token) = (both.clone(), Arc::clone(&at_reader));
    let mut stream = Stream::begin(move |_| {
        let (both, token) = (asking.clone(), *token.lock().unwrap());
        async move {
            for client in &both {
                assert_eq!(read(client, token).await, 200);
            }
        }
    });
    fleet.roll_console(&mut stream, &[(TOKEN, NEW), (PREVIOUS, OLD)]).await;
    fleet.roll_raptor(&mut stream, &[(TOKEN, NEW), (PREVIOUS, OLD)]).await;
    *at_reader.lock().unwrap() = NEW;
    stream.goes_on(2).await;
    fleet.roll_console(&mut stream, &[(PREVIOUS, "")]).await;
    fleet.roll_raptor(&mut stream, &[(PREVIOUS, "")]).await;
    for client in &both {
        assert_eq!(read(client, OLD).await, 401);
    }
    assert!(stream.end().await > 12);
}
