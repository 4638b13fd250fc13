//! `GET /console/beta/testers/{id}`: one tester.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use ghost_contracts::ErrorCode;
use ghost_contracts::raptor::GhostCheck;
use ghost_contracts::timestamp;
use serde::Serialize;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::request_id::RequestId;
use utoipa::ToSchema;

use super::find_tester;
use crate::db;
use crate::db::interrupted_reset::InterruptedReset;
use crate::db::mail::MailRecord;
use crate::domain::audit::Entry;
use crate::domain::mail::{MailKind, MailStatus};
use crate::domain::mail_event::Delivery;
use crate::domain::tester::Tester;
use crate::domain::tester_file::TesterFile;
use crate::domain::walkthrough_token::WalkthroughToken;
use crate::http::access::AnyOperator;
use crate::http::respond::Reply;
use crate::raptor::RaptorClient;
use crate::views::beta::detail::DetailPage;
use crate::views::layout::Section;

/// Everything known of a tester. How the signups went is asked at the same time as the state, and
/// for the page alone; without an answer the page comes without it.
///
/// # Errors
/// 404 `tester_not_found`.
#[utoipa::path(
    get,
    path = "/console/beta/testers/{id}",
    operation_id = "tester",
    tag = "testers",
    summary = "Everything known of a tester.",
    params(("id" = i64, Path, minimum = 0, example = 1, description = "The `tester_id` of the list.")),
    responses(
        (status = 200, description = "Everything known of the tester.", body = Answer<'_>),
    ),
    extensions(("x-errors" = json!([ErrorCode::TesterNotFound]))),
)]
pub async fn detail(
    _: AnyOperator,
    reply: Reply,
    path: Path<String>,
    pool: Data<Pool>,
    raptor: Data<RaptorClient>,
    request_id: RequestId,
) -> Result<HttpResponse, ApiError> {
    let tester = find_tester(&pool, &path).await?;
    if reply.wants_json() {
        let file = TesterFile::open(&pool, &raptor, tester, &request_id).await?;
        return Ok(reply.json(StatusCode::OK, &Answer::from(&file)));
    }
    let email = tester.email.clone();
    let (file, signups) = tokio::join!(
        TesterFile::open(&pool, &raptor, tester, &request_id),
        raptor.signup_timeline(&email, &request_id)
    );
    let signups = signups
        .inspect_err(|error| tracing::warn!(%error, "a time line comes without the signups"))
        .ok();
    let admins = db::admin::names(&mut *pool.get().await?).await?;
    let mut file = file?;
    file.signups = signups;
    let page = DetailPage::new(reply.layout(Section::Testers)?, file, admins);
    reply.page(StatusCode::OK, &page).await
}

/// Everything known of a tester.
#[derive(Serialize, ToSchema)]
#[schema(as = TesterDetail)]
struct Answer<'a> {
    tester: TesterBody<'a>,
    /// As ghost-check answers; null while Raptor is away.
    #[schema(required)]
    account: Option<&'a GhostCheck>,
    /// Whether Raptor answered just now.
    raptor_available: bool,
    /// Every invitation, the newest first.
    tokens: Vec<TokenBody>,
    /// Every mail, the newest first.
    mails: Vec<MailBody<'a>>,
    /// What was done.
    audit: &'a [Entry],
    /// Null where none is interrupted.
    #[schema(required)]
    interrupted_reset: Option<ResetBody<'a>>,
}

/// A tester as a program reads them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tester)]
pub(super) struct TesterBody<'a> {
    tester_id: i64,
    email: &'a str,
    name: &'a str,
    #[serde(with = "timestamp")]
    created_at: DateTime<Utc>,
}

/// A walkthrough token, without what opens it.
#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
struct TokenBody {
    token_id: i64,
    #[serde(with = "timestamp")]
    created_at: DateTime<Utc>,
    #[serde(with = "timestamp")]
    expires_at: DateTime<Utc>,
    #[serde(with = "timestamp::option")]
    #[schema(required)]
    consumed_at: Option<DateTime<Utc>>,
    #[serde(with = "timestamp::option")]
    #[schema(required)]
    revoked_at: Option<DateTime<Utc>>,
}

