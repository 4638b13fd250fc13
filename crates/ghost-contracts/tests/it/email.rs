//! E-mail addresses.

use ghost_contracts::EmailAddress;
use ghost_contracts::email::EmailAddressError;
use proptest::prelude::*;

use crate::wire::email;

#[test]
fn an_address_is_trimmed_and_lower_cased() {
    assert_eq!(
        email(" \t\r\n\x0cAda.LOVELACE@Example.COM \n").as_str(),
        "ada.lovelace@example.com"
    );
}

#[test]
fn what_a_browser_accepts_is_accepted() {
    for text in [
        "a@b",
        "a@localhost",
        "ada@sub.example.com",
        "ada@1.2",
        ".a..b.@example.com",
        "!#$%&'*+/=?^_`{|}~-.@example.com",
        "a@xn--bcher-kva.example",
        "a@a-b--c.example",
    ] {
        assert_eq!(text.parse::<EmailAddress>().map(String::from), Ok(text.to_owned()));
    }
}

#[test]
fn what_a_browser_refuses_is_refused() {
    for text in [
        "ada",
        "@example.com",
        "ada@",
        "ada@@example.com",
        "a@b@example.com",
        "ada lovelace@example.com",
        "ada@exam ple.com",
        "ada@exam_ple.com",
        "ada@.example.com",
        "ada@example.com.",
        "ada@example..com",
        "ada@-example.com",
        "ada@example-.com",
        "\"ada\"@example.com",
        "ada@[127.0.0.1]",
        "ada(comment)@example.com",
        "ada@example.com\u{0b}",
        "ada@example.com\0",
        "ada\n@example.com",
        "<ada@example.com>",
        "ada@example.com,bob@example.com",
    ] {
        assert_eq!(text.parse::<EmailAddress>(), Err(EmailAddressError::Syntax), "{text:?}");
    }
}

#[test]
fn nothing_at_all_is_no_address() {
    for text in ["", " ", "\t\r\n"] {
        assert_eq!(text.parse::<EmailAddress>(), Err(EmailAddressError::Empty), "{text:?}");
    }
}

#[test]
fn letters_outside_ascii_are_refused_and_not_folded() {
    // U+212A, the Kelvin sign, and U+0130 become ASCII where Unicode lower-cases.
    for text in ["\u{212a}im@example.com", "ad\u{130}a@example.com", "ada@b\u{fc}cher.example"] {
        assert_eq!(text.parse::<EmailAddress>(), Err(EmailAddressError::NotAscii), "{text:?}");
    }
    // White space outside ASCII is not trimmed either.
    assert_eq!("\u{a0}ada@example.com".parse::<EmailAddress>(), Err(EmailAddressError::NotAscii));
}

#[test]
fn an_address_has_at_most_254_bytes() {
    let of_length = |bytes: usize| format!("{}@{}.example", "a".repeat(bytes - 17), "b".repeat(8));
    assert_eq!(of_length(254).len(), 254);
    assert!(format!("  {}  ", of_length(254)).parse::<EmailAddress>().is_ok());
    assert_eq!(of_length(255).parse::<EmailAddress>(), Err(EmailAddressError::TooLong));
}

#[test]
fn a_label_has_at_most_63_bytes() {
    assert!(format!("a@{}.example", "b".repeat(63)).parse::<EmailAddress>().is_ok());
    assert!(format!("a@{}.example", "b".repeat(64)).parse::<EmailAddress>().is_err());
}

#[test]
fn an_address_is_a_string_on_the_wire_and_is_checked_when_read() {
    insta::assert_compact_json_snapshot!(email("Ada@Example.com"), @r#""ada@example.com""#);
    let read: EmailAddress = serde_json::from_str("\" ADA@example.com\"").unwrap();
    assert_eq!(read, email("ada@example.com"));
    for json in ["\"ada\"", "null", "7", "[\"ada@example.com\"]", "{}"] {
        assert!(serde_json::from_str::<EmailAddress>(json).is_err(), "{json}");
    }
}

#[test]
fn a_refused_address_is_explained_in_a_sentence() {
    let error = |text: &str| text.parse::<EmailAddress>().unwrap_err().to_string();
    assert_eq!(error(""), "Enter an e-mail address.");
    assert_eq!(
        error("ada"),
        "This is not an e-mail address; it should look like name@example.com."
    );
    for text in ["", "ada", "\u{e9}@example.com"] {
        assert!(error(text).ends_with('.'));
    }
}

#[test]
fn a_smoke_account_is_told_by_its_whole_form() {
    let is_smoke = |text: &str| email(text).is_smoke_account("moosequest.net");
    assert!(is_smoke("smoke-test+1781258400@moosequest.net"));
    assert!(is_smoke("Smoke-Test+a@MOOSEQUEST.NET"));
    assert!(email("smoke-test+1@moosequest.net").is_smoke_account("MooseQuest.net"));
    assert!(!is_smoke("smoke-test+@moosequest.net"));
    assert!(!is_smoke("smoke-test@moosequest.net"));
    assert!(!is_smoke("kris@moosequest.net"));
    assert!(!is_smoke("a-smoke-test+1@moosequest.net"));
    assert!(!is_smoke("smoke-test+1@evil-moosequest.net"));
    assert!(!is_smoke("smoke-test+1@sub.moosequest.net"));
    assert!(!is_smoke("smoke-test+1@moosequest.net.example"));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic_and_the_normal_form_is_its_own(text in ".{0,80}") {
        if let Ok(address) = text.parse::<EmailAddress>() {
            prop_assert_eq!(address.as_str().parse::<EmailAddress>(), Ok(address.clone()));
        }
    }

    #[test]
    fn an_address_of_the_right_syntax_is_accepted(
        local in "[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}",
        domain in "[a-zA-Z0-9]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?){0,4}",
    ) {
        let text = format!("{local}@{domain}");
        prop_assert_eq!(String::from(email(&text)), text.to_ascii_lowercase());
    }
}
