//! `/console/beta`: testers and their invitations.

pub mod cursor;
pub mod detail;
pub mod ghost_reset;
pub mod ghost_reset_preview;
pub mod invite;
pub mod link;
pub mod list;
pub mod resend;

use ghost_contracts::ErrorCode;
use serde::{Deserialize, Serialize};
use service_kit::db::Pool;
use service_kit::error::ApiError;
use utoipa::ToSchema;

use crate::db;
use crate::db::invitation::InvitationError;
use crate::domain::invitation::SentInvitation;
use crate::domain::tester::{Tester, TesterId};
use crate::mail::outbox::Attempt;

/// A body that says nothing: `{}`, an empty form, or none at all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The id in a path. What is no id names nobody.
///
/// # Errors
/// 404 `tester_not_found`.
pub fn tester_id(text: &str) -> Result<TesterId, ApiError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).map(TesterId).ok_or_else(tester_not_found)
}

/// The tester of an id in a path.
///
/// # Errors
/// 404 `tester_not_found`; 503 where the database is away.
pub async fn find_tester(pool: &Pool, text: &str) -> Result<Tester, ApiError> {
    let id = tester_id(text)?;
    let mut connection = pool.get().await?;
    db::tester::by_id(&mut connection, id).await?.ok_or_else(tester_not_found)
}

fn tester_not_found() -> ApiError {
    let message = "There is no such tester. Start again from the list of testers.";
    ApiError::new(ErrorCode::TesterNotFound, message)
}

/// What a program is told of an invitation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SentInvitation)]
pub struct SentBody<'a> {
    /// The new tester.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tester_id: Option<i64>,
    /// The invitation.
    token_id: i64,
    /// Null where the mail was not accepted.
    #[schema(required)]
    email_sent_to: Option<&'a str>,
    /// `false` where the mail was not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    email_sent: Option<bool>,
}

impl<'a> SentBody<'a> {
    fn new(sent: &'a SentInvitation) -> Self {
        let accepted = sent.mail.is_accepted();
        Self {
            tester_id: None,
            token_id: sent.token.0,
            email_sent_to: accepted.then(|| sent.tester.email.as_str()),
            email_sent: (!accepted).then_some(false),
        }
    }

    fn with_tester(self, id: TesterId) -> Self {
        Self { tester_id: Some(id.0), ..self }
    }
}

/// What an operator is told of the mail, after the sentence that says what was done.
fn about_the_mail(sent: &SentInvitation) -> String {
    let email = &sent.tester.email;
    match sent.mail {
        Attempt::Accepted => format!("The mail is on its way to {email}."),
        Attempt::Retrying => format!(
            "The mail to {email} was not accepted yet; it is tried again by itself, and this \
             tester's page shows how it goes."
        ),
        Attempt::Failed => format!(
            "Postmark refused the mail to {email} for good; this tester's page says why. Check the \
             address with them; a superadmin can show the link."
        ),
        Attempt::Superseded => {
            "The link ended before its mail went out; look at the tester's page.".to_owned()
        }
    }
}

impl From<InvitationError> for ApiError {
    fn from(error: InvitationError) -> Self {
        match error {
            InvitationError::TesterExists => Self::new(
                ErrorCode::TesterExists,
                "This address is invited already, so nothing was changed. Search for it in the \
                 list to send the invitation again.",
            ),
            InvitationError::TesterNotFound => tester_not_found(),
            InvitationError::Spent => Self::new(
                ErrorCode::WalkthroughConsumed,
                "This invitation is used already, so it was not sent again and nothing was \
                 changed. The tester's page says how their account stands.",
            ),
            InvitationError::MailAccepted => Self::new(
                ErrorCode::MailAccepted,
                "The mail with this link was accepted, so the link is not shown. Send the \
                 invitation again if it did not arrive.",
            ),
            InvitationError::NoLiveInvitation => Self::new(
                ErrorCode::MailAccepted,
                "No invitation of this tester works at the moment, so there is no link to show.",
            ),
            InvitationError::Audit(error) => error.into(),
            InvitationError::Database(error) => error.into(),
            InvitationError::Signing(_) | InvitationError::Lost(_) => Self::internal(error),
        }
    }
}
