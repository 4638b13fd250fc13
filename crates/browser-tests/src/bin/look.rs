//! Pictures of every page, to look at: `cargo xtask look [WORD]…`.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a developer's command: the list of pictures is what it is for"
)]

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use browser_tests::driver::{Scheme, Tab, Window};
use browser_tests::scenes::{self, Scene, World};
use clap::Parser;
use futures_util::FutureExt as _;

/// Takes a picture of every page of both services, wide and narrow, light and dark.
#[derive(Debug, Parser)]
#[command(name = "look")]
struct Arguments {
    /// Only pages whose name contains one of these.
    words: Vec<String>,
    /// How wide the windows are, in CSS pixels; below 600 it is a phone.
    #[arg(long, value_delimiter = ',', default_values_t = [1280, 390])]
    widths: Vec<u32>,
    /// With everything open that waits behind a click.
    #[arg(long)]
    open: bool,
    /// Where the pictures go.
    #[arg(long, default_value = "target/look")]
    into: PathBuf,
}

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.into)?;
    let mut failed = 0;
    if arguments.wants("", scenes::of_testers()) {
        failed += arguments.take("", &World::none().await, scenes::of_testers()).await;
    }
    let with_a_few = [scenes::of_operators(), scenes::of_resets(), scenes::of_documentation()];
    if with_a_few.iter().any(|scenes| arguments.wants("", scenes)) {
        let world = World::few().await;
        for scenes in with_a_few {
            failed += arguments.take("", &world, scenes).await;
        }
    }
    if arguments.wants("none", scenes::of_lists()) {
        failed += arguments.take("none", &World::none().await, scenes::of_lists()).await;
    }
    if arguments.wants("many", scenes::of_lists()) || arguments.wants("", scenes::of_the_longest())
    {
        let world = World::many().await;
        failed += arguments.take("many", &world, scenes::of_lists()).await;
        failed += arguments.take("", &world, scenes::of_the_longest()).await;
    }
    if arguments.wants("", scenes::of_faults()) {
        failed += arguments.take("", &World::ailing().await, scenes::of_faults()).await;
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Arguments {
    /// A scene's name; where it can be seen with more or fewer of everything, that too.
    fn name(world: &str, scene: Scene) -> String {
        if world.is_empty() { scene.name.to_owned() } else { format!("{}-{world}", scene.name) }
    }

    fn is_wanted(&self, name: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| name.contains(word.as_str()))
    }

    fn wants(&self, world: &str, scenes: &[Scene]) -> bool {
        scenes.iter().any(|scene| self.is_wanted(&Self::name(world, *scene)))
    }

    /// Says how many could not be taken: one page that is broken does not hide the others.
    async fn take(&self, world: &str, of: &World, scenes: &[Scene]) -> usize {
        let mut failed = 0;
        for scene in scenes {
            let name = Self::name(world, *scene);
            if !self.is_wanted(&name) {
                continue;
            }
            let path = self.into.join(&name);
            if AssertUnwindSafe(self.shoot(*scene, of, &path)).catch_unwind().await.is_err() {
                println!("FAILED: {name}, see above");
                failed += 1;
            }
        }
        failed
    }

    async fn shoot(&self, scene: Scene, world: &World, path: &Path) {
        let tab = scene.set(world).await;
        if self.open {
            tab.open_details().await;
        }
        for width in &self.widths {
            shots(&tab, *width, path).await.expect("the picture can be written");
        }
        for problem in tab.problems().await {
            println!("PROBLEM: {problem}");
            tab.expect(&problem);
        }
    }
}

async fn shots(tab: &Tab, width: u32, path: &Path) -> std::io::Result<()> {
    let kind = if width < 600 { Window { scale: 1, ..Window::PHONE } } else { Window::DESK };
    let window = Window { width, ..kind };
    for scheme in [Scheme::Light, Scheme::Dark] {
        tab.resize(window).await;
        tab.prefer(scheme).await;
        let picture = tab.picture().await;
        let file = format!("{}-{width}-{}.png", path.display(), scheme.as_str());
        std::fs::write(&file, picture)?;
        println!("{file}");
    }
    Ok(())
}
