//! Values that come as text: addresses, names, ids, base64url.

use ghost_contracts::raptor::{ActorAdminId, Plan};
use ghost_contracts::{Base64Url, EmailAddress, PersonName};
use service_kit::session::RandomToken;
use service_kit::settings::{Domain, Setting as _};

/// One text, read as each of them.
pub(crate) fn every_value(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(email) = EmailAddress::parse(text) {
        let normal = email.as_str();
        assert!(normal.is_ascii() && normal.len() <= 254);
        assert!(!normal.bytes().any(|b| b.is_ascii_uppercase() || b <= b' ' || b == 0x7f));
        assert_eq!(normal.matches('@').count(), 1);
        assert_eq!(EmailAddress::parse(normal).as_ref(), Ok(&email));
        assert!(normal.eq_ignore_ascii_case(text.trim_ascii()));
    }
    if let Ok(name) = PersonName::parse(text) {
        let normal = name.as_str();
        assert!((1..=200).contains(&normal.chars().count()));
        assert!(!normal.chars().any(char::is_control) && normal.trim() == normal);
        assert_eq!(PersonName::parse(normal).as_ref(), Ok(&name));
    }
    if let Ok(bytes) = text.parse::<Base64Url>() {
        assert_eq!(bytes.to_string(), text, "a second text for the same bytes");
    }
    if let Ok(Domain(domain)) = Domain::parse(text) {
        assert_eq!(Domain::parse(&domain), Ok(Domain(domain.clone())));
    }
    if let Some(token) = RandomToken::parse(text) {
        assert_eq!((token.expose(), text.len()), (text, 43));
    }
    let _ = ActorAdminId::try_from(text.to_owned());
    let _ = Plan::try_from(text.to_owned());
}
