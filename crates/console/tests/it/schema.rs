//! The migrations: up, down and up again, twice at once, and what `schema.rs` says of them.

use console::settings::Variables;
use console::startup::MIGRATIONS;
use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::MigrationHarness;
use service_kit::settings::{DatabaseSettings, Source};
use test_support::postgres::TestDatabase;
use test_support::schema_file;

use super::helpers::migrated_database;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Everything that the migrations make, a line each: tables, columns, constraints, indexes,
/// triggers, functions, comments, and the rows that they put in.
const CATALOGUE: &str = "
    WITH ours AS (
        SELECT oid, relname, relkind, relpersistence FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relname <> '__diesel_schema_migrations'
            AND relname <> '__diesel_schema_migrations_pkey'
    )
    SELECT format('relation %s %s %s', relname, relkind, relpersistence) AS line FROM ours
    UNION ALL
    SELECT format('column %s.%s %s %s %s %s', relname, attname, format_type(atttypid, atttypmod),
            attnotnull, attidentity, pg_get_expr(adbin, adrelid))
        FROM ours JOIN pg_attribute ON attrelid = ours.oid AND attnum > 0 AND NOT attisdropped
        LEFT JOIN pg_attrdef ON adrelid = ours.oid AND adnum = attnum
        WHERE relkind IN ('r', 'p')
    UNION ALL
    SELECT format('constraint %s %s', conname, pg_get_constraintdef(pg_constraint.oid))
        FROM ours JOIN pg_constraint ON conrelid = ours.oid
    UNION ALL
    SELECT pg_get_indexdef(indexrelid) FROM ours JOIN pg_index ON indrelid = ours.oid
    UNION ALL
    SELECT format('%s enabled %s', pg_get_triggerdef(pg_trigger.oid), tgenabled)
        FROM ours JOIN pg_trigger ON tgrelid = ours.oid AND NOT tgisinternal
    UNION ALL
    SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        AND proname <> 'diesel_manage_updated_at' AND proname <> 'diesel_set_updated_at'
    UNION ALL
    SELECT format('comment %s %s %s', relname, objsubid, description)
        FROM ours JOIN pg_description ON objoid = ours.oid
    ORDER BY line";

/// The rows that the migrations put in.
const SEED: &str = "
    SELECT format('%s %s %s', name, enabled, description) AS line FROM feature_flags
    UNION ALL
    SELECT format('%s %s', version, sha256) FROM nda_documents
    ORDER BY line";

async fn lines(connection: &mut AsyncPgConnection, query: &str) -> Vec<String> {
    let lines: Vec<Line> = sql_query(query).load(connection).await.unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

fn settings(database: &TestDatabase) -> DatabaseSettings {
    let source = Source::from_pairs([("DATABASE_URL", database.url())]);
    Variables::read(source).for_migrate().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn down_takes_everything_back_and_up_makes_it_again() {
    let database = TestDatabase::create_empty().await;
    service_kit::migrate::run(&settings(&database), MIGRATIONS).await.unwrap();
    let mut connection = database.connect().await;
    let (made, seed) =
        (lines(&mut connection, CATALOGUE).await, lines(&mut connection, SEED).await);
    assert!(made.len() > 100 && seed.len() == 2, "{made:?} {seed:?}");
    let mut harness = AsyncMigrationHarness::new(database.connect().await);
    harness.revert_all_migrations(MIGRATIONS).unwrap();
    assert_eq!(lines(&mut connection, CATALOGUE).await, Vec::<String>::new());
    let again = service_kit::migrate::run(&settings(&database), MIGRATIONS).await.unwrap();
    assert_eq!(again.len(), service_kit::migrate::versions(&MIGRATIONS).unwrap().len());
    assert_eq!(lines(&mut connection, CATALOGUE).await, made);
    assert_eq!(lines(&mut connection, SEED).await, seed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_that_migrate_at_once_do_it_once() {
    let database = TestDatabase::create_empty().await;
    let settings = settings(&database);
    let run = || service_kit::migrate::run(&settings, MIGRATIONS);
    let (one, two) = tokio::join!(run(), run());
    let mut counts = [one.unwrap().len(), two.unwrap().len()];
    counts.sort_unstable();
    assert_eq!(counts, [0, service_kit::migrate::versions(&MIGRATIONS).unwrap().len()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_extension_may_be_added_the_schema_does_without_the_search_index() {
    let database = TestDatabase::create_empty().await;
    let mut connection = database.connect().await;
    let refuse = "
        CREATE FUNCTION pg_temp.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE insufficient_privilege USING MESSAGE = 'no extensions here'; END $$;
        CREATE EVENT TRIGGER no_extensions ON ddl_command_start WHEN TAG IN ('CREATE EXTENSION')
            EXECUTE FUNCTION pg_temp.refuse()";
    connection.batch_execute(refuse).await.unwrap();
    service_kit::migrate::run(&settings(&database), MIGRATIONS).await.unwrap();
    let indexes = "SELECT indexname::text AS line FROM pg_indexes WHERE tablename = 'beta_testers'";
    let indexes = lines(&mut connection, indexes).await;
    assert!(indexes.iter().any(|index| index == "beta_testers_stuck_idx"), "{indexes:?}");
    assert!(!indexes.iter().any(|index| index == "beta_testers_search_idx"), "{indexes:?}");
    let mut harness = AsyncMigrationHarness::new(database.connect().await);
    harness.revert_all_migrations(MIGRATIONS).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_schema_file_is_what_the_migrations_make() {
    let database = migrated_database().await;
    let rendered = schema_file::render(&mut database.connect().await).await.unwrap();
    assert_eq!(include_str!("../../src/schema.rs"), rendered, "run: cargo xtask schema");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_foreign_key_has_an_index() {
    let database = migrated_database().await;
    let bare = "
        SELECT format('%s.%s', conrelid::regclass, attname) AS line
        FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_index
                WHERE indrelid = conrelid AND indkey[0] = conkey[1] AND indpred IS NULL)
        ORDER BY line";
    let bare = lines(&mut database.connect().await, bare).await;
    // Documents are never removed, and a partial index covers a tester's live token.
    let known = ["beta_nda_acknowledgements.nda_version"];
    let surprising: Vec<_> = bare.iter().filter(|line| !known.contains(&line.as_str())).collect();
    assert!(surprising.is_empty(), "{surprising:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_says_what_it_is_for() {
    let database = migrated_database().await;
    let silent = "
        SELECT relname::text AS line FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
            AND relname <> '__diesel_schema_migrations'
            AND obj_description(oid, 'pg_class') IS NULL";
    assert_eq!(lines(&mut database.connect().await, silent).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_is_added_and_never_changed() {
    let database = migrated_database().await;
    let mut connection = database.connect().await;
    let add = "INSERT INTO audit_log (actor, action, target_type, target_id) \
               VALUES ('cli', 'a', 'b', 'c')";
    sql_query(add).execute(&mut connection).await.unwrap();
    for table in ["audit_log", "beta_nda_acknowledgements"] {
        for change in [
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
            match table {
                "audit_log" => "UPDATE audit_log SET actor = 'nobody'".to_owned(),
                _ => format!("UPDATE {table} SET acknowledged_at = now()"),
            },
        ] {
            let refused = sql_query(&change).execute(&mut connection).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{change}: {refused}");
        }
    }
}
