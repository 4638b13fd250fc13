//! What is known of the passkey ceremonies of one signup.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::object::objects_only;
use crate::signup::ClientError;
use crate::{EmailAddress, timestamp};

/// Asks how the signups of one address went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct SignupTimelineRequest {
    /// Whose signup.
    pub email: EmailAddress,
}

/// The newest ceremonies, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignupTimeline {
    /// At most 20.
    pub attempts: Vec<SignupAttempt>,
}

/// One ceremony, from begin-with-token on. It is open where none of the three ends is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignupAttempt {
    /// When it was begun.
    #[serde(with = "timestamp")]
    pub begun_at: DateTime<Utc>,
    /// The kind of browser, by its `User-Agent`.
    pub browser: Browser,
    /// What it runs on.
    pub platform: Platform,
    /// When its passkey was stored.
    #[serde(with = "timestamp::option")]
    #[schema(required)]
    pub completed_at: Option<DateTime<Utc>>,
    /// Where verify-with-token refused it.
    #[serde(deserialize_with = "super::present_or_null")]
    #[schema(required)]
    pub failed: Option<CeremonyFailure>,
    /// Where the page said how it ended in the browser.
    #[serde(deserialize_with = "super::present_or_null")]
    #[schema(required)]
    pub reported: Option<CeremonyReport>,
}

/// A ceremony that verify-with-token refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CeremonyFailure {
    /// When.
    #[serde(with = "timestamp")]
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: FailureReason,
}

/// A ceremony that ended in the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CeremonyReport {
    /// When the report came.
    #[serde(with = "timestamp")]
    pub at: DateTime<Utc>,
    /// How it ended; one that this program does not know reads as [`ClientError::Other`].
    #[serde(deserialize_with = "known_or_other")]
    pub error: ClientError,
    /// How long the prompt was open, in milliseconds, as the page measured it.
    pub elapsed_ms: i64,
}

/// Why verify-with-token refused, by the code that it answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// There was no challenge any more, or no account.
    SignupSessionNotFound,
    /// A WebAuthn check said no.
    PasskeyVerificationFailed,
    /// The passkey belongs to somebody already.
    CredentialAlreadyRegistered,
    /// A reason that this program does not know.
    #[serde(other)]
    Other,
}

/// A text for each variant, the same on the wire and in the database.
macro_rules! names {
    ($(#[$doc:meta])+ $name:ident { $($(#[$variant_doc:meta])+ $variant:ident = $text:tt, $word:literal;)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        pub enum $name {
            $($(#[$variant_doc])+ #[serde(rename = $text)] $variant,)+
            /// Any other, and one that this program does not know.
            #[serde(rename = "other", other)]
            Other,
        }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+ Self::Other];

            /// The name on the wire and in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ Self::Other => "other" }
            }

            /// The one of that name; [`Self::Other`] where there is none.
            #[must_use]
            pub fn named(text: &str) -> Self {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).unwrap_or(Self::Other)
            }

            /// The name as people write it; nothing for any other.
            #[must_use]
            pub const fn word(self) -> Option<&'static str> {
                match self { $(Self::$variant => Some($word),)+ Self::Other => None }
            }
        }
    };
}

names! {
    /// A family of browsers: all that is kept of a `User-Agent`, with [`Platform`].
    Browser {
        /// Google Chrome, and Chromium.
        Chrome = "chrome", "Chrome";
        /// Apple Safari.
        Safari = "safari", "Safari";
        /// Mozilla Firefox.
        Firefox = "firefox", "Firefox";
        /// Microsoft Edge.
        Edge = "edge", "Edge";
        /// Samsung Internet.
        SamsungInternet = "samsung_internet", "Samsung Internet";
        /// Opera.
        Opera = "opera", "Opera";
        /// A browser inside another app, where passkeys often do not work.
        InApp = "in_app", "an app's own browser";
    }
}

names! {
    /// What a browser runs on.
    Platform {
        /// An iPhone.
        Ios = "ios", "iOS";
        /// An iPad that says so.
        Ipados = "ipados", "iPadOS";
        /// Android.
        Android = "android", "Android";
        /// Windows.
        Windows = "windows", "Windows";
        /// macOS, and an iPad that says it is a Mac.
        Macos = "macos", "macOS";
        /// ChromeOS.
        Chromeos = "chromeos", "ChromeOS";
        /// Linux.
        Linux = "linux", "Linux";
    }
}

impl FailureReason {
    /// Every one.
    pub const ALL: [Self; 4] = [
        Self::SignupSessionNotFound,
        Self::PasskeyVerificationFailed,
        Self::CredentialAlreadyRegistered,
        Self::Other,
    ];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignupSessionNotFound => "signup_session_not_found",
            Self::PasskeyVerificationFailed => "passkey_verification_failed",
            Self::CredentialAlreadyRegistered => "credential_already_registered",
            Self::Other => "other",
        }
    }

    /// The one of that name; [`Self::Other`] where there is none.
    #[must_use]
    pub fn named(text: &str) -> Self {
        Self::ALL.into_iter().find(|known| known.as_str() == text).unwrap_or(Self::Other)
    }
}

/// A request must name an end that is known, an answer may come from a newer Raptor.
fn known_or_other<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ClientError, D::Error> {
    String::deserialize(deserializer).map(|text| ClientError::named(&text))
}

objects_only!(SignupTimelineRequest);
