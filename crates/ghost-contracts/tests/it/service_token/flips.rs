//! Whatever byte is changed, the token is worth nothing.

use chrono::{DateTime, Utc};
use ghost_contracts::service_token::{Expectation, KeyRing, Party, sign};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::forge::{after, good, ring, verify};

/// A request, the token for it and the clock.
#[derive(Debug, Clone)]
struct Request {
    token: String,
    method: String,
    path: String,
    body: Vec<u8>,
    now: DateTime<Utc>,
}

impl Request {
    fn is_accepted(&self, ring: &KeyRing) -> bool {
        let Self { token, method, path, body, now } = self;
        let expected = Expectation { audience: Party::Raptor, method, path, body, now: *now };
        ring.verify(token, &expected).is_ok()
    }
}

prop_compose! {
    fn requests()(
        method in "[A-Z]{1,7}",
        path in "/[!-~]{0,60}",
        body in vec(any::<u8>(), 1..200),
        age in 0..30_i32,
    ) -> Request {
        let token = sign(ring().current(), Party::Console, &method, &path, &body, after(0.0));
        Request { token, method, path, body, now: after(f64::from(age)) }
    }
}

/// Another byte at one place of an ASCII text; the text stays ASCII.
fn flip(text: &mut String, at: Index, mask: u8) {
    let at = at.index(text.len());
    let other = char::from(text.as_bytes()[at] ^ mask);
    text.replace_range(at..=at, &other.to_string());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_request_as_it_was_is_accepted(request in requests()) {
        prop_assert!(request.is_accepted(&ring()));
    }

    #[test]
    fn a_flipped_byte_of_the_token_is_refused(
        mut request in requests(), at: Index, mask in 1..128_u8,
    ) {
        flip(&mut request.token, at, mask);
        prop_assert!(!request.is_accepted(&ring()));
    }

    #[test]
    fn a_flipped_byte_of_the_method_is_refused(
        mut request in requests(), at: Index, mask in 1..128_u8,
    ) {
        flip(&mut request.method, at, mask);
        prop_assert!(!request.is_accepted(&ring()));
    }

    #[test]
    fn a_flipped_byte_of_the_path_is_refused(
        mut request in requests(), at: Index, mask in 1..128_u8,
    ) {
        flip(&mut request.path, at, mask);
        prop_assert!(!request.is_accepted(&ring()));
    }

    #[test]
    fn a_flipped_byte_of_the_body_is_refused(
        mut request in requests(), at: Index, mask in 1..=255_u8,
    ) {
        let at = at.index(request.body.len());
        request.body[at] ^= mask;
        prop_assert!(!request.is_accepted(&ring()));
    }

    #[test]
    fn a_byte_more_or_less_is_refused(mut request in requests(), at: Index, insert: bool) {
        let place = at.index(request.token.len());
        if insert {
            request.token.insert(place, 'A');
        } else {
            request.token.remove(place);
        }
        prop_assert!(!request.is_accepted(&ring()));
    }

    #[test]
    fn no_text_makes_the_judge_panic(text in ".{0,200}", dotted in "[A-Za-z0-9_-]{0,80}(\\.[A-Za-z0-9_-]{0,80}){2}") {
        prop_assert!(verify(&text).is_err());
        prop_assert!(verify(&dotted).is_err());
    }
}

#[test]
fn no_single_bit_of_a_token_can_be_flipped() {
    let good = good();
    for at in 0..good.len() {
        for bit in 0..7 {
            let other = char::from(good.as_bytes()[at] ^ (1 << bit));
            let mut token = good.clone();
            token.replace_range(at..=at, &other.to_string());
            assert!(verify(&token).is_err(), "byte {at}, bit {bit}");
        }
    }
}
