//! `GET /console/admins`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::json;
use service_kit::db::Pool;
use service_kit::error::ApiError;

use super::AdminBody;
use crate::db;
use crate::http::access::AnyOperator;
use crate::http::respond::Reply;
use crate::views::admins::list::AdminsPage;
use crate::views::layout::Section;

/// `{"admins": [{"admin_id", "email", "role", "enrolled"}]}`, without those who are revoked.
///
/// # Errors
/// 503 where the database is away.
pub async fn list(
    _: AnyOperator,
    reply: Reply,
    pool: Data<Pool>,
) -> Result<HttpResponse, ApiError> {
    let files = db::admin_file::all(&mut *pool.get().await?).await?;
    if reply.wants_json() {
        let admins: Vec<AdminBody<'_>> =
            files.iter().map(|file| AdminBody::from(&file.admin)).collect();
        return Ok(reply.json(StatusCode::OK, &json!({"admins": admins})));
    }
    let page = AdminsPage::new(reply.layout(Section::Operators)?, files);
    reply.page(StatusCode::OK, &page).await
}
