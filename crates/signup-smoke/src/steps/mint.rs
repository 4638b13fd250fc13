use crate::diagnosis::{Purpose, no_answer_to_command};
use crate::failure::Failure;
use crate::minted::Minted;
use crate::run::Run;

/// Step 1: a bootstrap token, through the runner.
///
/// # Errors
///
/// [`Failure`].
pub async fn mint(run: &Run) -> Result<Minted, Failure> {
    let (email, runner) = (&run.settings.email, &run.settings.runner);
    let what = format!("minting bootstrap token for '{email}' via {runner}...");
    run.step("mint", &what, async {
        let minted = run
            .commands
            .mint(email)
            .await
            .map_err(|no_answer| no_answer_to_command(Purpose::Mint, &no_answer, runner))?;
        let said = format!("token={}", minted.shown());
        Ok((minted, said))
    })
    .await
}
