//! `GET /console/audit`.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpResponse, error};
use serde::Deserialize;
use serde_json::json;
use service_kit::db::Pool;
use service_kit::error::ApiError;

use super::csv;
use crate::db;
use crate::domain::audit::{Filter, NoTime, begin_of, end_of};
use crate::http::access::AnyOperator;
use crate::http::paging::Paging;
use crate::http::respond::Reply;
use crate::views::audit::AuditPage;
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
    /// The filter.
    ///
    /// # Errors
    /// 400 `invalid_request` for a time that is none, and for U+0000, which no Postgres text
    /// holds.
    pub fn filter(&self) -> Result<Filter, ApiError> {
        let texts = [&self.actor, &self.action, &self.target_type, &self.target_id];
        if texts.iter().filter_map(|text| text.as_deref()).any(|text| text.contains('\0')) {
            return Err(ApiError::invalid_request("A filter cannot hold U+0000."));
        }
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let wrong = |error: NoTime| ApiError::invalid_request(error.to_string());
        Ok(Filter {
            actor: given(&self.actor),
            action: given(&self.action),
            target_type: given(&self.target_type),
            target_id: given(&self.target_id),
            from: given(&self.from).as_deref().map(begin_of).transpose().map_err(wrong)?,
            before: given(&self.until).as_deref().map(end_of).transpose().map_err(wrong)?,
        })
    }
}

/// `{"entries", "next"}`, newest first; the page; or everything that the filter wants as CSV.
///
/// # Errors
/// 400 `invalid_request` for a parameter that cannot be read.
pub async fn list(
    _: AnyOperator,
    reply: Reply,
    asked: Result<Query<Asked>, error::Error>,
    pool: Data<Pool>,
) -> Result<HttpResponse, ApiError> {
    let unreadable = |_| ApiError::invalid_request("The address holds a parameter twice.");
    let asked = asked.map_err(unreadable)?.into_inner();
    let filter = asked.filter()?;
    let paging = Paging::parse(asked.limit.as_deref(), asked.cursor.as_deref())?;
    match asked.format.as_deref() {
        None | Some("") => {}
        Some("csv") => return Ok(csv::answer(&pool, filter, &asked, paging)),
        Some(_) => return Err(ApiError::invalid_request("format is csv, or absent.")),
    }
    let mut connection = pool.get().await?;
    let mut entries =
        db::audit::page(&mut connection, &filter, paging.before, paging.fetch()).await?;
    let next = paging.cut(&mut entries, |entry| entry.id);
    if reply.wants_json() {
        return Ok(reply.json(StatusCode::OK, &json!({"entries": entries, "next": next})));
    }
    let admins = db::admin::names(&mut connection).await?;
    drop(connection);
    let layout = reply.layout(Section::Audit)?;
    let page = AuditPage::new(layout, entries, next, asked, &admins);
    reply.page(StatusCode::OK, &page).await
}
