//! `limit` and `cursor` of a list (section 7 of the contracts). A page begins where the one before
//! ended, so it costs the same wherever it stands.

use std::fmt;

/// Rows a page holds where nobody says.
pub const DEFAULT_LIMIT: i64 = 50;
/// The most rows that may be asked for.
const MAX_LIMIT: i64 = 200;

/// What no page can be found by. Its message is fit for the person who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPage {
    /// A limit that is no number from 1 to 200.
    Limit,
    /// A cursor that no page has given out.
    Cursor,
}

impl NoPage {
    /// The parameter's name.
    #[must_use]
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Cursor => "cursor",
        }
    }

    /// What is wrong with it, after its name.
    #[must_use]
    pub const fn complaint(self) -> &'static str {
        match self {
            Self::Limit => "must be a whole number from 1 to 200.",
            Self::Cursor => {
                "must be what `next` of the page before says. Start from the first page."
            }
        }
    }
}

impl fmt::Display for NoPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.parameter(), self.complaint())
    }
}

/// Which page of a list: newest first, by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// How many rows, 1 to 200.
    pub limit: i64,
    /// The last id of the page before.
    pub before: Option<i64>,
}

impl Paging {
    /// Reads the two parameters; empty counts as absent, because a form sends empty fields.
    ///
    /// # Errors
    /// [`NoPage`].
    pub fn parse(limit: Option<&str>, cursor: Option<&str>) -> Result<Self, NoPage> {
        let limit = parse_limit(limit)?;
        let before = match cursor.filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => Some(text.parse().ok().filter(|id: &i64| *id > 0).ok_or(NoPage::Cursor)?),
        };
        Ok(Self { limit, before })
    }

    /// How many rows to fetch: one more than the page holds tells whether there is a next page.
    #[must_use]
    pub fn fetch(self) -> i64 {
        self.limit + 1
    }

    /// Cuts what was fetched to the page and gives the following cursor, where there is one.
    pub fn cut<T>(self, rows: &mut Vec<T>, id: impl Fn(&T) -> i64) -> Option<String> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if rows.len() <= limit {
            return None;
        }
        rows.truncate(limit);
        rows.last().map(|row| id(row).to_string())
    }
}

/// Reads `limit`; empty counts as absent, because a form sends empty fields.
///
/// # Errors
/// [`NoPage::Limit`].
pub fn parse_limit(limit: Option<&str>) -> Result<i64, NoPage> {
    let Some(text) = limit.filter(|text| !text.is_empty()) else { return Ok(DEFAULT_LIMIT) };
    let number = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    number.ok_or(NoPage::Limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_from_1_to_200() {
        let limit = |text| Paging::parse(Some(text), None).map(|paging| paging.limit).ok();
        assert_eq!(limit(""), Some(50));
        assert_eq!(limit("1"), Some(1));
        assert_eq!(limit("200"), Some(200));
        for wrong in ["0", "201", "-1", "ten", "1.5", "99999999999999999999"] {
            assert_eq!(limit(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_full_page_names_the_next_one_and_the_last_does_not() {
        let paging = Paging { limit: 2, before: None };
        let mut rows = vec![9, 8, 7];
        assert_eq!(paging.cut(&mut rows, |id| *id), Some("8".to_owned()));
        assert_eq!(rows, [9, 8]);
        assert_eq!(paging.cut(&mut rows, |id| *id), None);
    }
}
