//! Each check of WebAuthn Level 3, section 7.1, that section 2 of the contracts names: a good
//! registration made wrong in one place is refused, and nothing is stored.

use ciborium::Value as Cbor;
use test_support::software_passkey::{Registration, SoftwarePasskey, Statement, flags};

use crate::helpers::{ORIGIN, TestApp};

/// Signs up with a registration that `change` has changed: the status and code of the answer.
async fn outcome(change: impl FnOnce(&mut Registration)) -> (u16, Option<String>) {
    let app = TestApp::start().await;
    let token = app.mint("ada@example.com").await;
    let mut registration = SoftwarePasskey::new().registration(&app.begun(&token).await, ORIGIN);
    change(&mut registration);
    let reply = app.client.verify(&token, &registration.build()).await;
    let stored = app.count("webauthn_credentials").await;
    assert_eq!(stored, i64::from(reply.status == 200));
    (reply.status, (reply.status != 200).then(|| reply.code()))
}

#[track_caller]
fn assert_refused(outcome: (u16, Option<String>)) {
    assert_eq!(outcome, (400, Some("passkey_verification_failed".to_owned())));
}

/// One test a deviation.
macro_rules! refused {
    ($($name:ident: $change:expr;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            assert_refused(outcome($change).await);
        }
    )+};
}

/// One test a variation that is good.
macro_rules! taken {
    ($($name:ident: $change:expr;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            assert_eq!(outcome($change).await, (200, None));
        }
    )+};
}

fn map(name: &str, value: Cbor) -> Cbor {
    Cbor::Map(vec![(Cbor::from(name), value)])
}

refused! {
    another_kind_of_ceremony_is_refused: |r| r.client_data.kind = "webauthn.get".to_owned();
    another_challenge_is_refused: |r| r.client_data.challenge = "AAAAAAAAAAAAAAAAAAAAAA".to_owned();
    another_origin_is_refused: |r| r.client_data.origin = "http://elsewhere.localhost:8080".to_owned();
    an_origin_with_a_slash_is_refused: |r| r.client_data.origin = format!("{ORIGIN}/");
    an_origin_in_upper_case_is_refused: |r| r.client_data.origin = ORIGIN.to_uppercase();
    an_origin_with_another_port_is_refused: |r| r.client_data.origin = "http://raptor.localhost".to_owned();
    a_cross_origin_ceremony_is_refused: |r| r.client_data.cross_origin = Some(true);
    a_ceremony_in_another_sites_page_is_refused: |r| r.client_data.top_origin = Some(ORIGIN.to_owned());
    client_data_that_is_no_json_is_refused: |r| r.client_data.replaced_by = Some(b"{".to_vec());
    another_relying_party_is_refused: |r| r.rp_id = "elsewhere.localhost".to_owned();
    an_absent_user_is_refused: |r| r.flags &= !flags::UP;
    an_unverified_user_is_refused: |r| r.flags &= !flags::UV;
    backed_up_without_eligible_is_refused: |r| r.flags |= flags::BS;
    a_missing_credential_is_refused: |r| {
        r.flags &= !flags::AT;
        r.with_credential_data = false;
    };
    a_credential_id_over_1023_bytes_is_refused: |r| r.credential_id = vec![7; 1024];
    an_algorithm_that_was_not_offered_is_refused: |r| r.algorithm = -8;
    bytes_after_the_authenticator_data_are_refused: |r| r.after_authenticator_data = vec![0];
    bytes_after_the_attestation_object_are_refused: |r| r.after_attestation_object = vec![0];
    announced_extensions_that_are_missing_are_refused: |r| r.flags |= flags::ED;
    extensions_that_are_not_announced_are_refused: |r| r.extensions = Some(map("a", Cbor::Null));
    an_attestation_object_that_is_no_cbor_is_refused: |r| r.attestation_object = Some(vec![0xff]);
    a_statement_with_format_none_is_refused: |r| r.statement = Statement::Cbor(map("sig", Cbor::Bytes(vec![1])));
    another_format_is_refused: |r| r.format = "fido-u2f".to_owned();
    an_unknown_format_is_refused: |r| r.format = "tpm2".to_owned();
    packed_without_a_statement_is_refused: |r| r.format = "packed".to_owned();
    a_packed_statement_with_a_wrong_signature_is_refused: |r| {
        r.format = "packed".to_owned();
        r.statement = Statement::SelfSignedWrongly;
    };
    a_packed_statement_with_another_algorithm_is_refused: |r| {
        r.format = "packed".to_owned();
        r.statement = Statement::SelfSignedAs(-257);
    };
    a_packed_statement_with_a_certificate_is_refused: |r| {
        r.format = "packed".to_owned();
        r.statement = Statement::Cbor(Cbor::Map(vec![
            (Cbor::from("alg"), Cbor::from(-7)),
            (Cbor::from("sig"), Cbor::Bytes(vec![1])),
            (Cbor::from("x5c"), Cbor::Array(vec![Cbor::Bytes(vec![1])])),
        ]));
    };
}

taken! {
    a_packed_self_attestation_that_verifies_is_taken: |r| {
        r.format = "packed".to_owned();
        r.statement = Statement::SelfSigned;
    };
    a_credential_id_of_1023_bytes_is_taken: |r| r.credential_id = vec![7; 1023];
    an_eligible_passkey_that_is_not_backed_up_is_taken: |r| r.flags |= flags::BE;
    client_data_that_does_not_speak_of_frames_is_taken: |r| r.client_data.cross_origin = None;
    announced_extensions_are_taken: |r| {
        r.flags |= flags::ED;
        r.extensions = Some(map("credProtect", Cbor::from(2)));
    };
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raw_id_of_another_credential_is_refused() {
    let app = TestApp::start().await;
    let token = app.mint("ada@example.com").await;
    let mut credential = SoftwarePasskey::new().create(&app.begun(&token).await, ORIGIN);
    credential["id"] = "AAAAAAAAAAAAAAAAAAAAAA".into();
    credential["rawId"] = "AAAAAAAAAAAAAAAAAAAAAA".into();
    let reply = app.client.verify(&token, &credential).await;
    reply.assert_error(400, "passkey_verification_failed");
}
