//! Pictures of the pages. The browser and the services are in a crate of their own, so that this
//! one is built without them.

use crate::step::{Failure, cargo, run};

/// Which pages.
#[derive(Debug, clap::Args)]
pub(crate) struct Words {
    /// Only pages whose name contains one of these words.
    words: Vec<String>,
}

/// Takes the pictures and lists them.
pub(crate) fn look(Words { words }: &Words) -> Result<(), Failure> {
    let mut command = cargo(&["run", "--package", "browser-tests", "--bin", "look", "--"]);
    run("pictures of every page", command.args(words))
}
