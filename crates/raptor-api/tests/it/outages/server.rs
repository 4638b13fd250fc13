//! A Postgres of one's own: it crashes, one of its processes hangs, others take all its
//! connections.

use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use test_support::postgres::Options;
use test_support::wait::eventually;

use super::{EMAIL, assert_away, assert_heals, number, own_cluster, sql, start_on, try_sql};

/// The server's own account does it to one of its processes that serves us.
fn signal(signal: &str, pid: i64) -> String {
    format!("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; kill -{signal} {pid}'")
}

const OURS: &str = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' \
                    AND datname = 'raptor' AND pid <> pg_backend_pid() LIMIT 1";

/// One process killed is what an immediate restart is to us: all others are ended at once, and
/// nobody is let in until the log has been replayed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_is_a_503_at_worst_and_nothing_that_was_answered_is_lost() {
    // A promise is on the disk, as it is in production.
    let settings = vec![("synchronous_commit".to_owned(), "on".to_owned())];
    let (_cluster, url) = own_cluster(Options { settings, ..Options::default() }).await;
    let app = start_on(&url).await;
    let mut kept = Vec::new();
    for round in 0..4 {
        let email = format!("ada{round}@example.com");
        let token = app.mint(&email).await;
        assert_heals(&app, &token).await;
        kept.push(email);
        // The connection of whoever kills is ended with all others.
        let _ = try_sql(&url, &signal("KILL", number(&url, OURS).await)).await;
        let mut answers = Vec::new();
        for _ in 0..20 {
            answers.push(app.client.ghost_check(EMAIL).await);
            answers.push(app.client.login_begin().await);
        }
        for reply in answers.iter().filter(|reply| reply.status != 200) {
            assert_away(reply);
        }
    }
    eventually("it is ready", async || {
        (app.client.get("/readyz").await.status == 200).then_some(())
    })
    .await;
    assert_eq!(number(&url, "SELECT count(*) FROM users").await, 4);
    for email in kept {
        let state = app.client.ghost_check(&email).await;
        assert_eq!(state.json()["state"], "mid_enrollment", "{state:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_of_the_server_that_hangs_is_left_for_another() {
    let (_cluster, url) = own_cluster(Options::default()).await;
    let app = start_on(&url).await;
    let token = app.mint(EMAIL).await;
    assert_eq!(app.client.ghost_check(EMAIL).await.status, 200);
    let hanging = number(&url, OURS).await;
    sql(&url, &signal("STOP", hanging)).await;
    eventually("it is left", async || {
        let reply = app.client.ghost_check(EMAIL).await;
        if reply.status != 200 {
            assert_away(&reply);
        }
        (reply.status == 200).then_some(())
    })
    .await;
    assert_heals(&app, &token).await;
    sql(&url, &signal("CONT", hanging)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_others_have_all_connections_everybody_is_told() {
    let few = Options { max_connections: 8, ..Options::default() };
    let (_cluster, url) = own_cluster(few).await;
    let app = start_on(&url).await;
    let token = app.mint(EMAIL).await;
    let mut others = Vec::new();
    // The housekeeping has one of ours, which it gives back to nobody but us.
    while let Ok(other) = AsyncPgConnection::establish(&url).await {
        others.push(other);
    }
    let asked = async || app.client.ghost_check(EMAIL).await;
    let (a, b, c, d) = tokio::join!(asked(), asked(), asked(), asked());
    let all = [a, b, c, d];
    assert!(all.iter().any(|reply| reply.status == 503), "{all:?}");
    for reply in all.iter().filter(|reply| reply.status != 200) {
        assert_away(reply);
    }
    drop(others);
    assert_heals(&app, &token).await;
}
