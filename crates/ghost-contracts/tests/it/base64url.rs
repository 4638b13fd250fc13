//! Bytes as base64url.

use ghost_contracts::Base64Url;
use proptest::prelude::*;

#[test]
fn bytes_are_written_without_padding_in_the_url_alphabet() {
    let bytes = Base64Url::from(vec![0xfb, 0xff, 0xfe, 0x01]);
    insta::assert_compact_json_snapshot!(bytes, @r#""-__-AQ""#);
    assert_eq!(bytes.to_string(), "-__-AQ");
}

#[test]
fn unpadded_base64url_is_read() {
    for (text, bytes) in [("", &b""[..]), ("Zg", b"f"), ("Zm8", b"fo"), ("Zm9v", b"foo")] {
        assert_eq!(text.parse::<Base64Url>().unwrap().as_bytes(), bytes);
    }
}

#[test]
fn padding_is_refused() {
    for text in ["Zg==", "Zm8=", "Zg=", "=", "Zm9v="] {
        assert!(text.parse::<Base64Url>().is_err(), "{text}");
    }
}

#[test]
fn characters_outside_the_alphabet_are_refused() {
    for text in ["+_-A", "-/-A", "Zm 9", "Zm9v\n", "Zm9\u{e9}", "Zm.9", "Zm9\0"] {
        assert!(text.parse::<Base64Url>().is_err(), "{text:?}");
    }
}

#[test]
fn trailing_bits_that_are_not_zero_are_refused() {
    // "Zg" is the text of b"f"; "Zh" to "Zv" decode to the same byte where one is lenient.
    for text in ["Zh", "Zv", "Zm9", "Zm8_Zh"] {
        assert!(text.parse::<Base64Url>().is_err(), "{text}");
    }
}

#[test]
fn a_length_that_no_bytes_have_is_refused() {
    for text in ["Z", "Zm9vZ"] {
        assert!(text.parse::<Base64Url>().is_err(), "{text}");
    }
}

#[test]
fn only_a_string_is_base64url() {
    for json in ["null", "7", "[102]", "{}"] {
        assert!(serde_json::from_str::<Base64Url>(json).is_err(), "{json}");
    }
}

proptest! {
    #[test]
    fn bytes_have_exactly_one_text(text in "[A-Za-z0-9_-]{0,12}") {
        if let Ok(bytes) = text.parse::<Base64Url>() {
            prop_assert_eq!(bytes.to_string(), text);
        }
    }

    #[test]
    fn all_bytes_survive(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let read: Base64Url = Base64Url::from(bytes.as_slice()).to_string().parse().unwrap();
        prop_assert_eq!(read.into_bytes(), bytes);
    }
}
