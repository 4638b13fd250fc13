use ghost_contracts::Token;
use ghost_contracts::signup::{REGISTER_VERIFY_PATH, VerifyAnswer};
use reqwest::StatusCode;
use serde::Serialize;
use serde_json::Value;

use crate::diagnosis::{Call, no_answer_to_call, refused, unreadable};
use crate::failure::Failure;
use crate::minted::Minted;
use crate::run::Run;

/// `VerifyRequest` of the contracts with a credential that has whatever browsers add.
#[derive(Serialize)]
struct Request<'a> {
    token: &'a Token,
    credential: &'a Value,
}

/// Step 4: the credential is handed in. Gives the user's id.
///
/// # Errors
///
/// [`Failure`].
pub async fn verify(run: &Run, minted: &Minted, credential: &Value) -> Result<i64, Failure> {
    let what = format!("POST {REGISTER_VERIFY_PATH} ...");
    run.step("verify", &what, async {
        let request = Request { token: &minted.token, credential };
        let answer = run.api.post(REGISTER_VERIFY_PATH, &request).await;
        let answer = answer.map_err(|error| no_answer_to_call(&error, &run.settings.api))?;
        if answer.status != StatusCode::OK {
            return Err(refused(Call::Verify, &answer, &run.settings.runner));
        }
        let VerifyAnswer { user_id, .. } =
            answer.json().ok_or_else(|| unreadable(&answer, "status ok and a user_id"))?;
        run.know(|facts| facts.user_id = Some(user_id));
        Ok((user_id, format!("user_id={user_id} status=ok")))
    })
    .await
}
