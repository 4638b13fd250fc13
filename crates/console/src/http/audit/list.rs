//! `GET /console/audit`.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpResponse, error};
use ghost_contracts::EmailAddress;
use ghost_contracts::ErrorCode;
use serde::Serialize;
use service_kit::db::{Connection, Pool};
use service_kit::error::ApiError;
use utoipa::ToSchema;

use super::csv;
use crate::db;
use crate::domain::audit::asked::{Asked, Problem};
use crate::domain::audit::{Entry, Filter};
use crate::http::access::AnyOperator;
use crate::http::respond::Reply;
use crate::views::audit::AuditPage;
use crate::views::layout::Section;

/// A page of the log.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditPage)]
struct Answer {
    /// The newest first.
    entries: Vec<Entry>,
    /// `cursor` of the following page, where there is one.
    #[schema(required)]
    next: Option<String>,
}

/// `{"entries", "next"}`, newest first; the page; or everything that the filter wants as CSV. An
/// e-mail address as `target_id` stands for the person's ids, too.
///
/// # Errors
/// 400 `invalid_request` for a parameter that cannot be read; as a page with the filter as it was
/// typed.
#[utoipa::path(
    get,
    path = "/console/audit",
    operation_id = "audit_log",
    tag = "audit log",
    summary = "Who did what to whom, newest first.",
    params(Asked),
    responses(
        (
            status = 200,
            description = "A page of the log, or with `format=csv` all that the filter wants.",
            content(
                (Answer = "application/json"),
                (String = "text/csv; charset=utf-8"),
            ),
        ),
    ),
    extensions(("x-errors" = json!([ErrorCode::InvalidRequest]))),
)]
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
        return Ok(reply.json(StatusCode::OK, &Answer { entries, next }));
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
        return Err(ApiError::invalid_request(problem.to_string()));
    }
    let admins = db::admin::names(&mut *pool.get().await?).await?;
    let page = AuditPage::refused(reply.layout(Section::Audit)?, asked, &admins, problem);
    reply.page(StatusCode::BAD_REQUEST, &page).await
}
