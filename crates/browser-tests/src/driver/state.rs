//! What a person sees.

use super::elements::words;
use super::tab::Tab;

/// Elements that stick out on the right. What is there for screen readers alone is clipped, and
/// what a closed `details` holds is not drawn; both have a place all the same.
const SIDEWAYS: &str = "[...document.querySelectorAll('body *')]
    .filter((one) => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })
        && [one, one.parentElement].every((box) => getComputedStyle(box).clipPath === 'none')
        && one.getBoundingClientRect().right >= document.documentElement.clientWidth + 1)
    .map((one) => [one.localName, ...one.classList].join('.'))";

impl Tab {
    /// The words on the page that can be seen, with single spaces.
    pub async fn text(&self) -> String {
        words(&self.try_js::<String>("document.body.innerText").await.unwrap_or_default())
    }

    /// Waits until these words can be seen. Capitals do not matter, for a style may make them.
    pub async fn sees(&self, what: &str) {
        let wanted = what.to_lowercase();
        self.until(&format!("{what:?} is seen"), async || {
            self.text().await.to_lowercase().contains(&wanted).then_some(())
        })
        .await;
    }

    /// Waits until the page's one `h1` begins so, and the page is loaded.
    pub async fn headed(&self, heading: &str) {
        self.until(&format!("the heading is {heading:?}"), async || {
            let headings = "[...document.querySelectorAll('h1')].map((h1) => h1.innerText)";
            match self.try_js::<Vec<String>>(headings).await?.as_slice() {
                [only] => words(only).starts_with(heading).then_some(()),
                _ => None,
            }
        })
        .await;
        self.loaded().await;
    }

    /// Waits until the address has that path, and the page is loaded.
    pub async fn at(&self, path: &str) {
        self.until(&format!("the address is {path}"), async || {
            (self.path().await? == path).then_some(())
        })
        .await;
        self.loaded().await;
    }

    /// The path of the address; nothing while one page gives way to the next.
    pub async fn path(&self) -> Option<String> {
        self.try_js("location.pathname").await
    }

    /// What the dialog says that is open; nothing while none is.
    pub async fn dialog(&self) -> Option<String> {
        let text = "document.querySelector('dialog[open]')?.innerText ?? null";
        self.try_js::<Option<String>>(text).await.flatten().as_deref().map(words)
    }

    /// What is in the page's live regions now: what a screen reader has been told.
    pub async fn announced(&self) -> String {
        let regions = "[...document.querySelectorAll('[role=status], [role=alert], [aria-live]')]
            .map((region) => region.innerText).join(' ')";
        words(&self.try_js::<String>(regions).await.unwrap_or_default())
    }

    /// What can be seen and is not within the window, beside its scrollbar, the outermost first:
    /// it must be scrolled sideways for, or is cut off. None is good. The window of a phone grows
    /// with the page, so ask in one on a desk.
    pub async fn sideways(&self) -> Vec<String> {
        self.js(SIDEWAYS).await
    }
}
