//! The migrations are part of the binary: a change in them is a reason to build again. So are two
//! files of Swagger UI, which come from a crate that holds its release as it was published.

use std::borrow::Cow;
use std::error::Error;
use std::fs::File;
use std::io::{Cursor, copy};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// What the page of the API's documentation loads, and what has to go with it (Apache-2.0, section 4).
const FILES: [&str; 4] = ["dist/swagger-ui.css", "dist/swagger-ui-bundle.js", "LICENSE", "NOTICE"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../../migrations-console");
    println!("cargo:rerun-if-changed=build.rs");
    let into = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let mut release = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for file in FILES {
        let end = format!("/{file}");
        let names = release.file_names().filter_map(Result::ok).map(Cow::into_owned);
        let name = names.into_iter().find(|name| name.ends_with(&end)).ok_or(file)?;
        let mut entry = release.by_name(&name)?;
        let kept = file.rsplit('/').next().ok_or(file)?;
        let kept = File::create(into.join(format!("{kept}.gz")))?;
        let mut kept = GzEncoder::new(kept, Compression::best());
        copy(&mut entry, &mut kept)?;
        kept.finish()?;
    }
    Ok(())
}
