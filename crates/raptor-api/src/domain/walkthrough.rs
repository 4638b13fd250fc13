//! The tester's way in: the Console's invitation is looked at, accepted and turned into a
//! bootstrap token (sections 1, 2 and 6 of the contracts).

use ghost_contracts::console::{
    NdaVersionOutdated, RefusalReason, TokenNotUsable, UsableWalkthrough, WALKTHROUGH_CONSUME_PATH,
    WALKTHROUGH_VERIFY_PATH, WalkthroughConsumeRequest, WalkthroughConsumed,
    WalkthroughVerification, WalkthroughVerifyRequest,
};
use ghost_contracts::{AccountState, EmailAddress, ErrorBody, ErrorCode, Token};
use service_kit::fail_point;
use service_kit::http::request_id::RequestId;
use service_kit::service_client::{Answer, CallError};
use uuid::Uuid;

use super::bootstrap_token;
use crate::db;
use crate::error::Error;
use crate::state::State;

/// The longest walkthrough token that is passed on, in bytes.
const MAX_TOKEN_BYTES: usize = 2048;

/// What a tester sends with the page's button.
#[derive(Debug, Clone)]
pub struct Acceptance {
    /// The token of the link.
    pub token: Token,
    /// Which NDA the page showed.
    pub nda_version: String,
    /// Whether its box was ticked.
    pub nda_accepted: bool,
    /// Names this attempt, so that the Console answers a repetition as it did the first time.
    pub attempt: Uuid,
    /// Whether the browser may have sent this attempt before.
    pub repeated: bool,
}

/// What becomes of it.
#[derive(Debug)]
pub enum Outcome {
    /// The invitation is spent; this bootstrap token is what it bought.
    SignUp(Token),
    /// The invitation is dead.
    NotUsable(RefusalReason),
    /// The account is in use; the invitation stays as it is.
    AccountInUse,
    /// The invitation was spent by an earlier try of this attempt, and the account is in use.
    SignedUpAlready,
    /// There is a newer NDA, to be shown; nothing is spent.
    NdaOutdated(UsableWalkthrough),
    /// The box was not ticked; nothing is spent.
    NdaNotAccepted(UsableWalkthrough),
}

/// Whether a text could be a walkthrough token at all: three parts of base64url. What could not
/// is refused without asking the Console.
#[must_use]
pub fn has_token_shape(token: &Token) -> bool {
    let text = token.reveal();
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    text.len() <= MAX_TOKEN_BYTES && text.split('.').count() == 3 && text.split('.').all(is_part)
}

/// Asks the Console what a token is worth. Nothing is spent.
///
/// # Errors
///
/// [`Error::ConsoleUnavailable`].
pub async fn verify(
    state: &State,
    token: &Token,
    request_id: &RequestId,
) -> Result<WalkthroughVerification, Error> {
    if !has_token_shape(token) {
        return Ok(WalkthroughVerification::Refused(RefusalReason::Unknown));
    }
    let request = WalkthroughVerifyRequest { token: token.clone() };
    let answer = state.console.post(WALKTHROUGH_VERIFY_PATH, &request, request_id).await;
    let answer = answer.map_err(away)?;
    match answer.status.as_u16() {
        200 => answer.json().map_err(away),
        status => Err(Error::ConsoleUnavailable(format!("status {status}"))),
    }
}

/// Spends the invitation and mints a bootstrap token, in an order that makes no ghost: all that
/// the next step needs is there, and the account wants it, before anything is spent.
///
/// # Errors
///
/// [`Error::ConsoleUnavailable`], and where a store is away or cannot be written. What goes wrong
/// when the invitation is spent already is [`Error::AfterConsumption`].
pub async fn accept(
    state: &State,
    acceptance: &Acceptance,
    request_id: &RequestId,
) -> Result<Outcome, Error> {
    if !has_token_shape(&acceptance.token) {
        return Ok(Outcome::NotUsable(RefusalReason::Unknown));
    }
    state.challenges.check().await?;
    check_database(state).await?;
    let usable = match verify(state, &acceptance.token, request_id).await? {
        WalkthroughVerification::Usable(usable) => Some(usable),
        // Perhaps spent by this very attempt, whose answer got lost: the Console knows.
        WalkthroughVerification::Refused(RefusalReason::Consumed) if acceptance.repeated => None,
        WalkthroughVerification::Refused(reason) => return Ok(Outcome::NotUsable(reason)),
    };
    if let Some(usable) = &usable
        && is_in_use(state, &usable.email).await?
    {
        return Ok(Outcome::AccountInUse);
    }
    fail_point::request("walkthrough.consume.asking").map_err(away)?;
    match consume(state, acceptance, request_id).await? {
        Consumption::Done(email) => {
            let outcome = sign_up(state, &email).await;
            outcome.map_err(|error| Error::AfterConsumption(Box::new(error)))
        }
        Consumption::NotUsable(reason) => Ok(Outcome::NotUsable(reason)),
        Consumption::NdaOutdated => show_again(state, acceptance, request_id, true).await,
        Consumption::NdaNotAccepted => show_again(state, acceptance, request_id, false).await,
    }
}

