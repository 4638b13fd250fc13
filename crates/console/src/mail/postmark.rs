//! Postmark's API: the `postmark` crate over an HTTP client of ours, which has time-outs.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use postmark::api::Body;
use postmark::api::email::{SendEmailRequest, TrackLink};
use postmark::{Endpoint, Query, QueryError};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use service_kit::traces::span;

use crate::mail::message::Message;
use crate::settings::PostmarkSettings;

/// How long one mail may take in all (section 8 of the contracts).
const SEND_LIMIT: Duration = Duration::from_secs(10);
/// How long connecting may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// The most an answer may hold, in bytes.
const ANSWER_LIMIT: usize = 256 * 1024;
/// `ErrorCode` of a recipient that bounced or complained.
const INACTIVE_RECIPIENT: i64 = 406;
/// `ErrorCode` of a request that Postmark finds invalid: an address, most likely.
const INVALID_REQUEST: i64 = 300;

/// A server of Postmark's, or of something shaped like it.
#[derive(Clone)]
pub struct Postmark {
    http: reqwest::Client,
    token: SecretString,
    base: String,
}

/// Why a mail was not accepted. No text of Postmark's is kept: what an unknown endpoint answers
/// could repeat the link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// `ErrorCode` 406: this recipient bounced or complained, and Postmark will not try again.
    #[error(
        "Postmark has made this address inactive, because an earlier mail to it bounced or was \
         marked as spam"
    )]
    InactiveRecipient,
    /// `ErrorCode` 300: an address is not acceptable, the recipient's or the sender's.
    #[error("Postmark finds an address invalid, the recipient's or the sender's (ErrorCode 300)")]
    InvalidRequest,
    /// Any other refusal.
    #[error("Postmark refused the mail (status {status}, ErrorCode {code})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// `ErrorCode`; 0 where there was none.
        code: i64,
    },
    /// No answer within 10 s, or none at all.
    #[error("Postmark could not be reached: {0}")]
    NoAnswer(&'static str),
    /// An answer that makes no sense.
    #[error("Postmark answered unintelligibly")]
    Unintelligible,
}

/// What is said of an accepted mail. Everything but the code may be missing.
#[derive(Debug, Deserialize)]
struct Sent {
    #[serde(rename = "ErrorCode")]
    error_code: i64,
    #[serde(rename = "MessageID")]
    message_id: Option<String>,
}

/// The crate's request with our own idea of the answer: a stand-in need not know every member.
struct Send(SendEmailRequest);

impl Endpoint for Send {
    type Request = SendEmailRequest;
    type Response = Sent;

    fn endpoint(&self) -> std::borrow::Cow<'static, str> {
        self.0.endpoint()
    }

    fn body(&self) -> &SendEmailRequest {
        &self.0
    }
}

impl Postmark {
    /// A client of that server.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(settings: &PostmarkSettings) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(SEND_LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let base = settings.api_url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { http, token: settings.server_token.clone(), base })
    }

    /// Hands a mail over and gives the id under which it was accepted. Opens and clicks are not
    /// tracked.
    ///
    /// # Errors
    /// Why it was not accepted. After [`SendError::NoAnswer`] it may have been all the same.
    pub async fn send(
        &self,
        from: &str,
        to: &str,
        message: &Message,
    ) -> Result<Option<String>, SendError> {
        let text = message.text.expose_secret().to_owned();
        let html = message.html.expose_secret().to_owned();
        let request = SendEmailRequest::builder()
            .from(from)
            .to(to)
            .subject(message.subject)
            .body(Body::HtmlAndText { html, text })
            .track_opens(false)
            .track_links(TrackLink::None)
            .build();
        let call = span::call("POST", "/email");
        let sent = Send(request).execute(self).await.map_err(SendError::from);
        let sent = sent.and_then(|sent| match sent.error_code {
            0 => Ok(sent.message_id),
            code => Err(SendError::refused(200, code)),
        });
        match &sent {
            Ok(_) => call.answered(StatusCode::OK),
            Err(_) => call.failed("not_accepted"),
        }
        sent
    }
}

impl SendError {
    fn refused(status: u16, code: i64) -> Self {
        match code {
            INACTIVE_RECIPIENT => Self::InactiveRecipient,
            INVALID_REQUEST => Self::InvalidRequest,
            code => Self::Refused { status, code },
        }
    }
}

impl From<QueryError<TransportError>> for SendError {
    fn from(error: QueryError<TransportError>) -> Self {
        match error {
            QueryError::Client { source } => Self::NoAnswer(source.kind()),
            QueryError::Api { status, error_code, .. } => {
                Self::refused(status.as_u16(), error_code.unwrap_or(0))
            }
            QueryError::Json { .. } | QueryError::Body { .. } => Self::Unintelligible,
        }
    }
}

/// What can go wrong below HTTP.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The address or a header cannot be written.
    #[error("the request cannot be written")]
    Unwritable(#[from] http::Error),
    /// The connection.
    #[error("the connection failed")]
    Connection(#[from] reqwest::Error),
    /// More than any answer of Postmark's.
    #[error("the answer is too long")]
    TooLong,
}

impl TransportError {
    fn kind(&self) -> &'static str {
        match self {
            Self::Connection(error) if error.is_timeout() => "it took longer than 10 seconds",
            Self::Connection(error) if error.is_connect() => "no connection",
            Self::Connection(_) => "the connection was cut",
            Self::Unwritable(_) => "POSTMARK_API_URL or POSTMARK_SERVER_TOKEN cannot be used",
            Self::TooLong => "the answer did not end",
        }
    }
}

#[async_trait::async_trait]
impl postmark::Client for Postmark {
    type Error = TransportError;

    async fn execute(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let (mut head, body) = request.into_parts();
        // Not joined as a relative address: the base may have a path, which that would replace.
        let address = format!("{}/{}", self.base, head.uri.path().trim_start_matches('/'));
        head.uri = address.parse::<Uri>().map_err(http::Error::from)?;
        let mut token =
            HeaderValue::from_str(self.token.expose_secret()).map_err(http::Error::from)?;
        token.set_sensitive(true);
        head.headers.insert("x-postmark-server-token", token);
        let request = reqwest::Request::try_from(Request::from_parts(head, body))?;
        let mut answer = self.http.execute(request).await?;
        let status = answer.status();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > ANSWER_LIMIT {
                return Err(TransportError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response::builder().status(status).body(Bytes::from(body))?)
    }
}
