//! What is accepted, and by whom.

use chrono::TimeDelta;
use ghost_contracts::service_token::{
    CLOCK_SKEW, Expectation, JTI_KEPT, MAX_LIFETIME, Party, bearer, sign,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::Value;

use super::forge::{
    BODY, ISSUED, JTI, KID, METHOD, PATH, SECRET, after, claims, expected, good, ring, verify,
};

/// Made by a few lines of Python: `hmac`, `hashlib` and `base64`, with the members in the
/// order of the contracts.
const FROM_ELSEWHERE: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImUwM2ViYmY2In0.\
    eyJpc3MiOiJjb25zb2xlIiwiYXVkIjoicmFwdG9yLWFwaSIsImlhdCI6MTc4MTI1ODQwMCwiZXhwIjoxNzgxMjU4NDYw\
    LCJqdGkiOiIwYjZmMWQ0Yy05YTUyLTRjMzctOGQxMC01ZTJmN2EzYjljNjQiLCJodG0iOiJQT1NUIiwiaHR1IjoiL2Fw\
    aS9pbnRlcm5hbC91c2Vycy9naG9zdC1jaGVjayIsImJvZHlfc2hhMjU2IjoiNFdiZ2pqdEpiX3RxZEdtNDl2Vnp2Y0ZN\
    MnlXQlBwRjdOZ1g5XzlVekxrQSJ9.J1rHKg4UcBTc6HczwlG5zLTkfpge4jugA9BWK25st3c";

#[test]
fn a_token_made_elsewhere_is_accepted() {
    let verified = verify(FROM_ELSEWHERE).unwrap();
    assert_eq!(verified.jti.to_string(), JTI);
    assert_eq!(verified.expires_at, after(60.0));
}

#[test]
fn the_forge_of_these_tests_makes_good_tokens() {
    assert_eq!(verify(&good()), verify(FROM_ELSEWHERE));
    assert!(verify(&good()).is_ok());
}

#[test]
fn a_token_is_accepted_for_the_request_it_was_made_for() {
    for issuer in [Party::Console, Party::Raptor] {
        let token = sign(ring().current(), issuer, METHOD, PATH, BODY, after(0.7));
        let expected = Expectation { audience: issuer.other(), ..expected() };
        let verified = ring().verify(&token, &expected).unwrap();
        assert!(verified.expires_at > after(0.0) && verified.expires_at <= after(60.0));
    }
}

#[test]
fn an_empty_body_is_a_body() {
    let token = sign(ring().current(), Party::Console, "GET", "/", b"", after(0.0));
    let expected = Expectation { method: "GET", path: "/", body: b"", ..expected() };
    assert!(ring().verify(&token, &expected).is_ok());
}

#[test]
fn a_path_with_signs_of_json_in_it_is_bound_all_the_same() {
    let path = "/a\"b\\c\u{e9}%20";
    let token = sign(ring().current(), Party::Console, METHOD, path, BODY, after(0.0));
    assert!(ring().verify(&token, &Expectation { path, ..expected() }).is_ok());
}

#[test]
fn two_tokens_for_the_same_request_have_two_ids() {
    let make = || sign(ring().current(), Party::Console, METHOD, PATH, BODY, after(0.0));
    assert_ne!(verify(&make()).unwrap().jti, verify(&make()).unwrap().jti);
}

#[test]
fn another_library_reads_our_tokens() {
    let token = sign(ring().current(), Party::Console, METHOD, PATH, BODY, after(0.0));
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.set_audience(&["raptor-api"]);
    validation.set_issuer(&["console"]);
    let secret = DecodingKey::from_secret(SECRET.as_bytes());
    let read = jsonwebtoken::decode::<Value>(&token, &secret, &validation).unwrap();
    assert_eq!(read.header.kid.as_deref(), Some(KID));
    assert_eq!(read.header.typ.as_deref(), Some("JWT"));
    assert_eq!(read.claims["htm"], METHOD);
    assert_eq!(read.claims["htu"], PATH);
    assert_eq!(read.claims["body_sha256"], claims()["body_sha256"]);
    assert_eq!(read.claims["iat"], ISSUED);
    let life = read.claims["exp"].as_i64().unwrap() - ISSUED;
    assert!((1..=60).contains(&life), "{life}");
    assert_eq!(read.claims.as_object().unwrap().len(), 8);
}

#[test]
fn we_read_the_tokens_of_another_library() {
    let header = Header { kid: Some(KID.to_owned()), ..Header::new(Algorithm::HS256) };
    let secret = EncodingKey::from_secret(SECRET.as_bytes());
    let token = jsonwebtoken::encode(&header, &claims(), &secret).unwrap();
    assert!(verify(&token).is_ok());
}

#[test]
fn an_id_is_kept_as_long_as_its_token_can_be_taken() {
    assert_eq!(MAX_LIFETIME, TimeDelta::seconds(60));
    assert_eq!(CLOCK_SKEW, TimeDelta::seconds(5));
    assert_eq!(JTI_KEPT, MAX_LIFETIME + CLOCK_SKEW * 2);
}

#[test]
fn the_parties_have_the_names_of_section_4() {
    assert_eq!(Party::Console.to_string(), "console");
    assert_eq!(Party::Raptor.to_string(), "raptor-api");
    assert_eq!(Party::Console.other(), Party::Raptor);
    assert_eq!(Party::Raptor.other(), Party::Console);
}

#[test]
fn the_scheme_is_read_in_any_case() {
    for header in ["Bearer a.b.c", "bearer a.b.c", "BEARER  a.b.c "] {
        assert_eq!(bearer(Some(header)), Ok("a.b.c"));
    }
}
