//! `BOOTSTRAP_TOKEN_SIGNING_KEY`: Raptor alone, whose processes must know the new one before any
//! of them signs with it. A token lives 30 minutes.

use super::Fleet;
use crate::helpers::BOOTSTRAP_SECRET as OLD;

const NEW: &str = "the-next-bootstrap-secret-of-32-bytes";
const KEY: &str = "BOOTSTRAP_TOKEN_SIGNING_KEY";
const PREVIOUS: &str = "BOOTSTRAP_TOKEN_SIGNING_KEY_PREVIOUS";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bootstrap_key_is_rotated_in_three_steps_and_nobody_is_cut_off() {
    let mut fleet = Fleet::start().await;
    let people = fleet.people.clone();
    let raptor = &people.system.raptor;
    let mut begun_before = Vec::new();
    for email in ["ada@example.com", "bob@example.com"] {
        let (_, link) = people.invite(email).await;
        begun_before.push(raptor.accept(&link).await);
    }
    let mut stream = fleet.people_sign_up();
    fleet.roll_raptor(&mut stream, &[(PREVIOUS, NEW)]).await;
    fleet.roll_raptor(&mut stream, &[(KEY, NEW), (PREVIOUS, OLD)]).await;
    // Within the 30 minutes of their tokens people finish what they began.
    let finished = raptor.sign_up(&begun_before[0]).await;
    assert_eq!(finished.status, 200, "{finished:?}");
    fleet.roll_raptor(&mut stream, &[(PREVIOUS, "")]).await;
    raptor.begin(&begun_before[1]).await.assert_error(400, "invalid_signup_link");
    assert!(stream.end().await > 9);
}
