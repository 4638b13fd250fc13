//! What is swept, and what is not.

use raptor_api::housekeeping::sweep;
use service_kit::clock::Clock;
use service_kit::db::Pool;
use service_kit::settings::{DatabaseSettings, DatabaseUrl, Setting};

use crate::helpers::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_is_over_is_removed() {
    let app = TestApp::start().await;
    let id = app.account("ada@example.com", 60).await;
    app.sql(&format!(
        "INSERT INTO webauthn_challenges VALUES \
           ('registration:1', '{{}}', now() - interval '1 second'), \
           ('registration:2', '{{}}', now() + interval '1 minute'); \
         INSERT INTO service_token_uses VALUES \
           (gen_random_uuid(), now() - interval '1 second'), \
           (gen_random_uuid(), now() + interval '1 minute'); \
         INSERT INTO rate_limit_windows (client, started_at) VALUES \
           ('192.0.2.1', now() - interval '1 hour'), ('192.0.2.2', now()); \
         INSERT INTO bootstrap_token_uses (nonce, email, expires_at) VALUES \
           ('old', 'ada@example.com', now() - interval '61 minutes'), \
           ('new', 'ada@example.com', now() - interval '59 minutes'); \
         INSERT INTO customer_sessions (user_id, expires_at) VALUES \
           ({id}, now() - interval '31 days'), ({id}, now() - interval '29 days'); \
         INSERT INTO signup_attempts (email, nonce_sha256, begun_at) VALUES \
           ('ada@example.com', sha256('old'), now() - interval '91 days'), \
           ('ada@example.com', sha256('new'), now() - interval '89 days')"
    ))
    .await;
    let url = DatabaseUrl::parse(&app.database.url()).unwrap();
    let pool = Pool::new(&DatabaseSettings { url, ca: None }, 1).unwrap();
    sweep(&pool, &Clock::system()).await.unwrap();
    for table in [
        "webauthn_challenges",
        "service_token_uses",
        "rate_limit_windows",
        "bootstrap_token_uses",
        "customer_sessions",
        "signup_attempts",
    ] {
        assert_eq!(app.count(table).await, 1, "{table}");
    }
    assert_eq!(app.count("bootstrap_token_uses WHERE nonce = 'new'").await, 1);
    assert_eq!(app.count("signup_attempts WHERE nonce_sha256 = sha256('new')").await, 1);
}
