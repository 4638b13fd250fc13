//! In which order testers are listed, and where a page of such a list begins.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use ghost_contracts::PersonName;
use utoipa::ToSchema;

use crate::domain::tester::{Tester, TesterId};

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Sort {
    /// Invited last, first.
    #[default]
    Newest,
    /// By name, as the database sorts small letters.
    Name,
    /// Those first whose account has been in its state for the longest time; those last whose
    /// state was never seen.
    Stuck,
}

/// Text that names no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sort is one of newest, name and stuck.")]
pub struct UnknownSort;

impl Sort {
    /// Every order, as a menu shows them.
    pub const ALL: [Self; 3] = [Self::Newest, Self::Name, Self::Stuck];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Name => "name",
            Self::Stuck => "stuck",
        }
    }
}

impl FromStr for Sort {
    type Err = UnknownSort;

    fn from_str(text: &str) -> Result<Self, UnknownSort> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text).ok_or(UnknownSort)
    }
}

/// The last tester of a page: what comes after, comes on the next one. It holds what the tester
/// was sorted by at that time, so that the next page begins there even if that has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// In [`Sort::Newest`].
    Newest(TesterId),
    /// In [`Sort::Name`].
    Name(PersonName, TesterId),
    /// In [`Sort::Stuck`]; nothing where the state was never seen.
    Stuck(Option<DateTime<Utc>>, TesterId),
}

impl Position {
    /// Where this tester stands in that order.
    #[must_use]
    pub fn of(tester: &Tester, sort: Sort) -> Self {
        match sort {
            Sort::Newest => Self::Newest(tester.id),
            Sort::Name => Self::Name(tester.name.clone(), tester.id),
            Sort::Stuck => Self::Stuck(tester.seen.map(|seen| seen.since), tester.id),
        }
    }

    /// The order in which it is a place.
    #[must_use]
    pub const fn sort(&self) -> Sort {
        match self {
            Self::Newest(_) => Sort::Newest,
            Self::Name(..) => Sort::Name,
            Self::Stuck(..) => Sort::Stuck,
        }
    }

    /// Who stands there.
    #[must_use]
    pub const fn id(&self) -> TesterId {
        match self {
            Self::Newest(id) | Self::Name(_, id) | Self::Stuck(_, id) => *id,
        }
    }
}
