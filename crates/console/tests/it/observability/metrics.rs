//! What is measured while a tester goes through everything.

use service_kit::metrics::Scope;
use test_support::postmark::Outcome;
use test_support::wait::eventually;

use super::scrape::Scrape;
use super::traffic::{EMAIL, busy};
use crate::helpers::{System, TestApp};

/// What a service told, in one text, once `seen` finds what it looks for in it.
async fn once(app: &TestApp, what: &str, seen: impl Fn(&Scrape) -> bool) -> Scrape {
    let look = async || Some(Scrape::of(&app.client).await).filter(&seen);
    eventually(what, look).await
}

/// A metric, its labels, and its value.
type Value<'a> = (&'a str, &'a [(&'a str, &'a str)], f64);

fn assert_values(scrape: &Scrape, wanted: &[Value<'_>]) {
    for (name, labels, value) in wanted {
        assert_eq!(scrape.value(name, labels), Some(*value), "{name} {labels:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console_counts_what_it_did_and_measures_how_things_stand() {
    let system = busy(&[], &[]).await;
    system.console.sql("DELETE FROM beta_figures").await;
    system
        .console
        .sql(
            "INSERT INTO beta_ghost_resets (tester_id, actor, started_at) \
             SELECT id, 'x', now() - interval '1 hour' FROM beta_testers; \
             INSERT INTO mail_outbox (tester_id, token_id, kind, to_email, from_email, \
                                      next_attempt_at, created_at, attempts, last_error) \
             SELECT tester_id, token_id, kind, to_email, from_email, now() + interval '1 hour', \
                    now() - interval '1 hour', 1, 'away' FROM mail_outbox LIMIT 1",
        )
        .await;
    let scrape = once(&system.console, "what waits is measured", |it| {
        it.value("mail_outbox_mails", &[("state", "retrying")]) == Some(1.0)
    })
    .await;
    let check = [("path", "/api/internal/users/ghost-check"), ("outcome", "answered")];
    assert_values(
        &scrape,
        &[
            ("console_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0),
            ("service_ready", &[], 1.0),
            ("http_requests_in_flight", &[], 1.0),
            ("http_requests_shed_total", &[], 0.0),
            ("mail_attempts_total", &[("outcome", "accepted")], 2.0),
            ("mail_reports_total", &[("delivery", "bounced")], 1.0),
            ("mail_outbox_mails", &[("state", "new")], 0.0),
            ("mail_undelivered_testers", &[], 0.0),
            ("beta_ghost_resets", &[("outcome", "completed")], 1.0),
            ("beta_ghost_resets", &[("outcome", "running")], 1.0),
            ("beta_ghost_resets_finished_total", &[("outcome", "completed")], 1.0),
            ("beta_ghost_resets_finished_total", &[("outcome", "failed")], 0.0),
            ("beta_ghost_resets_interrupted", &[], 1.0),
            ("service_calls_total", &check, 1.0),
            ("database_pool_max_connections", &[], 6.0),
        ],
    );
    let oldest = scrape.value("mail_outbox_oldest_seconds", &[]).unwrap();
    assert!((3600.0..3700.0).contains(&oldest), "{oldest}");
    let reset = [
        ("method", "POST"),
        ("route", "/console/beta/testers/{id}/ghost-reset"),
        ("status", "200"),
    ];
    assert_eq!(scrape.value("http_requests_total", &reset), Some(1.0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_counted_by_the_state_seen_last() {
    let app = TestApp::start().await;
    let (ghost, _) = app.add_tester("ada@example.com").await;
    app.add_tester("grace@example.com").await;
    app.sql(&format!(
        "UPDATE beta_testers SET account_state = 'ghost_empty_shell' WHERE id = {ghost}"
    ))
    .await;
    let pool = app.pool();
    console::domain::figures::keep(&pool).await.unwrap();
    app.sql("UPDATE beta_figures SET counted_at = now() - interval '1 minute'").await;
    console::domain::figures::keep(&pool).await.unwrap();
    let scrape = once(&app, "testers are measured", |it| {
        it.value("beta_testers", &[("state", "ghost_empty_shell")]) == Some(1.0)
    })
    .await;
    assert_values(
        &scrape,
        &[
            ("beta_testers", &[("state", "unseen")], 1.0),
            ("beta_testers", &[("state", "healthy")], 0.0),
            ("beta_ghosts", &[], 1.0),
            ("beta_funnel_testers", &[("stage", "invited")], 2.0),
            ("beta_funnel_testers", &[("stage", "ceremony_begun")], 1.0),
        ],
    );
    assert!(scrape.value("beta_figures_timestamp_seconds", &[]).unwrap() > 1e9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raptor_counts_the_steps_of_signups_and_what_browsers_report() {
    let system = busy(&[], &[]).await;
    let scrape = Scrape::of(&system.raptor.client).await;
    let step = |step, outcome| [("step", step), ("outcome", outcome)];
    assert_values(
        &scrape,
        &[
            ("raptor_api_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0),
            ("signup_ceremony_steps_total", &step("begin", "ok"), 2.0),
            ("signup_ceremony_steps_total", &step("begin", "invalid_signup_link"), 1.0),
            ("signup_ceremony_steps_total", &step("verify", "ok"), 1.0),
            ("signup_ceremony_steps_total", &step("verify", "already_registered"), 0.0),
            ("signup_reports_total", &[("error", "NotAllowedError")], 1.0),
        ],
    );
    let begin = [("method", "POST"), ("route", "/api/auth/register/begin-with-token")];
    let count = scrape.value("http_request_duration_seconds_count", &begin);
    assert_eq!(count, Some(3.0));
    let within = |le| {
        scrape.value("http_request_duration_seconds_bucket", &[begin[0], begin[1], ("le", le)])
    };
    for le in ["0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "5", "10", "+Inf"] {
        assert!(within(le).is_some(), "{le}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_not_answered_is_counted_as_such() {
    let system = System::start().await;
    let operator = system.console.enrol("superadmin").await;
    operator.client.invite(EMAIL, "Grace Hopper").await;
    system.to_raptor.set_target("http://127.0.0.1:1");
    operator.client.testers("").await;
    let scrape = Scrape::of(&system.console.client).await;
    let calls = &scrape.0["service_calls_total"];
    assert!(calls.has("outcome", "no_answer"), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_token_is_refused_is_no_answer_to_be_content_with() {
    let other = [("RAPTOR_INTERNAL_TOKEN", "another-secret-of-the-tests-of-32-bytes")];
    let system = System::start_with(&other).await;
    let operator = system.console.enrol("superadmin").await;
    let invited = operator.client.invite(EMAIL, "Grace Hopper").await.json();
    operator.client.tester(invited["tester_id"].as_i64().unwrap()).await;
    let scrape = Scrape::of(&system.console.client).await;
    let path = ("path", "/api/internal/users/ghost-check");
    assert_values(
        &scrape,
        &[
            ("service_calls_total", &[path, ("outcome", "refused")], 1.0),
            ("service_calls_total", &[path, ("outcome", "answered")], 0.0),
            ("service_calls_total", &[path, ("outcome", "failed")], 0.0),
        ],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_without_its_database_says_that_it_is_not_ready_and_nothing_of_what_is_in_there()
{
    let app =
        TestApp::start_with(&[("DATABASE_URL", "postgres://postgres@127.0.0.1:1/none")]).await;
    assert_eq!(app.client.get("/readyz").await.status, 503);
    let scrape = Scrape::of(&app.client).await;
    assert_values(
        &scrape,
        &[
            ("service_ready", &[], 0.0),
            ("database_pool_open_connections", &[], 0.0),
            ("database_measured_timestamp_seconds", &[("kind", "beta")], 0.0),
            ("database_measured_timestamp_seconds", &[("kind", "audit_log")], 0.0),
            ("http_errors_total", &[], 0.0),
        ],
    );
    for (name, metric) in &scrape.0 {
        assert!(!metric.help.ends_with(Scope::Database.note()), "{name}");
    }
    assert_eq!(app.client.page("/console/enroll").await.status, 503);
    assert_eq!(Scrape::of(&app.client).await.value("http_errors_total", &[]), Some(1.0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_keeps_nothing_else_from_being_read() {
    let system = System::start().await;
    let app = &system.console;
    let kind = [("kind", "beta")];
    let measured = "database_measured_timestamp_seconds";
    once(app, "all is read", |it| it.value(measured, &kind) > Some(1e9)).await;
    app.sql("ALTER TABLE beta_ghost_resets RENAME TO elsewhere").await;
    let operator = app.enrol("support").await;
    system.postmark.once(Outcome::Refuse { status: 422, error_code: 406 });
    operator.client.invite(EMAIL, "Grace Hopper").await;
    let scrape = once(app, "a mail that was refused is seen", |it| {
        it.value("mail_undelivered_testers", &[]) == Some(1.0)
    })
    .await;
    assert_values(&scrape, &[("beta_ghost_resets", &[("outcome", "completed")], 0.0)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_label_tells_whom_it_is_about() {
    let system = busy(&[], &[]).await;
    for client in [&system.console.client, &system.raptor.client] {
        let told = client.get("/metrics").await.text;
        for secret in [EMAIL, "grace", "Grace", "eyJ", "token="] {
            assert!(!told.contains(secret), "{secret}: {told}");
        }
    }
}