async fn check_database(state: &State) -> Result<(), Error> {
    let mut connection = state.accounts.pool.get().await?;
    Ok(db::bootstrap_token::check_writable(&mut connection).await?)
}

async fn is_in_use(state: &State, email: &EmailAddress) -> Result<bool, Error> {
    let mut connection = state.accounts.pool.get().await?;
    Ok(db::ghost::check(&mut connection, email).await?.state == AccountState::Healthy)
}

/// The account is looked at once more: a repeated attempt comes here without having been asked.
async fn sign_up(state: &State, email: &EmailAddress) -> Result<Outcome, Error> {
    fail_point::database("walkthrough.consume.answered")?;
    if is_in_use(state, email).await? {
        return Ok(Outcome::SignedUpAlready);
    }
    let (accounts, keys) = (&state.accounts, &state.bootstrap_keys);
    let token = bootstrap_token::mint(accounts, keys, email, "walkthrough").await?;
    fail_point::database("walkthrough.minted")?;
    Ok(Outcome::SignUp(token))
}

/// Looks at the invitation again, for the page to be shown with its current text.
async fn show_again(
    state: &State,
    acceptance: &Acceptance,
    request_id: &RequestId,
    outdated: bool,
) -> Result<Outcome, Error> {
    match verify(state, &acceptance.token, request_id).await? {
        WalkthroughVerification::Refused(reason) => Ok(Outcome::NotUsable(reason)),
        WalkthroughVerification::Usable(usable) if outdated => Ok(Outcome::NdaOutdated(usable)),
        WalkthroughVerification::Usable(usable) => Ok(Outcome::NdaNotAccepted(usable)),
    }
}

/// What the Console says to a consumption.
enum Consumption {
    Done(EmailAddress),
    NotUsable(RefusalReason),
    NdaOutdated,
    NdaNotAccepted,
}

/// Asks the Console to consume, and once more where it is unclear whether it did: with the same
/// attempt it answers the same.
async fn consume(
    state: &State,
    acceptance: &Acceptance,
    request_id: &RequestId,
) -> Result<Consumption, Error> {
    let request = WalkthroughConsumeRequest {
        token: acceptance.token.clone(),
        nda_version: acceptance.nda_version.clone(),
        nda_accepted: acceptance.nda_accepted,
        attempt_id: Some(acceptance.attempt),
    };
    let ask = async || {
        let answer = state.console.post(WALKTHROUGH_CONSUME_PATH, &request, request_id).await;
        answer.and_then(|answer| read(&answer))
    };
    let first = ask().await;
    let answer = match first {
        Err(CallError::NoAnswer(_) | CallError::Unintelligible(_)) => ask().await,
        clear => clear,
    };
    answer.map_err(away)
}

fn read(answer: &Answer) -> Result<Consumption, CallError> {
    if answer.status.is_success() {
        let consumed: WalkthroughConsumed = answer.json()?;
        return Ok(Consumption::Done(consumed.email));
    }
    let body: ErrorBody = answer.json()?;
    let consumption = match body.code() {
        Some(ErrorCode::TokenNotUsable) => {
            body.details().map(|TokenNotUsable { reason }| Consumption::NotUsable(reason))
        }
        Some(ErrorCode::NdaVersionOutdated) => {
            body.details().map(|NdaVersionOutdated { .. }| Consumption::NdaOutdated)
        }
        Some(ErrorCode::NdaNotAccepted) => Some(Consumption::NdaNotAccepted),
        _ => None,
    };
    let status = answer.status.as_u16();
    consumption.ok_or_else(|| CallError::Unintelligible(format!("status {status}")))
}

fn away(error: CallError) -> Error {
    Error::ConsoleUnavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_be_a_walkthrough_token_is_asked_about() {
        let shape = |text: &str| has_token_shape(&Token::new(text));
        assert!(shape("eyJh.eyJp.c2ln-_"));
        for bad in ["", "a", "a.b", "a.b.", ".b.c", "a.b.c.d", "a.b.c=", "a.b c.d", "ä.b.c"] {
            assert!(!shape(bad), "{bad}");
        }
        assert!(!shape(&format!("a.b.{}", "c".repeat(MAX_TOKEN_BYTES))));
    }
}
