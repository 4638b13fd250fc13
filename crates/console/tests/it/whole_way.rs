//! A tester's way in, through both services: mail, walkthrough, agreement, passkey.

use test_support::proxy::Rule;

use crate::helpers::{CONSUME, System, VERIFY};

const EMAIL: &str = "ada@example.com";

/// Invites Ada and gives the link of the mail.
async fn invited(system: &System) -> (i64, String) {
    let operator = system.console.enrol("support").await;
    let invited = operator.client.invite(EMAIL, "Ada").await.json();
    let link = system.postmark.mails()[0].link("/walkthrough?token=").unwrap().to_owned();
    (invited["tester_id"].as_i64().unwrap(), link)
}

async fn state(system: &System) -> String {
    let operator = system.console.enrol_as("looker@raxx.example", "readonly").await;
    let listed = operator.client.testers("").await.json();
    listed["testers"][0]["state"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_mail_to_a_passkey() {
    let system = System::start().await;
    let (tester, link) = invited(&system).await;
    let token = system.raptor.accept(&link).await;
    assert_eq!(system.console.tokens(EMAIL).await, ["consumed"]);
    assert_eq!(system.console.count("beta_nda_acknowledgements").await, 1);
    let signed_up = system.raptor.sign_up(&token).await;
    assert_eq!(signed_up.status, 200, "{signed_up:?}");
    assert_eq!(state(&system).await, "healthy");
    let operator = system.console.enrol("readonly").await;
    let account = operator.client.tester(tester).await.json()["account"].clone();
    assert_eq!(account["credential_count"], 1);
    assert_eq!(account["user_id"], signed_up.json()["user_id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_breaks_off_at_the_passkey_is_signing_up_and_then_a_ghost() {
    let system = System::start().await;
    let (_, link) = invited(&system).await;
    let token = system.raptor.accept(&link).await;
    assert_eq!(state(&system).await, "ghost_no_users_row");
    assert_eq!(system.raptor.begin(&token).await.status, 200);
    let operator = system.console.enrol("readonly").await;
    let now = async || operator.client.testers("").await.json()["testers"][0]["state"].clone();
    assert_eq!(now().await, "mid_enrollment");
    system.raptor.sql("UPDATE users SET created_at = now() - interval '301 seconds'").await;
    assert_eq!(now().await, "ghost_empty_shell");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_cut_between_the_services_makes_no_ghost() {
    let system = System::start().await;
    let (_, link) = invited(&system).await;
    system.to_console.once(CONSUME, Rule::CutAnswer);
    let token = system.raptor.accept(&link).await;
    assert_eq!(system.to_console.seen_at(CONSUME).len(), 2);
    assert_eq!(system.console.audited("console.beta.walkthrough.consumed").await.len(), 1);
    assert_eq!(system.raptor.sign_up(&token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_console_is_away_the_invitation_stays_unspent() {
    let system = System::start().await;
    let (_, link) = invited(&system).await;
    system.to_console.always(VERIFY, Rule::Cut);
    assert_eq!(system.raptor.try_accept(&link).await.status, 503);
    assert_eq!(system.console.tokens(EMAIL).await, ["live"]);
    system.to_console.always(VERIFY, Rule::Pass);
    system.raptor.accept(&link).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_was_used_or_replaced_leads_nowhere() {
    let system = System::start().await;
    let (tester, link) = invited(&system).await;
    system.console.sql("UPDATE beta_walkthrough_tokens SET expires_at = now()").await;
    assert_eq!(system.raptor.try_accept(&link).await.status, 410);
    let operator = system.console.enrol_as("other@raxx.example", "support").await;
    operator.client.resend(tester).await;
    assert_eq!(system.raptor.try_accept(&link).await.status, 410);
    let newest = system.postmark.mails()[1].link("/walkthrough?token=").unwrap().to_owned();
    system.raptor.accept(&newest).await;
    assert_eq!(system.raptor.try_accept(&newest).await.status, 410);
    assert_eq!(system.console.tokens(EMAIL).await, ["revoked", "consumed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raptor_that_is_gone_and_comes_back_is_noticed_by_itself() {
    let mut system = System::start().await;
    invited(&system).await;
    let operator = system.console.enrol("readonly").await;
    let available = async || operator.client.testers("").await.json()["raptor_available"].clone();
    assert_eq!(available().await, true);
    system.raptor.stop().await;
    assert_eq!(available().await, false);
    let back = crate::helpers::TestRaptor::start(&system.to_console.url()).await;
    system.to_raptor.set_target(back.url.as_str());
    assert_eq!(available().await, true);
}
