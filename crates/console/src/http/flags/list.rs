//! `GET /console/flags`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use utoipa::ToSchema;

use crate::db;
use crate::domain::flag::{Flag, Overrides};
use crate::http::access::AnyOperator;
use crate::http::respond::Reply;
use crate::views::flags::{FlagLine, FlagsPage};
use crate::views::layout::Section;

/// Every flag.
#[derive(Serialize, ToSchema)]
#[schema(as = Flags)]
struct Answer {
    /// As they count now.
    flags: Vec<Flag>,
}

/// `{"flags": [{"name", "enabled", "source"}]}`.
///
/// # Errors
/// 503 where the database is away.
#[utoipa::path(
    get,
    path = "/console/flags",
    operation_id = "flags",
    tag = "flags",
    summary = "The flags as they count now.",
    responses(
        (status = 200, description = "Every flag.", body = Answer),
    ),
)]
pub async fn list(
    _: AnyOperator,
    reply: Reply,
    pool: Data<Pool>,
    overrides: Data<Overrides>,
) -> Result<HttpResponse, ApiError> {
    let mut connection = pool.get().await?;
    let rows = db::flag::all(&mut connection).await?;
    if reply.wants_json() {
        let judge = |row: db::flag::Row| Flag::judge(row.name, row.enabled, &overrides);
        let flags = rows.into_iter().map(judge).collect();
        return Ok(reply.json(StatusCode::OK, &Answer { flags }));
    }
    let admins = db::admin::names(&mut connection).await?;
    drop(connection);
    let flags = rows.into_iter().map(|row| FlagLine::new(row, &overrides, &admins)).collect();
    let page = FlagsPage::new(reply.layout(Section::Flags)?, flags);
    reply.page(StatusCode::OK, &page).await
}
