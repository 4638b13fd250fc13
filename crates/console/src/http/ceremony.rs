//! What enrolment and sign-in answer, when they succeed and when they fail.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use ghost_contracts::error::ErrorCode;
use serde::Serialize;
use service_kit::error::ApiError;
use service_kit::http::user_agent;
use service_kit::session::cookie;
use service_kit::settings::PublicUrl;
use service_kit::user_agent::UserAgent;
use utoipa::ToSchema;
use uuid::Uuid;

use super::gate::{COOKIE, Gate};
use crate::db::session::LIFE;
use crate::domain::ceremony::{CeremonyFailure, SignedIn, Visitor};
use crate::domain::operator::Operator;
use crate::domain::permission::Role;

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Operator)]
pub struct Who<'a> {
    /// Names the operator here.
    admin_id: Uuid,
    /// Their address.
    email: &'a str,
    /// What they may do.
    #[schema(value_type = Role)]
    role: &'a str,
}

impl<'a> From<&'a Operator> for Who<'a> {
    fn from(operator: &'a Operator) -> Self {
        Self { admin_id: operator.id, email: &operator.email, role: operator.role.as_str() }
    }
}

/// The browser in which a ceremony is finished. An extractor, ready at once.
pub struct Browser {
    session_sha256: Option<Vec<u8>>,
    agent: UserAgent,
}

impl FromRequest for Browser {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extensions = request.extensions();
        let session_sha256 = extensions.get::<Gate>().and_then(|gate| gate.cookie_sha256.clone());
        ready(Ok(Self { session_sha256, agent: user_agent::of(request) }))
    }
}

impl Browser {
    /// As the domain knows it.
    #[must_use]
    pub fn visitor(&self) -> Visitor<'_> {
        Visitor { session_sha256: self.session_sha256.as_deref(), agent: self.agent }
    }
}

/// 200 with the session's cookie.
#[must_use]
pub fn signed_in(signed_in: &SignedIn, public: &PublicUrl) -> HttpResponse {
    let SignedIn { admin_id, email, role, session } = signed_in;
    HttpResponse::Ok()
        .cookie(cookie(COOKIE, public.is_https(), session.expose(), LIFE))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(Who { admin_id: *admin_id, email, role })
}

impl From<CeremonyFailure> for ApiError {
    fn from(failure: CeremonyFailure) -> Self {
        let code = match failure {
            CeremonyFailure::InvalidLink => ErrorCode::InvalidEnrolmentLink,
            CeremonyFailure::NotBegun => ErrorCode::SignupSessionNotFound,
            CeremonyFailure::NotFound => ErrorCode::CeremonyNotFound,
            CeremonyFailure::Unverified(reason) => {
                let code = ErrorCode::PasskeyVerificationFailed;
                return Self::new(code, code.message()).because(reason);
            }
            CeremonyFailure::CredentialTaken => ErrorCode::CredentialAlreadyRegistered,
            CeremonyFailure::Fault(cause) => return Self::internal(cause),
            CeremonyFailure::Challenge(error) => return error.into(),
            CeremonyFailure::Audit(error) => return error.into(),
            CeremonyFailure::Database(error) => return error.into(),
        };
        Self::new(code, code.message())
    }
}
