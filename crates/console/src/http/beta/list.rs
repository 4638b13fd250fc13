//! `GET /console/beta`: the testers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::request_id::RequestId;

use super::cursor;
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
#[derive(Debug, Deserialize)]
pub struct Search {
    q: Option<String>,
    state: Option<String>,
    sort: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    testers: Vec<Row<'a>>,
    raptor_available: bool,
    next: Option<String>,
}

#[derive(Serialize)]
struct Row<'a> {
    tester_id: i64,
    email: &'a str,
    name: &'a str,
    invitation: &'static str,
    state: Option<&'static str>,
}

/// Testers in the order of `sort`, searched by `q` and filtered by `state`.
///
/// # Errors
/// 400 `invalid_request` for a state or an order that is none, a limit or a cursor.
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