/// A mail, and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = Mail)]
struct MailBody<'a> {
    mail_id: i64,
    #[schema(value_type = MailKind)]
    kind: &'a str,
    to: &'a str,
    #[schema(value_type = MailStatus)]
    status: &'static str,
    attempts: i32,
    #[serde(with = "timestamp")]
    created_at: DateTime<Utc>,
    #[serde(with = "timestamp::option")]
    #[schema(required)]
    accepted_at: Option<DateTime<Utc>>,
    #[serde(with = "timestamp::option")]
    #[schema(required)]
    next_attempt_at: Option<DateTime<Utc>>,
    /// What the provider said last.
    #[schema(required)]
    last_error: Option<&'a str>,
    /// How far it came, as the provider reported.
    #[schema(value_type = Option<Delivery>, required)]
    delivery: Option<&'static str>,
    #[serde(with = "timestamp::option")]
    #[schema(required)]
    delivery_at: Option<DateTime<Utc>>,
    /// What the provider reported of that.
    #[schema(required)]
    delivery_detail: Option<&'a str>,
}

/// A reset that stopped half-way.
#[derive(Serialize, ToSchema)]
#[schema(as = InterruptedReset)]
struct ResetBody<'a> {
    reset_id: i64,
    actor: &'a str,
    /// The last step that was finished.
    step: &'a str,
    #[serde(with = "timestamp")]
    started_at: DateTime<Utc>,
    /// `unknown` where Raptor never said what it did.
    #[schema(required)]
    outcome: Option<&'a str>,
}

impl<'a> From<&'a TesterFile> for Answer<'a> {
    fn from(file: &'a TesterFile) -> Self {
        Self {
            tester: TesterBody::from(&file.tester),
            account: file.account.as_ref(),
            raptor_available: file.account.is_some(),
            tokens: file.tokens.iter().map(TokenBody::from).collect(),
            mails: file.mails.iter().map(MailBody::from).collect(),
            audit: &file.history,
            interrupted_reset: file.interrupted.as_ref().map(ResetBody::from),
        }
    }
}

impl<'a> From<&'a Tester> for TesterBody<'a> {
    fn from(tester: &'a Tester) -> Self {
        Self {
            tester_id: tester.id.0,
            email: tester.email.as_str(),
            name: tester.name.as_str(),
            created_at: tester.created_at,
        }
    }
}

impl From<&WalkthroughToken> for TokenBody {
    fn from(token: &WalkthroughToken) -> Self {
        Self {
            token_id: token.id.0,
            created_at: token.created_at,
            expires_at: token.expires_at,
            consumed_at: token.consumed_at,
            revoked_at: token.revoked_at,
        }
    }
}

impl<'a> From<&'a MailRecord> for MailBody<'a> {
    fn from(mail: &'a MailRecord) -> Self {
        Self {
            mail_id: mail.id,
            kind: mail.kind.as_str(),
            to: &mail.to,
            status: mail.status.as_str(),
            attempts: mail.attempts,
            created_at: mail.created_at,
            accepted_at: mail.accepted_at,
            next_attempt_at: mail.is_pending().then_some(mail.next_attempt_at),
            last_error: mail.last_error.as_deref(),
            delivery: mail.delivery.map(Delivery::as_str),
            delivery_at: mail.delivery_at,
            delivery_detail: mail.delivery_detail.as_deref(),
        }
    }
}

impl<'a> From<&'a InterruptedReset> for ResetBody<'a> {
    fn from(reset: &'a InterruptedReset) -> Self {
        Self {
            reset_id: reset.id,
            actor: &reset.actor,
            step: &reset.step,
            started_at: reset.started_at,
            outcome: reset.outcome.as_deref(),
        }
    }
}
