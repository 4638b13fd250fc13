//! `GET /console/admins`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use utoipa::ToSchema;

use super::AdminBody;
use crate::db;
use crate::http::access::AnyOperator;
use crate::http::respond::Reply;
use crate::views::admins::list::AdminsPage;
use crate::views::layout::Section;

/// Those who may sign in.
#[derive(Serialize, ToSchema)]
#[schema(as = Admins)]
struct Answer<'a> {
    /// Without those who are revoked.
    admins: Vec<AdminBody<'a>>,
}

/// `{"admins": [{"admin_id", "email", "role", "enrolled"}]}`, without those who are revoked.
///
/// # Errors
/// 503 where the database is away.
#[utoipa::path(
    get,
    path = "/console/admins",
    operation_id = "operators",
    tag = "operators",
    summary = "The operators, without those who are revoked.",
    responses(
        (status = 200, description = "The operators.", body = Answer<'_>),
    ),
)]
pub async fn list(
    _: AnyOperator,
    reply: Reply,
    pool: Data<Pool>,
) -> Result<HttpResponse, ApiError> {
    let files = db::admin_file::all(&mut *pool.get().await?).await?;
    if reply.wants_json() {
        let admins = files.iter().map(|file| AdminBody::from(&file.admin)).collect();
        return Ok(reply.json(StatusCode::OK, &Answer { admins }));
    }
    let page = AdminsPage::new(reply.layout(Section::Operators)?, files);
    reply.page(StatusCode::OK, &page).await
}
