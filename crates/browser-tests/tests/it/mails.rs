//! Mails that did not arrive, before an operator.

use browser_tests::system::System;
use test_support::postmark::report::{bounce, delivery};

const EMAIL: &str = "ada@example.com";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_bounced_is_named_on_the_overview_and_sent_again_from_the_testers_page() {
    let system = System::start().await;
    let operator = system.operator("support").await;
    let tester = operator.invite("Ada", EMAIL).await;
    let mail = system.postmark.mails_to(EMAIL).remove(0);
    let desk = system.desk_of(&operator).await;
    desk.goto(&system.console.url("/console")).await;
    desk.sees("Nobody needs you").await;

    system.report(bounce(&mail.message_id, EMAIL, "HardBounce", 7)).await;
    desk.reloads_until("1 mail that needs you").await;
    desk.sees("bounced").await;
    desk.click("Ada").await;
    desk.at(&format!("/console/beta/testers/{tester}")).await;
    desk.sees("The newest mail bounced").await;
    desk.sees("There is no such mailbox").await;
    desk.click("Send the invitation again").await;
    let again = system.postmark.wait_for_mail(2).await.remove(1);
    system.report(delivery(&again.message_id, EMAIL)).await;
    desk.at(&format!("/console/beta/testers/{tester}")).await;
    desk.reloads_until("Invitation mail (number 2) taken by their mail server").await;
    assert!(!desk.text().await.contains("The newest mail bounced"));
    assert_eq!(again.link("/walkthrough"), mail.link("/walkthrough"), "the link lives on");
}
