//! The rows that hang on an account, in words (section 9 of the contracts has the tables).

use ghost_contracts::raptor::ChildRows;

use crate::raptor::PlanChange;
use crate::views::badge::in_words;

/// What a row of each table is, one and many.
const WORDS: [(&str, &str, &str); 15] = [
    ("webauthn_credentials", "passkey", "passkeys"),
    ("customer_sessions", "session", "sessions"),
    ("email_verifications", "e-mail verification", "e-mail verifications"),
    ("onboarding_state", "onboarding record", "onboarding records"),
    ("signup_reminders", "signup reminder", "signup reminders"),
    ("backtest_runs", "backtest run", "backtest runs"),
    ("customer_notifications", "notification", "notifications"),
    ("order_strategy_links", "link of an order to a strategy", "links of orders to strategies"),
    ("customer_trading_mode_overrides", "trading mode override", "trading mode overrides"),
    ("customer_reminders", "reminder", "reminders"),
    ("support_pending_submissions", "unsent support request", "unsent support requests"),
    ("backup_codes", "recovery code", "recovery codes"),
    ("support_customer_map", "link to the support desk", "links to the support desk"),
    ("freescout_ticket_cache", "support ticket", "support tickets"),
    ("lcc_roll_alerts", "roll alert", "roll alerts"),
];

/// How many rows there are, as in "2 e-mail verifications". A table that this version does not
/// know goes by its name.
#[must_use]
pub fn counted(children: &ChildRows) -> String {
    counted_in(&children.table, children.rows)
}

fn counted_in(table: &str, rows: i64) -> String {
    match WORDS.iter().find(|(known, ..)| *known == table) {
        Some((_, one, _)) if rows == 1 => format!("1 {one}"),
        Some((.., many)) => format!("{rows} {many}"),
        None if rows == 1 => format!("1 row in {table}"),
        None => format!("{rows} rows in {table}"),
    }
}

/// What is not as it was in the plan, each as it is now, as far as Raptor's answer can be read.
#[must_use]
pub fn changed(change: &PlanChange) -> String {
    let words = change.changed().map(|part| match part {
        "state" => match change.state() {
            Some(state) => format!("the state of the account (now {})", in_words(state)),
            None => "the state of the account".to_owned(),
        },
        "user_id" => match change.user_id() {
            Some(Some(id)) => format!("the account itself (now number {id})"),
            Some(None) => "the account itself (now there is none)".to_owned(),
            None => "the account itself".to_owned(),
        },
        table => match change.rows(table) {
            Some(rows) => format!("now {}", counted_in(table, rows)),
            None => format!("the rows in {table}"),
        },
    });
    let words = words.collect::<Vec<_>>().join(", ");
    if words.is_empty() { "Raptor did not say what changed".to_owned() } else { words }
}

#[cfg(test)]
mod tests {
    use ghost_contracts::raptor::ChildAction;
    use serde_json::{Value, json};

    use super::*;

    fn rows(table: &str, rows: i64) -> ChildRows {
        ChildRows { table: table.to_owned(), action: ChildAction::Delete, rows }
    }

    #[test]
    fn rows_are_counted_in_words() {
        assert_eq!(counted(&rows("email_verifications", 2)), "2 e-mail verifications");
        assert_eq!(counted(&rows("onboarding_state", 1)), "1 onboarding record");
        assert_eq!(counted(&rows("backup_codes", 0)), "0 recovery codes");
        assert_eq!(counted(&rows("loyalty_points", 1)), "1 row in loyalty_points");
        assert_eq!(counted(&rows("loyalty_points", 3)), "3 rows in loyalty_points");
    }

    #[test]
    fn what_changed_is_told_as_it_is_now() {
        let change = |body: Value| changed(&PlanChange::new(body.as_object().unwrap().clone()));
        let known = json!({
            "error": "plan_changed", "message": "No.",
            "changed": ["state", "user_id", "email_verifications", "loyalty_points"],
            "state": "ghost_no_users_row", "user_id": null, "credential_count": 0,
            "active_session_count": 0, "created_at": null, "plan": "p",
            "children": [{"table": "email_verifications", "action": "delete", "rows": 3}]
        });
        assert_eq!(
            change(known),
            "the state of the account (now no account), the account itself (now there is \
             none), now 3 e-mail verifications, the rows in loyalty_points"
        );
        let odd = json!({
            "changed": ["state", 7, "user_id", "backup_codes"], "state": "unheard_of",
            "user_id": "42", "children": ["odd", {"table": "backup_codes", "rows": 1}]
        });
        let told = "the state of the account, the account itself, now 1 recovery code";
        assert_eq!(change(odd), told);
        assert_eq!(change(json!({})), "Raptor did not say what changed");
    }
}
