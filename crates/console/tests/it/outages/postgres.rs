//! The Console's own Postgres hangs or is cut off.

use std::time::Duration;

use serde_json::json;
use service_kit::db::Patience;
use test_support::relay::Relay;
use test_support::wait::{eventually, within};

use crate::helpers::{TestApp, VERIFY, migrated_database, token_of_row};

/// Nobody in a test waits as long as in production.
const SHORT: Patience = Patience {
    connection: Duration::from_millis(700),
    answer: Duration::from_millis(700),
    queue: 100,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_hangs_or_is_gone_operators_are_told_and_it_heals() {
    let database = migrated_database().await;
    let (relay, url) = Relay::in_front_of(&database.url());
    let app = TestApp::start_with_patience(database, &[("DATABASE_URL", &url)], SHORT).await;
    let operator = app.enrol("superadmin").await;
    let (tester, _) = app.add_tester("ada@example.com").await;
    let body = json!({"token": token_of_row(1)});
    let troubles: [fn(&Relay); 2] = [Relay::stall, Relay::cut];
    for trouble in troubles {
        trouble(&relay);
        let client = &operator.client;
        let all = async {
            tokio::join!(
                client.session(),
                client.testers(""),
                client.tester(tester),
                client.invite("bob@example.com", "Bob"),
                client.resend(tester),
                client.ghost_reset(tester),
                app.client.login_begin(),
                app.as_raptor(VERIFY, &body),
            )
        };
        let (a, b, c, d, e, f, g, h) = within("all are answered", all).await;
        for reply in [a, b, c, d, e, f, g, h] {
            reply.assert_error(503, "service_unavailable");
            assert_eq!(reply.header("retry-after"), "5");
        }
        let page = client.page("/console/beta").await;
        page.assert_page(503, "Not available right now");
        assert_eq!(app.client.get("/readyz").await.status, 503);
        assert_eq!(app.client.get("/healthz").await.status, 200);
        relay.restore();
        eventually("it is ready again", async || {
            (app.client.get("/readyz").await.status == 200).then_some(())
        })
        .await;
        assert_eq!(client.testers("").await.status, 200);
    }
    assert_eq!(app.count("beta_testers").await, 1);
    assert_eq!(app.count("mail_outbox").await, 0);
}
