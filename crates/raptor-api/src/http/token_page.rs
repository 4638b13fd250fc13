//! Pages with a token in their address.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpRequest};
use ghost_contracts::Token;
use ghost_contracts::signup::{SIGNUP_PAGE_PATH, WALKTHROUGH_PAGE_PATH};
use serde::Deserialize;
use service_kit::error::ApiError;
use service_kit::http::headers;
use std::future::{Ready, ready};

/// Middleware around everything, error pages too: no answer at such an address is kept, and none
/// lets the address leak in a `Referer`.
///
/// # Errors
///
/// None of its own.
pub async fn guard<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    headers::guard_token_pages(&[SIGNUP_PAGE_PATH, WALKTHROUGH_PAGE_PATH], request, next).await
}

/// `?token=…`; an empty text where there is none, which is no token of ours. Other parameters
/// are not ours (mail programs add some).
pub struct QueryToken(pub Token);

#[derive(Deserialize)]
struct Parameters {
    #[serde(default)]
    token: String,
}

impl FromRequest for QueryToken {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        let parameters = actix_web::web::Query::<Parameters>::from_query(request.query_string());
        let token = parameters.map(|parameters| parameters.into_inner().token);
        ready(Ok(Self(Token::new(token.unwrap_or_default()))))
    }
}
