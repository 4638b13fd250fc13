//! `POST /api/webhooks/postmark`: what became of mails after Postmark took them
//! (<https://postmarkapp.com/developer/webhooks/webhooks-overview>).
//!
//! Postmark proves itself by HTTP Basic, with any user name and `POSTMARK_WEBHOOK_SECRET` as the
//! password, and repeats what was not answered with 200.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use ghost_contracts::ErrorCode;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use self::described::Described;
use crate::db;
use crate::domain::mail_detail::Detail;
use crate::domain::mail_event::{Delivery, MailEvent, MessageId, RecordType, meaning_of_bounce};
use crate::mail::Mailer;

mod described;

/// What a client without the password is asked for (RFC 7617).
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"Postmark webhook\"");

/// From how many bytes on the password is not warned of.
const GOOD_LENGTH: usize = 16;

/// `POSTMARK_WEBHOOK_SECRET` and, during a rotation, the one before it; without the first there
/// is no webhook.
#[derive(Clone)]
pub struct WebhookSecret {
    current: Option<SecretString>,
    previous: Option<SecretString>,
}

impl WebhookSecret {
    /// Takes the variables as they are. A short one is warned of and not refused, because Postmark may
    /// have it already: the rate limit leaves 60 guesses a minute to each address, and nothing
    /// limits the addresses.
    #[must_use]
    pub fn new(current: Option<SecretString>, previous: Option<SecretString>) -> Self {
        if current.as_ref().is_some_and(|secret| secret.expose_secret().len() < GOOD_LENGTH) {
            tracing::warn!(
                "POSTMARK_WEBHOOK_SECRET is shorter than {GOOD_LENGTH} bytes and can be guessed: \
                 take a longer one, here and in Postmark's settings"
            );
        }
        Self { current, previous }
    }

    /// Whether a password is one of the two.
    fn is(&self, given: &[u8]) -> bool {
        let mut live = [&self.current, &self.previous].into_iter().flatten();
        live.any(|secret| is_same(given, secret))
    }

    /// Whether there is a webhook at all.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.current.is_some()
    }
}

/// Keeps a report. What is not understood of a report that is well formed is no reason to refuse
/// it: Postmark would only repeat it.
///
/// # Errors
/// 404 while there is no webhook; 401 `unauthorized`; 400, 413 and 415 for a body that is no
/// report; 503 where the database is away, so that Postmark repeats the report.
#[utoipa::path(
    post,
    path = "/api/webhooks/postmark",
    operation_id = "postmark_report",
    tag = "mail",
    summary = "Keeps what Postmark reports of a mail.",
    request_body = Described,
    responses(
        (status = 200, description = "It is taken.", body = Received),
        (status = 401, description = "`unauthorized`: The password is not `POSTMARK_WEBHOOK_SECRET`."),
        (status = 404, description = "`not_found`: There is no `POSTMARK_WEBHOOK_SECRET`."),
    ),
    extensions(("x-errors" = json!([ErrorCode::Unauthorized, ErrorCode::NotFound, ErrorCode::RateLimited]))),
)]
pub async fn receive(
    _: FromPostmark,
    pool: Data<Pool>,
    mailer: Data<Mailer>,
    JsonBody(report): JsonBody<Report>,
) -> Result<HttpResponse, ApiError> {
    let Some(event) = report.into_event() else {
        return Ok(HttpResponse::Ok().json(Received { status: "ignored" }));
    };
    let new = db::mail_event::record(&mut *pool.get().await?, &event).await?;
    if new {
        mailer.count_report(event.delivery);
    }
    let (message_id, kind) = (event.message.as_str(), event.delivery.as_str());
    tracing::info!(message_id, kind, new, "a mail was reported on");
    Ok(HttpResponse::Ok().json(Received { status: "ok" }))
}

/// Every other method: 405, or 404 while there is no webhook.
///
/// # Errors
/// Always one of these.
pub async fn refuse(secret: Data<WebhookSecret>) -> Result<HttpResponse, ApiError> {
    match secret.current {
        Some(_) => Err(ApiError::method_not_allowed("POST")),
        None => Err(ApiError::not_found()),
    }
}

/// A request with the password. Ready at once, so that nobody else's body is read.
#[derive(Debug)]
pub struct FromPostmark(());

impl FromRequest for FromPostmark {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let secret = request.app_data::<Data<WebhookSecret>>();
        let Some(secret) = secret.filter(|secret| secret.current.is_some()) else {
            return ready(Err(ApiError::not_found()));
        };
        let good = password(request.headers()).is_some_and(|given| secret.is(&given));
        ready(if good { Ok(Self(())) } else { Err(unauthorized()) })
    }
}

