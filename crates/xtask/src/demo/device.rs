//! What the demo's people hold in their hands, as their browsers tell it.

/// A device with a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Device {
    /// Safari on an iPhone.
    Iphone,
    /// Chrome on a phone with Android.
    Android,
    /// Samsung's browser on one of its phones.
    Galaxy,
    /// Safari on a Mac.
    Mac,
    /// Edge on Windows.
    Windows,
    /// Firefox on Linux.
    Linux,
}

impl Device {
    /// The `User-Agent` of its browser.
    pub(super) fn user_agent(self) -> &'static str {
        match self {
            Self::Iphone => {
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
            }
            Self::Android => {
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/137.0.0.0 Mobile Safari/537.36"
            }
            Self::Galaxy => {
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                 SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
            }
            Self::Mac => {
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"
            }
            Self::Windows => {
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like \
                 Gecko) Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0"
            }
            Self::Linux => "Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0",
        }
    }
}
