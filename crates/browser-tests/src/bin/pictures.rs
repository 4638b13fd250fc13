//! The pictures of the README, taken in a demo that runs: `cargo xtask pictures`.

#![expect(clippy::print_stdout, reason = "the list of pictures is what it is for")]

use std::path::PathBuf;

use browser_tests::driver::{Tab, Window};
use clap::Parser;

/// The ghost in the pictures: one with an account, so that a reset has something to delete.
const GHOST: &str = "Ingrid Solberg";

/// No picture in the README is higher than that, in CSS pixels.
const HIGHEST: f64 = 1100.0;

/// A repository is no picture book.
const LARGEST: usize = 300 * 1024;

/// Takes the pictures of the README.
#[derive(Debug, Parser)]
#[command(name = "pictures")]
struct Arguments {
    /// The demo's Console.
    #[arg(long)]
    console: String,
    /// The demo's page where one is signed in.
    #[arg(long)]
    sign_in: String,
    /// Where the pictures go.
    #[arg(long)]
    into: PathBuf,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.into)?;
    let desk = Tab::open(Window::DESK, &[]).await;
    desk.goto(&arguments.sign_in).await;
    desk.click("Sign in as the demo operator").await;
    desk.sees("Sign out").await;

    desk.goto(&format!("{}/console", arguments.console)).await;
    arguments.keep(&desk, "overview").await?;
    desk.goto(&format!("{}/console/beta", arguments.console)).await;
    desk.click(GHOST).await;
    desk.headed(GHOST).await;
    arguments.keep(&desk, "tester").await?;
    let opens_a_dialog =
        desk.names("link").await.iter().any(|name| name.starts_with("Ghost reset"));
    if opens_a_dialog {
        desk.click("Ghost reset").await;
        desk.holds("Boolean(document.querySelector('dialog[open]'))").await;
        arguments.keep(&desk, "reset").await?;
    }
    Ok(())
}

impl Arguments {
    /// The page as far as it has content, or as far as a reader wants to scroll.
    async fn keep(&self, tab: &Tab, name: &str) -> std::io::Result<()> {
        let bottom = "document.querySelector('main').getBoundingClientRect().bottom + scrollY";
        let bottom: f64 = tab.js(bottom).await;
        let width = f64::from(Window::DESK.width);
        let picture = tab.part(0.0, 0.0, width, bottom.min(HIGHEST).ceil()).await;
        assert!(picture.len() < LARGEST, "{name} has {} bytes", picture.len());
        let file = self.into.join(format!("{name}.png"));
        std::fs::write(&file, picture)?;
        println!("{}", file.display());
        Ok(())
    }
}
