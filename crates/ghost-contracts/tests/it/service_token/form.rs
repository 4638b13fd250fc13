//! Refusals before a claim is read: the header of the request, the form of the token, its
//! JOSE header and its signature.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use ghost_contracts::service_token::{MAX_TOKEN_BYTES, Refusal, bearer};
use serde_json::{Value, json};

use super::forge::{
    OTHER_SECRET, SECRET, claims, good, header, refused, signed, signed_with, verify, with_claim,
    with_header,
};

#[test]
fn a_request_without_authorization_is_refused() {
    assert_eq!(bearer(None), Err(Refusal::Missing));
}

#[test]
fn another_scheme_is_refused() {
    for header in ["Basic YTpi", "", "Bearer", "Bearer ", "Bearer   ", "a.b.c", "BearerX a.b.c"] {
        assert_eq!(bearer(Some(header)), Err(Refusal::NotBearer), "{header:?}");
    }
}

#[test]
fn the_shared_secret_itself_is_refused() {
    refused(SECRET, Refusal::NotThreeParts);
    refused("a.secret.that-is-shaped-like-a-token-0123", Refusal::NotBase64Url);
}

#[test]
fn a_token_that_is_too_long_is_refused_before_it_is_looked_at() {
    let long_path = "a".repeat(MAX_TOKEN_BYTES);
    refused(&with_claim("htu", json!(long_path)), Refusal::TooLong);
    refused(&".".repeat(MAX_TOKEN_BYTES + 1), Refusal::TooLong);
    refused(&".".repeat(MAX_TOKEN_BYTES), Refusal::NotThreeParts);
}

#[test]
fn a_token_without_exactly_three_parts_is_refused() {
    let good = good();
    let (two, _) = good.rsplit_once('.').unwrap();
    for token in ["", ".", "a", "...", two, &format!("{good}."), &format!(".{good}")] {
        refused(token, Refusal::NotThreeParts);
    }
}

#[test]
fn empty_parts_are_refused() {
    assert_eq!(verify("..").unwrap_err(), Refusal::MalformedHeader);
    let good = good();
    let parts: Vec<_> = good.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("three parts") };
    refused(&format!(".{claims}.{signature}"), Refusal::MalformedHeader);
    refused(&format!("{header}..{signature}"), Refusal::BadSignature);
    refused(&format!("{header}.{claims}."), Refusal::BadSignature);
    refused(&signed_with(SECRET, header, ""), Refusal::MalformedClaims);
}

#[test]
fn padding_white_space_and_another_alphabet_are_refused() {
    let [head, body] = [header().to_string(), claims().to_string()];
    let [head64, body64] = [&head, &body].map(|part| URL_SAFE_NO_PAD.encode(part));
    // A blank more or less makes a length that needs padding.
    let padded = [String::new(), " ".to_owned(), "  ".to_owned()]
        .map(|blank| URL_SAFE.encode(format!("{head}{blank}")))
        .into_iter()
        .find(|text| text.ends_with('='))
        .unwrap();
    refused(&signed_with(SECRET, &padded, &body64), Refusal::NotBase64Url);
    let with_plus = STANDARD.encode("{\"alg\":\"~~~>>>???\"}");
    assert!(with_plus.contains(['+', '/']));
    refused(&signed_with(SECRET, &with_plus, &body64), Refusal::NotBase64Url);
    refused(&signed_with(SECRET, &head64, &format!("{body64}\n")), Refusal::NotBase64Url);
    refused(&signed_with(SECRET, &format!(" {head64}"), &body64), Refusal::NotBase64Url);
    refused(&format!("{}=", good()), Refusal::NotBase64Url);
}

#[test]
fn a_second_spelling_of_the_same_signature_is_refused() {
    // 32 bytes make 43 characters, the last of which has two bits to spare.
    let good = good();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = good.split_at(good.len() - 1);
    let at = alphabet.find(last).unwrap();
    assert_eq!(at % 4, 0);
    for spare in 1..4 {
        let other = &alphabet[at + spare..=at + spare];
        refused(&format!("{rest}{other}"), Refusal::NotBase64Url);
    }
}

