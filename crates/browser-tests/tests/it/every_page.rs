//! What has to hold on every page, whoever looks at it with whatever: axe-core finds nothing,
//! and nothing has to be scrolled sideways.

use browser_tests::Rules;
use browser_tests::driver::{Scheme, Tab, Window};
use browser_tests::scenes::{self, Scene, World};

/// Where pages have to be good (`ui.md`), and the narrowest window without sideways scrolling.
const WIDTHS: [u32; 4] = [320, 390, 768, 1280];

async fn assert_good(world: &World, scenes: &[Scene]) {
    let mut found = Vec::new();
    for scene in scenes {
        let tab = scene.set(world).await;
        // What waits behind a click is looked at too.
        tab.open_details().await;
        sideways(&tab, scene.name, &mut found).await;
        shut_out(&tab, scene.name, &mut found).await;
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

async fn sideways(tab: &Tab, name: &str, found: &mut Vec<String>) {
    for width in WIDTHS {
        tab.resize(Window::wide(width)).await;
        let outside = tab.sideways().await;
        if !outside.is_empty() {
            found.push(format!("{name} is too wide for {width} px: {}", outside.join(" > ")));
        }
    }
}

/// The scheme changes colours alone, so in the dark one the rules of colours are enough.
async fn shut_out(tab: &Tab, name: &str, found: &mut Vec<String>) {
    for window in [Window::DESK, Window::PHONE] {
        for (scheme, rules) in [(Scheme::Light, Rules::All), (Scheme::Dark, Rules::Colours)] {
            tab.resize(window).await;
            tab.prefer(scheme).await;
            let at = format!("{name} at {} px, {}", window.width, scheme.as_str());
            let violations = tab.axe(rules).await;
            found.extend(violations.iter().map(|violation| format!("{at}: {violation}")));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_operators_is_good_for_everybody() {
    assert_good(&World::few().await, scenes::of_operators()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_testers_is_good_for_everybody() {
    assert_good(&World::none().await, scenes::of_testers()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_a_reset_is_good_for_everybody() {
    assert_good(&World::few().await, scenes::of_resets()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_a_fault_is_good_for_everybody() {
    assert_good(&World::ailing().await, scenes::of_faults()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_of_nobody_are_good_for_everybody() {
    assert_good(&World::none().await, scenes::of_lists()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_longest_lists_names_and_addresses_are_good_for_everybody() {
    let world = World::many().await;
    assert_good(&world, scenes::of_lists()).await;
    assert_good(&world, scenes::of_the_longest()).await;
}
