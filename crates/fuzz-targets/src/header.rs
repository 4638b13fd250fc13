//! Headers and cookies: who asks, with what, and where the sign-in leads.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use console::http::login::next::page_of_ours;
use service_kit::http::client_address::{TrustedProxyHops, network};
use service_kit::user_agent::UserAgent;

/// The first byte is the number of routers, each line a header.
pub(crate) fn every_header(data: &[u8]) {
    if let Some((hops, lines)) = data.split_first() {
        forwarded(usize::from(hops % 8), lines);
    }
    let _ = UserAgent::read(data);
    if let Ok(text) = std::str::from_utf8(data)
        && let Some(page) = page_of_ours(text)
    {
        assert_eq!(page_of_ours(&page).as_ref(), Some(&page), "not its own normal form");
        let base = "https://console.example";
        let led = actix_web::http::Uri::try_from(format!("{base}{page}")).expect("an address");
        assert_eq!(led.host(), Some("console.example"));
        assert!(led.path() == "/console" || led.path().starts_with("/console/"));
    }
}

/// The client is what the outermost router of ours has written, or the peer.
fn forwarded(hops: usize, lines: &[u8]) {
    let peer = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 9));
    let mut headers = HeaderMap::new();
    for line in lines.split(|byte| *byte == b'\n') {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(HeaderName::from_static("x-forwarded-for"), value);
        }
    }
    let client = TrustedProxyHops(hops).client(peer, &headers);
    let _ = network(client);
    let values: Vec<_> = headers.get_all("x-forwarded-for").map(HeaderValue::as_bytes).collect();
    let joined = values.join(&b',');
    let mut entries = joined.rsplit(|byte| *byte == b',');
    let entry = hops.checked_sub(1).and_then(|place| entries.nth(place));
    let text = entry.and_then(|entry| std::str::from_utf8(entry).ok()).unwrap_or_default();
    assert!(client == peer || !text.is_empty(), "an address from nowhere");
    if let Ok(plain) = text.trim().parse::<IpAddr>() {
        assert_eq!(client, plain);
    }
}