#[test]
fn a_header_that_is_no_object_of_exactly_three_texts_is_refused() {
    let claims = claims().to_string();
    for header in [
        "",
        "null",
        "7",
        "\"HS256\"",
        "{}",
        "{",
        "\u{fffe}",
        r#"["HS256","JWT","e03ebbf6"]"#,
        r#"[{"alg":"HS256","typ":"JWT","kid":"e03ebbf6"}]"#,
        r#"{"alg":"HS256","typ":"JWT"}"#,
        r#"{"alg":"HS256","kid":"e03ebbf6"}"#,
        r#"{"typ":"JWT","kid":"e03ebbf6"}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":null}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":["e03ebbf6"]}"#,
        r#"{"alg":["HS256"],"typ":"JWT","kid":"e03ebbf6"}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":"e03ebbf6"}{}"#,
    ] {
        refused(&signed(header, &claims), Refusal::MalformedHeader);
    }
}

#[test]
fn a_header_with_a_member_twice_is_refused() {
    let claims = claims().to_string();
    for header in [
        r#"{"alg":"none","alg":"HS256","typ":"JWT","kid":"e03ebbf6"}"#,
        r#"{"alg":"HS256","alg":"HS256","typ":"JWT","kid":"e03ebbf6"}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":"00000000","kid":"e03ebbf6"}"#,
    ] {
        refused(&signed(header, &claims), Refusal::MalformedHeader);
    }
}

#[test]
fn a_header_with_crit_or_any_other_surprise_is_refused() {
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("jku", json!("https://keys.example")),
        ("jwk", json!({ "kty": "oct", "k": "AA" })),
        ("x5u", json!("https://keys.example")),
        ("Alg", json!("none")),
        ("nonce", Value::Null),
    ] {
        refused(&with_header(name, value), Refusal::MalformedHeader);
    }
}

#[test]
fn another_algorithm_is_refused() {
    for alg in ["none", "None", "HS384", "HS512", "RS256", "ES256", "hs256", "HS256 ", ""] {
        refused(&with_header("alg", json!(alg)), Refusal::OtherAlgorithm);
    }
    let unsigned = with_header("alg", json!("none"));
    let (signed, _) = unsigned.rsplit_once('.').unwrap();
    refused(&format!("{signed}."), Refusal::OtherAlgorithm);
}

#[test]
fn another_type_of_token_is_refused() {
    for typ in ["jwt", "at+jwt", "dpop+jwt", "JWE", ""] {
        refused(&with_header("typ", json!(typ)), Refusal::OtherType);
    }
}

#[test]
fn a_key_that_is_not_live_is_refused() {
    for kid in ["00000000", "E03EBBF6", "e03ebbf", "e03ebbf66", "", "../e03ebbf6"] {
        refused(&with_header("kid", json!(kid)), Refusal::UnknownKey);
    }
}

#[test]
fn a_signature_of_another_key_under_the_name_of_ours_is_refused() {
    let [head, body] = [header(), claims()].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    refused(&signed_with(OTHER_SECRET, &head, &body), Refusal::BadSignature);
}

#[test]
fn a_signature_that_is_cut_or_lengthened_is_refused() {
    let good = good();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut longer = bytes.clone();
    longer.push(0);
    for wrong in [&bytes[..0], &bytes[..16], &bytes[..31], &longer] {
        refused(&format!("{signed}.{}", URL_SAFE_NO_PAD.encode(wrong)), Refusal::BadSignature);
    }
}

#[test]
fn a_claim_is_not_read_before_the_signature_is_good() {
    let [head, body] = [header().to_string(), "no claims at all".to_owned()]
        .map(|part| URL_SAFE_NO_PAD.encode(part));
    refused(&signed_with(OTHER_SECRET, &head, &body), Refusal::BadSignature);
    refused(&signed_with(SECRET, &head, &body), Refusal::MalformedClaims);
}
