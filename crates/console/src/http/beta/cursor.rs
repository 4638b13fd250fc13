//! `cursor` of the list of testers: a place in one of its orders. Nobody but the Console reads
//! it; in the order of ids it is the id, as in every other list.

use chrono::{DateTime, Datelike};
use ghost_contracts::{Base64Url, PersonName};
use service_kit::error::ApiError;

use crate::domain::order::{Position, Sort};
use crate::domain::tester::TesterId;

/// Where the state was never seen there is no time.
const NEVER: &str = "never";

/// The cursor of the page that follows this place.
#[must_use]
pub fn write(position: &Position) -> String {
    let id = position.id();
    match position {
        Position::Newest(_) => id.to_string(),
        Position::Name(name, _) => {
            format!("name.{id}.{}", Base64Url::from(name.as_str().as_bytes()))
        }
        Position::Stuck(since, _) => {
            let since = since.map(|since| since.timestamp_micros().to_string());
            format!("stuck.{id}.{}", since.as_deref().unwrap_or(NEVER))
        }
    }
}

/// The place of a cursor in that order.
///
/// # Errors
/// 400 `invalid_request` for what no page has given out, and for a cursor of another order.
pub fn read(text: &str, sort: Sort) -> Result<Position, ApiError> {
    let position = parse(text).ok_or_else(|| {
        ApiError::invalid_request(
            "cursor must be what `next` of the page before says. Start from the first page.",
        )
    })?;
    if position.sort() != sort {
        return Err(ApiError::invalid_request(format!(
            "This cursor belongs to a list sorted by {}, and this one is sorted by {}. Start from \
             the first page, without a cursor.",
            position.sort().as_str(),
            sort.as_str()
        )));
    }
    Ok(position)
}

fn parse(text: &str) -> Option<Position> {
    let mut parts = text.split('.');
    let position = match (parts.next()?, parts.next(), parts.next()) {
        (id, None, None) => Position::Newest(parse_id(id)?),
        ("name", Some(id), Some(name)) => {
            let name = String::from_utf8(name.parse::<Base64Url>().ok()?.into_bytes()).ok()?;
            Position::Name(PersonName::parse(&name).ok()?, parse_id(id)?)
        }
        ("stuck", Some(id), Some(NEVER)) => Position::Stuck(None, parse_id(id)?),
        ("stuck", Some(id), Some(since)) => {
            let since = DateTime::from_timestamp_micros(since.parse().ok()?)?;
            // The years that the database can tell apart as well.
            (1..=9999).contains(&since.year()).then_some(())?;
            Position::Stuck(Some(since), parse_id(id)?)
        }
        _ => return None,
    };
    parts.next().is_none().then_some(position)
}

fn parse_id(text: &str) -> Option<TesterId> {
    text.parse().ok().filter(|id: &i64| *id > 0).map(TesterId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_in_its_own_order_alone() {
        let id = TesterId(7);
        let since = "2026-06-12T10:00:00.000001Z".parse().unwrap();
        for position in [
            Position::Newest(id),
            Position::Name(PersonName::parse("Ännchen. & Söhne").unwrap(), id),
            Position::Stuck(Some(since), id),
            Position::Stuck(None, id),
        ] {
            let text = write(&position);
            for sort in Sort::ALL {
                let read = read(&text, sort).ok();
                assert_eq!(read, (sort == position.sort()).then(|| position.clone()), "{text}");
            }
        }
        assert_eq!(write(&Position::Newest(id)), "7");
    }

    #[test]
    fn what_no_page_has_given_out_is_no_cursor() {
        for wrong in [
            "",
            "x",
            "0",
            "-7",
            "7.8",
            "name.7",
            "name.7.*",
            "name.7.AA",
            "name.x.QWRh",
            "stuck.7.",
            "stuck.7.soon",
            "stuck.7.9223372036854775807",
            "stuck.7.0.0",
            "newest.7.0",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
