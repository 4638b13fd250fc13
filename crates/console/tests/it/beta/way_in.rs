//! What a tester can still do by themselves.

use chrono::TimeDelta;
use serde_json::json;
use service_kit::clock::Clock;

use crate::helpers::{System, token_of_row};

const EMAIL: &str = "ada@example.com";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ghost_may_get_in_by_themselves_while_their_signup_page_works() {
    let system = System::start().await;
    let app = &system.console;
    app.switch_ghost_reset(true).await;
    let operator = app.enrol("superadmin").await;
    let (tester, token) = app.add_tester(EMAIL).await;
    app.consume(&token_of_row(token)).await;
    system.raptor.add_shell(EMAIL, 40).await;
    let path = format!("/console/beta/testers/{tester}");
    let spent = async |minutes: i32| {
        let at = format!("now() - interval '{minutes} minutes'");
        app.sql(&format!(
            "UPDATE beta_walkthrough_tokens SET consumed_at = {at}, created_at = {at} - interval '1 hour'"
        ))
        .await;
    };
    let (still, over) = ("They may still get in by themselves.", "no way back in for them");
    spent(29).await;
    for page in [path.clone(), format!("{path}/ghost-reset")] {
        let page = operator.client.page(&page).await;
        page.assert_page(200, still);
        assert!(!page.text.contains(over), "{}", page.text);
    }
    spent(31).await;
    system.raptor.sql("UPDATE users SET created_at = created_at - interval '1 day'").await;
    let page = operator.client.page(&path).await;
    page.assert_page(200, over);
    assert!(!page.text.contains(still), "{}", page.text);

    // A signup page is only opened while it works, so one begun later has not ended yet either.
    let begun = |minutes: i64| {
        let at = Clock::system().now() - TimeDelta::minutes(minutes);
        json!([{"begun_at": at.format("%Y-%m-%dT%H:%M:%SZ").to_string(), "browser": "safari",
                "platform": "ios", "completed_at": null, "failed": null, "reported": null}])
    };
    system.signups(&begun(20));
    for page in [path.clone(), format!("{path}/ghost-reset")] {
        operator.client.page(&page).await.assert_page(200, still);
    }
    system.signups(&begun(31));
    operator.client.page(&path).await.assert_page(200, over);
    // What was begun before the newest invitation was ended by the reset that made it.
    system.signups(&begun(20));
    app.sql("UPDATE beta_walkthrough_tokens SET created_at = now(), consumed_at = NULL").await;
    let page = operator.client.page(&path).await;
    page.assert_page(200, "Their invitation still works.");
    assert!(!page.text.contains(still) && !page.text.contains(over), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_whose_link_was_opened_is_called_so_everywhere() {
    let system = System::start().await;
    let app = &system.console;
    app.switch_ghost_reset(true).await;
    let operator = app.enrol("superadmin").await;
    let (tester, token) = app.add_tester(EMAIL).await;
    app.verify(&token_of_row(token)).await;
    app.sql("UPDATE beta_walkthrough_tokens SET created_at = now() - interval '1 hour'").await;
    let path = format!("/console/beta/testers/{tester}");
    let page = operator.client.page(&path).await;
    assert_eq!(page.text.matches("</span> Opened</span>").count(), 2, "{}", page.text);
    assert!(!page.text.contains("</span> Sent</span>"), "{}", page.text);
    let reset = operator.client.page(&format!("{path}/ghost-reset")).await;
    reset.assert_page(200, &format!("Link {token} (opened <time"));
}
