//! A tab: somebody's browser, with cookies and passkeys of its own.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::authenticator::Authenticator;
use super::browser::{Browser, Target};
use super::connection::CommandError;
use super::watch::{self, Watch};
use super::window::{Scheme, Window};

/// How long a page may take to become what a test waits for. Generous: two cores may be shared
/// by a dozen services and a compiler.
const PATIENCE: Duration = Duration::from_secs(30);

const INTERVAL: Duration = Duration::from_millis(20);

/// A tab with a profile of its own: no other tab shares its cookies, its cache or its passkeys.
///
/// What a test asks of it panics where it is not to be had, after a while, and says what the
/// page shows instead. Dropped, it is closed, and the test fails if anything went wrong in it
/// that was not [expected](Self::expect): an error on the console, an exception, a request that
/// failed or went to another origin, something that the page's security policy forbids.
pub struct Tab {
    browser: &'static Browser,
    target: Target,
    watch: Arc<Watch>,
    /// How often something was pressed with the mouse.
    pub(super) clicks: AtomicUsize,
}

impl Tab {
    /// Opens one. Its pages may ask these origins and nobody else; no origins: anybody.
    ///
    /// # Panics
    ///
    /// Where there is no Chromium, or it does not start.
    pub async fn open(window: Window, origins: &[String]) -> Self {
        let browser = Browser::shared();
        let target = browser.open().await.unwrap_or_else(|error| panic!("no tab: {error}"));
        let watch = Arc::new(Watch::default());
        watch.allow(origins);
        let listening = Arc::clone(&watch);
        browser
            .connection
            .listen(&target.session, Box::new(move |method, event| listening.note(method, event)));
        let tab = Self { browser, target, watch, clicks: AtomicUsize::new(0) };
        for domain in ["Page", "Runtime", "Log", "Network", "Audits", "Inspector", "DOM"] {
            tab.command(&format!("{domain}.enable"), json!({})).await;
        }
        tab.command("Accessibility.enable", json!({})).await;
        // A tab in the background is asked for passkeys too.
        tab.command("Emulation.setFocusEmulationEnabled", json!({"enabled": true})).await;
        tab.resize(window).await;
        tab.prefer(Scheme::Light).await;
        tab
    }

