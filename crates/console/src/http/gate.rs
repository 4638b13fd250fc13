//! The middleware around `/console`: what is judged before anything of a request is read
//! (section 7 of the contracts).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::origin;
use service_kit::session::{RandomToken, cookie_name};
use service_kit::settings::PublicUrl;

use super::access;
use crate::db;
use crate::domain::flag::{BETA_GHOST_RESET, Overrides};
use crate::domain::operator::Operator;
use crate::views::flash::Flash;

/// The session cookie, without the prefix that https brings.
pub const COOKIE: &str = "console_session";

/// Who asks, and what is switched on.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    /// The operator, where the request carries a live session.
    pub operator: Option<Operator>,
    /// A message that waits for this session's next page.
    pub flash: Option<Flash>,
    /// What is switched on.
    pub flags: Flags,
    /// SHA-256 of the id in the cookie, live or not.
    pub cookie_sha256: Option<Vec<u8>>,
}

/// The flags that pages and routes ask for. All are off where nobody is signed in: who may not
/// come in need not know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    /// `beta_ghost_reset`.
    pub ghost_reset: bool,
}

/// Middleware: refuses what comes from another origin, then loads session and flags for the
/// extractors of [`access`].
///
/// # Errors
/// None of its own: 403 `cross_origin` and 503 are answers.
pub async fn gate<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match load(&request).await {
        Ok(gate) if gate.operator.is_none() && !is_open(request.path()) => {
            let refusal = access::unauthenticated(request.request());
            Ok(request.error_response(refusal))
        }
        Ok(gate) => {
            request.extensions_mut().insert(gate);
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        Err(refusal) => Ok(request.error_response(refusal)),
    }
}

/// Whether a path is for people who are not signed in. Everything else, known or not, asks for a
/// session first, so that nobody without one learns what there is.
fn is_open(path: &str) -> bool {
    ["/console/login", "/console/enroll", "/console/logout"].iter().any(|open| {
        path.strip_prefix(open).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

async fn load(request: &ServiceRequest) -> Result<Gate, ApiError> {
    let (Some(public), Some(pool), Some(overrides)) = (
        request.app_data::<web::Data<PublicUrl>>(),
        request.app_data::<web::Data<Pool>>(),
        request.app_data::<web::Data<Overrides>>(),
    ) else {
        return Err(ApiError::internal("the gate of the Console is not set up"));
    };
    origin::check(request.method(), request.headers(), public)?;
    let cookie = request.cookie(&cookie_name(COOKIE, public.is_https()));
    let Some(id) = cookie.and_then(|cookie| RandomToken::parse(cookie.value())) else {
        return Ok(Gate::default());
    };
    let mut gate = Gate { cookie_sha256: Some(id.sha256()), ..Gate::default() };
    let mut connection = pool.get().await?;
    let Some(live) = db::session::renew(&mut connection, &id.sha256()).await? else {
        return Ok(gate);
    };
    gate.flash = live.flash.as_ref().and_then(Flash::read);
    gate.operator = Some(Operator {
        id: live.admin_id,
        email: live.email,
        role: live.role.parse().map_err(ApiError::internal)?,
        session_id: live.id,
        expires_at: live.expires_at,
    });
    gate.flags.ghost_reset = match overrides.get(BETA_GHOST_RESET) {
        Some(on) => on,
        None => db::flag::is_on(&mut connection, BETA_GHOST_RESET).await?.unwrap_or(false),
    };
    Ok(gate)
}
