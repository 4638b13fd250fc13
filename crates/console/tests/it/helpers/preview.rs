//! What Raptor answers of previews and signups, for tests that put the words into its mouth.

use ghost_contracts::raptor::{GHOST_PREVIEW_PATH, SIGNUP_TIMELINE_PATH};
use serde_json::{Value, json};
use test_support::Answer;
use test_support::proxy::Rule;

use super::System;

/// A plan as Raptor gives one.
pub const PLAN: &str = "Zm9vYmFy-plan_of-the-tests";

/// The preview of an empty shell with these rows: table, action, count.
pub fn preview_of(user: i64, children: &[(&str, &str, i64)]) -> Value {
    let children: Vec<_> = children
        .iter()
        .map(|(table, action, rows)| json!({"table": table, "action": action, "rows": rows}))
        .collect();
    json!({"state": "ghost_empty_shell", "user_id": user, "credential_count": 0,
           "active_session_count": 0, "created_at": "2026-06-12T10:00:00Z",
           "children": children, "plan": PLAN})
}

/// What 409 `plan_changed` says: these parts are not as they were.
pub fn plan_changed(changed: &[&str], now: &Value) -> Value {
    let mut body = now.clone();
    body["error"] = json!("plan_changed");
    body["message"] = json!("The account is not as it was; nothing was deleted.");
    body["changed"] = json!(changed);
    body
}

impl System {
    /// Raptor answers every preview with this from now on.
    pub fn previews(&self, preview: &Value) {
        let answer = Rule::Answer(Answer::json(200, preview));
        self.to_raptor.always(GHOST_PREVIEW_PATH, answer);
    }

    /// Raptor tells of these attempts to sign up, newest first.
    pub fn signups(&self, attempts: &Value) {
        let answer = Rule::Answer(Answer::json(200, &json!({"attempts": attempts})));
        self.to_raptor.always(SIGNUP_TIMELINE_PATH, answer);
    }

    /// Raptor knows neither previews nor signups, as before they were made.
    pub fn old_raptor(&self) {
        let unknown = Answer::json(404, &json!({"error": "not_found", "message": "Nothing here."}));
        for path in [GHOST_PREVIEW_PATH, SIGNUP_TIMELINE_PATH] {
            self.to_raptor.always(path, Rule::Answer(unknown.clone()));
        }
    }
}
