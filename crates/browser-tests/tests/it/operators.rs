//! An operator's way in.

use browser_tests::system::System;
use browser_tests::words;

use crate::steps::OLD_BROWSER;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_enrols_by_the_link_and_signs_in_again() {
    let system = System::start().await;
    let link = system.enrolment_link("kris@raxx.example", "superadmin").await;
    let desk = system.desk().await;
    let device = desk.authenticator().await;
    desk.goto(&link).await;
    desk.click(words::OPERATOR_ENROL).await;
    desk.sees("kris@raxx.example").await;
    desk.sees("Sign out").await;
    assert_eq!(device.passkeys().await, 1);
    desk.click("Sign out").await;
    desk.at("/console/login").await;
    desk.click(words::OPERATOR_SIGN_IN).await;
    desk.sees("Sign out").await;
    desk.expect("status of 400");
    desk.goto(&link).await;
    desk.sees("link").await;
    assert!(!desk.offers(words::OPERATOR_ENROL).await, "the link works once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_who_is_not_recognised_tries_again() {
    let system = System::start().await;
    let desk = system.desk().await;
    let device = desk.authenticator().await;
    device.recognises_its_owner(false).await;
    desk.goto(&system.enrolment_link("kris@raxx.example", "support").await).await;
    desk.click(words::OPERATOR_ENROL).await;
    desk.sees(words::AGAIN).await;
    device.recognises_its_owner(true).await;
    desk.click(words::AGAIN).await;
    desk.sees("Sign out").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_without_a_passkey_here_is_told_what_to_do() {
    let system = System::start().await;
    let desk = system.desk().await;
    desk.authenticator().await;
    desk.goto(&system.console.url("/console/login")).await;
    desk.click(words::OPERATOR_SIGN_IN).await;
    desk.sees(words::AGAIN).await;
    assert!(!desk.announced().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operators_browser_need_not_read_json() {
    let system = System::start().await;
    let desk = system.desk().await;
    desk.authenticator().await;
    desk.before_each_page(OLD_BROWSER).await;
    desk.goto(&system.enrolment_link("kris@raxx.example", "readonly").await).await;
    desk.click(words::OPERATOR_ENROL).await;
    desk.click("Sign out").await;
    desk.at("/console/login").await;
    desk.click(words::OPERATOR_SIGN_IN).await;
    desk.sees("Sign out").await;
}
