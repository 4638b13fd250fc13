//! The guard in front of `/api/internal/` (section 4 of the contracts): size, then token, then
//! everything else, so that nobody learns a path or a method without a token.
//!
//! A body is taken only from somebody whose token is good in all that the head of the request
//! shows; `body_sha256` is judged when it is there. From anybody else one without a length is read
//! for 2 s and up to the limit, for what is over it is 413 whoever sends it. No rate limit counts
//! the refused: judging a token costs a hash and no query, its key cannot be guessed, and a limit
//! would let whoever shares the other service's address lock that service out.

use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use chrono::{DateTime, Utc};
use diesel::sql_query;
use diesel_async::RunQueryDsl;
use ghost_contracts::error::ErrorCode;
use ghost_contracts::service_token::{self, Expectation, JTI_KEPT, KeyRing, Party};

use crate::clock::Clock;
use crate::db::{DbError, Pool};
use crate::error::ApiError;
use crate::http::body::{self, INTERNAL_LIMIT};
use crate::traces::span;

/// For how long a body without a length is read where nothing but its size is of interest.
const SIZE_WITHIN: Duration = Duration::from_secs(2);

/// What the guard of one service knows.
#[derive(Clone)]
pub struct Guard {
    /// Who this service is.
    pub audience: Party,
    /// The shared secret, and the one before it.
    pub keys: KeyRing,
    /// What dates tokens.
    pub clock: Clock,
    /// Where used token ids are kept.
    pub pool: Pool,
}

/// Middleware: lets a request pass that carries a valid, unused token for exactly this request.
///
/// # Errors
/// None of its own: 413, 401 and 503 are answers.
pub async fn guard<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match check(&mut request).await {
        Ok(()) => Ok(span::serve_proven(request, next).await?.map_into_boxed_body()),
        Err(refusal) => Ok(request.error_response(refusal)),
    }
}

async fn check(request: &mut ServiceRequest) -> Result<(), ApiError> {
    body::check_announced(request.headers(), INTERNAL_LIMIT)?;
    let Some(guard) = request.app_data::<web::Data<Guard>>().cloned() else {
        return Err(ApiError::internal("the guard of the internal API is not set up"));
    };
    let sent = request.take_payload();
    // One time for both looks: a token that was good when it came does not end while its body is
    // still on the way.
    let head = Expectation {
        audience: guard.audience,
        method: request.method().as_str(),
        path: request.path(),
        body: b"",
        now: guard.clock.now(),
    };
    let judged = match bearer(request.headers()) {
        Some(bearer) => guard.keys.check_head(bearer, &head).map(|()| bearer).map_err(unauthorized),
        None => Err(unauthorized("no bearer token")),
    };
    let bearer = match judged {
        Ok(bearer) => bearer,
        Err(refusal) => return Err(size_before(refusal, request.headers(), sent).await),
    };
    let bytes = body::collect(request.headers(), sent, INTERNAL_LIMIT).await?;
    let expectation = Expectation { body: &bytes, ..head };
    let token = guard.keys.verify(bearer, &expectation).map_err(unauthorized)?;
    if !first_use(&guard.pool, token.jti, expectation.now).await? {
        return Err(unauthorized("replayed jti"));
    }
    request.set_payload(Payload::from(bytes));
    Ok(())
}

/// What is answered where the head is refused: 413 where the body turns out to be over the limit.
/// One without a length is read to know that, but not for long.
async fn size_before(refusal: ApiError, headers: &header::HeaderMap, sent: Payload) -> ApiError {
    if !headers.contains_key(header::TRANSFER_ENCODING) {
        return refusal;
    }
    let read = body::collect(headers, sent, INTERNAL_LIMIT);
    match tokio::time::timeout(SIZE_WITHIN, read).await {
        Ok(Err(error)) if error.code() == ErrorCode::PayloadTooLarge => error,
        _ => refusal,
    }
}

/// The one `Authorization` header's token; two headers could be read differently elsewhere.
fn bearer(headers: &header::HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION);
    let (one, another) = (all.next()?, all.next());
    if another.is_some() { None } else { service_token::bearer(one.to_str().ok()).ok() }
}

/// One answer for every fault; which one it was goes to the log.
fn unauthorized(reason: impl std::fmt::Display) -> ApiError {
    let message = "This address is for our own services, with a valid service token.";
    ApiError::new(ErrorCode::Unauthorized, message)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
        .because(format!("service token refused: {reason}"))
}

/// Whether this is the first use of `jti` by any process: the primary key decides.
async fn first_use(pool: &Pool, jti: uuid::Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    let mut connection = pool.get().await?;
    let stored = sql_query(
        "INSERT INTO service_token_uses (jti, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    )
    .bind::<diesel::sql_types::Uuid, _>(jti)
    .bind::<diesel::sql_types::Timestamptz, _>(now + JTI_KEPT)
    .execute(&mut connection)
    .await?;
    Ok(stored == 1)
}

/// Forgets token ids that are over and says how many.
///
/// # Errors
/// Where the database is away.
pub async fn sweep(pool: &Pool, now: DateTime<Utc>) -> Result<usize, DbError> {
    let mut connection = pool.get().await?;
    let swept = sql_query("DELETE FROM service_token_uses WHERE expires_at < $1")
        .bind::<diesel::sql_types::Timestamptz, _>(now);
    Ok(swept.execute(&mut connection).await?)
}
