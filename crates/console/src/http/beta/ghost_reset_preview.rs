//! `GET /console/beta/testers/{id}/ghost-reset`: what a reset would do, and how one is going.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use chrono::{DateTime, Utc};
use ghost_contracts::raptor::{ChildRows, GhostCheck, Plan};
use ghost_contracts::timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use service_kit::error::ApiError;
use service_kit::http::request_id::RequestId;

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
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// `run`: how the newest run is going and nothing else, without a question to Raptor. It is
    /// for a page that watches a reset.
    only: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    tester: TesterBody<'a>,
    account: Option<&'a GhostCheck>,
    children: Option<&'a [ChildRows]>,
    plan: Option<&'a Plan>,
    asks_for_email: bool,
    revokes: Vec<i64>,
    mail_to: &'a str,
    run: Option<RunBody<'a>>,
}

#[derive(Serialize)]
struct RunBody<'a> {
    step: &'a str,
    #[serde(with = "timestamp")]
    started_at: DateTime<Utc>,
    #[serde(with = "timestamp::option")]
    finished_at: Option<DateTime<Utc>>,
    outcome: Option<&'a str>,
}

/// What a reset would do to this tester, for any operator, while the flag is on. For the page
/// Raptor is also asked whether they are at it now; nothing depends on the answer.
///
/// # Errors
/// 404 `tester_not_found`; 404 `not_found` with `beta_ghost_reset` off.
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
        return Ok(reply.json(StatusCode::OK, &json!({"run": run})));
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
