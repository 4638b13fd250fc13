//! What stands around every page.

use chrono::{DateTime, Utc};
use service_kit::settings::PublicUrl;

use super::flash::Flash;
use super::paths;
use super::time::{Held, Moment};
use crate::domain::operator::Operator;
use crate::domain::permission::Permission;

/// Which part of the Console a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// `/console`.
    Overview,
    /// `/console/beta`.
    Testers,
    /// `/console/audit`.
    Audit,
    /// `/console/flags`.
    Flags,
    /// `/console/admins`.
    Operators,
    /// None of them: sign-in and enrolment.
    Outside,
}

/// Where this Console runs, so that nobody takes one for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// On somebody's machine.
    Demo,
    /// Before production.
    Staging,
    /// The real one.
    Production,
}

/// One entry of the navigation.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Where it leads.
    pub href: &'static str,
    /// Its word.
    pub label: &'static str,
    /// Whether the page is in there.
    pub current: bool,
}

/// The member `layout` of every page's template, which extends `layout.html`.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Where the page belongs.
    pub section: Section,
    /// Where this Console runs.
    pub environment: Environment,
    /// Who is signed in.
    pub operator: Option<Operator>,
    /// The message of the last action.
    pub flash: Option<Flash>,
    /// Whether `beta_ghost_reset` is on.
    pub ghost_reset: bool,
    /// When the page was drawn.
    pub now: DateTime<Utc>,
}

impl Environment {
    /// Told by the host that operators type: `localhost` is the demo, `staging` in a label is
    /// staging, all else production.
    #[must_use]
    pub fn of(public: &PublicUrl) -> Self {
        let mut labels = public.host().split('.');
        if labels.clone().any(|label| label == "localhost" || label == "demo") {
            Self::Demo
        } else if labels.any(|label| label.split('-').any(|part| part == "staging")) {
            Self::Staging
        } else {
            Self::Production
        }
    }

    /// The word on the page.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Demo => "DEMO",
            Self::Staging => "STAGING",
            Self::Production => "PRODUCTION",
        }
    }

    /// The name of its style.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

impl Layout {
    /// The parts of the Console, in their order.
    #[must_use]
    pub fn navigation(&self) -> [Entry; 5] {
        let entry = |href, label, section| Entry { href, label, current: self.section == section };
        [
            entry(paths::OVERVIEW, "Overview", Section::Overview),
            entry(paths::TESTERS, "Testers", Section::Testers),
            entry(paths::AUDIT, "Audit log", Section::Audit),
            entry(paths::FLAGS, "Flags", Section::Flags),
            entry(paths::ADMINS, "Operators", Section::Operators),
        ]
    }

    /// The letter that stands for the operator.
    #[must_use]
    pub fn initial(&self) -> String {
        let email = self.operator.iter().map(|operator| operator.email.as_str());
        email.flat_map(str::chars).take(1).collect()
    }

    /// A time, in words that count from when the page was drawn.
    #[must_use]
    pub fn when(&self, at: &DateTime<Utc>) -> Moment {
        Moment::new(*at, self.now)
    }

    /// How long something has held when the page was drawn.
    #[must_use]
    pub fn held(&self, since: &DateTime<Utc>) -> Held {
        Held::new(*since, self.now)
    }

    /// Whether the page is a single column of text.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        self.section == Section::Outside
    }

    /// Whether the operator holds that permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.operator.as_ref().is_some_and(|operator| operator.may(permission))
    }
}

#[cfg(test)]
mod tests {
    use service_kit::settings::Setting;

    use super::*;

    #[test]
    fn the_host_tells_where_we_are() {
        let of = |url: &str| Environment::of(&PublicUrl::parse(url).unwrap());
        assert_eq!(of("http://localhost:8081"), Environment::Demo);
        assert_eq!(of("http://console.localhost"), Environment::Demo);
        assert_eq!(of("https://console.staging.raxx.app"), Environment::Staging);
        assert_eq!(of("https://console-staging.raxx.app"), Environment::Staging);
        assert_eq!(of("https://console.raxx.app"), Environment::Production);
    }
}
