//! What stands in the address of a list: filter, limit and cursor.

use console::domain::audit::asked::Asked;
use console::domain::order::Sort;
use console::domain::paging::Paging;
use console::http::beta::cursor;

/// A query of the Audit page; and a cursor of the list of testers.
pub(crate) fn every_parameter(data: &[u8]) {
    if let Ok(asked) = serde_urlencoded::from_bytes::<Asked>(data) {
        audit(&asked);
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    for sort in Sort::ALL {
        if let Ok(position) = cursor::read(text, sort) {
            assert_eq!(position.sort(), sort);
            assert_eq!(cursor::read(&cursor::write(&position), sort).ok(), Some(position));
        }
    }
    if let Ok(paging) = Paging::parse(Some(text), Some(text)) {
        assert!((1..=200).contains(&paging.limit) && paging.before.is_none_or(|id| id > 0));
    }
}

fn audit(asked: &Asked) {
    let _ = (asked.paging(), asked.wants_csv());
    let Ok(filter) = asked.filter() else { return };
    for text in [&filter.actor, &filter.action, &filter.target_type, &filter.target_id] {
        let text = text.as_deref().unwrap_or("x");
        assert!(!text.contains('\0') && !text.is_empty() && text.trim() == text);
    }
    for time in [filter.from, filter.before].into_iter().flatten() {
        assert!((1..=10_000).contains(&chrono::Datelike::year(&time)));
    }
}
