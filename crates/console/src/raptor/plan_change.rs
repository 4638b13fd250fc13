//! What Raptor says with 409 `plan_changed` (section 5).

use ghost_contracts::AccountState;
use serde::Serialize;
use serde_json::{Map, Value};

/// What is not as it was in the plan, and how it is now, kept as it came: a newer Raptor may say
/// more than this Console knows, or say it in other words, and the refusal is one all the same.
/// Serialises as the members that came beside `error` and `message`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PlanChange(Map<String, Value>);

impl PlanChange {
    /// Takes the members of the answer's body.
    #[must_use]
    pub fn new(mut body: Map<String, Value>) -> Self {
        body.retain(|name, _| name != "error" && name != "message");
        Self(body)
    }

    /// `state`, `user_id`, or the name of a child table, each as far as it can be read.
    pub fn changed(&self) -> impl Iterator<Item = &str> {
        let parts = self.0.get("changed").and_then(Value::as_array);
        parts.into_iter().flatten().filter_map(Value::as_str)
    }

    /// The state now; nothing where it is missing or none that we know.
    #[must_use]
    pub fn state(&self) -> Option<AccountState> {
        serde_json::from_value(self.0.get("state")?.clone()).ok()
    }

    /// The account's number now: `Some(None)` where there is no account, nothing where the answer
    /// does not tell.
    #[must_use]
    pub fn user_id(&self) -> Option<Option<i64>> {
        match self.0.get("user_id")? {
            Value::Null => Some(None),
            id => id.as_i64().map(Some),
        }
    }

    /// How many rows a child table has now.
    #[must_use]
    pub fn rows(&self, table: &str) -> Option<i64> {
        let children = self.0.get("children")?.as_array()?;
        let named = |child: &&Value| child.get("table").and_then(Value::as_str) == Some(table);
        children.iter().find(named)?.get("rows")?.as_i64()
    }
}
