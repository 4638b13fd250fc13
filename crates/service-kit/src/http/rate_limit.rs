//! How often a client may ask in a minute, counted in Postgres so that all processes count
//! together. Where the database is away nobody is let past uncounted: 503.

mod refused;

use std::net::{IpAddr, Ipv4Addr};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};
use diesel::sql_types::{BigInt, Text};
use diesel::{OptionalExtension, QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use ghost_contracts::error::ErrorCode;

use crate::db::{DbError, Pool};
use crate::error::ApiError;
use crate::http::client_address::{TrustedProxyHops, network};
pub use refused::Refused;

/// `PUBLIC_RATE_LIMIT`: requests a minute a client; 0 is no limit.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit(pub u32);

/// A limit that a part of a service has to itself.
#[derive(Debug, Clone, Copy)]
pub struct AreaLimit {
    /// What is counted together, as it stands in front of the client in the table.
    pub area: &'static str,
    /// How many a minute a client has.
    pub a_minute: u32,
}

#[derive(QueryableByName)]
struct Window {
    #[diesel(sql_type = BigInt)]
    requests: i64,
    #[diesel(sql_type = BigInt)]
    seconds_left: i64,
}

impl Window {
    /// For how long the client is refused.
    fn wait(&self) -> u64 {
        self.seconds_left.unsigned_abs()
    }
}

fn refusal(wait: u64) -> ApiError {
    let message = format!("Too many requests from your address. Please try again in {wait} s.");
    ApiError::new(ErrorCode::RateLimited, message).retry_after(wait)
}

/// Refuses a client whose window of `ask` is `over`, and without asking where the database has
/// said so often enough ([`Refused`]).
async fn judge(
    request: &HttpRequest,
    key: &str,
    ask: impl AsyncFnOnce(&Pool) -> Result<Option<Window>, DbError>,
    over: impl FnOnce(i64) -> bool,
) -> Result<(), ApiError> {
    let refused = request.app_data::<web::Data<Refused>>().ok_or_else(not_set_up)?;
    if let Some(wait) = refused.wait(key) {
        return Err(refusal(wait));
    }
    match ask(pool(request)?).await? {
        Some(window) if over(window.requests) => {
            refused.note(key, window.wait());
            Err(refusal(window.wait()))
        }
        _ => Ok(()),
    }
}

impl AreaLimit {
    /// Counts this request.
    ///
    /// # Errors
    /// 429 `rate_limited` once there are too many; 503 where the database is away.
    pub async fn count(&self, request: &HttpRequest) -> Result<(), ApiError> {
        let key = self.key(&client(request)?);
        count_and_judge(request, &key, self.a_minute).await
    }

    /// Refuses without counting where the client has none left: for what is counted only after it
    /// has been judged. Requests that are judged at the same moment do not see each other.
    ///
    /// # Errors
    /// As [`Self::count`].
    pub async fn check(&self, request: &HttpRequest) -> Result<(), ApiError> {
        let key = self.key(&client(request)?);
        let over = |requests| requests >= i64::from(self.a_minute);
        judge(request, &key, async |pool| current(pool, &key).await, over).await
    }

    fn key(&self, client: &str) -> String {
        format!("{} {client}", self.area)
    }
}

/// Counts one request of `key`, and refuses it where more than `limit` were.
async fn count_and_judge(request: &HttpRequest, key: &str, limit: u32) -> Result<(), ApiError> {
    let over = |requests| requests > i64::from(limit);
    judge(request, key, async |pool| count(pool, key).await.map(Some), over).await
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

/// What is counted of `client` now, if it is anything.
async fn current(pool: &Pool, client: &str) -> Result<Option<Window>, DbError> {
    let mut connection = pool.get().await?;
    let window = sql_query(
        "SELECT requests::bigint AS requests, \
           greatest(1, ceil(extract(epoch FROM started_at + interval '60 seconds' \
                                               - clock_timestamp())))::bigint AS seconds_left \
         FROM rate_limit_windows \
         WHERE client = $1 AND started_at > clock_timestamp() - interval '60 seconds'",
    );
    Ok(window.bind::<Text, _>(client).get_result(&mut connection).await.optional()?)
}

/// Middleware around the routes that `PUBLIC_RATE_LIMIT` covers.
///
/// # Errors
/// None of its own: 429 `rate_limited` and 503 are answers.
pub async fn limit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match check(request.request()).await {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(refusal) => Ok(request.error_response(refusal)),
    }
}

async fn check(request: &HttpRequest) -> Result<(), ApiError> {
    let limit = request.app_data::<web::Data<RateLimit>>().ok_or_else(not_set_up)?;
    if limit.0 == 0 {
        return Ok(());
    }
    count_and_judge(request, &client(request)?, limit.0).await
}

/// Whom a request counts for.
fn client(request: &HttpRequest) -> Result<String, ApiError> {
    let hops = request.app_data::<web::Data<TrustedProxyHops>>().ok_or_else(not_set_up)?;
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    Ok(network(hops.client(peer, request.headers())))
}

fn pool(request: &HttpRequest) -> Result<&Pool, ApiError> {
    request.app_data::<web::Data<Pool>>().map(|pool| pool.get_ref()).ok_or_else(not_set_up)
}

fn not_set_up() -> ApiError {
    ApiError::internal("the rate limit is not set up")
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