    /// Gives the window another size.
    pub async fn resize(&self, window: Window) {
        let Window { width, height, scale, phone } = window;
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone,
        });
        self.command("Emulation.setDeviceMetricsOverride", metrics).await;
        self.command("Emulation.setTouchEmulationEnabled", json!({"enabled": phone})).await;
    }

    /// Light or dark. Nothing moves, so that pictures are still.
    pub async fn prefer(&self, scheme: Scheme) {
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme.as_str()},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.command("Emulation.setEmulatedMedia", json!({"features": features})).await;
    }

    /// Switches JavaScript off or on again, for the pages that come.
    pub async fn javascript(&self, on: bool) {
        self.watch.scripts(on);
        self.command("Emulation.setScriptExecutionDisabled", json!({"value": !on})).await;
    }

    /// Runs a script in every page that comes, before any of its own.
    pub async fn before_each_page(&self, script: &str) {
        let source = json!({"source": script});
        self.command("Page.addScriptToEvaluateOnNewDocument", source).await;
    }

    /// Puts a passkey device into this tab's hands; see [`Authenticator`].
    pub async fn authenticator(&self) -> Authenticator {
        Authenticator::plug_in(&self.browser.connection, self.target.session.clone()).await
    }

    /// Sets `name=value` as the service at `origin` would.
    pub async fn set_cookie(&self, origin: &str, cookie: &str) {
        let (name, value) = cookie.split_once('=').expect("name=value");
        let cookie = json!({
            "name": name, "value": value, "url": origin, "httpOnly": true, "sameSite": "Lax",
        });
        self.command("Network.setCookie", cookie).await;
    }

    /// A problem with these words in it is part of the test.
    pub fn expect(&self, words: &str) {
        self.watch.expect(words);
    }

    /// What has gone wrong so far and was not expected.
    pub async fn problems(&self) -> Vec<String> {
        // What the browser says comes in order: with this answer all before it is here.
        self.command("Runtime.evaluate", json!({"expression": "0"})).await;
        self.watch.problems()
    }

    /// Opens an address and waits until it is loaded, scripts and all.
    pub async fn goto(&self, url: &str) {
        let went = self.command("Page.navigate", json!({"url": url})).await;
        if let Some(error) = went.get("errorText").and_then(Value::as_str) {
            panic!("{url}: {error}");
        }
        self.loaded().await;
    }

    /// Loads the page anew.
    pub async fn reload(&self) {
        let before: f64 = self.js("performance.timeOrigin").await;
        self.command("Page.reload", json!({})).await;
        self.until("the page is loaded anew", async || {
            let now: f64 = self.try_js("performance.timeOrigin").await?;
            (now > before).then_some(())
        })
        .await;
        self.loaded().await;
    }

    /// Loads the page anew until these words can be seen.
    pub async fn reloads_until(&self, what: &str) {
        self.until(&format!("a new page says {what:?}"), async || {
            self.reload().await;
            self.text().await.contains(what).then_some(())
        })
        .await;
    }

    /// Waits until the page and its scripts are loaded.
    pub async fn loaded(&self) {
        self.holds("document.readyState === 'complete'").await;
    }

    /// The value of an expression; a promise is waited for.
    pub async fn js<T: DeserializeOwned>(&self, expression: &str) -> T {
        match self.evaluate(expression).await {
            Ok(value) => serde_json::from_value(value).expect("another type of value"),
            Err(error) => panic!("{error}\nin {}", expression.get(..200).unwrap_or(expression)),
        }
    }

    /// The same; nothing where it throws, or while one page gives way to the next.
    pub async fn try_js<T: DeserializeOwned>(&self, expression: &str) -> Option<T> {
        serde_json::from_value(self.evaluate(expression).await.ok()?).ok()
    }

    /// Waits until an expression is true.
    pub async fn holds(&self, expression: &str) {
        self.until(&format!("`{expression}` holds"), async || {
            self.try_js::<bool>(expression).await.filter(|holds| *holds)
        })
        .await;
    }

    /// Asks `probe` until it answers `Some`. `what` completes "waited in vain until …".
    pub async fn until<T, F, Fut>(&self, what: &str, mut probe: F) -> T
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Option<T>>,
    {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            if Instant::now() > deadline {
                let page = self.describe().await;
                panic!("waited in vain until {what}\n{page}");
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// The page in words, for whoever reads a failure.
    pub async fn describe(&self) -> String {
        let page =
            "`the page is ${location.pathname}, ${innerWidth} px:\\n${document.body.innerText}`";
        let page = self.try_js(page).await.unwrap_or_else(|| "there is no page".to_owned());
        format!("{page}\nproblems: {:#?}", self.watch.problems())
    }

    /// A command of the protocol.
    pub(super) async fn try_command(
        &self,
        method: &str,
        params: Value,
    ) -> Result<Value, CommandError> {
        self.browser.connection.call(Some(&self.target.session), method, params).await
    }

    /// The same where a refusal is the test's failure.
    pub(super) async fn command(&self, method: &str, params: Value) -> Value {
        let outcome = self.try_command(method, params).await;
        outcome.unwrap_or_else(|error| panic!("{error}"))
    }

    async fn evaluate(&self, expression: &str) -> Result<Value, String> {
        let params = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true,
        });
        let outcome = self.try_command("Runtime.evaluate", params).await;
        value_of(outcome.map_err(|error| error.to_string())?)
    }
}

/// The value in the answer of `Runtime.evaluate` or `Runtime.callFunctionOn`.
pub(super) fn value_of(mut answer: Value) -> Result<Value, String> {
    match answer.get("exceptionDetails") {
        Some(details) => Err(watch::exception(details)),
        None => Ok(answer.pointer_mut("/result/value").map(Value::take).unwrap_or_default()),
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        let Self { browser, target, watch, .. } = self;
        let evaluate = json!({"expression": "0"});
        let asked =
            browser.connection.call_now(Some(&target.session), "Runtime.evaluate", evaluate);
        browser.connection.forget(&target.session);
        let context = json!({"browserContextId": target.context});
        let _ = browser.connection.call_now(None, "Target.disposeBrowserContext", context);
        // A test that fails has said why already.
        if !std::thread::panicking() {
            let problems = watch.problems();
            assert!(problems.is_empty(), "something went wrong in the page: {problems:#?}");
            assert!(asked.is_ok(), "the tab is gone: {asked:?}");
        }
    }
}
