//! Headers as browsers send them.

use super::*;

fn read(header: &str) -> (Browser, Platform) {
    let UserAgent { browser, platform } = UserAgent::read(header.as_bytes());
    (browser, platform)
}

#[track_caller]
fn assert_all(cases: &[(Browser, Platform, &str)]) {
    for (browser, platform, header) in cases {
        assert_eq!(read(header), (*browser, *platform), "{header}");
    }
}

#[test]
fn browsers_on_computers_are_told_apart() {
    use Browser::*;
    use Platform::{Chromeos, Linux, Macos, Windows};
    assert_all(&[
        (
            Chrome,
            Windows,
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
        ),
        (
            Chrome,
            Macos,
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
        ),
        (
            Chrome,
            Linux,
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36",
        ),
        (
            Chrome,
            Chromeos,
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
        ),
        (
            Safari,
            Macos,
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
        ),
        (
            Firefox,
            Windows,
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
        ),
        (
            Firefox,
            Linux,
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
        ),
        (
            Firefox,
            Macos,
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0",
        ),
        (
            Edge,
            Windows,
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.3485.54",
        ),
        (
            Edge,
            Windows,
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763",
        ),
        (
            Opera,
            Macos,
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 OPR/122.0.0.0",
        ),
        (
            Other,
            Windows,
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 YaBrowser/25.6.0.0 Safari/537.36",
        ),
        (Other, Windows, "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko"),
    ]);
}

#[test]
fn browsers_on_phones_and_tablets_are_told_apart() {
    use Browser::*;
    use Platform::{Android, Ios, Ipados, Macos};
    assert_all(&[
        (
            Safari,
            Ios,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        ),
        (
            Safari,
            Ipados,
            "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        ),
        // An iPad that asks for the pages of computers.
        (
            Safari,
            Macos,
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
        ),
        (
            Chrome,
            Ios,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0.7339.39 Mobile/15E148 Safari/604.1",
        ),
        (
            Firefox,
            Ios,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/143.0 Mobile/15E148 Safari/605.1.15",
        ),
        (
            Edge,
            Ios,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 EdgiOS/140.0.3485.50 Mobile/15E148 Safari/604.1",
        ),
        (
            Opera,
            Ios,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1 OPT/6.0.3",
        ),
        (
            Other,
            Ios,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
        ),
        (
            Chrome,
            Android,
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
        ),
        (Firefox, Android, "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0"),
        (
            SamsungInternet,
            Android,
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
        ),
        (
            Edge,
            Android,
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36 EdgA/140.0.0.0",
        ),
        (
            Opera,
            Android,
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Mobile Safari/537.36 OPR/91.0.0.0",
        ),
        (
            Other,
            Android,
            "Mozilla/5.0 (Linux; U; Android 4.0.3; en-us) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30",
        ),
    ]);
}

#[test]
fn a_browser_inside_an_app_is_no_browser_of_its_own() {
    use Browser::InApp;
    use Platform::{Android, Ios, Ipados};
    assert_all(&[
        (
            InApp,
            Ios,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/520.0.0.38.101;FBDV/iPhone15,2]",
        ),
        (
            InApp,
            Android,
            "Mozilla/5.0 (Linux; Android 15; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/140.0.0.0 Mobile Safari/537.36",
        ),
        (
            InApp,
            Ios,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22F76 Instagram 390.0.0.28.85 (iPhone15,2; iOS 18_5)",
        ),
        (
            InApp,
            Ios,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/15.10.0",
        ),
        (
            InApp,
            Ios,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/380.0.788317806 Mobile/15E148 Safari/604.1",
        ),
        // A view that does not say whose it is.
        (
            InApp,
            Ipados,
            "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        ),
    ]);
}

#[test]
fn what_is_no_browser_is_other() {
    for header in ["", " ", "curl/8.14.1", "Mozilla/5.0", "\u{1f47b}", "Online/1.0", "a\nb"] {
        assert_eq!(read(header), (Browser::Other, Platform::Other), "{header}");
    }
    let bytes = UserAgent::read(&[0xff, 0xfe, b'F', 0xff]);
    assert_eq!(bytes, UserAgent { browser: Browser::Other, platform: Platform::Other });
}

#[test]
fn bytes_that_are_no_text_do_not_hide_the_rest() {
    let read =
        UserAgent::read(b"Mozilla/5.0 (Windows NT 10.0; \xe4\xb8) Gecko/20100101 Firefox/143.0");
    assert_eq!(read, UserAgent { browser: Browser::Firefox, platform: Platform::Windows });
}

#[test]
fn of_a_long_header_only_the_beginning_counts() {
    let padded = |length: usize| format!("{}Firefox/143.0", " ".repeat(length));
    assert_eq!(read(&padded(LOOKED_AT - 13)).0, Browser::Firefox);
    assert_eq!(read(&padded(LOOKED_AT)).0, Browser::Other);
}
