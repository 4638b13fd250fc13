//! The family of a browser and what it runs on, told by its `User-Agent`. Nothing else of the
//! header is kept.
//!
//! Browsers imitate each other, so the order decides: whoever imitates comes before whom it
//! imitates. What is not recognised is "other"; nothing depends on it but a word on a page.

use ghost_contracts::raptor::{Browser, Platform};

/// How much of a header is looked at, in bytes. Browsers inside apps add several hundred.
const LOOKED_AT: usize = 1024;

/// What is kept of a `User-Agent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserAgent {
    /// The family.
    pub browser: Browser,
    /// What it runs on.
    pub platform: Platform,
}

/// The first line with a mark that the header holds says the browser.
const BROWSERS: &[(Browser, &[&str])] = &[
    // Browsers inside apps, which name the app after imitating the system's browser.
    (Browser::InApp, &["FBAN", "FBAV", "FB_IAB", "Instagram", " Line/", "; wv)", "GSA/"]),
    (Browser::InApp, &["LinkedInApp", "Snapchat", "musical_ly", "BytedanceWebview"]),
    (Browser::InApp, &["MicroMessenger", "Twitter for", "Pinterest/"]),
    (Browser::Edge, &["Edg/", "EdgA/", "EdgiOS/", "Edge/"]),
    (Browser::Opera, &["OPR/", "OPT/", "OPiOS/", "OPX/", "Opera"]),
    (Browser::SamsungInternet, &["SamsungBrowser/"]),
    (Browser::Other, &["YaBrowser/", "Vivaldi/", "UCBrowser/", "DuckDuckGo/", "Ddg/", "Whale/"]),
    (Browser::Other, &["HuaweiBrowser/", "MiuiBrowser/", "QQBrowser/", "Seamonkey/", "SeaMonkey/"]),
    (Browser::Firefox, &["FxiOS/", "Firefox/"]),
    (Browser::Chrome, &["CriOS/", "Chrome/", "Chromium/"]),
    // Android's browser of old, which imitates Safari.
    (Browser::Other, &["Android"]),
    (Browser::Safari, &["Safari/"]),
];

/// The same for what it runs on. iPhones speak of Mac OS X, Android of Linux, and Windows phones of
/// both Android and iPhones.
const PLATFORMS: &[(Platform, &[&str])] = &[
    (Platform::Other, &["Windows Phone"]),
    (Platform::Ios, &["iPhone", "iPod"]),
    (Platform::Ipados, &["iPad"]),
    (Platform::Android, &["Android"]),
    (Platform::Chromeos, &["CrOS"]),
    (Platform::Windows, &["Windows"]),
    (Platform::Macos, &["Macintosh", "Mac OS X"]),
    (Platform::Linux, &["Linux", "X11"]),
];

impl UserAgent {
    /// Reads a header, of which at most the first 1024 bytes count; other bytes than ASCII are
    /// skipped over. An empty one stands for a missing one.
    #[must_use]
    pub fn read(header: &[u8]) -> Self {
        let text = String::from_utf8_lossy(header.get(..LOOKED_AT).unwrap_or(header));
        let platform = first(PLATFORMS, &text).unwrap_or(Platform::Other);
        let browser = first(BROWSERS, &text);
        // Every browser on iOS says Safari; a view inside an app does not.
        let is_apple_mobile = matches!(platform, Platform::Ios | Platform::Ipados);
        let is_view = browser.is_none() && is_apple_mobile && text.contains("AppleWebKit/");
        let browser = if is_view { Browser::InApp } else { browser.unwrap_or(Browser::Other) };
        Self { browser, platform }
    }
}

fn first<T: Copy>(table: &[(T, &[&str])], text: &str) -> Option<T> {
    let holds = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    table.iter().find(|(_, marks)| holds(marks)).map(|(found, _)| *found)
}

#[cfg(test)]
mod tests;
