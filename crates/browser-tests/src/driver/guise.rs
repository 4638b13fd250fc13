//! What the services see of a browser.

use serde_json::json;

use super::tab::Tab;

impl Tab {
    /// Sends another `User-Agent` from now on.
    pub async fn calls_itself(&self, agent: &str) {
        self.command("Emulation.setUserAgentOverride", json!({"userAgent": agent})).await;
    }

    /// Comes from that address, for a service that trusts one proxy in front of it.
    pub async fn comes_from(&self, address: &str) {
        let headers = json!({"headers": {"X-Forwarded-For": address}});
        self.command("Network.setExtraHTTPHeaders", headers).await;
    }
}
