//! A deployment in which the service does not own its tables.

use std::collections::BTreeMap;

use console::db::audit::LOG;
use console::settings::Variables;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use service_kit::audit::sealing;
use service_kit::db::Pool;
use service_kit::settings::Source;

use super::super::helpers::TestApp;
use super::super::helpers::binary::run;
use super::{Archive, KEY, ROW, month, remove_sql};

const DOCS: &str = include_str!("../../../../../docs/retention.md");

/// The two roles of a test, as `docs/retention.md` makes them but for their names. Roles belong to
/// the whole server.
struct Roles {
    archive: Archive,
    service: String,
    retention: String,
}

impl Roles {
    async fn over(archive: Archive) -> Self {
        let name = archive.database.name().to_owned();
        let (service, retention) = (format!("{name}_service"), format!("{name}_retention"));
        let grants = DOCS.split("```sql\n").nth(1).unwrap().split("```").next().unwrap();
        assert!(grants.contains("console_service") && grants.contains("console_retention"));
        let grants =
            grants.replace("console_service", &service).replace("console_retention", &retention);
        archive.sql(&grants).await;
        Self { archive, service, retention }
    }

    fn url(&self, role: &str) -> String {
        self.archive.database.url().replacen("postgres@", &format!("{role}@"), 1)
    }

    async fn refusal(&self, role: &str, statement: &str) -> String {
        let mut connection = AsyncPgConnection::establish(&self.url(role)).await.unwrap();
        connection.batch_execute(statement).await.unwrap_err().to_string()
    }

    async fn drop(self) {
        let Self { archive, service, retention } = self;
        archive.sql(&format!("DROP OWNED BY {service}, {retention}")).await;
        archive.sql(&format!("DROP ROLE {service}, {retention}")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_s_role_can_remove_no_audit_row_by_any_way() {
    let roles = Roles::over(Archive::of_months(&[25, 0]).await).await;
    let old = format!("audit_log_{}", roles.archive.name(0).await.replace('-', "_"));
    for statement in [
        "UPDATE audit_log SET actor = 'nobody'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "DROP TABLE audit_log",
        "DROP TABLE audit_log_default",
        &format!("DELETE FROM {old}"),
        &format!("TRUNCATE {old}"),
        &format!("DROP TABLE {old}"),
        &format!("ALTER TABLE audit_log DETACH PARTITION {old}"),
        &format!("ALTER TABLE {old} DISABLE TRIGGER ALL"),
        "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        "ALTER TABLE audit_log DISABLE TRIGGER audit_log_is_append_only",
        "DROP TRIGGER audit_log_is_append_only ON audit_log",
        "SET session_replication_role = replica",
        "DELETE FROM audit_seals",
        "DELETE FROM audit_sealed_rows",
        "UPDATE audit_sealed_rows SET digest = sha256('')",
        "INSERT INTO audit_tombstones SELECT * FROM audit_tombstones",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql \
         AS 'BEGIN RETURN NULL; END'",
        &format!("SELECT add_audit_partition({})", month(40)),
        &remove_sql(25, &[]),
    ] {
        let why = roles.refusal(&roles.service, statement).await;
        let known = ["permission denied", "must be owner of"];
        assert!(known.iter().any(|words| why.contains(words)), "{statement}: {why}");
    }
    assert_eq!(roles.archive.database.count("audit_log").await, 6);
    roles.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_works_with_that_role() {
    let roles = Roles::over(Archive::of_months(&[25, 0]).await).await;
    let url = roles.url(&roles.service);
    let app = TestApp::start_with(&[("DATABASE_URL", &url)]).await;
    let source = Source::from_pairs([("DATABASE_URL", url)]);
    let settings = Variables::read(source).for_migrate().unwrap();
    let pool = Pool::new(&settings, 2).unwrap();
    let mut connection = pool.get().await.unwrap();
    connection.batch_execute(ROW).await.unwrap();
    assert_eq!(console::db::audit_partition::ensure(&mut connection).await.unwrap(), 0);
    drop(connection);
    sealing::seal(&pool, &LOG).await.unwrap();
    assert_eq!(app.client.get("/readyz").await.status, 200);
    assert_eq!(roles.archive.verify().await.status, 0);
    drop((app, pool));
    // The service's connections end when it does.
    let mine = format!("pg_stat_activity WHERE usename = '{}'", roles.service);
    test_support::wait::eventually("nobody has the role", || async {
        (roles.archive.database.count(&mine).await == 0).then_some(())
    })
    .await;
    roles.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_of_its_own_can_run_the_retention() {
    let roles = Roles::over(Archive::of_months(&[25, 0]).await).await;
    let variables = |role: &str| -> BTreeMap<&'static str, String> {
        [("DATABASE_URL", roles.url(role)), ("AUDIT_SIGNING_KEY", KEY.to_owned())].into()
    };
    let refused = run(&["retention", "run"], &variables(&roles.service)).await;
    assert_eq!(refused.status, 1, "{refused:?}");
    let why = "NOT removed: permission denied for function remove_audit_month";
    assert!(refused.stdout.contains(why), "{refused:?}");
    let ended = run(&["retention", "run"], &variables(&roles.retention)).await;
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
    assert_eq!(roles.archive.count(25).await, 0);
    assert_eq!(roles.archive.verify().await.status, 0);
    let why = roles.refusal(&roles.retention, "DELETE FROM audit_log").await;
    assert!(why.contains("permission denied"), "{why}");
    roles.drop().await;
}
