//! Both services, wired to each other through proxies, and a stand-in for Postmark.

use std::collections::HashMap;

use test_support::postmark::Postmark;
use test_support::proxy::HttpProxy;

use super::app::TestApp;
use super::raptor::TestRaptor;

/// The whole system of one test.
pub struct System {
    pub console: TestApp,
    pub raptor: TestRaptor,
    pub postmark: Postmark,
    /// What the Console asks Raptor passes here.
    pub to_raptor: HttpProxy,
    /// What Raptor asks the Console passes here.
    pub to_console: HttpProxy,
}

impl System {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With variables of the Console's that replace ours.
    pub async fn start_with(given: &[(&'static str, &str)]) -> Self {
        Self::start_as(given, &[]).await
    }

    /// With variables of both services that replace ours.
    pub async fn start_as(
        given: &[(&'static str, &str)],
        raptors: &[(&'static str, &str)],
    ) -> Self {
        // Each needs the other's address before it starts: the proxy in front of the Console
        // learns its target afterwards.
        let to_console = HttpProxy::start("http://127.0.0.1:1");
        let raptor = TestRaptor::start_with(&to_console.url(), raptors).await;
        let to_raptor = HttpProxy::start(raptor.url.as_str());
        let postmark = Postmark::start();
        let variables = variables(&to_raptor, &postmark);
        let mut all: HashMap<&'static str, &str> =
            variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.extend(given.iter().copied());
        let all: Vec<_> = all.into_iter().collect();
        let console = TestApp::start_with(&all).await;
        to_console.set_target(console.client.base());
        Self { console, raptor, postmark, to_raptor, to_console }
    }
}

/// What the Console must be told of this system.
pub fn variables(to_raptor: &HttpProxy, postmark: &Postmark) -> [(&'static str, String); 3] {
    [
        ("RAPTOR_INTERNAL_URL", to_raptor.url()),
        ("POSTMARK_API_URL", postmark.url()),
        ("POSTMARK_SERVER_TOKEN", postmark.server_token()),
    ]
}
