//! The addresses of the Console's pages, as links and redirects spell them. What answers there is
//! in `routes.rs`. A template spells an address itself only where nothing in it varies.

use std::borrow::Borrow;

use url::form_urlencoded::Serializer;
use uuid::Uuid;

use crate::domain::tester::TesterId;

/// The Overview.
pub const OVERVIEW: &str = "/console";
/// Where the testers are listed.
pub const TESTERS: &str = "/console/beta";
/// The audit log.
pub const AUDIT: &str = "/console/audit";
/// The flags.
pub const FLAGS: &str = "/console/flags";
/// Where the operators are listed.
pub const ADMINS: &str = "/console/admins";

/// An operator's own sessions.
pub const SESSIONS: &str = "/console/sessions";

/// The page of a tester.
#[must_use]
pub fn tester(id: impl Borrow<TesterId>) -> String {
    format!("{TESTERS}/testers/{}", id.borrow())
}

/// Where a tester's ghost reset is shown before it is done.
#[must_use]
pub fn ghost_reset(id: impl Borrow<TesterId>) -> String {
    format!("{}/ghost-reset", tester(id))
}

/// The page of an operator.
#[must_use]
pub fn admin(id: impl Borrow<Uuid>) -> String {
    format!("{ADMINS}/{}", id.borrow())
}

/// One of an operator's own sessions.
#[must_use]
pub fn session(id: impl Borrow<Uuid>) -> String {
    format!("{SESSIONS}/{}", id.borrow())
}

/// A flag on the page of the flags; nothing for what is no flag's name.
#[must_use]
pub fn flag(name: &str) -> Option<String> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    plain.then(|| format!("{FLAGS}#flag-{name}"))
}

/// The address of a list with these parameters; those without a value are left out.
#[must_use]
pub fn with(path: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_carries_what_was_asked_and_nothing_empty() {
        let parameters = [("q", Some("a&b c")), ("state", Some("")), ("cursor", None)];
        assert_eq!(with("/x", &parameters), "/x?q=a%26b+c");
        assert_eq!(with("/x", &[]), "/x");
    }
}
