//! The table of error codes.

use serde::{Deserialize, Serialize};

/// One line for each code: its name in Rust, on the wire, its HTTP status, its sentence.
macro_rules! error_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $status:literal, $message:literal;)+) => {
        /// A code of an error body. The section that gives it its meaning is named with each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorCode {
            $($(#[doc = $doc])+ #[serde(rename = $code)] $name,)+
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The HTTP status that goes with it.
            #[must_use]
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// The sentence for a person, where there is nothing better to say.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)+ }
            }
        }
    };
}

error_codes! {
    /// Section 2: no such address, or what it serves is switched off.
    NotFound = "not_found", 404, "There is nothing at this address.";
    /// Section 2: the address answers other methods; `Allow` names them.
    MethodNotAllowed = "method_not_allowed", 405, "This address does not answer that method.";
    /// Section 2: malformed JSON, a wrong type, an unknown or missing member.
    InvalidRequest = "invalid_request", 400, "The request is malformed.";
    /// Section 2: a body over 64 KiB, or 256 KiB on the internal APIs.
    PayloadTooLarge = "payload_too_large", 413, "The request is too large.";
    /// Section 2: another content type than the address takes.
    UnsupportedMediaType = "unsupported_media_type", 415, "This content type is not understood here.";
    /// Section 2: too many requests from one client; `Retry-After` says how long to wait.
    RateLimited = "rate_limited", 429, "Too many requests; wait a moment and try again.";
    /// Section 2: the database or Redis does not answer; comes with `Retry-After`.
    ServiceUnavailable = "service_unavailable", 503, "The service is not available right now; try again in a moment.";
    /// Section 2: a fault of our own; the cause is in the log only.
    Internal = "internal", 500, "Something went wrong on our side.";
    /// Sections 2, 5 and 8: the audit row could not be written, so nothing else was either.
    AuditWriteFailed = "audit_write_failed", 500, "The audit log could not be written, so nothing was changed.";

    /// Section 2: a bootstrap token of bad shape, badly signed, expired or used.
    InvalidSignupLink = "invalid_signup_link", 400, "Invalid or expired signup link";
    /// Section 2: a good token, but the account is in use.
    AlreadyRegistered = "already_registered", 409, "This account already exists; sign in with its passkey.";
    /// Section 2: verify without a begin, after its end, or after the row was removed.
    SignupSessionNotFound = "signup_session_not_found", 400, "signup session not found";
    /// Section 2: any WebAuthn check; which one is in the log only.
    PasskeyVerificationFailed = "passkey_verification_failed", 400, "passkey verification failed";
    /// Section 2: the credential id belongs to someone.
    CredentialAlreadyRegistered = "credential_already_registered", 409, "This passkey is already registered.";
    /// Section 2: a sign-in ceremony that is unknown, over or spent.
    CeremonyNotFound = "ceremony_not_found", 400, "This sign-in is no longer open; start it again.";
    /// Sections 2 and 7: no session.
    Unauthenticated = "unauthenticated", 401, "Sign in first.";

    /// Section 4: anything wrong with the service token; what it was is in the log only.
    Unauthorized = "unauthorized", 401, "A valid service token is needed here.";

    /// Section 5: the account is `healthy` or `mid_enrollment`, with
    /// [`NotGhost`](crate::raptor::NotGhost).
    NotGhost = "not_ghost", 409, "This account is no ghost; nothing was deleted.";

    /// Section 5, with [`PlanChanged`](crate::raptor::PlanChanged); the Console passes it on.
    PlanChanged = "plan_changed", 409, "The account is not as it was; nothing was deleted.";

    /// Section 6, with [`TokenNotUsable`](crate::console::TokenNotUsable).
    TokenNotUsable = "token_not_usable", 409, "This invitation can no longer be used.";
    /// Section 6, with [`NdaVersionOutdated`](crate::console::NdaVersionOutdated).
    NdaVersionOutdated = "nda_version_outdated", 409, "The agreement has changed; read and accept its current version.";
    /// Section 6: the NDA has to be accepted first.
    NdaNotAccepted = "nda_not_accepted", 400, "The agreement has to be accepted first.";

    /// Section 7: an unsafe method from another origin.
    CrossOrigin = "cross_origin", 403, "This request came from another site and was refused.";
    /// Section 7: the role is too low.
    Forbidden = "forbidden", 403, "Your role does not allow this.";
    /// Section 7: the e-mail is invited already.
    TesterExists = "tester_exists", 409, "This person is already invited.";
    /// Section 7: the invitation is spent, so it cannot be sent again.
    WalkthroughConsumed = "walkthrough_consumed", 409, "This invitation is already used; nothing was sent.";
    /// Section 7: the mail was accepted, so its link is not revealed.
    MailAccepted = "mail_accepted", 409, "The mail was accepted, so its link is not shown.";
    /// Section 7: an environment variable overrides the flag.
    FlagOverridden = "flag_overridden", 409, "An environment variable sets this flag; nothing was changed.";
    /// Section 7: the e-mail is an enrolled admin's.
    AdminExists = "admin_exists", 409, "This person is already an operator.";
    /// Section 7: nobody would be left.
    LastSuperadmin = "last_superadmin", 409, "This is the last superadmin; nothing was changed.";
    /// Section 7: an enrolment link that is bad, used, replaced or expired.
    InvalidEnrolmentLink = "invalid_enrolment_link", 400, "Invalid or expired enrolment link";

    /// Section 8: there is no such tester.
    TesterNotFound = "tester_not_found", 404, "There is no such tester.";
    /// Section 8, step 2: Raptor is away, slow or unintelligible; nothing was written.
    RaptorUnavailable = "raptor_unavailable", 502, "Raptor cannot be reached right now; nothing was changed.";
    /// Section 8, step 3, with [`AccountHealthy`](crate::console::AccountHealthy).
    AccountHealthy = "account_healthy", 409, "This account is healthy; nothing was changed.";
    /// Section 8, step 4, with [`StillEnrolling`](crate::console::StillEnrolling).
    MidEnrollment = "mid_enrollment", 409, "This person may be signing up right now; nothing was changed.";
    /// Section 8, step 6: Raptor did not delete, or it is not known whether it did.
    RaptorDeleteFailed = "raptor_delete_failed", 502, "Raptor did not confirm the deletion.";
}
