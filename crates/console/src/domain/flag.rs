//! Feature flags: a row in the database, or a variable that overrides it (section 7 of the contracts).

use std::collections::BTreeMap;

use serde_json::json;
use service_kit::db::{DbError, Pool};
use utoipa::ToSchema;

use super::actor::Actor;
use crate::db;
use crate::db::audit::AuditWriteFailed;
use crate::domain::audit::{action, target};

/// The flag of the ghost reset.
pub const BETA_GHOST_RESET: &str = "beta_ghost_reset";

/// What `FLAG_<NAME>` variables say, by the flag's name in lower case. They change with a restart
/// alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides(BTreeMap<String, bool>);

impl Overrides {
    /// From the ends of the variables' names.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, bool)>) -> Self {
        let lower = |(name, on): (&str, bool)| (name.to_ascii_lowercase(), on);
        Self(pairs.into_iter().map(lower).collect())
    }

    /// What a variable says of the flag, where one does.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<bool> {
        self.0.get(name).copied()
    }
}

/// Who decides over a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FlagSource)]
pub enum Source {
    /// Its row.
    Database,
    /// A variable, whatever the row says.
    Environment,
}

/// A flag as it counts now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ToSchema)]
pub struct Flag {
    /// Its name, as in `beta_ghost_reset`.
    pub name: String,
    /// Whether it is on.
    pub enabled: bool,
    /// Who says so.
    pub source: Source,
}

impl Flag {
    /// The flag whose row says `row`.
    #[must_use]
    pub fn judge(name: String, row: bool, overrides: &Overrides) -> Self {
        match overrides.get(&name) {
            Some(enabled) => Self { name, enabled, source: Source::Environment },
            None => Self { name, enabled: row, source: Source::Database },
        }
    }
}

/// Why a flag was not changed.
#[derive(Debug, thiserror::Error)]
pub enum FlagError {
    /// There is no row of that name.
    #[error("There is no flag of that name.")]
    Unknown,
    /// A variable decides, so a change of the row would not be seen.
    #[error("The variable FLAG_{} sets this flag; nothing was changed.", .0.to_ascii_uppercase())]
    Overridden(String),
    /// The change could not be audited.
    #[error(transparent)]
    Audit(#[from] AuditWriteFailed),
    /// The database refuses or is away.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Sets a flag's row and audits the change, in one transaction. To set what is set already is no
/// change.
///
/// # Errors
/// Why nothing was changed.
pub async fn set(
    pool: &Pool,
    overrides: &Overrides,
    actor: &Actor,
    name: &str,
    enabled: bool,
) -> Result<Flag, FlagError> {
    // No Postgres text holds U+0000, so no flag is called that.
    if name.contains('\0') {
        return Err(FlagError::Unknown);
    }
    db::transaction(pool, async |connection| {
        let row = db::flag::lock(connection, name).await?.ok_or(FlagError::Unknown)?;
        if overrides.get(name).is_some() {
            return Err(FlagError::Overridden(name.to_owned()));
        }
        if row != enabled {
            db::flag::set(connection, name, enabled, actor).await?;
            let change = json!({"from": row, "to": enabled});
            let action = action::FLAG_CHANGED;
            db::audit::insert(connection, actor, action, target::FLAG, name, change).await?;
        }
        Ok(Flag::judge(name.to_owned(), enabled, overrides))
    })
    .await
}
