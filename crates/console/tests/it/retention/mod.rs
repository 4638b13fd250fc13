//! What is kept no longer than two years, and who may remove it.

mod forged;
mod months;
mod partitions;
mod refused;
mod roles;
mod tables;
mod upgrade;

use std::collections::BTreeMap;

use console::db::audit::LOG;
use console::settings::Variables;
use service_kit::audit::sealing::{self, Sealing};
use service_kit::db::Pool;
use service_kit::settings::Source;
use test_support::postgres::TestDatabase;
use test_support::wait::eventually;

use super::helpers::binary::{Ended, run};
use super::helpers::migrated_database;

/// Signs tombstones.
const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

/// A database with an audit log.
struct Archive {
    database: TestDatabase,
    pool: Pool,
}

impl Archive {
    async fn open() -> Self {
        Self::over(migrated_database().await)
    }

    fn over(database: TestDatabase) -> Self {
        let source = Source::from_pairs([("DATABASE_URL", database.url())]);
        let settings = Variables::read(source).for_migrate().unwrap();
        let pool = Pool::new(&settings, 2).unwrap();
        Self { database, pool }
    }

    /// With three sealed rows of each of these months, counted back from this one.
    async fn of_months(months: &[u32]) -> Self {
        let archive = Self::open().await;
        for ago in months {
            archive.sql(&rows_of(*ago)).await;
        }
        archive.seal().await;
        archive
    }

    async fn sql(&self, statements: &str) {
        self.database.sql(statements).await;
    }

    /// Runs statements as somebody whom no trigger stops.
    async fn tamper(&self, statements: &str) {
        let tables = ["audit_log", "audit_seals", "audit_sealed_rows", "audit_tombstones"];
        let switch = |how: &str| -> String {
            let each = |table| format!("ALTER TABLE {table} {how} TRIGGER ALL;");
            tables.into_iter().map(each).collect()
        };
        self.sql(&format!("{} {statements}; {}", switch("DISABLE"), switch("ENABLE"))).await;
    }

    /// Why a statement is refused.
    async fn refusal(&self, statement: &str) -> String {
        use diesel_async::SimpleAsyncConnection as _;
        let refused = self.database.connect().await.batch_execute(statement).await;
        refused.unwrap_err().to_string()
    }

    /// Seals until nothing waits. Other tests' transactions on the same server hold a seal up.
    async fn seal(&self) {
        eventually("nothing waits for a seal", || async {
            while matches!(sealing::seal(&self.pool, &LOG).await, Ok(Sealing::Made(_))) {}
            (self.database.count("audit_unsealed").await == 0).then_some(())
        })
        .await;
    }

    /// A command, with the key or without it.
    async fn command(&self, arguments: &[&str], key: Option<&str>) -> Ended {
        run(arguments, &variables(&self.database.url(), key)).await
    }

    async fn retain(&self) -> Ended {
        self.command(&["retention", "run"], Some(KEY)).await
    }

    async fn verify(&self) -> Ended {
        self.command(&["audit", "verify"], Some(KEY)).await
    }

    /// The rows that are of that month, counted back from this one.
    async fn count(&self, ago: u32) -> i64 {
        let month = month(ago);
        let within = format!(
            "occurred_at >= {month}::timestamp AT TIME ZONE 'UTC' \
             AND occurred_at < ({month} + interval '1 month') AT TIME ZONE 'UTC'"
        );
        self.database.count(&format!("audit_log WHERE {within}")).await
    }

    /// That month's name, as in 2024-10.
    async fn name(&self, ago: u32) -> String {
        let query = format!("SELECT to_char({}, 'YYYY-MM') AS name", month(ago));
        self.database.rows(&query).await[0]["name"].as_str().unwrap().to_owned()
    }
}

fn variables(database_url: &str, key: Option<&str>) -> BTreeMap<&'static str, String> {
    let url = ("DATABASE_URL", database_url.to_owned());
    let key = key.map(|key| ("AUDIT_SIGNING_KEY", key.to_owned()));
    [url].into_iter().chain(key).collect()
}

/// The first day of a month, counted back from this one, in SQL.
fn month(ago: u32) -> String {
    format!("(date_trunc('month', now() AT TIME ZONE 'UTC') - interval '{ago} months')::date")
}

/// A row of now.
const ROW: &str = "INSERT INTO audit_log (actor, action, target_type, target_id) \
                   VALUES ('cli', 'console.flag.changed', 'feature_flag', 'x')";

/// Three rows of that month: its first microsecond, its middle, its last.
fn rows_of(ago: u32) -> String {
    let month = month(ago);
    format!(
        "INSERT INTO audit_log (occurred_at, actor, action, target_type, target_id, payload) \
         SELECT at AT TIME ZONE 'UTC', 'cli', 'console.flag.changed', 'feature_flag', 'x', \
             jsonb_build_object('ago', {ago}) \
         FROM unnest(ARRAY[{month}::timestamp, {month} + interval '15 days', \
             {month} + interval '1 month' - interval '1 microsecond']) AS at"
    )
}

/// Calls the function with the figures that it would find, but for the given ones.
fn remove_sql(ago: u32, given: &[(&str, &str)]) -> String {
    let value = |name: &str, usual: &str| {
        let given = given.iter().find(|(given, _)| *given == name);
        given.map_or_else(|| usual.to_owned(), |(_, value)| (*value).to_owned())
    };
    let hash = "sha256('\\x000000000000001b' || convert_to('raxx audit removed seals v1', 'UTF8') \
                || string_agg('\\x0000000000000008'::bytea || int8send(number) \
                || '\\x0000000000000020'::bytea || hash, ''::bytea ORDER BY number))";
    format!(
        "SELECT remove_audit_month({}, {}, {}, {}, {}, {}, {}, '0123456789abcdef', \
             decode(repeat('00', 64), 'hex'), 'cli') FROM audit_seals WHERE month = {}",
        value("month", &month(ago)),
        value("first_seal", "min(number)"),
        value("last_seal", "max(number)"),
        value("seals", "count(*)"),
        value("rows", "sum(row_count)::bigint"),
        value("seals_hash", hash),
        value("removed_at", "now()"),
        month(ago),
    )
}
