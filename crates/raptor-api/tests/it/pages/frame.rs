//! What every page has: landmarks, one heading, where the person stands, and nothing that the
//! content security policy would refuse.

use super::walkthrough::form;
use crate::helpers::{Reply, TestApp};

#[track_caller]
fn assert_frame(page: &Reply) {
    let text = &page.text;
    for landmark in ["<html lang=\"en\">", "<header", "<main id=\"main\"", "<footer", "<title>"] {
        assert_eq!(text.matches(landmark).count(), 1, "{landmark}: {text}");
    }
    assert_eq!(text.matches("<h1").count(), 1, "{text}");
    for refused in ["<style", " style=", "<script>", " onclick=", "http://", "https://", "//cdn"] {
        assert!(!text.contains(refused), "{refused}: {text}");
    }
}

/// The word of the step at which the page says that the person is.
fn step(page: &Reply) -> String {
    let (_, rest) = page.text.split_once(r#"aria-current="step""#).unwrap();
    assert!(!rest.contains("aria-current"), "one step at a time: {}", page.text);
    let (_, word) = rest.split_once("</span> ").unwrap();
    word.split('<').next().unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_page_stands_alone_and_says_where_the_person_is() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let walkthrough = app.client.page(&format!("/walkthrough?token={token}")).await;
    let again = app.client.send(form(&token, "nda_version=2026-06").html()).await;
    let signup = format!("/signup?token={}", app.mint("ada@example.com").await);
    let signup = app.client.page(&signup).await;
    for (page, wanted) in [(&walkthrough, "Welcome"), (&again, "Agreement"), (&signup, "Passkey")] {
        assert_frame(page);
        assert_eq!(step(page), wanted);
    }
    for path in ["/", "/nowhere", "/signup"] {
        assert_frame(&app.client.page(path).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_asked_to_answer_a_mail_that_perhaps_nobody_reads() {
    let app = TestApp::start().await;
    let signup = format!("/signup?token={}", app.mint("ada@example.com").await);
    for path in ["/", "/nowhere", "/signup", &signup] {
        let page = app.client.page(path).await.text;
        assert!(page.contains("erson who invited you"), "{page}");
        assert!(!page.contains("answer our") && !page.contains("answer the"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_passkey_page_has_one_live_region_and_says_what_it_needs() {
    let app = TestApp::start().await;
    let signup = format!("/signup?token={}", app.mint("ada@example.com").await);
    let page = app.client.page(&signup).await;
    assert_eq!(page.text.matches(r#"role="status""#).count(), 1);
    assert!(page.text.contains("This step needs JavaScript"), "{}", page.text);
    // What belongs to later moments is hidden until a script shows it.
    for later in ["open", "elsewhere", "existing", "done", "inside-account"] {
        assert!(page.text.contains(&format!(r#"<div id="{later}" hidden>"#)), "{later}");
    }
}
