//! `CONSOLE_SECRET_KEY`: the links of invitations, which live 14 days, and of mails that still
//! wait in the outbox.

use test_support::postmark::Outcome;
use test_support::wait;

use super::Fleet;
use crate::helpers::CONSOLE_SECRET as OLD;

const NEW: &str = "the-next-console-secret-of-32-bytes--";
const KEY: &str = "CONSOLE_SECRET_KEY";
const PREVIOUS: &str = "CONSOLE_SECRET_KEY_PREVIOUS";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console_key_is_rotated_and_links_that_were_mailed_before_lead_on() {
    let mut fleet = Fleet::start().await;
    let people = fleet.people.clone();
    let raptor = &people.system.raptor;
    let (_, in_time) = people.invite("ada@example.com").await;
    let (late, too_late) = people.invite("bob@example.com").await;
    // Eve's mail is not accepted and waits in the outbox, until we say.
    people.system.postmark.once(Outcome::Refuse { status: 500, error_code: 0 });
    let waiting = people.operator.client.invite("eve@example.com", "Eve").await;
    assert_eq!(waiting.json()["email_sent"], false, "{waiting:?}");
    let next_attempt = async |at: &str| {
        let of_eve = "WHERE to_email = 'eve@example.com' AND last_error IS NOT NULL";
        let put_off = format!("UPDATE mail_outbox SET next_attempt_at = {at} {of_eve}");
        people.system.console.sql(&put_off).await;
    };
    next_attempt("now() + interval '1 hour'").await;
    let mut stream = fleet.people_sign_up();
    fleet.roll_console(&mut stream, &[(PREVIOUS, NEW)]).await;
    fleet.roll_console(&mut stream, &[(KEY, NEW), (PREVIOUS, OLD)]).await;
    raptor.accept(&in_time).await;
    // The outbox derives the link when it sends: with the key of that time.
    next_attempt("now()").await;
    wait::eventually("the waiting mail goes out", async || {
        people.system.postmark.mails_to("eve@example.com").pop()
    })
    .await;
    fleet.roll_console(&mut stream, &[(PREVIOUS, "")]).await;
    raptor.accept(&people.newest_link("eve@example.com")).await;
    // Bob's link is dead; his invitation is not. Sent again, it has a link of the new key.
    assert_eq!(raptor.try_accept(&too_late).await.status, 404);
    assert_eq!(people.system.console.tokens("bob@example.com").await, ["live"]);
    let resent = people.operator.client.resend(late).await;
    assert_eq!(resent.status, 200, "{resent:?}");
    assert_eq!(people.system.console.tokens("bob@example.com").await, ["live"]);
    raptor.accept(&people.newest_link("bob@example.com")).await;
    assert!(stream.end().await > 9);
}
