//! An audit log of its own for each test.

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use service_kit::audit::chain::{GENESIS, rows_root};
use service_kit::audit::record::Record;
use service_kit::audit::sealing::{self, Sealing};
use service_kit::audit::verify::{Evidence, Report, Source, Verifier};
use service_kit::audit::{Kind, Log, row, store};
use service_kit::db::{DbError, Pool};
use service_kit::settings::{DatabaseSettings, DatabaseUrl, Setting};
use test_support::postgres::TestDatabase;
use test_support::wait::eventually;

/// The tables, as the Console has them.
pub const TABLES: [&str; 3] = [
    include_str!("../../../../../migrations-console/0170_create_audit_log/up.sql"),
    include_str!("../../../../../migrations-console/0182_seal_audit_log/up.sql"),
    include_str!("../../../../../migrations-console/0183_record_audit_heads/up.sql"),
];

pub const LOG: Log = Log {
    service: "console",
    peer: "raptor-api",
    columns: &[
        ("actor", Kind::Text),
        ("action", Kind::Text),
        ("target_type", Kind::Text),
        ("target_id", Kind::Text),
        ("payload", Kind::Json),
    ],
};

/// A database with an audit log, and what seals it.
pub struct Book {
    pub database: TestDatabase,
    pub pool: Pool,
}

impl Book {
    pub async fn open() -> Self {
        let database = TestDatabase::create_empty().await;
        database.sql(TABLES[0]).await;
        Self::over(database).await
    }

    /// Over a database that has its `audit_log`.
    pub async fn over(database: TestDatabase) -> Self {
        for tables in &TABLES[1..] {
            database.sql(tables).await;
        }
        let url = DatabaseUrl::parse(&database.url()).unwrap();
        let pool = Pool::new(&DatabaseSettings { url, ca: None }, 3).unwrap();
        Self { database, pool }
    }

    /// One with this many seals of three rows each, ids from 1.
    pub async fn with_seals(seals: usize) -> Self {
        let book = Self::open().await;
        for _ in 0..seals {
            book.write(3).await;
            book.seal_all().await;
        }
        book
    }

    /// Writes rows, all of one transaction.
    pub async fn write(&self, rows: usize) {
        self.sql(&insert(rows)).await;
    }

    pub async fn sql(&self, statements: &str) {
        self.database.sql(statements).await;
    }

    /// Runs statements as somebody whom no trigger stops.
    pub async fn tamper(&self, statements: &str) {
        let tables = [
            "audit_log",
            "audit_seals",
            "audit_sealed_rows",
            "audit_peer_heads",
            "audit_checkpoints",
        ];
        let switch = |how: &str| -> String {
            let each = |table| format!("ALTER TABLE {table} {how} TRIGGER ALL;");
            tables.into_iter().map(each).collect()
        };
        let always = "ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_awaits_seal";
        let (off, on) = (switch("DISABLE"), switch("ENABLE"));
        self.sql(&format!("{off} {statements}; {on} {always}")).await;
    }

    pub async fn seal(&self) -> Sealing {
        sealing::seal(&self.pool, &LOG).await.unwrap()
    }

    /// Seals until nothing waits. Other tests' transactions on the same server hold a seal up.
    pub async fn seal_all(&self) {
        eventually("nothing waits for a seal", || async {
            while matches!(self.seal().await, Sealing::Made(_)) {}
            (self.database.count("audit_unsealed").await == 0).then_some(())
        })
        .await;
    }

    /// Everything that the log holds.
    pub async fn records(&self) -> Vec<Record> {
        let mut records = Vec::new();
        let keep = |record| {
            records.push(record);
            Ok::<(), DbError>(())
        };
        store::read(&self.pool, &LOG, keep).await.unwrap();
        records
    }

    /// What verification finds.
    pub async fn verify(&self, evidence: Evidence) -> Report {
        let mut verifier = Verifier::new(&LOG, Source::Database, evidence);
        store::read(&self.pool, &LOG, |record| {
            verifier.take(record).unwrap();
            Ok::<(), DbError>(())
        })
        .await
        .unwrap();
        verifier.finish()
    }

    /// Makes a whole and consistent chain of the seals there are, as if each had been made that
    /// long before.
    pub async fn age_seals(&self, interval: &str) {
        self.tamper(&format!(
            "UPDATE audit_seals SET sealed_at = sealed_at - interval '{interval}', \
                 settled_until = settled_until - interval '{interval}'"
        ))
        .await;
        self.chain_anew().await;
    }

    /// What somebody does who knows how the chain is made: brings every digest, root and hash into
    /// line with what the rows say now.
    pub async fn chain_anew(&self) {
        let (mut seals, mut previous, mut statements) = (Vec::new(), GENESIS, String::new());
        for record in self.records().await {
            match record {
                Record::Seal(seal) => seals.push((seal, Vec::new())),
                Record::Row { id, cells, .. } => {
                    let digest = row::digest(&cells.unwrap());
                    seals.last_mut().unwrap().1.push((id, digest));
                }
                _ => {}
            }
        }
        let hex = |hash: &[u8]| format!("decode('{}', 'hex')", hex::encode(hash));
        for (mut seal, rows) in seals {
            seal.previous = previous;
            seal.rows_root = rows_root(rows.iter().map(|(id, digest)| (*id, digest)));
            previous = seal.computed_hash(LOG.service);
            for (id, digest) in rows {
                let digest = hex(&digest);
                statements +=
                    &format!("UPDATE audit_sealed_rows SET digest = {digest} WHERE row_id = {id};");
            }
            statements += &format!(
                "UPDATE audit_seals SET previous = {}, hash = {}, rows_root = {} WHERE number = {};",
                hex(&seal.previous),
                hex(&previous),
                hex(&seal.rows_root),
                seal.number
            );
        }
        self.tamper(&statements).await;
    }

    /// A transaction of somebody else, open.
    pub async fn begin(&self, statements: &str) -> AsyncPgConnection {
        let mut connection = self.database.connect().await;
        connection.batch_execute(&format!("BEGIN; {statements}")).await.unwrap();
        connection
    }
}

pub fn insert(rows: usize) -> String {
    format!(
        "INSERT INTO audit_log (actor, action, target_type, target_id, payload) \
         SELECT 'cli', 'console.flag.changed', 'flag', 'n' || n, \
             jsonb_build_object('n', n, 'at', clock_timestamp()) \
         FROM generate_series(1, {rows}) AS n"
    )
}
