//! Names.

use ghost_contracts::PersonName;
use ghost_contracts::name::PersonNameError;

use crate::wire::name;

#[test]
fn a_name_is_trimmed_and_otherwise_left_alone() {
    assert_eq!(
        name("  Ada  King, Countess of Lovelace \n").as_str(),
        "Ada  King, Countess of Lovelace"
    );
    for text in ["\u{674e}\u{5c0f}\u{9f99}", "O'Brien <b>", "Zo\u{eb} \u{1f47b}", "x"] {
        assert_eq!(name(text).as_str(), text);
    }
}

#[test]
fn a_name_has_1_to_200_characters_after_trimming() {
    assert_eq!("".parse::<PersonName>(), Err(PersonNameError::Empty));
    assert_eq!(" \n\u{a0}".parse::<PersonName>(), Err(PersonNameError::Empty));
    assert!(format!(" {} ", "\u{f6}".repeat(200)).parse::<PersonName>().is_ok());
    assert_eq!("\u{f6}".repeat(201).parse::<PersonName>(), Err(PersonNameError::TooLong));
}

#[test]
fn a_name_holds_no_control_characters() {
    for text in ["Ada\nBcc: x@example.com", "a\tb", "a\0b", "a\u{7f}b", "a\u{85}b", "\u{1b}[31mred"]
    {
        assert_eq!(text.parse::<PersonName>(), Err(PersonNameError::ControlCharacter), "{text:?}");
    }
}

#[test]
fn a_name_is_a_string_on_the_wire_and_is_checked_when_read() {
    insta::assert_compact_json_snapshot!(name("Ada"), @r#""Ada""#);
    assert_eq!(serde_json::from_str::<PersonName>("\" Ada \"").unwrap(), name("Ada"));
    for json in ["\"\"", "\"a\\nb\"", "null", "7", "[\"Ada\"]"] {
        assert!(serde_json::from_str::<PersonName>(json).is_err(), "{json}");
    }
}
