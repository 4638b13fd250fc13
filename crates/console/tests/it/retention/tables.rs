//! The other tables: what ended two years ago goes, what still means something stays.

use serde_json::json;

use super::Archive;

/// Two of everything: one that ended long ago, and one that did not, or still counts.
const ROWS: &str = "
    INSERT INTO beta_testers (id, email, name, created_at) VALUES
        (1, 'old@x.example', 'Old', now() - interval '4 years'),
        (2, 'new@x.example', 'New', now());
    INSERT INTO beta_walkthrough_tokens
        (id, tester_email, created_at, expires_at, consumed_at, revoked_at) VALUES
        (1, 'old@x.example', $old, $old, NULL, $old),
        (2, 'old@x.example', $old, $old, $old, $recently),
        (3, 'old@x.example', $old, $old, $old, $old),
        (4, 'new@x.example', $recently, $recently, NULL, $recently),
        (5, 'new@x.example', $old, $old, NULL, $old),
        (6, 'new@x.example', now(), now() + interval '14 days', NULL, NULL);
    INSERT INTO mail_outbox (id, tester_id, token_id, kind, to_email, from_email, status,
        created_at, last_attempt_at, provider_message_id) VALUES
        (1, 1, 1, 'invitation', 'old@x.example', 'b@x.example', 'accepted', $old, $old, 'old'),
        (2, 1, 3, 'invitation', 'old@x.example', 'b@x.example', 'failed', $old, $recently, NULL),
        (3, 2, 5, 'invitation', 'new@x.example', 'b@x.example', 'pending', $old, $old, NULL),
        (4, 2, 6, 'invitation', 'new@x.example', 'b@x.example', 'accepted', now(), now(), 'new');
    INSERT INTO mail_events (provider_message_id, record_type, kind, occurred_at, received_at,
        settled) VALUES
        ('old', 'Delivery', 'delivered', $old, $old, true),
        ('new', 'Delivery', 'delivered', now(), now(), true);
    INSERT INTO beta_ghost_resets (id, tester_id, actor, started_at, finished_at, outcome) VALUES
        (1, 1, 'cli', $old, $old, 'completed'),
        (2, 1, 'cli', $old, $old, 'unknown'),
        (3, 1, 'cli', $old, NULL, NULL),
        (4, 1, 'cli', $recently, $recently, 'failed');
    INSERT INTO admins (id, email, role, created_at, revoked_at) VALUES
        ('00000000-0000-0000-0000-000000000001', 'a@x.example', 'support', $old, $old),
        ('00000000-0000-0000-0000-000000000002', 'b@x.example', 'support', $old, $recently),
        ('00000000-0000-0000-0000-000000000003', 'c@x.example', 'support', $old, NULL),
        ('00000000-0000-0000-0000-000000000004', 'd@x.example', 'support', $old, $old),
        ('00000000-0000-0000-0000-000000000005', 'e@x.example', 'support', $old, $old);
    INSERT INTO admin_enrolment_links
        (id, admin_id, token_sha256, created_at, expires_at, used_at) VALUES
        (1, '00000000-0000-0000-0000-000000000003', sha256('1'), $old, $old, $old),
        (2, '00000000-0000-0000-0000-000000000003', sha256('2'), $old, $old, $recently);
    INSERT INTO beta_nda_acknowledgements (email, nda_version, acknowledged_at)
        VALUES ('old@x.example', '2026-06', $old);
    INSERT INTO audit_log (actor, action, target_type, target_id) VALUES
        ('00000000-0000-0000-0000-000000000004', 'a', 'b', 'c'),
        ('cli', 'a', 'admin', '00000000-0000-0000-0000-000000000005')";

/// What stays, as `table=ids`.
const LEFT: [(&str, &str, &str); 7] = [
    ("beta_testers", "id", "1,2"),
    ("beta_walkthrough_tokens", "id", "2,3,4,5,6"),
    ("mail_outbox", "id", "2,3,4"),
    ("mail_events", "provider_message_id", "new"),
    ("beta_ghost_resets", "id", "2,3,4"),
    ("admins", "right(id::text, 1)", "2,3,4,5"),
    ("admin_enrolment_links", "id", "2"),
];

async fn archive() -> Archive {
    let archive = Archive::open().await;
    let old = "(date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' \
               - interval '24 months 1 second')";
    let recently = "(date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' \
                    - interval '24 months')";
    archive.sql(&ROWS.replace("$old", old).replace("$recently", recently)).await;
    archive
}

async fn assert_left(archive: &Archive) {
    for (table, id, expected) in LEFT {
        let query = format!("SELECT string_agg({id}::text, ',' ORDER BY {id}) AS ids FROM {table}");
        assert_eq!(archive.database.rows(&query).await[0]["ids"], expected, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ended_two_years_ago_goes_and_what_still_counts_stays() {
    let archive = archive().await;
    let ended = archive.retain().await;
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
    assert_left(&archive).await;
    assert_eq!(archive.database.count("beta_nda_acknowledgements").await, 1);
    for line in ["audit_log: nothing to remove", "mail_outbox: 1 row removed"] {
        assert!(ended.stdout.lines().any(|other| other == line), "{line} {ended:?}");
    }
    let query = "SELECT actor, target_type, payload FROM audit_log \
                 WHERE action = 'console.retention.expired_removed'";
    let rows = json!({
        "mail_outbox": 1, "mail_events": 1, "beta_walkthrough_tokens": 1, "beta_ghost_resets": 1,
        "admin_enrolment_links": 1, "admins": 1,
    });
    let row = json!({"actor": "cli", "target_type": "retention", "payload": {"rows": rows}});
    assert_eq!(archive.database.rows(query).await, std::slice::from_ref(&row));

    let again = archive.retain().await;
    assert_eq!(again.stdout.matches("nothing to remove").count(), 7, "{again:?}");
    assert_left(&archive).await;
    assert_eq!(archive.database.rows(query).await, [row]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_takes_everything_back() {
    let archive = archive().await;
    let ended = archive.command(&["retention", "run", "--dry-run"], None).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(ended.stdout.matches(": 1 row would be removed").count(), 6, "{ended:?}");
    assert_eq!(archive.database.count("mail_outbox").await, 4);
    assert_eq!(archive.database.count("admins").await, 5);
    assert_eq!(archive.database.count("audit_log").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_removal_cannot_be_audited_nothing_is_removed() {
    let archive = archive().await;
    archive.database.break_audit_log("true").await;
    let ended = archive.retain().await;
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{ended:?}");
    assert!(ended.stderr.contains("the audit log could not be written"), "{ended:?}");
    assert_eq!(archive.database.count("mail_outbox").await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_at_once_remove_a_row_once() {
    let archive = archive().await;
    let (one, two) = tokio::join!(archive.retain(), archive.retain());
    assert_eq!((one.status, two.status), (0, 0), "{one:?} {two:?}");
    assert_left(&archive).await;
    let audited = "audit_log WHERE action = 'console.retention.expired_removed'";
    assert_eq!(archive.database.count(audited).await, 1);
}
