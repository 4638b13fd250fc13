//! Who asks: one method an address. A program by default; [`Client::page`] and
//! [`Client::submit`] are a browser's.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use serde_json::{Value, json};

/// What a browser that opens a page accepts.
const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// An HTTP client that keeps the session it was given and follows no redirects.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    cookie: Option<String>,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

/// A request to be.
pub struct Ask {
    pub method: Method,
    pub path: String,
    pub headers: Vec<(HeaderName, String)>,
    pub body: Vec<u8>,
}

impl Ask {
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    pub fn post(path: impl Into<String>, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![(CONTENT_TYPE, content_type.to_owned())];
        Self { method: Method::POST, path: path.into(), headers, body: body.into() }
    }

    pub fn json(path: impl Into<String>, body: &Value) -> Self {
        Self::post(path, "application/json", body.to_string())
    }

    pub fn form(path: impl Into<String>, fields: &[(&str, &str)]) -> Self {
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::post(path, "application/x-www-form-urlencoded", body)
    }

    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((HeaderName::from_static(name), value.into()));
        self
    }

    /// As a browser that wants a page.
    pub fn html(self) -> Self {
        self.header("accept", HTML)
    }

    /// As a program.
    pub fn program(self) -> Self {
        self.header("accept", "application/json")
    }
}

impl Client {
    pub fn new(port: u16) -> Self {
        Self::at(format!("http://127.0.0.1:{port}"))
    }

    /// At that base, without a slash at the end.
    pub fn at(base: impl Into<String>) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self { http, base: base.into(), cookie: None }
    }

    /// The same browser with a session: `name=value`.
    pub fn with_cookie(&self, cookie: impl Into<String>) -> Self {
        Self { cookie: Some(cookie.into()), ..self.clone() }
    }

    /// The base of every address, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The cookie it sends.
    pub fn cookie(&self) -> &str {
        self.cookie.as_deref().unwrap_or_default()
    }

    pub async fn send(&self, ask: Ask) -> Reply {
        self.try_send(ask).await.unwrap()
    }

    /// The same where whoever is asked may die before the answer.
    pub async fn try_send(&self, ask: Ask) -> reqwest::Result<Reply> {
        let mut request = self.http.request(ask.method, format!("{}{}", self.base, ask.path));
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let response = request.body(ask.body).send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Reply { status, headers, text: response.text().await? })
    }

    /// Reads as a program.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Ask::get(path).program()).await
    }

    /// Opens a page, as a browser.
    pub async fn page(&self, path: &str) -> Reply {
        self.send(Ask::get(path).html()).await
    }

    /// Posts as a program.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Ask::json(path, body).program()).await
    }

    /// Submits a form, as a browser on one of the Console's own pages.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let ask = Ask::form(path, fields).html();
        self.send(ask.header("sec-fetch-site", "same-origin")).await
    }

    pub async fn enroll(&self, token: &str) -> Reply {
        self.get(&format!("/console/enroll?token={token}")).await
    }

    pub async fn enroll_begin(&self, token: &str) -> Reply {
        self.post("/console/enroll/begin", &json!({"token": token})).await
    }

    pub async fn enroll_finish(&self, token: &str, credential: &Value) -> Reply {
        let body = json!({"token": token, "credential": credential});
        self.post("/console/enroll/finish", &body).await
    }

    pub async fn login_begin(&self) -> Reply {
        self.post("/console/login/begin", &json!({})).await
    }

    pub async fn login_finish(&self, ceremony_id: &str, credential: &Value) -> Reply {
        let body = json!({"ceremony_id": ceremony_id, "credential": credential});
        self.post("/console/login/finish", &body).await
    }

    pub async fn logout(&self) -> Reply {
        self.post("/console/logout", &json!({})).await
    }

    pub async fn session(&self) -> Reply {
        self.get("/console/session").await
    }

    pub async fn admins(&self) -> Reply {
        self.get("/console/admins").await
    }

    pub async fn invite_admin(&self, email: &str, role: &str) -> Reply {
        self.post("/console/admins", &json!({"email": email, "role": role})).await
    }

    pub async fn change_role(&self, id: &str, role: &str) -> Reply {
        self.post(&format!("/console/admins/{id}/role"), &json!({"role": role})).await
    }

    pub async fn revoke(&self, id: &str) -> Reply {
        self.post(&format!("/console/admins/{id}/revoke"), &json!({})).await
    }

    pub async fn reset_passkeys(&self, id: &str) -> Reply {
        self.post(&format!("/console/admins/{id}/reset-passkeys"), &json!({})).await
    }

    pub async fn flags(&self) -> Reply {
        self.get("/console/flags").await
    }

    pub async fn set_flag(&self, name: &str, enabled: bool) -> Reply {
        self.post(&format!("/console/flags/{name}"), &json!({"enabled": enabled})).await
    }

    /// `query` as in `?action=…`, or nothing.
    pub async fn audit(&self, query: &str) -> Reply {
        self.get(&format!("/console/audit{query}")).await
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
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.code(), code, "{self:?}");
        assert!(!self.json()["message"].as_str().unwrap().is_empty());
    }

    /// Asserts a page with these words on it.
    #[track_caller]
    pub fn assert_page(&self, status: u16, words: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.header("content-type").starts_with("text/html"), "{self:?}");
        assert!(self.text.contains(words), "no {words:?} in {}", self.text);
    }

    /// Asserts 303 to that address.
    #[track_caller]
    pub fn assert_redirect(&self, location: &str) {
        assert_eq!((self.status, self.header("location")), (303, location), "{self:?}");
    }
}
