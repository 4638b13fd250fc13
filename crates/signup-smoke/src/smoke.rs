//! The smoke itself.

use crate::failure::Failure;
use crate::run::Run;
use crate::steps::{begin, build_credential, confirm, mint, verify};

/// A whole signup, then a look at what it left in the database.
///
/// # Errors
///
/// The first step's that fails.
pub async fn sign_up(run: &Run) -> Result<(), Failure> {
    let minted = mint(run).await?;
    let options = begin(run, &minted).await?;
    let credential = build_credential(run, &options).await?;
    let user_id = verify(run, &minted, &credential).await?;
    confirm(run, user_id).await
}
