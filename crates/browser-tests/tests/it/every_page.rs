//! What has to hold on every page, whoever looks at it with whatever: axe-core finds nothing,
//! and nothing has to be scrolled sideways.

use browser_tests::driver::{Scheme, Tab, Window};
use browser_tests::scenes::{self, Scene, World};

/// Where pages have to be good (`ui.md`), and the narrowest window without sideways scrolling.
const WIDTHS: [u32; 4] = [320, 390, 768, 1280];

async fn assert_good(world: &World, scenes: &[Scene]) {
    let mut found = Vec::new();
    for scene in scenes {
        let tab = scene.set(world).await;
        sideways(&tab, scene.name, &mut found).await;
        shut_out(&tab, scene.name, &mut found).await;
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

async fn sideways(tab: &Tab, name: &str, found: &mut Vec<String>) {
    for width in WIDTHS {
        tab.resize(Window::wide(width)).await;
        let excess = tab.sideways().await;
        if excess > 0 {
            found.push(format!("{name} at {width} px: {excess} px too wide"));
        }
    }
}

async fn shut_out(tab: &Tab, name: &str, found: &mut Vec<String>) {
    for window in [Window::DESK, Window::PHONE] {
        for scheme in [Scheme::Light, Scheme::Dark] {
            tab.resize(window).await;
            tab.prefer(scheme).await;
            let at = format!("{name} at {} px, {}", window.width, scheme.as_str());
            found.extend(tab.axe().await.iter().map(|violation| format!("{at}: {violation}")));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_testers_is_good_for_everybody() {
    assert_good(&World::none().await, scenes::of_testers()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_operators_is_good_for_everybody() {
    assert_good(&World::few().await, scenes::of_operators()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_of_nobody_are_good_for_everybody() {
    assert_good(&World::none().await, scenes::of_lists()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[should_panic(expected = "too wide")] // until a name without a blank wraps in the list of testers
async fn lists_of_many_with_long_names_are_good_for_everybody() {
    assert_good(&World::many().await, scenes::of_lists()).await;
}
