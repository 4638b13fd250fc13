//! `GET /console/beta/testers/{id}/ghost-reset`: what a reset would do, and how one is going.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use chrono::{DateTime, Utc};
use ghost_contracts::ErrorCode;
use ghost_contracts::raptor::{ChildRows, GhostCheck, Plan};
use ghost_contracts::timestamp;
use serde::{Deserialize, Serialize};
use service_kit::error::ApiError;
use service_kit::http::request_id::RequestId;
use utoipa::{IntoParams, ToSchema};

use super::detail::TesterBody;
use super::find_tester;
use crate::db::ghost_reset::{self, RunRecord};
use crate::domain::ghost_reset::GhostReset;
use crate::domain::ghost_reset_preview::ResetPreview;
use crate::http::access::ResetReader;
use crate::http::respond::Reply;
use crate::views::beta::ghost_reset_preview::ResetPage;
use crate::views::layout::Section;

/// What the address may say.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `run`: how the newest run is going and nothing else, without a question to Raptor. It is
    /// for a page that watches a reset.
    only: Option<String>,
}

/// What a reset would do.
#[derive(Serialize, ToSchema)]
#[schema(as = GhostResetPreview)]
struct Answer<'a> {
    tester: TesterBody<'a>,
    /// As ghost-check answers; null while Raptor is away.
    #[schema(required)]
    account: Option<&'a GhostCheck>,
    /// The rows that would change; null where Raptor gave none.
    #[schema(required)]
    children: Option<&'a [ChildRows]>,
    /// What the reset can be told, so that it does nothing else; null where Raptor gave none.
    #[schema(required)]
    plan: Option<&'a Plan>,
    /// Whether a person has to type the address to confirm.
    asks_for_email: bool,
    /// The invitations that would be revoked.
    revokes: Vec<i64>,
    /// Whom the new link would go to.
    mail_to: &'a str,
    /// The newest reset of this tester.
    #[schema(required)]
    run: Option<RunBody<'a>>,
}

/// How a reset is going.
#[derive(Serialize, ToSchema)]
#[schema(as = GhostResetRun)]
struct RunBody<'a> {
    /// The last step that was finished.
    step: &'a str,
    #[serde(with = "timestamp")]
    started_at: DateTime<Utc>,
    #[serde(with = "timestamp::option")]
    #[schema(required)]
    finished_at: Option<DateTime<Utc>>,
    /// How it ended.
    #[schema(required)]
    outcome: Option<&'a str>,
}

/// The newest reset alone.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewestGhostResetRun)]
struct Run<'a> {
    /// Null where there was none.
    #[schema(required)]
    run: Option<RunBody<'a>>,
}

/// Both answers.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = GhostResetPreviewOrRun)]
#[expect(dead_code, reason = "it is only described")]
enum Either<'a> {
    /// Without `only`.
    Preview(Answer<'a>),
    /// With `only=run`.
    Run(Run<'a>),
}

/// What a reset would do to this tester, for any operator, while the flag is on. For the page
/// Raptor is also asked whether they are at it now; nothing depends on the answer.
///
/// # Errors
/// 404 `tester_not_found`; 404 `not_found` with `beta_ghost_reset` off.
#[utoipa::path(
    get,
    path = "/console/beta/testers/{id}/ghost-reset",
    operation_id = "ghost_reset_preview",
    tag = "ghost reset",
    summary = "Says what a ghost reset would do, while `beta_ghost_reset` is on.",
    params(("id" = i64, Path, minimum = 0, example = 1, description = "The `tester_id` of the list."), Asked),
    responses(
        (status = 200, description = "What a reset would do; with `only=run` how the newest one is going.", body = Either<'_>),
    ),
    extensions(("x-errors" = json!([
        ErrorCode::InvalidRequest,
        ErrorCode::TesterNotFound,
        ErrorCode::NotFound,
    ]))),
)]
pub async fn preview(
    _: ResetReader,
    reply: Reply,
    path: Path<String>,
    Query(asked): Query<Asked>,
    reset: Data<GhostReset>,
    request_id: RequestId,
) -> Result<HttpResponse, ApiError> {
    let pool = &reset.pool;
    let tester = find_tester(pool, &path).await?;
    if reply.wants_json() && asked.only.as_deref() == Some("run") {
        let run = ghost_reset::newest(&mut *pool.get().await?, tester.id).await?;
        let run = run.as_ref().map(RunBody::from);
        return Ok(reply.json(StatusCode::OK, &Run { run }));
    }
    if reply.wants_json() {
        let preview = ResetPreview::open(pool, &reset.raptor, tester, &request_id).await?;
        return Ok(reply.json(StatusCode::OK, &Answer::from(&preview)));
    }
    let email = tester.email.clone();
    let (preview, signups) = tokio::join!(
        ResetPreview::open(pool, &reset.raptor, tester, &request_id),
        reset.raptor.signup_timeline(&email, &request_id)
    );
    let mut preview = preview?;
    preview.file.signups = signups.ok();
    let page = ResetPage { layout: reply.layout(Section::Testers)?, preview };
    reply.page(StatusCode::OK, &page).await
}

impl<'a> From<&'a ResetPreview> for Answer<'a> {
    fn from(preview: &'a ResetPreview) -> Self {
        let file = &preview.file;
        Self {
            tester: TesterBody::from(&file.tester),
            account: file.account.as_ref(),
            children: preview.children.as_deref(),
            plan: preview.plan.as_ref(),
            asks_for_email: preview.asks_for_email(),
            revokes: preview.revokes().map(|token| token.id.0).collect(),
            mail_to: file.tester.email.as_str(),
            run: preview.run.as_ref().map(RunBody::from),
        }
    }
}

impl<'a> From<&'a RunRecord> for RunBody<'a> {
    fn from(run: &'a RunRecord) -> Self {
        Self {
            step: &run.step,
            started_at: run.started_at,
            finished_at: run.finished_at,
            outcome: run.outcome.as_deref(),
        }
    }
}
