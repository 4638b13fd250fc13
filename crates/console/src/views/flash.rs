//! A message that is shown once, on the next page: it waits in the session's row.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How it is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It was done.
    Success,
    /// It was not done.
    Error,
    /// It was begun, and it is not known or not true that all of it was done.
    Unfinished,
    /// Something to know.
    Info,
}

/// What happened, whether anything was changed, and what to do next. Never a token or a link:
/// the row is no place for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// How it is meant.
    pub kind: Kind,
    /// The sentences.
    pub text: String,
    /// What was typed into a form that was refused, so that it is not typed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed: Option<Typed>,
}

/// The fields of an invitation, as they were typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    /// The address.
    pub email: String,
    /// The name.
    pub name: String,
}

impl Flash {
    /// It was done.
    pub fn success(text: impl Into<String>) -> Self {
        Self { kind: Kind::Success, text: text.into(), typed: None }
    }

    /// It was not done.
    pub fn error(text: impl Into<String>) -> Self {
        Self { kind: Kind::Error, text: text.into(), typed: None }
    }

    /// It was begun and not finished, as far as is known.
    pub fn unfinished(text: impl Into<String>) -> Self {
        Self { kind: Kind::Unfinished, text: text.into(), typed: None }
    }

    /// Something to know.
    pub fn info(text: impl Into<String>) -> Self {
        Self { kind: Kind::Info, text: text.into(), typed: None }
    }

    /// The same, and what was typed.
    #[must_use]
    pub fn with_typed(self, typed: Typed) -> Self {
        Self { typed: Some(typed), ..self }
    }

    /// What the row holds.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Reads it back; a message that another version wrote is passed over.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        serde_json::from_value(value.clone()).ok()
    }

    /// The word in front, so that colour says nothing alone.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.kind {
            Kind::Success => "Done",
            Kind::Error => "Not done",
            Kind::Unfinished => "Not finished",
            Kind::Info => "Note",
        }
    }

    /// The sign in front of the word, for the eye alone.
    #[must_use]
    pub fn icon(&self) -> &'static str {
        match self.kind {
            Kind::Success => "✓",
            Kind::Error => "✕",
            Kind::Unfinished => "!",
            Kind::Info => "ℹ",
        }
    }

    /// The name of its style.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.kind {
            Kind::Success => "good",
            Kind::Error => "bad",
            Kind::Unfinished => "warn",
            Kind::Info => "info",
        }
    }
}
