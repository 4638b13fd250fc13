//! How signups go, counted: the two steps of a ceremony, and what browsers report.

use ghost_contracts::ErrorCode;
use ghost_contracts::signup::ClientError;
use prometheus::{Error, IntCounterVec};
use service_kit::error::ApiError;
use service_kit::metrics::Metrics;

/// A step that was carried out.
const OK: &str = "ok";
/// What a signup is refused for, as far as it is about the signup (section 2 of the contracts), and
/// how we can fail.
const REFUSALS: [ErrorCode; 8] = [
    ErrorCode::InvalidSignupLink,
    ErrorCode::AlreadyRegistered,
    ErrorCode::SignupSessionNotFound,
    ErrorCode::PasskeyVerificationFailed,
    ErrorCode::CredentialAlreadyRegistered,
    ErrorCode::ServiceUnavailable,
    ErrorCode::AuditWriteFailed,
    ErrorCode::Internal,
];

/// A call of the signup page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// begin-with-token.
    Begin,
    /// verify-with-token.
    Verify,
}

impl Step {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Verify => "verify",
        }
    }
}

/// The counters.
#[derive(Clone)]
pub struct Ceremonies {
    steps: IntCounterVec,
    reports: IntCounterVec,
}

impl Ceremonies {
    /// Registers them, each with what is to be expected at 0.
    ///
    /// # Errors
    ///
    /// Where they are registered already.
    pub fn new(metrics: &Metrics) -> Result<Self, Error> {
        let steps = metrics.counters(
            "signup_ceremony_steps_total",
            "Steps of signup ceremonies, by how they ended: ok, or the code of the error.",
            &["step", "outcome"],
        )?;
        for step in [Step::Begin, Step::Verify] {
            let outcomes = REFUSALS.iter().map(|code| code.as_str()).chain([OK]);
            for outcome in outcomes {
                steps.with_label_values(&[step.as_str(), outcome]);
            }
        }
        let reports = metrics.counters(
            "signup_reports_total",
            "Reports of browsers in which a ceremony broke off, by the error that they name.",
            &["error"],
        )?;
        for error in ClientError::ALL {
            reports.with_label_values(&[error.as_str()]);
        }
        Ok(Self { steps, reports })
    }

    /// Counts a step by what is answered.
    pub fn count<T>(&self, step: Step, result: &Result<T, ApiError>) {
        let outcome = result.as_ref().map_or_else(|error| error.code().as_str(), |_| OK);
        self.steps.with_label_values(&[step.as_str(), outcome]).inc();
    }

    /// Counts a report.
    pub fn report(&self, error: ClientError) {
        self.reports.with_label_values(&[error.as_str()]).inc();
    }
}
