use ghost_contracts::signup::{BeginAnswer, BeginRequest, REGISTER_BEGIN_PATH};
use reqwest::StatusCode;
use serde_json::Value;

use crate::cut;
use crate::diagnosis::{Call, no_answer_to_call, refused, unreadable};
use crate::failure::Failure;
use crate::minted::Minted;
use crate::run::Run;

/// Step 2: the options for the ceremony. From here on there may be an account.
///
/// # Errors
///
/// [`Failure`].
pub async fn begin(run: &Run, minted: &Minted) -> Result<Value, Failure> {
    let what = format!("POST {REGISTER_BEGIN_PATH} ...");
    run.step("begin", &what, async {
        run.know(|facts| facts.made_since = Some(minted.issued_at));
        let request = BeginRequest { token: minted.token.clone() };
        let answer = run.api.post(REGISTER_BEGIN_PATH, &request).await;
        let answer = answer.map_err(|error| no_answer_to_call(&error, &run.settings.api))?;
        if answer.status != StatusCode::OK {
            return Err(refused(Call::Begin, &answer, &run.settings.runner));
        }
        let BeginAnswer { options } =
            answer.json().ok_or_else(|| unreadable(&answer, "options"))?;
        let member = |path: &str| options.pointer(path).and_then(Value::as_str);
        let challenge = member("/challenge").ok_or_else(|| unreadable(&answer, "a challenge"))?;
        let user = member("/user/id").ok_or_else(|| unreadable(&answer, "a user.id"))?;
        let said = format!("challenge={} user.id={}", cut::head(challenge), cut::short_head(user));
        Ok((options, said))
    })
    .await
}
