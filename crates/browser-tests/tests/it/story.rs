//! The whole way, by clicking.

use browser_tests::system::System;
use browser_tests::words;

use crate::steps::{accept, sign_in};

const NAME: &str = "Ingrid Solberg";
const EMAIL: &str = "ingrid.solberg@example.net";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_finds_a_ghost_and_brings_them_back() {
    let system = System::start().await;
    let support = system.operator("support").await;
    support.invite(NAME, EMAIL).await;
    let signup = system.accept(&system.last_link(EMAIL)).await;
    system.begin(&signup).await;
    system.age_accounts().await;

    let desk = system.desk().await;
    desk.authenticator().await;
    desk.goto(&system.enrolment_link("kris@raxx.example", "superadmin").await).await;
    desk.click(words::OPERATOR_ENROL).await;
    desk.sees("Sign out").await;
    desk.click("Testers").await;
    desk.at("/console/beta").await;
    desk.sees("Ghost").await;
    desk.click(NAME).await;
    desk.headed(NAME).await;
    desk.sees("never finished").await;
    desk.click("Ghost reset").await;
    system.postmark.wait_for_mail(2).await;

    let phone = system.phone().await;
    phone.authenticator().await;
    phone.goto(&system.last_link(EMAIL)).await;
    phone.sees(NAME).await;
    // The agreement was accepted before the reset, and is not asked for again.
    phone.click("Continue").await;
    phone.at("/signup").await;
    phone.click(words::CREATE).await;
    phone.headed(words::DONE).await;
    sign_in(&phone, EMAIL).await;

    desk.goto(&system.console.url("/console/beta")).await;
    desk.sees("Healthy").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_tester_comes_in_by_the_first_mail() {
    let system = System::start().await;
    let link = system.invite(NAME, EMAIL).await;
    let phone = system.phone().await;
    phone.authenticator().await;
    phone.goto(&link).await;
    accept(&phone).await;
    phone.click(words::CREATE).await;
    phone.headed(words::DONE).await;
    sign_in(&phone, EMAIL).await;
}