/// The password of the one `Authorization` header; two could be read differently elsewhere.
fn password(headers: &HeaderMap) -> Option<Vec<u8>> {
    let mut all = headers.get_all(header::AUTHORIZATION);
    let (one, another) = (all.next()?, all.next());
    let (scheme, credentials) = one.to_str().ok()?.split_once(' ')?;
    if another.is_some() || !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let pair = STANDARD.decode(credentials.trim()).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    pair.get(colon + 1..).map(<[u8]>::to_vec)
}

/// In constant time, whatever the lengths: what is compared is as long for any two passwords.
fn is_same(given: &[u8], secret: &SecretString) -> bool {
    let (given, wanted) = (Sha256::digest(given), Sha256::digest(secret.expose_secret()));
    given.ct_eq(&wanted).into()
}

fn unauthorized() -> ApiError {
    let message = "This address is for Postmark, with the password of POSTMARK_WEBHOOK_SECRET. \
                   Nothing was changed.";
    ApiError::new(ErrorCode::Unauthorized, message)
        .with_header(header::WWW_AUTHENTICATE, CHALLENGE)
        .because("the webhook's password was missing or wrong")
}

/// A report, as Postmark sends it. Of its members only those are named that we use.
#[derive(Debug, Deserialize)]
#[serde(tag = "RecordType")]
pub enum Report {
    /// The receiving server took the mail.
    Delivery(Delivered),
    /// Something came back.
    Bounce(Bounced),
    /// The mail was reported as spam.
    SpamComplaint(Bounced),
    /// Opens, clicks, changes of subscriptions, and what may be added.
    #[serde(other)]
    Other,
}

/// What became of a report.
#[derive(Serialize, ToSchema)]
pub struct Received {
    /// `ok`, or `ignored` for one that says nothing of a mail.
    status: &'static str,
}

/// The members of a delivery.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Delivered {
    /// Which mail.
    #[serde(rename = "MessageID")]
    message_id: Option<String>,
    /// When.
    delivered_at: Option<String>,
    /// What the receiving server said.
    details: Option<String>,
}

/// The members of a bounce, and of a complaint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Bounced {
    /// Which mail.
    #[serde(rename = "MessageID")]
    message_id: Option<String>,
    /// Which bounce.
    #[serde(rename = "ID")]
    id: Option<i64>,
    /// The kind of bounce.
    #[serde(rename = "Type")]
    kind: Option<String>,
    /// The same in words.
    name: Option<String>,
    /// What the provider says of it.
    description: Option<String>,
    /// What the receiving server said.
    details: Option<String>,
    /// When.
    bounced_at: Option<String>,
    /// Whether the provider sends nothing to that address any more.
    inactive: Option<bool>,
}

impl Report {
    /// What it says of a mail; `None` where that is nothing, or of a mail that cannot be ours.
    #[must_use]
    pub fn into_event(self) -> Option<MailEvent> {
        match self {
            Self::Delivery(report) => Some(MailEvent {
                message: MessageId::parse(&report.message_id?)?,
                record_type: RecordType::Delivery,
                bounce_id: 0,
                delivery: Delivery::Delivered,
                detail: report.details.as_deref().and_then(Detail::clean),
                occurred_at: time(report.delivered_at),
            }),
            Self::Bounce(report) => {
                let kind = report.kind.as_deref().unwrap_or_default();
                let meaning = meaning_of_bounce(kind, report.inactive.unwrap_or_default())?;
                report.into_event(RecordType::Bounce, meaning)
            }
            Self::SpamComplaint(report) => {
                report.into_event(RecordType::SpamComplaint, Delivery::Complained)
            }
            Self::Other => None,
        }
    }
}

impl Bounced {
    fn into_event(self, record_type: RecordType, delivery: Delivery) -> Option<MailEvent> {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        // Postmark's own sentence on the type, then what the receiving server said.
        let general = given(self.description).or(given(self.name));
        let parts = [general, given(self.details)];
        let detail = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Some(MailEvent {
            message: MessageId::parse(&self.message_id?)?,
            record_type,
            bounce_id: self.id.unwrap_or_default(),
            delivery,
            detail: Detail::clean(&detail),
            occurred_at: time(self.bounced_at),
        })
    }
}

fn time(text: Option<String>) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text?.trim()).ok()?;
    Some(time.to_utc())
}
