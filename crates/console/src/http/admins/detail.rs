//! `GET /console/admins/{id}`: one operator.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use ghost_contracts::ErrorCode;
use ghost_contracts::timestamp;
use serde::Serialize;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use utoipa::ToSchema;

use super::{AdminBody, id};
use crate::domain::admin::AdminError;
use crate::domain::admin_file::{self, AdminFile, KnownPasskey, OpenLink};
use crate::http::access::AnyOperator;
use crate::http::respond::Reply;
use crate::views::admins::detail::AdminPage;
use crate::views::layout::Section;

/// Sessions in numbers.
#[derive(Serialize, ToSchema)]
#[schema(as = AdminSessions)]
struct Sessions {
    /// How many there are.
    live: i64,
    /// When one was used last.
    #[serde(with = "timestamp::option")]
    #[schema(required)]
    last_seen_at: Option<DateTime<Utc>>,
}

/// One operator.
#[derive(Serialize, ToSchema)]
#[schema(as = AdminDetail)]
struct Body<'a> {
    /// As in the list.
    admin: AdminBody<'a>,
    /// When they were shut out.
    #[serde(with = "timestamp::option")]
    #[schema(required)]
    revoked_at: Option<DateTime<Utc>>,
    /// What they sign in with.
    passkeys: &'a [KnownPasskey],
    /// The times of the link that works, where there is one.
    #[schema(required)]
    enrolment_link: Option<&'a OpenLink>,
    /// Their live sessions.
    sessions: Sessions,
}

/// `{"admin", "revoked_at", "passkeys", "enrolment_link", "sessions"}`: of a link that works its
/// times alone.
///
/// # Errors
/// 404 `not_found`.
#[utoipa::path(
    get,
    path = "/console/admins/{id}",
    operation_id = "operator",
    tag = "operators",
    summary = "One operator.",
    params(("id" = Uuid, Path, description = "The `admin_id` of the list.")),
    responses(
        (status = 200, description = "The operator.", body = Body<'_>),
        (status = 404, description = "`not_found`: There is no such operator."),
    ),
    extensions(("x-errors" = json!([ErrorCode::NotFound]))),
)]
pub async fn detail(
    _: AnyOperator,
    reply: Reply,
    path: Path<String>,
    pool: Data<Pool>,
) -> Result<HttpResponse, ApiError> {
    let opened = admin_file::open(&pool, id(&path)?).await?;
    let (file, passkeys, is_last) = opened.ok_or(AdminError::NotFound)?;
    if reply.wants_json() {
        return Ok(reply.json(StatusCode::OK, &body(&file, &passkeys)));
    }
    let page = AdminPage::new(reply.layout(Section::Operators)?, file, passkeys, is_last);
    reply.page(StatusCode::OK, &page).await
}

fn body<'a>(file: &'a AdminFile, passkeys: &'a [KnownPasskey]) -> Body<'a> {
    Body {
        admin: AdminBody::from(&file.admin),
        revoked_at: file.revoked_at,
        passkeys,
        enrolment_link: file.live_link(),
        sessions: Sessions { live: file.live_sessions, last_seen_at: file.last_seen_at },
    }
}
