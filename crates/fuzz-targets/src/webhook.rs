//! What Postmark reports.

use console::domain::mail_detail::is_unseen;
use console::http::webhooks::postmark::Report;

/// A body of `POST /api/webhooks/postmark`.
pub(crate) fn report(data: &[u8]) {
    let Ok(report) = serde_json::from_slice::<Report>(data) else { return };
    let Some(event) = report.into_event() else { return };
    let message = event.message.as_str();
    assert!((1..=100).contains(&message.len()));
    assert!(message.bytes().all(|byte| byte.is_ascii_graphic()));
    if let Some(detail) = event.detail {
        let text = detail.as_str();
        assert!((1..=500).contains(&text.chars().count()));
        assert!(!text.contains(is_unseen) && !text.contains("eyJ") && !text.contains("://"));
    }
}
