//! Without a mouse: every stop is seen, every button can be pressed.

use browser_tests::driver::Key;
use browser_tests::system::System;
use browser_tests::words;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_signup_goes_by_keyboard() {
    let system = System::start().await;
    let desk = system.desk().await;
    desk.authenticator().await;
    desk.goto(&system.invite("Ada", "ada@example.com").await).await;
    desk.tab_to(words::AGREE).await;
    desk.press(Key::Space).await;
    desk.tab_to(words::ACCEPT).await;
    desk.press(Key::Enter).await;
    desk.at("/signup").await;
    desk.tab_to(words::CREATE).await;
    desk.press(Key::Space).await;
    desk.headed(words::DONE).await;
    let focus = desk.focus().await.unwrap();
    assert_eq!(focus.name, words::DONE, "the keyboard is where the news is");
    desk.tab_to(words::SIGN_IN).await;
    desk.press(Key::Enter).await;
    desk.sees(words::SIGNED_IN).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_signs_in_by_keyboard() {
    let system = System::start().await;
    let desk = system.desk().await;
    desk.authenticator().await;
    desk.goto(&system.enrolment_link("kris@raxx.example", "superadmin").await).await;
    desk.tab_to(words::OPERATOR_ENROL).await;
    desk.press(Key::Enter).await;
    desk.sees("Sign out").await;
    desk.tab_to("Skip to the content").await;
    desk.tab_to("Sign out").await;
    desk.press(Key::Enter).await;
    desk.at("/console/login").await;
    desk.tab_to(words::OPERATOR_SIGN_IN).await;
    desk.press(Key::Space).await;
    desk.sees("Sign out").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ghost_is_found_and_reset_by_keyboard() {
    let system = System::start().await;
    let operator = system.operator("superadmin").await;
    let ghost = system.ghost(&operator, "Ada", "ada@example.com").await;
    let desk = system.desk_of(&operator).await;
    desk.goto(&system.console.url("/console/beta")).await;
    desk.tab_to("Ada").await;
    desk.press(Key::Enter).await;
    desk.at(&ghost.path()).await;
    desk.tab_to(words::RESET).await;
    desk.press(Key::Enter).await;
    desk.holds("Boolean(document.querySelector('dialog[open]'))").await;
    assert_eq!(desk.focus().await.unwrap().name, "Ghost reset of Ada");
    desk.tab_to(words::CONFIRM).await;
    desk.press(Key::Space).await;
    desk.sees("Done.").await;
    assert_eq!(desk.focus().await.unwrap().name, "Close");
    desk.press(Key::Enter).await;
    desk.holds("!document.querySelector('dialog[open]')").await;
    desk.reloads_until("Ghost reset completed").await;
    assert_eq!(system.postmark.mails_to("ada@example.com").len(), 2);
}
