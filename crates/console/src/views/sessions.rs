//! An operator's own sessions.

use askama::Template;
use ghost_contracts::session::SessionEntry;

use super::beta::ceremony::place;
use super::layout::Layout;

/// The page of whoever is signed in.
#[derive(Template)]
#[template(path = "sessions.html")]
pub struct SessionsPage {
    /// What stands around it.
    pub layout: Layout,
    /// The last used first.
    pub sessions: Vec<SessionEntry>,
}

impl SessionsPage {
    fn device(&self, session: &SessionEntry) -> String {
        place(session.browser, session.platform).unwrap_or_else(|| "An unknown browser".to_owned())
    }

    fn others(&self) -> usize {
        self.sessions.iter().filter(|session| !session.current).count()
    }
}
