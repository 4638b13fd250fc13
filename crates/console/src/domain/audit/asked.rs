//! What somebody asks the log for, as the address says it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa::openapi::schema::{
    AnyOfBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type,
};

use super::{Filter, NoTime, begin_of, end_of};
use crate::domain::paging::{NoPage, Paging};

/// What may stand in the address. An empty value is none: the form sends them.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// An operator's id, `raptor-api` or `cli`.
    #[param(pattern = r"^[^\u0000]*$")]
    pub actor: Option<String>,
    /// As in `console.flag.changed`.
    #[param(pattern = r"^[^\u0000]*$")]
    pub action: Option<String>,
    /// As in `beta_tester`.
    #[param(pattern = r"^[^\u0000]*$")]
    pub target_type: Option<String>,
    /// The target's id, or somebody's e-mail address.
    #[param(pattern = r"^[^\u0000]*$")]
    pub target_id: Option<String>,
    /// A day or a point in time; it belongs to the span.
    #[param(schema_with = day_or_time)]
    pub from: Option<String>,
    /// The same for the end.
    #[param(schema_with = day_or_time)]
    pub until: Option<String>,
    /// Rows a page; 50 where nobody says. CSV has all of them then.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
    /// `next` of the page before.
    #[param(value_type = Option<i64>, minimum = 1)]
    pub cursor: Option<String>,
    /// `csv`, or nothing.
    #[param(pattern = "^(csv)?$")]
    pub format: Option<String>,
}

/// How the document describes a day or a point in time, or nothing.
fn day_or_time() -> Schema {
    let text = |format| ObjectBuilder::new().schema_type(Type::String).format(Some(format));
    AnyOfBuilder::new()
        .item(text(SchemaFormat::KnownFormat(KnownFormat::Date)))
        .item(text(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .item(ObjectBuilder::new().schema_type(Type::String).enum_values(Some([""])))
        .into()
}

/// What of the address cannot be read. Its message names the parameter; a page, which shows fields
/// and no parameters, puts the field's label in front of `complaint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The parameter's name.
    pub field: &'static str,
    /// What is wrong with it, for a person, after its name.
    pub complaint: String,
}

impl Asked {
    /// The filter, with `target_id` as it was given.
    ///
    /// # Errors
    /// The first parameter that cannot be read: a time that is none, and U+0000, which no Postgres
    /// text holds.
    pub fn filter(&self) -> Result<Filter, Problem> {
        for (field, text) in [
            ("actor", &self.actor),
            ("action", &self.action),
            ("target_type", &self.target_type),
            ("target_id", &self.target_id),
        ] {
            if text.as_deref().is_some_and(|text| text.contains('\0')) {
                return Err(Problem::new(field, "cannot hold U+0000."));
            }
        }
        Ok(Filter {
            actor: given(&self.actor),
            action: given(&self.action),
            target_type: given(&self.target_type),
            target_id: given(&self.target_id),
            or_target_ids: Vec::new(),
            from: time("from", &self.from, begin_of)?,
            before: time("until", &self.until, end_of)?,
        })
    }

    /// Which page.
    ///
    /// # Errors
    /// A limit or a cursor that is none.
    pub fn paging(&self) -> Result<Paging, Problem> {
        Ok(Paging::parse(self.limit.as_deref(), self.cursor.as_deref())?)
    }

    /// Whether the answer is to be CSV.
    ///
    /// # Errors
    /// A format that is another.
    pub fn wants_csv(&self) -> Result<bool, Problem> {
        match self.format.as_deref() {
            None | Some("") => Ok(false),
            Some("csv") => Ok(true),
            Some(_) => Err(Problem::new("format", "is csv, or absent.")),
        }
    }
}

impl Problem {
    fn new(field: &'static str, complaint: impl Into<String>) -> Self {
        Self { field, complaint: complaint.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.complaint)
    }
}

impl From<NoPage> for Problem {
    fn from(error: NoPage) -> Self {
        Self::new(error.parameter(), error.complaint())
    }
}

fn given(text: &Option<String>) -> Option<String> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn time(
    field: &'static str,
    text: &Option<String>,
    read: fn(&str) -> Result<DateTime<Utc>, NoTime>,
) -> Result<Option<DateTime<Utc>>, Problem> {
    let wrong = |error: NoTime| Problem::new(field, format!("cannot be read. {error}"));
    given(text).as_deref().map(read).transpose().map_err(wrong)
}
