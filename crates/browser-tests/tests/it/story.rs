//! The whole way, by clicking.

use browser_tests::system::System;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tester_signs_up_on_a_phone() {
    let system = System::start().await;
    let link = system.invite("Ada", "ada@example.com").await;
    let phone = system.phone().await;
    phone.authenticator().await;
    phone.goto(&link).await;
    phone.click("I have read the agreement").await;
    phone.click("Accept and continue").await;
    phone.click("Create passkey").await;
    phone.headed("You are done").await;
    phone.click("Sign in with your passkey").await;
    phone.sees("You are signed in as ada@example.com").await;
}
