//! `GET /console/admins/{id}`: one operator.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use ghost_contracts::timestamp;
use serde::Serialize;
use service_kit::db::Pool;
use service_kit::error::ApiError;

use super::{AdminBody, id};
use crate::domain::admin::AdminError;
use crate::domain::admin_file::{self, AdminFile, KnownPasskey, OpenLink};
use crate::http::access::AnyOperator;
use crate::http::respond::Reply;
use crate::views::admins::detail::AdminPage;
use crate::views::layout::Section;

/// Sessions in numbers.
#[derive(Serialize)]
struct Sessions {
    live: i64,
    #[serde(with = "timestamp::option")]
    last_seen_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct Body<'a> {
    admin: AdminBody<'a>,
    #[serde(with = "timestamp::option")]
    revoked_at: Option<DateTime<Utc>>,
    passkeys: &'a [KnownPasskey],
    enrolment_link: Option<&'a OpenLink>,
    sessions: Sessions,
}

/// `{"admin", "revoked_at", "passkeys", "enrolment_link", "sessions"}`: of a link that works its
/// times alone.
///
/// # Errors
/// 404 `not_found`.
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
