//! JSON or a page: how every handler under `/console` answers (section 7 of the contracts).

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Serialize;
use service_kit::clock::Clock;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::accept::Wanted;
use service_kit::settings::PublicUrl;

use super::gate::Gate;
use crate::db;
use crate::views::flash::Flash;
use crate::views::layout::{Environment, Layout, Section};

/// Whether the answer is JSON: for a GET where `Accept` names it; for a POST also where the body
/// is JSON and `Accept` does not ask for a page.
#[must_use]
pub fn wants_json(request: &HttpRequest) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match Wanted::from_headers(request.headers()) {
        Wanted::Json => true,
        Wanted::Html => false,
        Wanted::Anything => !reads && has_json_body(request),
    }
}

fn has_json_body(request: &HttpRequest) -> bool {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = value.and_then(|value| value.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

/// How this request is to be answered. An extractor, ready at once.
pub struct Reply {
    json: bool,
    /// `Accept` asks for a page.
    html: bool,
    /// A HEAD shows nobody anything.
    head: bool,
    gate: Gate,
    setting: Option<Setting>,
}

/// What pages are drawn with.
struct Setting {
    pool: web::Data<Pool>,
    clock: web::Data<Clock>,
    environment: Environment,
}

impl FromRequest for Reply {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::to(request)))
    }
}

impl Reply {
    /// The same where there is no handler, for an error page.
    #[must_use]
    pub fn to(request: &HttpRequest) -> Self {
        let gate = request.extensions().get::<Gate>().cloned().unwrap_or_default();
        let setting = (|| {
            Some(Setting {
                pool: request.app_data::<web::Data<Pool>>()?.clone(),
                clock: request.app_data::<web::Data<Clock>>()?.clone(),
                environment: Environment::of(request.app_data::<web::Data<PublicUrl>>()?),
            })
        })();
        let head = *request.method() == Method::HEAD;
        let html = Wanted::from_headers(request.headers()) == Wanted::Html;
        Self { json: wants_json(request), html, head, gate, setting }
    }

    /// Whether the answer is JSON and not a page.
    #[must_use]
    pub fn wants_json(&self) -> bool {
        self.json
    }

    /// Whether a page is asked for by name: an error is drawn for nobody else (section 2 of the
    /// contracts).
    #[must_use]
    pub fn wants_page(&self) -> bool {
        self.html
    }

    /// Session and flags, as the gate found them.
    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// What stands around a page: navigation, operator, message, time.
    ///
    /// # Errors
    /// 500 where the application was put together wrongly.
    pub fn layout(&self, section: Section) -> Result<Layout, ApiError> {
        let setting = self.setting()?;
        Ok(Layout {
            section,
            environment: setting.environment,
            operator: self.gate.operator.clone(),
            flash: self.gate.flash.clone(),
            ghost_reset: self.gate.flags.ghost_reset,
            now: setting.clock.now(),
        })
    }

    /// A JSON answer, which no cache keeps.
    pub fn json(&self, status: StatusCode, body: &impl Serialize) -> HttpResponse {
        let mut answer = HttpResponse::build(status);
        answer.insert_header((header::CACHE_CONTROL, "no-store")).json(body)
    }

    /// A page, which no cache keeps. The message that it showed is forgotten.
    ///
    /// # Errors
    /// 500 where the page cannot be drawn; 503 where the database is away.
    pub async fn page(
        &self,
        status: StatusCode,
        page: &impl Template,
    ) -> Result<HttpResponse, ApiError> {
        let html = page.render().map_err(ApiError::internal)?;
        let shown = self.gate.flash.as_ref().filter(|_| !self.head);
        if let (Some(flash), Some(operator)) = (shown, &self.gate.operator) {
            let mut connection = self.setting()?.pool.get().await?;
            db::session::forget_flash(&mut connection, operator.session_id, &flash.to_value())
                .await?;
        }
        Ok(HttpResponse::build(status)
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .content_type("text/html; charset=utf-8")
            .body(html))
    }

    /// What was posted is done: the JSON, or the message on the page at `location`.
    ///
    /// # Errors
    /// 503 where the database is away.
    pub async fn done(
        &self,
        status: StatusCode,
        body: &impl Serialize,
        message: impl Into<String>,
        location: &str,
    ) -> Result<HttpResponse, ApiError> {
        if self.json {
            return Ok(self.json(status, body));
        }
        self.redirect(Flash::success(message), location).await
    }

    /// What was posted is refused: the error as JSON, or its sentence on the page at `location`.
    /// A fault of ours (5xx) has an error page of its own.
    ///
    /// # Errors
    /// `error` itself for a program; 503 where the database is away.
    pub async fn refused(&self, error: ApiError, location: &str) -> Result<HttpResponse, ApiError> {
        if self.json || error.status().is_server_error() {
            return Err(error);
        }
        if let Some(cause) = error.cause() {
            tracing::info!(code = error.code().as_str(), cause, "request refused");
        }
        self.redirect(Flash::error(error.message()), location).await
    }

    /// 303 to `location`, where `flash` will be shown once.
    ///
    /// # Errors
    /// 503 where the database is away.
    pub async fn redirect(&self, flash: Flash, location: &str) -> Result<HttpResponse, ApiError> {
        if let Some(operator) = &self.gate.operator {
            let mut connection = self.setting()?.pool.get().await?;
            db::session::leave_flash(&mut connection, operator.session_id, flash.to_value())
                .await?;
        }
        see_other(location)
    }

    fn setting(&self) -> Result<&Setting, ApiError> {
        self.setting.as_ref().ok_or_else(|| ApiError::internal("the Console is not set up"))
    }
}

/// 303 to a path of ours.
///
/// # Errors
/// 500 where `location` is no header value.
pub fn see_other(location: &str) -> Result<HttpResponse, ApiError> {
    let location = HeaderValue::from_str(location).map_err(ApiError::internal)?;
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish())
}
