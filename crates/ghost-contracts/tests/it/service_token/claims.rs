//! Refusals of what a well-signed token claims.

use ghost_contracts::service_token::{Expectation, Party, Refusal};
use serde_json::{Value, json};

use super::forge::{
    BODY, JTI, PATH, claims, expected, good, header, refused, ring, signed, with_claim,
};

#[test]
fn a_token_without_one_of_its_claims_is_refused() {
    let whole = claims();
    for name in whole.as_object().unwrap().keys() {
        let mut claims = whole.clone();
        claims.as_object_mut().unwrap().remove(name);
        refused(&signed(&header().to_string(), &claims.to_string()), Refusal::MalformedClaims);
    }
}

#[test]
fn a_claim_of_a_wrong_type_is_refused() {
    let whole = claims();
    for name in whole.as_object().unwrap().keys() {
        for wrong in [Value::Null, json!(1.5), json!(true), json!([whole[name]]), json!({})] {
            refused(&with_claim(name, wrong), Refusal::MalformedClaims);
        }
    }
    refused(&with_claim("iat", json!(claims()["iat"].to_string())), Refusal::MalformedClaims);
    refused(&with_claim("iss", json!(7)), Refusal::MalformedClaims);
}

#[test]
fn a_token_with_an_unknown_claim_is_refused() {
    for name in ["sub", "nbf", "role", "ISS"] {
        refused(&with_claim(name, json!("console")), Refusal::MalformedClaims);
    }
}

#[test]
fn a_token_with_a_claim_twice_is_refused() {
    let whole = claims();
    for (name, value) in whole.as_object().unwrap() {
        let twice = format!("{{\"{name}\":{value},{}", &whole.to_string()[1..]);
        refused(&signed(&header().to_string(), &twice), Refusal::MalformedClaims);
    }
}

#[test]
fn claims_that_are_no_object_are_refused() {
    let values: Vec<_> = ["iss", "aud", "iat", "exp", "jti", "htm", "htu", "body_sha256"]
        .map(|name| claims()[name].clone())
        .into();
    for claims in [json!(values), json!([claims()]), Value::Null, json!("console")] {
        refused(&signed(&header().to_string(), &claims.to_string()), Refusal::MalformedClaims);
    }
}

#[test]
fn a_token_of_ones_own_is_refused() {
    refused(&with_claim("iss", json!("raptor-api")), Refusal::OtherIssuer);
}

#[test]
fn a_token_of_a_stranger_is_refused() {
    for iss in ["", "Console", "console ", "signup-smoke"] {
        refused(&with_claim("iss", json!(iss)), Refusal::OtherIssuer);
    }
}

#[test]
fn a_token_for_the_other_service_is_refused() {
    refused(&with_claim("aud", json!("console")), Refusal::OtherAudience);
    let at_the_console = Expectation { audience: Party::Console, ..expected() };
    assert_eq!(ring().verify(&good(), &at_the_console), Err(Refusal::OtherIssuer));
}

#[test]
fn a_token_of_another_purpose_is_refused() {
    for aud in ["", "raptor", "walkthrough", "RAPTOR-API"] {
        refused(&with_claim("aud", json!(aud)), Refusal::OtherAudience);
    }
}

#[test]
fn an_id_that_is_no_uuid_v4_is_refused() {
    for jti in [
        "",
        "1",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        // Version 7, version 1, and version 4 with another variant.
        "0197a6b0-1c00-7abc-8d10-5e2f7a3b9c64",
        "0b6f1d4c-9a52-1c37-8d10-5e2f7a3b9c64",
        "0b6f1d4c-9a52-4c37-cd10-5e2f7a3b9c64",
    ] {
        refused(&with_claim("jti", json!(jti)), Refusal::MalformedId);
    }
}

#[test]
fn a_second_spelling_of_an_id_is_refused() {
    let spellings = [
        JTI.to_uppercase(),
        JTI.replace('-', ""),
        format!("{{{JTI}}}"),
        format!("urn:uuid:{JTI}"),
        format!(" {JTI}"),
    ];
    for jti in spellings {
        refused(&with_claim("jti", json!(jti)), Refusal::MalformedId);
    }
}

#[test]
fn a_token_for_another_method_is_refused() {
    for method in ["GET", "DELETE", "post", ""] {
        let expected = Expectation { method, ..expected() };
        assert_eq!(ring().verify(&good(), &expected), Err(Refusal::OtherMethod));
    }
}

#[test]
fn a_token_for_another_path_is_refused() {
    for path in [
        "",
        "/",
        "/api/internal/users/ghost-delete",
        "/api/internal/users/ghost-check/",
        "/api/internal/users/ghost-check?x=1",
        "/api/internal/users/ghost%2Dcheck",
        "//api/internal/users/ghost-check",
        "/API/internal/users/ghost-check",
    ] {
        let expected = Expectation { path, ..expected() };
        assert_eq!(ring().verify(&good(), &expected), Err(Refusal::OtherPath), "{path}");
    }
}

#[test]
fn a_token_whose_path_has_a_host_or_a_query_is_refused() {
    for htu in [format!("https://raptor.example{PATH}"), format!("{PATH}?x=1")] {
        refused(&with_claim("htu", json!(htu)), Refusal::OtherPath);
    }
}

#[test]
fn a_token_for_another_body_is_refused() {
    let respaced = br#"{"email": "ada@example.com"}"#;
    for body in [&b""[..], b"{}", respaced, &BODY[1..]] {
        let expected = Expectation { body, ..expected() };
        assert_eq!(ring().verify(&good(), &expected), Err(Refusal::OtherBody));
    }
}

#[test]
fn a_second_spelling_of_the_bodys_hash_is_refused() {
    let hash = claims()["body_sha256"].as_str().unwrap().to_owned();
    for spelling in [format!("{hash}="), hash.to_lowercase(), hash[..42].to_owned(), String::new()]
    {
        refused(&with_claim("body_sha256", json!(spelling)), Refusal::OtherBody);
    }
}
