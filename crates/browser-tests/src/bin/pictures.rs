//! The pictures of the README, taken in a demo that runs: `cargo xtask pictures`.

#![expect(clippy::print_stdout, reason = "the list of pictures is what it is for")]

use std::path::PathBuf;

use browser_tests::driver::{Tab, Window};
use browser_tests::words;
use clap::Parser;

/// The ghost in the pictures: one with an account, so that a reset has something to delete.
const GHOST: &str = "Ingrid Solberg";

/// No picture in the README is higher than that, in CSS pixels.
const HIGHEST: f64 = 1400.0;

/// The ground that is seen below the last part, in CSS pixels.
const BELOW: f64 = 24.0;

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
    desk.click(words::RESET).await;
    desk.sees("exactly what will happen").await;
    arguments.keep_window(&desk, "reset").await
}

impl Arguments {
    /// The page, down to the last of its parts that a reader wants to scroll to.
    async fn keep(&self, tab: &Tab, name: &str) -> std::io::Result<()> {
        let bottoms = "[...document.querySelectorAll('main > *')]
            .map((part) => part.getBoundingClientRect().bottom + scrollY)";
        let bottoms: Vec<f64> = tab.js(bottoms).await;
        let last =
            bottoms.into_iter().filter(|bottom| bottom + BELOW <= HIGHEST).fold(0.0, f64::max);
        let width = f64::from(Window::DESK.width);
        self.write(name, &tab.part(0.0, 0.0, width, (last + BELOW).ceil()).await)
    }

    /// What the window shows, with the dialog in front.
    async fn keep_window(&self, tab: &Tab, name: &str) -> std::io::Result<()> {
        self.write(name, &tab.view().await)
    }

    fn write(&self, name: &str, picture: &[u8]) -> std::io::Result<()> {
        assert!(picture.len() < LARGEST, "{name} has {} bytes", picture.len());
        let file = self.into.join(format!("{name}.png"));
        std::fs::write(&file, picture)?;
        println!("{}", file.display());
        Ok(())
    }
}
