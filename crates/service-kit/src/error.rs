//! Error answers: one shape for both services, JSON or a page (section 2 of the contracts).

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use ghost_contracts::error::ErrorCode;
use serde_json::{Map, Value};

use crate::challenge::ChallengeError;
use crate::db::{DbError, Transient};

/// An error as a client sees it, with its cause for the log.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: ErrorCode,
    message: String,
    says_unchanged: bool,
    extra: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
}

impl ApiError {
    /// An error with the status of its code and a sentence for a person: what happened, and
    /// what to do.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(code.http_status());
        Self {
            status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code,
            message: message.into(),
            says_unchanged: false,
            extra: Map::new(),
            headers: Vec::new(),
            cause: None,
        }
    }

    /// Another status than the code's own, for a page that can say more than a program is told.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Notes that the message says itself that nothing was changed, so that a page does not say it
    /// again. The body stays as it is.
    #[must_use]
    pub fn saying_unchanged(mut self) -> Self {
        self.says_unchanged = true;
        self
    }

    /// A further member of the body.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    /// The members of `details`, an object, as further members of the body.
    #[must_use]
    pub fn with_details(mut self, details: &impl serde::Serialize) -> Self {
        if let Ok(Value::Object(members)) = serde_json::to_value(details) {
            self.extra.extend(members);
        }
        self
    }

    /// A header of the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// When to try again, in seconds from now.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The reason, for the log alone.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// 400 `invalid_request`.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message)
    }

    /// 404 `not_found`.
    #[must_use]
    pub fn not_found() -> Self {
        let message = "There is nothing at this address. Check it, or start from the front page.";
        Self::new(ErrorCode::NotFound, message)
    }

    /// 405 `method_not_allowed`, with the methods that are.
    #[must_use]
    pub fn method_not_allowed(allow: &'static str) -> Self {
        let message = format!("This address answers {allow} alone.");
        Self::new(ErrorCode::MethodNotAllowed, message)
            .with_header(header::ALLOW, HeaderValue::from_static(allow))
    }

    /// 413 `payload_too_large`.
    #[must_use]
    pub fn payload_too_large(limit: usize) -> Self {
        let message = format!("The request body is over {} KiB.", limit / 1024);
        Self::new(ErrorCode::PayloadTooLarge, message)
    }

    /// 500 `internal`: a fixed text; the cause goes to the log.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let message = "Something went wrong on our side. Nothing you sent is at fault; please try \
                       again, and name the request id if it stays.";
        Self::new(ErrorCode::Internal, message).because(cause)
    }

    /// 500 `audit_write_failed`: without an audit row nothing is done.
    pub fn audit_write_failed(cause: impl fmt::Display) -> Self {
        let message = "The audit log could not be written, so nothing was changed.";
        Self::new(ErrorCode::AuditWriteFailed, message).saying_unchanged().because(cause)
    }

    /// 503 `service_unavailable`, to be tried again in 5 s.
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        let message = "The service cannot reach its database or store right now. Please try \
                       again in a few seconds.";
        Self::new(ErrorCode::ServiceUnavailable, message).retry_after(5).because(cause)
    }

    /// 503 `service_unavailable` for a request that comes when there are too many already.
    #[must_use]
    pub fn crowded() -> Self {
        let message = "The service has more to do than it can right now, so nothing was changed. \
                       Please try again in a few seconds.";
        Self::new(ErrorCode::ServiceUnavailable, message).saying_unchanged().retry_after(5)
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The code in the body.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The sentence for a person.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the message says itself that nothing was changed.
    #[must_use]
    pub fn says_unchanged(&self) -> bool {
        self.says_unchanged
    }

    /// The member `reason` of the body, if it has one.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.extra.get("reason")?.as_str()
    }

    /// What `Retry-After` says, in seconds.
    #[must_use]
    pub fn seconds_to_wait(&self) -> Option<u64> {
        let (_, value) = self.headers.iter().find(|(name, _)| name == header::RETRY_AFTER)?;
        value.to_str().ok()?.parse().ok()
    }

    /// What the log says of it.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Headers that belong to the answer.
    pub fn apply_headers(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
    }

    /// The body: `error`, `message` and the further members; for our own faults the request id.
    #[must_use]
    pub fn body(&self, request_id: Option<&str>) -> Value {
        let mut body = Map::new();
        body.insert("error".into(), self.code.as_str().into());
        body.insert("message".into(), self.message.clone().into());
        body.extend(self.extra.clone());
        if let (true, Some(id)) = (self.status == StatusCode::INTERNAL_SERVER_ERROR, request_id) {
            body.insert("request_id".into(), id.into());
        }
        Value::Object(body)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.code.as_str())?;
        match &self.cause {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status).json(self.body(None));
        self.apply_headers(response.headers_mut());
        response
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(cause) => Self::unavailable(cause),
            DbError::Query(_) if error.is_exhausted() => Self::unavailable(error),
            DbError::Query(_) => Self::internal(error),
        }
    }
}

impl From<diesel::result::Error> for ApiError {
    fn from(error: diesel::result::Error) -> Self {
        DbError::from(error).into()
    }
}

impl From<ChallengeError> for ApiError {
    fn from(error: ChallengeError) -> Self {
        match error {
            ChallengeError::Database(error) => error.into(),
            ChallengeError::Redis(_) => Self::unavailable(error),
            ChallengeError::Unwritable(_) => Self::internal(error),
        }
    }
}

impl From<ErrorCode> for ApiError {
    /// The error with its code's own sentence.
    fn from(code: ErrorCode) -> Self {
        Self::new(code, code.message())
    }
}

/// An answer after which nothing was written is never worth repeating by itself.
impl Transient for ApiError {
    fn is_transient(&self) -> bool {
        false
    }
}
