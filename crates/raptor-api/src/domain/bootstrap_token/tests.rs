use super::*;

const KEY: &str = "a signing key of at least 32 bytes";
const OTHER: &str = "another key, of at least 32 bytes too";

fn keys(current: &str, previous: Option<&str>) -> BootstrapKeys {
    BootstrapKeys::new(&current.into(), previous.map(SecretString::from).as_ref()).unwrap()
}

fn token() -> BootstrapToken {
    BootstrapToken {
        email: "ada@example.com".parse().unwrap(),
        nonce: "n0nce".to_owned(),
        issued_at: 1_800_000_000,
        expires_at: 1_800_001_800,
    }
}

fn signed(payload: &str) -> Token {
    let keys = keys(KEY, None);
    let signed = Base64Url::from(payload.as_bytes()).to_string();
    let tag = keys.current.chain_update(signed.as_bytes()).finalize().into_bytes();
    Token::new(format!("{signed}.{}", hex::encode(tag)))
}

#[test]
fn a_token_looks_as_section_3_says() {
    let token = keys(KEY, None).sign(&token()).unwrap();
    let (payload, tag) = token.reveal().split_once('.').unwrap();
    assert!(payload.starts_with("eyJ2IjoxLCJlbWFp"));
    assert_eq!(tag.len(), 64);
    let payload: Base64Url = payload.parse().unwrap();
    let expected =
        r#"{"v":1,"email":"ada@example.com","nonce":"n0nce","iat":1800000000,"exp":1800001800}"#;
    assert_eq!(payload.as_bytes(), expected.as_bytes());
}

#[test]
fn a_token_is_read_back_with_either_live_key_and_with_no_other() {
    let signed = keys(KEY, None).sign(&token()).unwrap();
    assert_eq!(keys(KEY, None).open(&signed), Ok(token()));
    assert_eq!(keys(OTHER, Some(KEY)).open(&signed), Ok(token()));
    assert_eq!(keys(OTHER, None).open(&signed), Err(NotAToken::Signature));
}

#[test]
fn every_changed_byte_is_refused() {
    let keys = keys(KEY, None);
    let good = keys.sign(&token()).unwrap().reveal().to_owned();
    for place in 0..good.len() {
        for bit in 0..7 {
            let mut bytes = good.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let text = String::from_utf8(bytes).unwrap();
            assert!(keys.open(&Token::new(text.as_str())).is_err(), "{place} {bit}: {text}");
        }
    }
    for length in 0..good.len() {
        assert!(keys.open(&Token::new(&good[..length])).is_err());
    }
}

#[test]
fn a_signed_payload_of_another_form_is_refused() {
    let good = r#"{"v":1,"email":"a@b.example","nonce":"n","iat":1,"exp":2}"#;
    assert!(keys(KEY, None).open(&signed(good)).is_ok());
    for bad in [
        r#"{"v":2,"email":"a@b.example","nonce":"n","iat":1,"exp":2}"#,
        r#"{"v":1,"email":"A@b.example","nonce":"n","iat":1,"exp":2}"#,
        r#"{"v":1,"email":"nobody","nonce":"n","iat":1,"exp":2}"#,
        r#"{"v":1,"email":"a@b.example","nonce":"","iat":1,"exp":2}"#,
        r#"{"v":1,"email":"a@b.example","nonce":"\u0000","iat":1,"exp":2}"#,
        r#"{"v":1,"email":"a@b.example","nonce":"n","iat":2,"exp":2}"#,
        r#"{"v":1,"email":"a@b.example","nonce":"n","iat":1,"exp":9223372036854775807}"#,
        r#"{"v":1,"email":"a@b.example","nonce":"n","iat":1,"exp":2,"admin":true}"#,
        r#"{"v":1,"v":1,"email":"a@b.example","nonce":"n","iat":1,"exp":2}"#,
        r#"{"v":1,"email":"a@b.example","nonce":"n","iat":1}"#,
        r#"{"v":1,"email":"a@b.example","nonce":"n","iat":1,"exp":2} "x""#,
        r#"[1,"a@b.example","n",1,2]"#,
    ] {
        assert_eq!(keys(KEY, None).open(&signed(bad)), Err(NotAToken::Payload), "{bad}");
    }
}

#[test]
fn a_life_ends_with_the_second_it_names() {
    let at = |second| DateTime::from_timestamp(second, 999_000_000).unwrap();
    assert!(!token().is_expired(at(1_800_001_799)));
    assert!(token().is_expired(at(1_800_001_800)));
}

#[test]
fn clocks_may_differ_by_five_seconds() {
    let at = |second| DateTime::from_timestamp(second, 0).unwrap();
    assert!(!token().is_from_the_future(at(1_799_999_995)));
    assert!(token().is_from_the_future(at(1_799_999_994)));
}
