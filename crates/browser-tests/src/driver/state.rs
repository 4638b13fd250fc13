//! What a person sees.

use super::elements::words;
use super::tab::Tab;

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

    /// What is in the page's live regions now: what a screen reader has been told.
    pub async fn announced(&self) -> String {
        let regions = "[...document.querySelectorAll('[role=status], [role=alert], [aria-live]')]
            .map((region) => region.innerText).join(' ')";
        words(&self.try_js::<String>(regions).await.unwrap_or_default())
    }

    /// How far the page is wider than its window, in CSS pixels; 0 is good. The window of a
    /// phone grows with the page, so ask in one on a desk.
    pub async fn sideways(&self) -> i64 {
        self.js("document.scrollingElement.scrollWidth - innerWidth").await
    }
}
