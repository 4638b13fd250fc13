//! `GET /console/audit`.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpResponse, error};
use chrono::{DateTime, Utc};
use ghost_contracts::EmailAddress;
use serde::Deserialize;
use serde_json::json;
use service_kit::db::{Connection, Pool};
use service_kit::error::ApiError;

use super::csv;
use crate::db;
use crate::domain::audit::{Filter, NoTime, begin_of, end_of};
use crate::http::access::AnyOperator;
use crate::http::paging::Paging;
use crate::http::respond::Reply;
use crate::views::audit::{AuditPage, Problem};
use crate::views::layout::Section;

/// What may stand in the address. An empty value is none: the form sends them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// An operator's id, `raptor-api` or `cli`.
    pub actor: Option<String>,
    /// As in `console.flag.changed`.
    pub action: Option<String>,
    /// As in `beta_tester`.
    pub target_type: Option<String>,
    /// The target's id.
    pub target_id: Option<String>,
    /// A day or a point in time; it belongs to the span.
    pub from: Option<String>,
    /// The same for the end.
    pub until: Option<String>,
    /// Rows a page.
    pub limit: Option<String>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// `csv`, or nothing.
    pub format: Option<String>,
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
                let message = format!("{field} cannot hold U+0000.");
                return Err(Problem { field, message });
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

    fn wants_csv(&self) -> Result<bool, Problem> {
        match self.format.as_deref() {
            None | Some("") => Ok(false),
            Some("csv") => Ok(true),
            Some(_) => {
                Err(Problem { field: "format", message: "format is csv, or absent.".to_owned() })
            }
        }
    }

    fn paging(&self) -> Result<Paging, Problem> {
        Paging::parse(self.limit.as_deref(), self.cursor.as_deref())
            .map_err(|error| Problem { field: "limit", message: error.message().to_owned() })
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
    let wrong =
        |error: NoTime| Problem { field, message: format!("{field} cannot be read. {error}") };
    given(text).as_deref().map(read).transpose().map_err(wrong)
}

/// `{"entries", "next"}`, newest first; the page; or everything that the filter wants as CSV. An
/// e-mail address as `target_id` stands for the person's ids, too.
///
/// # Errors
/// 400 `invalid_request` for a parameter that cannot be read; as a page with the filter as it was
/// typed.
pub async fn list(
    _: AnyOperator,
    reply: Reply,
    asked: Result<Query<Asked>, error::Error>,
    pool: Data<Pool>,
) -> Result<HttpResponse, ApiError> {
    let unreadable = |_| ApiError::invalid_request("The address holds a parameter twice.");
    let asked = asked.map_err(unreadable)?.into_inner();
    let read = || Ok((asked.filter()?, asked.paging()?, asked.wants_csv()?));
    let (mut filter, paging, csv) = match read() {
        Ok(read) => read,
        Err(problem) => return refuse(&reply, &pool, &asked, problem).await,
    };
    let mut connection = pool.get().await?;
    resolve(&mut connection, &mut filter).await?;
    if csv {
        return Ok(csv::answer(&pool, filter, &asked, paging));
    }
    let mut entries =
        db::audit::page(&mut connection, &filter, paging.before, paging.fetch()).await?;
    let next = paging.cut(&mut entries, |entry| entry.id);
    if reply.wants_json() {
        return Ok(reply.json(StatusCode::OK, &json!({"entries": entries, "next": next})));
    }
    let admins = db::admin::names(&mut connection).await?;
    drop(connection);
    let layout = reply.layout(Section::Audit)?;
    let page = AuditPage::new(layout, entries, next, &asked, &admins);
    reply.page(StatusCode::OK, &page).await
}

/// Operators know people by their addresses, the log by their ids.
async fn resolve(connection: &mut Connection, filter: &mut Filter) -> Result<(), ApiError> {
    let Some(email) = filter.target_id.as_deref().and_then(|text| EmailAddress::parse(text).ok())
    else {
        return Ok(());
    };
    filter.or_target_ids = db::audit::ids_of(connection, &email).await?;
    Ok(())
}

async fn refuse(
    reply: &Reply,
    pool: &Pool,
    asked: &Asked,
    problem: Problem,
) -> Result<HttpResponse, ApiError> {
    if !reply.wants_page() {
        return Err(ApiError::invalid_request(problem.message));
    }
    let admins = db::admin::names(&mut *pool.get().await?).await?;
    let page = AuditPage::refused(reply.layout(Section::Audit)?, asked, &admins, problem);
    reply.page(StatusCode::BAD_REQUEST, &page).await
}
