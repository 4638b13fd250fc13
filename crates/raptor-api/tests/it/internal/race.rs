//! verify-with-token against ghost-delete, a few hundred times (section 5 of the contracts): of
//! the two exactly one wins, the other is told so, and no credential is lost.

use std::collections::BTreeMap;

use test_support::software_passkey::SoftwarePasskey;

use crate::helpers::{ORIGIN, TestApp};

const ROUNDS: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_round_ends_in_one_of_the_two_allowed_outcomes() {
    let app = TestApp::start().await;
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for round in 0..ROUNDS {
        let email = format!("racer-{round}@example.com");
        let token = app.mint(&email).await;
        let credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
        // Old enough to be a ghost.
        app.sql("UPDATE users SET created_at = now() - interval '1 hour'").await;
        let (verified, deleted) = start_apart(round, &app, &token, &credential, &email).await;
        let passkeys = app
            .number(&format!(
                "SELECT count(*) FROM webauthn_credentials c JOIN users u ON u.id = c.user_id \
                 WHERE u.email = '{email}'"
            ))
            .await;
        let outcome = match (verified.status, deleted.status) {
            (200, 409) => {
                deleted.assert_error(409, "not_ghost");
                assert_eq!(passkeys, 1, "a credential was lost in round {round}");
                "the signup won"
            }
            (400, 204) => {
                verified.assert_error(400, "signup_session_not_found");
                assert_eq!(passkeys, 0);
                "the reset won"
            }
            _ => panic!("a third outcome in round {round}: {verified:?} {deleted:?}"),
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    // The start is staggered so that either wins sometimes; else nothing was raced.
    assert_eq!(outcomes.len(), 2, "{outcomes:?}");
    println!("{outcomes:?}");
}

/// Both at once, one of them a little later: a different little each round.
async fn start_apart(
    round: usize,
    app: &TestApp,
    token: &str,
    credential: &serde_json::Value,
    email: &str,
) -> (crate::helpers::Reply, crate::helpers::Reply) {
    let yields = async |count: usize| {
        for _ in 0..count {
            tokio::task::yield_now().await;
        }
    };
    // A signup takes several statements before it comes to its lock, a reset none.
    let (verify_waits, delete_waits) =
        if round.is_multiple_of(4) { (round % 100, 0) } else { (0, round * 37 % 4000) };
    let verify = async {
        yields(verify_waits).await;
        app.client.verify(token, credential).await
    };
    let delete = async {
        yields(delete_waits).await;
        app.client.ghost_delete(email).await
    };
    futures_util::future::join(verify, delete).await
}
