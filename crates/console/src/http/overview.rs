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
use utoipa::ToSchema;

use crate::db;
use crate::domain::audit::Entry;
use crate::domain::figures::Day;
use crate::domain::overview::Overview;
use crate::http::access::AnyOperator;
use crate::http::respond::Reply;
use crate::raptor::RaptorClient;
use crate::views::layout::Section;
use crate::views::overview::OverviewPage;

/// How the beta stands.
#[derive(Serialize, ToSchema)]
#[schema(as = Overview)]
struct Answer<'a> {
    /// How many testers are ghosts.
    ghosts: i64,
    /// How many resets stopped half-way.
    interrupted_resets: i64,
    /// How many mails did not arrive.
    undelivered_mails: i64,
    /// Whether Raptor answered just now.
    raptor_available: bool,
    /// How old the figures are.
    states: States,
    /// The stages in their order.
    funnel: Vec<Stage>,
    /// The newest days.
    days: &'a [Day],
    /// What happened last.
    latest: &'a [Entry],
}

/// How old the states are that the figures go by.
#[derive(Serialize, ToSchema)]
#[schema(as = SeenStates)]
struct States {
    /// When the state was seen that is the oldest.
    #[serde(with = "timestamp::option")]
    #[schema(required)]
    oldest_seen_at: Option<DateTime<Utc>>,
    /// How many were never seen.
    unseen: i64,
}

/// How many testers got so far.
#[derive(Serialize, ToSchema)]
#[schema(as = FunnelStage)]
struct Stage {
    /// `invited`, `opened`, `accepted` and so on.
    stage: &'static str,
    /// How many.
    testers: i64,
}

/// Who needs somebody, how far testers got, and what happened last.
///
/// # Errors
/// 503 where the database is away.
#[utoipa::path(
    get,
    path = "/console",
    operation_id = "overview",
    tag = "testers",
    responses(
        (status = 200, description = "How the beta stands.", body = Answer<'_>),
    ),
)]
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
