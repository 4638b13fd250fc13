//! The same action from a browser.

use ghost_contracts::raptor::GHOST_CHECK_PATH;
use test_support::proxy::Rule;

use super::Story;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_is_sent_to_the_list_with_a_message_that_is_shown_once() {
    let story = Story::ghost_with_a_row().await;
    let browser = &story.operator.client;
    let page = browser.page(&format!("/console/beta/testers/{}", story.tester)).await;
    page.assert_page(200, "ghost-reset");
    let path = format!("/console/beta/testers/{}/ghost-reset", story.tester);
    browser.submit(&path, &[]).await.assert_redirect("/console/beta");
    browser.page("/console/beta").await.assert_page(200, "can start again");
    assert!(!browser.page("/console/beta").await.text.contains("can start again"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_sends_a_browser_to_the_testers_page_which_says_why() {
    let story = Story::ghost_with_a_row().await;
    let browser = &story.operator.client;
    let path = format!("/console/beta/testers/{}/ghost-reset", story.tester);
    let tester = format!("/console/beta/testers/{}", story.tester);
    story.system.to_raptor.once(GHOST_CHECK_PATH, Rule::Cut);
    browser.submit(&path, &[]).await.assert_redirect(&tester);
    browser.page(&tester).await.assert_page(200, "Raptor cannot be reached");
    story.system.raptor.sql("UPDATE users SET created_at = now()").await;
    browser.submit(&path, &[]).await.assert_redirect(&tester);
    browser.page(&tester).await.assert_page(200, "less than 5 minutes ago");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_flag_off_no_page_shows_the_action() {
    let story = Story::ghost_with_a_row().await;
    let browser = &story.operator.client;
    let tester = format!("/console/beta/testers/{}", story.tester);
    assert!(browser.page(&tester).await.text.contains("ghost-reset"));
    story.system.console.switch_ghost_reset(false).await;
    assert!(!browser.page(&tester).await.text.contains("ghost-reset"));
    assert!(!browser.page("/console/beta").await.text.contains("ghost-reset"));
}
