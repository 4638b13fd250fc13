//! The documentation of both APIs, as a browser draws it: the tab itself reports what its policy
//! refuses, what its scripts complain about, and requests to anybody else.

use browser_tests::driver::Window;
use browser_tests::scenes::{self, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_documents_are_drawn_on_a_desk_and_on_a_phone() {
    let world = World::none().await;
    for scene in scenes::of_documentation() {
        let tab = scene.set(&world).await;
        for window in [Window::DESK, Window::PHONE] {
            tab.resize(window).await;
            let outside = tab.sideways().await;
            assert!(outside.is_empty(), "{} is too wide: {outside:?}", scene.name);
        }
        tab.open_details().await;
        let drawn: usize = tab.js("document.querySelectorAll('.opblock').length").await;
        assert!(drawn > 15, "{}: {drawn} operations", scene.name);
        // Nothing can be sent from here.
        let buttons: usize =
            tab.js("document.querySelectorAll('.try-out, .authorize').length").await;
        assert_eq!(buttons, 0, "{}", scene.name);
    }
}
