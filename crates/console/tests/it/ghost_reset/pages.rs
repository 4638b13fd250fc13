//! The same action from a browser.

use ghost_contracts::raptor::{GHOST_CHECK_PATH, GHOST_DELETE_PATH};
use serde_json::json;
use test_support::Answer;
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
    let done = "can start again: the unfinished account is deleted, earlier links are revoked";
    browser.page("/console/beta").await.assert_page(200, done);
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
async fn where_there_was_no_account_none_is_called_deleted() {
    let story = Story::ghost_without_a_row().await;
    let browser = &story.operator.client;
    let page = browser.page(&story.path()).await;
    page.assert_page(200, "End any signup page that is still open");
    assert!(!page.text.contains("Delete the account"), "{}", page.text);
    assert!(!page.text.contains("is deleted"), "{}", page.text);
    browser.submit(&story.path(), &[]).await.assert_redirect("/console/beta");
    let done = "can start again: earlier links are revoked, and a new link is on its way";
    browser.page("/console/beta").await.assert_page(200, done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_known_to_be_undone_is_not_called_so() {
    let story = Story::ghost_with_a_row().await;
    let browser = &story.operator.client;
    let tester = format!("/console/beta/testers/{}", story.tester);
    let shown = async || {
        browser.submit(&story.path(), &[]).await.assert_redirect(&tester);
        browser.page(&tester).await
    };
    let (open, refused) = ("<strong>Not finished.</strong>", "<strong>Not done.</strong>");
    let no = Rule::Answer(Answer::json(500, &json!({"error": "internal", "message": "No."})));
    story.system.to_raptor.once(GHOST_DELETE_PATH, no);
    shown().await.assert_page(200, refused);
    story.system.to_raptor.always(GHOST_DELETE_PATH, Rule::CutAnswer);
    let page = shown().await;
    page.assert_page(200, open);
    page.assert_page(200, "Raptor did not say whether it deleted the account");
    assert!(!page.text.contains(refused), "{}", page.text);
    story.system.to_raptor.always(GHOST_DELETE_PATH, Rule::Pass);
    let database = &story.system.console.database;
    database.break_audit_log("NEW.action = 'console.beta.ghost_reset.completed'").await;
    let page = shown().await;
    page.assert_page(200, open);
    page.assert_page(200, "The reset was begun and could not be finished.");
    // The dialog has an ending for each of them.
    let dialog = browser.page(&story.path()).await;
    for says in ["sent", "unsent", "refused", "unfinished", "lost"] {
        dialog.assert_page(200, &format!("data-says=\"{says}\" hidden"));
    }
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
