//! `GET /console/sessions`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use ghost_contracts::session::SessionsAnswer;
use service_kit::db::Pool;
use service_kit::error::ApiError;

use crate::domain::session;
use crate::http::access::AnyOperator;
use crate::http::respond::Reply;
use crate::views::layout::Section;
use crate::views::sessions::SessionsPage;

/// `{"sessions": [{"session_id", "browser", "platform", "created_at", "last_seen_at",
/// "expires_at", "current"}]}`, the last used first.
///
/// # Errors
/// 503 where the database is away.
#[utoipa::path(
    get,
    path = "/console/sessions",
    operation_id = "sessions",
    tag = "sessions",
    summary = "The live sessions of whoever asks, the last used first.",
    responses(
        (status = 200, description = "The live sessions.", body = SessionsAnswer),
    ),
)]
pub async fn list(
    operator: AnyOperator,
    reply: Reply,
    pool: Data<Pool>,
) -> Result<HttpResponse, ApiError> {
    let sessions = session::list(&pool, &operator.0).await?;
    if reply.wants_json() {
        return Ok(reply.json(StatusCode::OK, &SessionsAnswer { sessions }));
    }
    let page = SessionsPage { layout: reply.layout(Section::Operators)?, sessions };
    reply.page(StatusCode::OK, &page).await
}
