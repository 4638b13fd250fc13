//! The two services as they are shipped: built by cargo, run as programs.

use std::path::PathBuf;

use super::failure::{Context as _, Failure};

/// Where the programs are.
#[derive(Debug)]
pub(super) struct Binaries {
    pub(super) raptor: PathBuf,
    pub(super) console: PathBuf,
}

/// Builds both. Cargo's progress goes to the screen.
pub(super) async fn build() -> Result<Binaries, Failure> {
    let built = test_support::binaries::build(["raptor-api", "console"], false).await;
    let [raptor, console] = built.could_not("build the services")?;
    Ok(Binaries { raptor, console })
}
