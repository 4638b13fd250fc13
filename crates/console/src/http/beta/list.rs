//! `GET /console/beta`: the testers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use ghost_contracts::AccountState;
use ghost_contracts::ErrorCode;
use serde::{Deserialize, Serialize};
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::request_id::RequestId;
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::invitation::InvitationStatus;
use crate::domain::order::{Sort, UnknownSort};
use crate::domain::paging::{self, NoPage};
use crate::domain::roster::{self, Filter, Listed, Roster, Wanted};
use crate::domain::tester::StateFilter;
use crate::http::access::AnyOperator;
use crate::http::respond::Reply;
use crate::raptor::RaptorClient;
use crate::views::beta::list::ListPage;
use crate::views::layout::Section;

/// The longest text that is searched for, in characters.
const LONGEST_SEARCH: usize = 254;

/// What the address may say.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// A part of the name or the address.
    #[param(max_length = 254, pattern = r"^[^\u0000-\u001F\u007F-\u009F]*$")]
    q: Option<String>,
    /// Testers of that account state alone; `ghost` are those whom somebody should reset.
    #[param(pattern = "^(ghost|ghost_no_users_row|ghost_empty_shell|mid_enrollment|healthy)?$")]
    state: Option<String>,
    /// The order; `newest` where nobody says.
    #[param(value_type = Option<Sort>, inline)]
    sort: Option<String>,
    /// Rows a page; 50 where nobody says.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// `next` of the page before, which had the same order.
    cursor: Option<String>,
}

/// A page of the testers.
#[derive(Serialize, ToSchema)]
#[schema(as = Testers)]
struct Answer<'a> {
    /// May be fewer than `limit` while `next` is not null.
    testers: Vec<Row<'a>>,
    /// Whether Raptor told the states just now.
    raptor_available: bool,
    /// `cursor` of the following page, where there is one.
    #[schema(required)]
    next: Option<String>,
}

/// A tester, and how they stand.
#[derive(Serialize, ToSchema)]
#[schema(as = TesterInList)]
struct Row<'a> {
    /// Names the tester here.
    tester_id: i64,
    /// Their address.
    email: &'a str,
    /// What they are called.
    name: &'a str,
    /// The newest invitation.
    #[schema(value_type = InvitationStatus)]
    invitation: &'static str,
    /// Their account; null while Raptor is away.
    #[schema(value_type = Option<AccountState>, required)]
    state: Option<&'static str>,
}

/// Testers in the order of `sort`, searched by `q` and filtered by `state`.
///
/// # Errors
/// 400 `invalid_request` for a state or an order that is none, a limit or a cursor.
#[utoipa::path(
    get,
    path = "/console/beta",
    operation_id = "testers",
    tag = "testers",
    params(Search),
    responses(
        (status = 200, description = "A page of the testers.", body = Answer<'_>),
    ),
    extensions(("x-errors" = json!([ErrorCode::InvalidRequest]))),
)]
pub async fn list(
    _: AnyOperator,
    reply: Reply,
    Query(search): Query<Search>,
    pool: Data<Pool>,
    raptor: Data<RaptorClient>,
    request_id: RequestId,
) -> Result<HttpResponse, ApiError> {
    let wanted = search.parse()?;
    let roster = roster::load(&pool, &raptor, &wanted, &request_id).await?;
    if reply.wants_json() {
        return Ok(reply.json(StatusCode::OK, &answer(&roster)));
    }
    let counts = roster::counts(&pool, &wanted.filter).await?;
    let next = roster.next.as_ref().map(cursor::write);
    let page = ListPage::new(reply.layout(Section::Testers)?, wanted, roster, next, counts);
    reply.page(StatusCode::OK, &page).await
}

impl Search {
    fn parse(&self) -> Result<Wanted, ApiError> {
        let sort = match given(&self.sort) {
            None => Sort::default(),
            Some(name) => name
                .parse()
                .map_err(|error: UnknownSort| ApiError::invalid_request(error.to_string()))?,
        };
        Ok(Wanted {
            filter: self.filter()?,
            sort,
            after: given(&self.cursor).map(|text| cursor::read(text, sort)).transpose()?,
            limit: paging::parse_limit(self.limit.as_deref())
                .map_err(|error: NoPage| ApiError::invalid_request(error.to_string()))?,
        })
    }

    fn filter(&self) -> Result<Filter, ApiError> {
        let search = given(&self.q);
        if search.is_some_and(|text| {
            text.chars().count() > LONGEST_SEARCH || text.chars().any(char::is_control)
        }) {
            let message = "Search for at most 254 characters, without control characters.";
            return Err(ApiError::invalid_request(message));
        }
        let state: Option<Result<StateFilter, _>> = given(&self.state).map(str::parse);
        let state = state.transpose();
        Ok(Filter {
            search: search.map(str::to_owned),
            state: state.map_err(|error| ApiError::invalid_request(error.to_string()))?,
        })
    }
}

/// Empty counts as absent, because a form sends empty fields.
fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn answer(roster: &Roster) -> Answer<'_> {
    Answer {
        testers: roster.listed.iter().map(Row::from).collect(),
        raptor_available: roster.raptor_available,
        next: roster.next.as_ref().map(cursor::write),
    }
}

impl<'a> From<&'a Listed> for Row<'a> {
    fn from(listed: &'a Listed) -> Self {
        Self {
            tester_id: listed.tester.id.0,
            email: listed.tester.email.as_str(),
            name: listed.tester.name.as_str(),
            invitation: listed.invitation.as_str(),
            state: listed.state.map(|state| state.as_str()),
        }
    }
}
