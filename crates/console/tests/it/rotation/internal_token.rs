//! `RAPTOR_INTERNAL_TOKEN`: both services sign with it and both verify, so each must know the new
//! one before the other signs with it.

use ghost_contracts::service_token::{Party, SigningKey, sign};
use serde_json::json;
use service_kit::clock::Clock;

use super::fleet::People;
use super::{Fleet, Stream};
use crate::helpers::{Ask, INTERNAL_SECRET as OLD, VERIFY};

const NEW: &str = "the-next-internal-secret-of-32-bytes-";
const TOKEN: &str = "RAPTOR_INTERNAL_TOKEN";
const PREVIOUS: &str = "RAPTOR_INTERNAL_TOKEN_PREVIOUS";

/// What the Console answers to a call that is signed with that secret.
async fn answer_to(people: &People, secret: &str) -> u16 {
    let key = SigningKey::new(secret.into()).unwrap();
    let body = json!({"token": "no token"}).to_string();
    let now = Clock::system().now();
    let token = sign(&key, Party::Raptor, "POST", VERIFY, body.as_bytes(), now);
    let ask = Ask::post(VERIFY, "application/json", body);
    let ask = ask.header("authorization", format!("Bearer {token}"));
    people.system.console.client.send(ask).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_internal_token_is_rotated_in_three_steps_and_no_request_fails() {
    let mut fleet = Fleet::start().await;
    let mut stream = fleet.people_sign_up();
    stream.goes_on(1).await;
    assert_eq!(answer_to(&fleet.people, NEW).await, 401);
    // Both learn the new one, and still sign with the old.
    fleet.roll_raptor(&mut stream, &[(PREVIOUS, NEW)]).await;
    fleet.roll_console(&mut stream, &[(PREVIOUS, NEW)]).await;
    assert_eq!(answer_to(&fleet.people, NEW).await, 200);
    // Both sign with the new one, and still know the old.
    fleet.roll_raptor(&mut stream, &[(TOKEN, NEW), (PREVIOUS, OLD)]).await;
    fleet.roll_console(&mut stream, &[(TOKEN, NEW), (PREVIOUS, OLD)]).await;
    assert_eq!(answer_to(&fleet.people, OLD).await, 200);
    // The old one is worth nothing any more.
    fleet.roll_raptor(&mut stream, &[(PREVIOUS, "")]).await;
    fleet.roll_console(&mut stream, &[(PREVIOUS, "")]).await;
    assert_eq!(answer_to(&fleet.people, OLD).await, 401);
    assert_eq!(answer_to(&fleet.people, NEW).await, 200);
    assert!(stream.end().await > 18);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_the_other_service_has_not_learned_is_noticed_and_taken_back() {
    let mut fleet = Fleet::start().await;
    // Nobody signs up here: it would fail, which is the point.
    let mut nobody = Stream::idle();
    let (tester, _) = fleet.people.invite("ada@example.com").await;
    fleet.roll_console(&mut nobody, &[(TOKEN, NEW), (PREVIOUS, OLD)]).await;
    assert_eq!(fleet.people.tester(tester).await["raptor_available"], false);
    fleet.roll_console(&mut nobody, &[(TOKEN, OLD), (PREVIOUS, NEW)]).await;
    assert_eq!(fleet.people.tester(tester).await["raptor_available"], true);
    nobody.end().await;
}
