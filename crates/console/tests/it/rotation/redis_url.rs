//! `REDIS_URL`: an address of Raptor's, with its password; what it holds lives for minutes.

use serde_json::json;
use test_support::redis::test_database_url;
use test_support::software_passkey::SoftwarePasskey;

use super::Fleet;
use crate::helpers::RAPTOR_ORIGIN;

const URL: &str = "REDIS_URL";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_in_a_ceremony_when_redis_was_replaced_begins_again_with_the_same_link() {
    let (old, new) = (test_database_url(), test_database_url());
    let mut fleet = Fleet::start_with(&[(URL, &old)]).await;
    let people = fleet.people.clone();
    let raptor = &people.system.raptor;
    let (_, link) = people.invite("ada@example.com").await;
    let token = raptor.accept(&link).await;
    let begun = raptor.begin(&token).await.json();

    // No router keeps both apart: whoever began at one process may end at the other, so nobody
    // signs up meanwhile.
    let mut stream = super::Stream::idle();
    fleet.roll_raptor(&mut stream, &[(URL, &new)]).await;
    stream.end().await;
    let ready = raptor.client.get("/readyz").await;
    assert_eq!((ready.status, &ready.json()["checks"]["redis"]), (200, &json!("ok")));

    let credential = SoftwarePasskey::new().create(&begun["options"], RAPTOR_ORIGIN);
    let body = json!({"token": token, "credential": credential});
    let cut = raptor.client.post("/api/auth/register/verify-with-token", &body).await;
    cut.assert_error(400, "signup_session_not_found");
    let again = raptor.sign_up(&token).await;
    assert_eq!(again.status, 200, "{again:?}");
}
