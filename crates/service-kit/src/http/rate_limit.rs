//! `PUBLIC_RATE_LIMIT`: requests a minute a client, counted in Postgres so that all processes
//! count together.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use ghost_contracts::error::ErrorCode;

use crate::db::{DbError, Pool};
use crate::error::ApiError;
use crate::http::client_address::{TrustedProxyHops, network};

/// Requests a minute a client; 0 is no limit.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit(pub u32);

#[derive(QueryableByName)]
struct Window {
    #[diesel(sql_type = BigInt)]
    requests: i64,
    #[diesel(sql_type = BigInt)]
    seconds_left: i64,
}

/// Counts one request of `client`, in one statement. A window begins with a client's first
/// request and lasts 60 s.
async fn count(pool: &Pool, client: &str) -> Result<Window, DbError> {
    let mut connection = pool.get().await?;
    let window = sql_query(
        "INSERT INTO rate_limit_windows AS known (client, started_at, requests) \
         VALUES ($1, clock_timestamp(), 1) \
         ON CONFLICT (client) DO UPDATE SET \
           requests = CASE WHEN known.started_at > clock_timestamp() - interval '60 seconds' \
                           THEN known.requests + 1 ELSE 1 END, \
           started_at = CASE WHEN known.started_at > clock_timestamp() - interval '60 seconds' \
                             THEN known.started_at ELSE clock_timestamp() END \
         RETURNING requests::bigint AS requests, \
           greatest(1, ceil(extract(epoch FROM started_at + interval '60 seconds' \
                                               - clock_timestamp())))::bigint AS seconds_left",
    );
    Ok(window.bind::<Text, _>(client).get_result(&mut connection).await?)
}

/// Middleware around the routes that the limit covers.
///
/// # Errors
/// None of its own: 429 `rate_limited` and 503 are answers.
pub async fn limit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match check(&request).await {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(refusal) => Ok(request.error_response(refusal)),
    }
}

async fn check(request: &ServiceRequest) -> Result<(), ApiError> {
    let (Some(limit), Some(hops), Some(pool)) = (
        request.app_data::<web::Data<RateLimit>>(),
        request.app_data::<web::Data<TrustedProxyHops>>(),
        request.app_data::<web::Data<Pool>>(),
    ) else {
        return Err(ApiError::internal("the rate limit is not set up"));
    };
    if limit.0 == 0 {
        return Ok(());
    }
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let client = hops.client(peer, request.headers());
    let window = count(pool, &network(client)).await?;
    if window.requests <= i64::from(limit.0) {
        return Ok(());
    }
    let wait = window.seconds_left;
    let message = format!("Too many requests from your address. Please try again in {wait} s.");
    Err(ApiError::new(ErrorCode::RateLimited, message).retry_after(wait.unsigned_abs()))
}

/// Removes windows that are over and says how many.
///
/// # Errors
/// Where the database is away.
pub async fn sweep(pool: &Pool) -> Result<usize, DbError> {
    let mut connection = pool.get().await?;
    let swept =
        sql_query("DELETE FROM rate_limit_windows WHERE started_at < now() - interval '2 minutes'");
    Ok(swept.execute(&mut connection).await?)
}
