//! `AUDIT_SIGNING_KEY`: signs checkpoints for whoever reads them later, so there is no step before
//! the swap, and the old public key stays.

use std::collections::BTreeMap;

use service_kit::audit::key::{PublicKey, SigningKey};
use service_kit::settings::Setting;
use test_support::postgres::TestDatabase;
use test_support::wait::eventually;

use super::Fleet;
use crate::helpers::binary::{Ended, run};

const KEY: &str = "AUDIT_SIGNING_KEY";
const PREVIOUS: &str = "AUDIT_SIGNING_KEY_PREVIOUS";

fn public(seed: &str) -> PublicKey {
    SigningKey::parse(seed).unwrap().public_key()
}

/// Waits until a checkpoint that was signed with the key of `seed` has left.
async fn leaves(database: &TestDatabase, seed: &str) {
    let id = public(seed).id();
    eventually("a checkpoint leaves", || async {
        let signed = format!("audit_checkpoints WHERE checkpoint LIKE '%{id}%'");
        (database.count(&signed).await > 0).then_some(())
    })
    .await;
}

/// One leaves at most once a minute: those that left, left long ago.
async fn let_a_minute_pass(database: &TestDatabase) {
    let trigger = "TRIGGER audit_checkpoints_is_append_only";
    database
        .sql(&format!(
            "BEGIN; ALTER TABLE audit_checkpoints DISABLE {trigger}; \
             UPDATE audit_checkpoints SET left_at = left_at - interval '1 hour'; \
             ALTER TABLE audit_checkpoints ENABLE ALWAYS {trigger}; COMMIT"
        ))
        .await;
}

/// `console audit verify` with these variables.
async fn verify(
    database: &TestDatabase,
    more: &[&str],
    given: &[(&'static str, &String)],
) -> Ended {
    let mut variables = BTreeMap::from([("DATABASE_URL", database.url())]);
    variables.extend(given.iter().map(|(name, value)| (*name, (*value).clone())));
    let mut arguments = vec!["audit", "verify"];
    arguments.extend(more);
    run(&arguments, &variables).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_key_is_rotated_at_both_services_and_the_log_verifies_back_over_the_change() {
    let (old, new) = ("07".repeat(32), "08".repeat(32));
    let mut fleet = Fleet::start_with(&[(KEY, &old)]).await;
    let people = fleet.people.clone();
    let (console, raptor) = (&people.system.console.database, &people.system.raptor.database);
    let mut stream = fleet.people_sign_up();
    for database in [console, raptor] {
        leaves(database, &old).await;
        let_a_minute_pass(database).await;
    }
    fleet.roll_console(&mut stream, &[(KEY, &new), (PREVIOUS, &old)]).await;
    fleet.roll_raptor(&mut stream, &[(KEY, &new), (PREVIOUS, &old)]).await;
    for database in [console, raptor] {
        let_a_minute_pass(database).await;
        leaves(database, &new).await;
    }
    assert!(stream.end().await > 6);

    let both = verify(console, &[], &[(KEY, &new), (PREVIOUS, &old)]).await;
    assert_eq!(both.status, 0, "{both:?}");
    assert!(!both.stdout.contains("not checked"), "{both:?}");
    // The old seed is destroyed, its public key was kept.
    let kept = public(&old).to_text();
    let kept = verify(console, &["--public-key", &kept], &[(KEY, &new)]).await;
    assert_eq!(kept.status, 0, "{kept:?}");
    assert!(!kept.stdout.contains("not checked"), "{kept:?}");
    let forgotten = verify(console, &[], &[(KEY, &new)]).await;
    assert_eq!(forgotten.status, 0, "{forgotten:?}");
    assert!(forgotten.stdout.contains("not checked"), "{forgotten:?}");
}
