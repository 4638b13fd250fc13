//! What comes in as text, for any text.

use console::domain::audit::asked::Asked;
use console::domain::order::{Position, Sort};
use console::domain::tester::TesterId;
use console::domain::walkthrough_token::{TokenId, WalkthroughKeys};
use console::http::beta::cursor;
use console::http::login::next::page_of_ours;
use console::http::webhooks::postmark::Report;
use ghost_contracts::{PersonName, Token};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::helpers::{CONSOLE_SECRET, token_of_row};

fn keys() -> WalkthroughKeys {
    WalkthroughKeys::new(&CONSOLE_SECRET.into(), None)
}

#[test]
fn no_single_bit_of_a_walkthrough_token_can_be_flipped() {
    let good = token_of_row(7);
    assert_eq!(keys().verify(&Token::new(good.as_str())), Some(TokenId(7)));
    for at in 0..good.len() {
        for bit in 0..7 {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let text = String::from_utf8(bytes).unwrap();
            assert_eq!(keys().verify(&Token::new(text)), None, "byte {at}, bit {bit}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_row_is_found_again_by_its_token(id: i64) {
        prop_assert_eq!(keys().verify(&Token::new(token_of_row(id))), Some(TokenId(id)));
    }

    #[test]
    fn a_byte_more_or_less_is_no_walkthrough_token(at: Index, insert: bool) {
        let mut text = token_of_row(7);
        let place = at.index(text.len());
        if insert { text.insert(place, 'A') } else { text.replace_range(place..=place, "") }
        prop_assert_eq!(keys().verify(&Token::new(text)), None);
    }

    #[test]
    fn no_text_is_a_walkthrough_token(
        text in ".{0,200}", dotted in "[A-Za-z0-9_-]{0,80}(\\.[A-Za-z0-9_-]{0,80}){2}",
    ) {
        prop_assert_eq!(keys().verify(&Token::new(text)), None);
        prop_assert_eq!(keys().verify(&Token::new(dotted)), None);
    }

    #[test]
    fn every_place_of_a_list_has_a_cursor(id in 1_i64.., name in "[^\\p{Cc}]{1,200}", time: i32) {
        let since = chrono::DateTime::from_timestamp(i64::from(time), 1_000);
        let mut places = vec![
            Position::Newest(TesterId(id)),
            Position::Stuck(None, TesterId(id)),
            Position::Stuck(since, TesterId(id)),
        ];
        places.extend(PersonName::parse(&name).map(|name| Position::Name(name, TesterId(id))).ok());
        for place in places {
            let read = cursor::read(&cursor::write(&place), place.sort());
            prop_assert_eq!(read.ok(), Some(place));
        }
    }

    #[test]
    fn no_text_makes_a_reader_of_an_address_panic(text in ".{0,200}") {
        for sort in Sort::ALL {
            let _ = cursor::read(&text, sort);
        }
        let given = Some(text.clone());
        let asked = Asked {
            actor: given.clone(), from: given.clone(), until: given.clone(), limit: given.clone(),
            cursor: given, ..Asked::default()
        };
        let _ = (asked.filter(), asked.paging(), asked.wants_csv());
        let _ = serde_json::from_str::<Report>(&text).map(Report::into_event);
    }

    #[test]
    fn the_sign_in_leads_to_no_other_site(text in "/?(/console)?[/a-z.:@\\\\?&=%-]{0,40}") {
        if let Some(page) = page_of_ours(&text) {
            let base = url::Url::parse("https://console.example").unwrap();
            let led = base.join(&page).unwrap();
            prop_assert_eq!(led.origin(), base.origin());
            prop_assert!(led.path().starts_with("/console"));
            prop_assert_eq!(page_of_ours(&page), Some(page));
        }
    }
}
