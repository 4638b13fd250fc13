//! The one browser of a process.

use std::sync::OnceLock;

use serde_json::{Value, json};

use super::connection::{CommandError, Connection};
use super::process;

/// A running browser; every tab has a profile of its own in it.
pub(super) struct Browser {
    pub(super) connection: Connection,
}

/// A tab, as the protocol names it.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The tab's cookies, cache and storage.
    pub(super) context: String,
    /// Where its commands go.
    pub(super) session: String,
}

impl Browser {
    /// The one of this process, started by whoever asks first. It goes with the process.
    pub(super) fn shared() -> &'static Self {
        static SHARED: OnceLock<Browser> = OnceLock::new();
        SHARED.get_or_init(|| {
            let process = process::start();
            Self { connection: Connection::new(process.commands, process.messages) }
        })
    }

    /// An empty tab with an empty profile.
    pub(super) async fn open(&self) -> Result<Target, CommandError> {
        let context = self.ask("Target.createBrowserContext", json!({}), "browserContextId");
        let context = context.await?;
        let create = json!({
            "url": "about:blank",
            "browserContextId": context,
            "newWindow": true,
        });
        let target = self.ask("Target.createTarget", create, "targetId").await?;
        let attach = json!({"targetId": target, "flatten": true});
        let session = self.ask("Target.attachToTarget", attach, "sessionId").await?;
        Ok(Target { context, session })
    }

    async fn ask(&self, method: &str, params: Value, member: &str) -> Result<String, CommandError> {
        let answer = self.connection.call(None, method, params).await?;
        let text = answer.get(member).and_then(Value::as_str);
        text.map(str::to_owned).ok_or_else(|| CommandError::Gone(method.to_owned()))
    }
}
