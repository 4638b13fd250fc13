//! The whole way, by clicking.

use browser_tests::system::System;
use browser_tests::words;

use crate::steps::{accept, sign_in};

const NAME: &str = "Ingrid Solberg";
const EMAIL: &str = "ingrid.solberg@example.net";

/// No more is needed from the Overview to a reset that has begun.
const CLICKS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_finds_a_ghost_and_brings_them_back() {
    let system = System::start().await;
    let support = system.operator("support").await;
    let ghost = system.ghost(&support, NAME, EMAIL).await;
    system.look_at_accounts(&support).await;

    let desk = system.desk().await;
    desk.authenticator().await;
    desk.goto(&system.enrolment_link("kris@raxx.example", "superadmin").await).await;
    desk.click(words::OPERATOR_ENROL).await;
    desk.headed("Overview").await;
    desk.sees("1 ghost").await;

    let before = desk.clicks();
    desk.click(NAME).await;
    desk.headed(NAME).await;
    desk.sees("never finished: no passkey, no session").await;
    desk.click(words::RESET).await;
    desk.sees("exactly what will happen").await;
    desk.click(words::CONFIRM).await;
    assert!(desk.clicks() - before <= CLICKS);
    desk.sees("Done. The unfinished account is deleted").await;
    assert_eq!(system.raptor.database.count("users").await, 0);
    desk.click("Back to the testers").await;
    desk.at("/console/beta").await;

    let phone = system.phone().await;
    phone.authenticator().await;
    phone.goto(&system.last_link(EMAIL)).await;
    phone.headed(&format!("Welcome back, {NAME}")).await;
    // The agreement was accepted before the reset, and is not asked for again.
    phone.click(words::CONTINUE).await;
    phone.at("/signup").await;
    phone.click(words::CREATE).await;
    phone.headed(words::DONE).await;
    sign_in(&phone, EMAIL).await;

    desk.goto(&system.console.url("/console/beta")).await;
    desk.sees("Healthy").await;
    desk.goto(&system.console.url(&ghost.path())).await;
    desk.sees("Account: ✓ Healthy").await;
    let told = desk.text().await;
    let newest_first = [
        "Passkey stored: signup completed in Chrome",
        "Began to make a passkey in Chrome",
        "Accepted the NDA and used the invitation (link 2)",
        "Ghost reset completed, link 2 is ready",
        "Ghost reset begun",
        "Accepted the NDA and used the invitation (link 1)",
    ];
    let places =
        newest_first.map(|line| told.find(line).unwrap_or_else(|| panic!("{line}: {told}")));
    assert!(places.is_sorted(), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ghost_is_reset_from_the_overview() {
    let system = System::start().await;
    let operator = system.operator("superadmin").await;
    system.ghost(&operator, NAME, EMAIL).await;
    system.look_at_accounts(&operator).await;
    let desk = system.desk_of(&operator).await;
    desk.goto(&system.console.url("/console")).await;
    desk.click(&format!("{} {NAME}", words::RESET)).await;
    desk.headed(&format!("Ghost reset of {NAME}")).await;
    desk.click(words::CONFIRM).await;
    desk.at("/console/beta").await;
    desk.sees(&format!("{NAME} can start again")).await;
    assert!(desk.clicks() <= CLICKS);
    desk.click("Overview").await;
    desk.headed("Overview").await;
    desk.sees("No").await;
    assert!(!desk.offers(words::RESET).await, "nobody is a ghost any more");
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
