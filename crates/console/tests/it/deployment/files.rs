//! The files, and the services that they start.

use std::path::{Path, PathBuf};

use service_kit::settings::catalogue::Described;
use service_kit::settings::{Faults, Source};
use test_support::binaries;
use tokio::sync::OnceCell;

/// The two services, as their programs and their folders under `deploy` are named.
pub const SERVICES: [&str; 2] = ["raptor-api", "console"];

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file, named from the root.
pub fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What a service says of its variables.
pub fn described(service: &str) -> &'static [Described] {
    match service {
        "raptor-api" => raptor_api::settings::catalogue::VARIABLES,
        "console" => console::settings::catalogue::VARIABLES,
        other => panic!("{other} is no service of ours"),
    }
}

/// Whether `serve` takes these variables.
pub fn serve(service: &str, source: Source) -> Result<(), Faults> {
    match service {
        "raptor-api" => raptor_api::settings::Variables::read(source).for_serve().map(drop),
        "console" => console::settings::Variables::read(source).for_serve().map(drop),
        other => panic!("{other} is no service of ours"),
    }
}

/// The program of a service.
pub async fn program(service: &str) -> PathBuf {
    static RAPTOR: OnceCell<[PathBuf; 1]> = OnceCell::const_new();
    match service {
        "console" => PathBuf::from(env!("CARGO_BIN_EXE_console")),
        "raptor-api" => {
            let build = async || binaries::build(["raptor-api"], true).await.unwrap();
            let [path] = RAPTOR.get_or_init(build).await;
            path.clone()
        }
        other => panic!("{other} is no service of ours"),
    }
}
