//! A full disk for Postgres.

use std::io::Write as _;
use std::path::Path;

use test_support::postgres::{Cluster, Options};
use test_support::small_disk::SmallDisk;

use super::{EMAIL, assert_heals, create_database, number, sql, start_cluster, start_on, try_sql};

/// Room for the schema and little else, in MiB.
const MIB: u32 = 64;

/// Takes what room there is inside the pages that the table has already.
const FILL: &str = "DO $$ BEGIN LOOP INSERT INTO audit_log \
                    (actor_user_id, action, target_kind, target_id, context) \
                    VALUES ('x', 'filler', 'x', 'x', '{}'); COMMIT; END LOOP; END $$";

const GHOST: &str = "INSERT INTO users (email, created_at) \
                     VALUES ('ghost@example.com', now() - interval '1 hour')";

/// The database lies on the small disk, the server's log of changes does not: where that has no
/// room either, the server ends, which is [`super::server`]'s story.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_nothing_is_deleted_without_its_audit_row_and_with_room_it_heals() {
    let cluster = start_cluster(Options::default()).await;
    let disk = match mount(&cluster).await {
        Ok(disk) => disk,
        Err(why) => return skip(&why),
    };
    let place = format!("CREATE TABLESPACE small LOCATION '{}'", disk.path().display());
    sql(&cluster.url("postgres"), &place).await;
    let url = create_database(&cluster, "TABLESPACE small").await;
    let app = start_on(&url).await;
    let token = app.mint(EMAIL).await;
    // Once with room, so that every table has its first page.
    sql(&url, &GHOST.replace("ghost@", "first@")).await;
    assert_eq!(app.client.ghost_delete("first@example.com").await.status, 204);
    sql(&url, GHOST).await;
    disk.fill();
    let full = try_sql(&url, FILL).await.unwrap_err();
    assert!(full.contains("No space left on device"), "{full}");
    let rows = "SELECT count(*) FROM audit_log";
    let before = number(&url, rows).await;
    for _ in 0..3 {
        let deleted = app.client.ghost_delete("ghost@example.com").await;
        deleted.assert_error(500, "audit_write_failed");
    }
    assert_eq!(number(&url, "SELECT count(*) FROM users").await, 1);
    assert_eq!(number(&url, "SELECT count(*) FROM account_resets").await, 1);
    assert_eq!(number(&url, rows).await, before);
    // Where the token of a call finds no room any more, it is the disk's fault and not ours.
    for _ in 0..400 {
        let reply = app.client.ghost_check("ghost@example.com").await;
        assert!([200, 503].contains(&reply.status), "{reply:?}");
        if reply.status == 503 {
            super::assert_away(&reply);
            break;
        }
    }
    disk.free();
    assert_heals(&app, &token).await;
    assert_eq!(app.client.ghost_delete("ghost@example.com").await.status, 204);
    let reset = format!("{rows} WHERE action = 'account.ghost_reset'");
    assert_eq!(number(&url, &reset).await, 2);
}

async fn mount(cluster: &Cluster) -> Result<SmallDisk, String> {
    use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _};
    #[derive(diesel::QueryableByName)]
    struct Setting {
        #[diesel(sql_type = diesel::sql_types::Text)]
        data_directory: String,
    }
    let mut connection = AsyncPgConnection::establish(&cluster.url("postgres")).await.unwrap();
    let show = diesel::sql_query("SELECT current_setting('data_directory') AS data_directory");
    let data: Setting = show.get_result(&mut connection).await.unwrap();
    SmallDisk::mount(MIB, Path::new(&data.data_directory))
}

/// Past what the test harness keeps to itself: nobody should take this for a test that held.
fn skip(why: &str) {
    let words = "SKIPPED: a full disk could not be tried, since this account may not mount one";
    let _ = writeln!(std::io::stderr(), "{words}: {why}");
}
