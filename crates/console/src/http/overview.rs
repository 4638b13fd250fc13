//! `GET /console`: the Overview.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use ghost_contracts::timestamp;
use serde::Serialize;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::request_id::RequestId;

use crate::db;
use crate::domain::audit::Entry;
use crate::domain::figures::Day;
use crate::domain::overview::Overview;
use crate::http::access::AnyOperator;
use crate::http::respond::Reply;
use crate::raptor::RaptorClient;
use crate::views::layout::Section;
use crate::views::overview::OverviewPage;

#[derive(Serialize)]
struct Answer<'a> {
    ghosts: i64,
    interrupted_resets: i64,
    undelivered_mails: i64,
    raptor_available: bool,
    states: States,
    funnel: Vec<Stage>,
    days: &'a [Day],
    latest: &'a [Entry],
}

#[derive(Serialize)]
struct States {
    #[serde(with = "timestamp::option")]
    oldest_seen_at: Option<DateTime<Utc>>,
    unseen: i64,
}

#[derive(Serialize)]
struct Stage {
    stage: &'static str,
    testers: i64,
}

/// Who needs somebody, how far testers got, and what happened last.
///
/// # Errors
/// 503 where the database is away.
pub async fn overview(
    _: AnyOperator,
    reply: Reply,
    pool: Data<Pool>,
    raptor: Data<RaptorClient>,
    request_id: RequestId,
) -> Result<HttpResponse, ApiError> {
    let overview = Overview::load(&pool, &raptor, &request_id).await?;
    if reply.wants_json() {
        return Ok(reply.json(StatusCode::OK, &Answer::from(&overview)));
    }
    let admins = db::admin::names(&mut *pool.get().await?).await?;
    let page = OverviewPage::new(reply.layout(Section::Overview)?, overview, &admins);
    reply.page(StatusCode::OK, &page).await
}

impl<'a> From<&'a Overview> for Answer<'a> {
    fn from(overview: &'a Overview) -> Self {
        let figures = &overview.counted.figures;
        let stage = |(stage, testers)| Stage { stage, testers };
        Self {
            ghosts: overview.ghost_count(),
            interrupted_resets: overview.interrupted_count(),
            undelivered_mails: overview.undelivered_count(),
            raptor_available: overview.raptor_available,
            states: States {
                oldest_seen_at: figures.oldest_seen_at,
                unseen: figures.counts.unseen,
            },
            funnel: figures.funnel.stages().map(stage).into(),
            days: &figures.days,
            latest: &overview.latest,
        }
    }
}
