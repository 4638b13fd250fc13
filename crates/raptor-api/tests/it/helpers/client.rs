//! Who asks: one method an address.

use std::time::Duration;

use ghost_contracts::service_token::{self, Party, SigningKey};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use serde_json::{Value, json};
use service_kit::clock::Clock;

use super::tokens::INTERNAL_SECRET;

/// An HTTP client that keeps no cookies and follows no redirects.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

/// A request to be.
pub struct Ask<'a> {
    pub method: Method,
    pub path: &'a str,
    pub headers: Vec<(HeaderName, String)>,
    pub body: Vec<u8>,
}

impl<'a> Ask<'a> {
    pub fn get(path: &'a str) -> Self {
        Self { method: Method::GET, path, headers: Vec::new(), body: Vec::new() }
    }

    pub fn post(path: &'a str, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![(CONTENT_TYPE, content_type.to_owned())];
        Self { method: Method::POST, path, headers, body: body.into() }
    }

    pub fn json(path: &'a str, body: &Value) -> Self {
        Self::post(path, "application/json", body.to_string())
    }

    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((HeaderName::from_static(name), value.into()));
        self
    }

    pub fn cookie(self, cookie: impl Into<String>) -> Self {
        self.header("cookie", cookie)
    }

    /// As a browser that opens a page.
    pub fn html(self) -> Self {
        self.header("accept", "text/html,*/*;q=0.8")
    }
}

impl Client {
    pub fn new(port: u16) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self { http, base: format!("http://127.0.0.1:{port}") }
    }

    /// The base of every address, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Where the service listens.
    pub fn address(&self) -> &str {
        self.base.strip_prefix("http://").unwrap()
    }

    pub async fn send(&self, ask: Ask<'_>) -> Reply {
        let mut request = self.http.request(ask.method, format!("{}{}", self.base, ask.path));
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        let response = request.body(ask.body).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, text: response.text().await.unwrap() }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Ask::get(path)).await
    }

    /// As a browser does.
    pub async fn page(&self, path: &str) -> Reply {
        self.send(Ask::get(path).html()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Ask::json(path, body)).await
    }

    pub async fn begin(&self, token: &str) -> Reply {
        self.post("/api/auth/register/begin-with-token", &json!({"token": token})).await
    }

    pub async fn verify(&self, token: &str, credential: &Value) -> Reply {
        let body = json!({"token": token, "credential": credential});
        self.post("/api/auth/register/verify-with-token", &body).await
    }

    pub async fn login_begin(&self) -> Reply {
        self.post("/api/auth/login/begin", &json!({})).await
    }

    pub async fn login_verify(&self, ceremony_id: &str, credential: &Value) -> Reply {
        let body = json!({"ceremony_id": ceremony_id, "credential": credential});
        self.post("/api/auth/login/verify", &body).await
    }

    pub async fn session(&self, cookie: &str) -> Reply {
        self.send(Ask::get("/api/auth/session").cookie(cookie)).await
    }

    pub async fn logout(&self, cookie: &str) -> Reply {
        self.send(Ask::json("/api/auth/logout", &json!({})).cookie(cookie)).await
    }

    pub async fn ghost_check(&self, email: &str) -> Reply {
        self.internal("/api/internal/users/ghost-check", &json!({"email": email})).await
    }

    pub async fn ghost_check_batch(&self, emails: &[&str]) -> Reply {
        self.internal("/api/internal/users/ghost-check-batch", &json!({"emails": emails})).await
    }

    pub async fn ghost_delete(&self, email: &str) -> Reply {
        let body = json!({"email": email, "actor_admin_id": "an-admin"});
        self.internal("/api/internal/users/ghost-delete", &body).await
    }

    /// The same with the plan that a preview gave.
    pub async fn ghost_delete_as_planned(&self, email: &str, plan: &Value) -> Reply {
        let body = json!({"email": email, "actor_admin_id": "an-admin", "plan": plan});
        self.internal("/api/internal/users/ghost-delete", &body).await
    }

    pub async fn ghost_preview(&self, email: &str) -> Reply {
        self.internal("/api/internal/users/ghost-preview", &json!({"email": email})).await
    }

    pub async fn report(&self, token: &str, error: &str, elapsed_ms: u32) -> Reply {
        let body = json!({"token": token, "error": error, "elapsed_ms": elapsed_ms});
        self.post("/api/auth/register/report", &body).await
    }

    pub async fn signup_timeline(&self, email: &str) -> Reply {
        self.internal("/api/internal/signup-timeline", &json!({"email": email})).await
    }

    /// As the Console does, with a good service token.
    pub async fn internal(&self, path: &str, body: &Value) -> Reply {
        self.internal_with(path, body, &[]).await
    }

    /// The same with headers more.
    pub async fn internal_with(
        &self,
        path: &str,
        body: &Value,
        headers: &[(&'static str, &str)],
    ) -> Reply {
        let body = body.to_string();
        let key = SigningKey::new(INTERNAL_SECRET.to_owned().into()).unwrap();
        let now = Clock::system().now();
        let token = service_token::sign(&key, Party::Console, "POST", path, body.as_bytes(), now);
        let ask = Ask::post(path, "application/json", body);
        let ask = headers.iter().fold(ask, |ask, (name, value)| ask.header(name, *value));
        self.send(ask.header("authorization", format!("Bearer {token}"))).await
    }
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// `error` of the body.
    pub fn code(&self) -> String {
        self.json()["error"].as_str().unwrap_or_else(|| panic!("no code: {self:?}")).to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// `name=value` of the cookie that the answer sets, ready to be sent back.
    pub fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// Asserts an error, with a sentence for a person beside it.
    #[track_caller]
    pub fn assert_error(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{self:?}");
        assert!(!self.json()["message"].as_str().unwrap().is_empty());
    }
}
