//! Without JavaScript everything goes but passkeys.

use browser_tests::driver::Tab;
use browser_tests::system::{Operator, System};
use browser_tests::words;

async fn scriptless_desk_of(system: &System, operator: &Operator) -> Tab {
    let desk = system.desk_of(operator).await;
    desk.javascript(false).await;
    desk
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tester_comes_as_far_as_the_passkey_and_is_told_what_is_missing() {
    let system = System::start().await;
    let link = system.invite("Ada", "ada@example.com").await;
    let phone = system.phone().await;
    phone.javascript(false).await;
    phone.goto(&link).await;
    phone.click(words::AGREE).await;
    phone.click(words::ACCEPT).await;
    phone.at("/signup").await;
    phone.sees("JavaScript").await;
    assert_eq!(system.console.database.count("beta_nda_acknowledgements").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_tick_the_box_is_asked_to() {
    let system = System::start().await;
    let link = system.invite("Ada", "ada@example.com").await;
    let phone = system.phone().await;
    phone.javascript(false).await;
    phone.goto(&link).await;
    phone.click(words::ACCEPT).await;
    assert_eq!(phone.path().await.as_deref(), Some("/walkthrough"));
    assert_eq!(system.console.database.count("beta_nda_acknowledgements").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_invites_a_tester() {
    let system = System::start().await;
    let operator = system.operator("support").await;
    let desk = scriptless_desk_of(&system, &operator).await;
    desk.goto(&system.console.url("/console/beta")).await;
    desk.click("Invite a tester").await;
    desk.fill("Name", "Ada").await;
    desk.fill("E-mail", "ada@example.com").await;
    desk.click("Invite").await;
    desk.sees("ada@example.com").await;
    assert_eq!(system.postmark.mails_to("ada@example.com").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_resets_a_ghost() {
    let system = System::start().await;
    let operator = system.operator("superadmin").await;
    let ghost = operator.invite("Ada", "ada@example.com").await;
    system.accept(&system.last_link("ada@example.com")).await;
    let desk = scriptless_desk_of(&system, &operator).await;
    desk.goto(&system.console.url(&format!("/console/beta/testers/{ghost}"))).await;
    desk.click(words::RESET).await;
    desk.headed("Ghost reset of Ada").await;
    desk.sees("ada@example.com with a new link").await;
    desk.click(words::CONFIRM).await;
    desk.at("/console/beta").await;
    desk.sees("Ada can start again").await;
    assert_eq!(system.postmark.wait_for_mail(2).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_turns_a_flag_and_signs_out() {
    let system = System::start().await;
    let operator = system.operator("superadmin").await;
    let desk = scriptless_desk_of(&system, &operator).await;
    desk.goto(&system.console.url("/console/flags")).await;
    desk.click("Switch off").await;
    desk.sees("Switch on").await;
    let off = "feature_flags WHERE name = 'beta_ghost_reset' AND NOT enabled";
    assert_eq!(system.console.database.count(off).await, 1);
    desk.click("Sign out").await;
    desk.at("/console/login").await;
    desk.sees("JavaScript").await;
}
