//! The tables that refer to `users.id`: what a deletion takes along, or sets to null.

use diesel::sql_types::{Array, BigInt, Nullable};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use ghost_contracts::raptor::{ChildAction, ChildRows};
use service_kit::db::{Connection, DbError};

/// A table with a foreign key to `users.id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Child {
    /// Its name.
    pub table: &'static str,
    /// The column that refers to the account; it has an index.
    pub column: &'static str,
    /// What becomes of its rows.
    pub action: ChildAction,
}

/// One list for the tables and for the statement that counts their rows.
macro_rules! children {
    ($($table:literal, $column:literal, $action:ident;)+) => {
        /// Every child table, in the order of section 9 of the contracts. A test compares it with
        /// the foreign keys that the schema has.
        pub const CHILDREN: &[Child] = &[
            $(Child { table: $table, column: $column, action: ChildAction::$action },)+
        ];

        /// How many rows of each the account `$1` has, as one array in that order; only zeros
        /// where `$1` is null.
        pub const COUNT: &str = concat!(
            "SELECT ARRAY[]::bigint[]",
            $(" || (SELECT count(*) FROM ", $table, " WHERE ", $column, " = $1)",)+
            " AS numbers",
        );
    };
}

children! {
    "webauthn_credentials", "user_id", Delete;
    "customer_sessions", "user_id", Delete;
    "email_verifications", "user_id", Delete;
    "onboarding_state", "user_id", Delete;
    "signup_reminders", "user_id", Delete;
    "backtest_runs", "user_id", Delete;
    "customer_notifications", "user_id", Delete;
    "order_strategy_links", "user_id", Delete;
    "customer_trading_mode_overrides", "user_id", Delete;
    "customer_reminders", "user_id", Delete;
    "support_pending_submissions", "customer_id", Delete;
    "backup_codes", "customer_id", Delete;
    "support_customer_map", "raxx_user_id", Delete;
    "freescout_ticket_cache", "customer_id", SetNull;
    "lcc_roll_alerts", "user_id", SetNull;
}

impl Child {
    fn with(&self, rows: i64) -> ChildRows {
        ChildRows { table: self.table.to_owned(), action: self.action, rows }
    }
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Array<BigInt>)]
    numbers: Vec<i64>,
}

/// Every child table with no rows, for where there is nothing to count.
#[must_use]
pub fn none() -> Vec<ChildRows> {
    CHILDREN.iter().map(|child| child.with(0)).collect()
}

/// How many rows of each child table the account has; 0 of each where there is no account.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn count(
    connection: &mut Connection,
    user_id: Option<i64>,
) -> Result<Vec<ChildRows>, DbError> {
    let counted = sql_query(COUNT).bind::<Nullable<BigInt>, _>(user_id);
    let Counted { numbers } = counted.get_result(connection).await?;
    Ok(CHILDREN.iter().zip(numbers).map(|(child, rows)| child.with(rows)).collect())
}
