//! Keys and their rotation.

use ghost_contracts::service_token::{KeyRing, KeyTooShort, Party, Refusal, SigningKey, sign};

use super::forge::{
    BODY, KID, METHOD, OTHER_SECRET, PATH, SECRET, after, expected, good, key, ring, verify,
};

fn signed_by(secret: &str) -> String {
    sign(&key(secret), Party::Console, METHOD, PATH, BODY, after(0.0))
}

#[test]
fn a_key_is_named_by_the_hash_of_its_secret() {
    assert_eq!(key(SECRET).kid(), KID);
    assert_ne!(key(OTHER_SECRET).kid(), KID);
}

#[test]
fn a_secret_shorter_than_32_bytes_is_no_key() {
    for secret in [String::new(), "x".repeat(31), "\u{e9}".repeat(15)] {
        assert_eq!(SigningKey::new(secret.into()).err(), Some(KeyTooShort));
    }
    for secret in ["x".repeat(32), "\u{e9}".repeat(16), "x".repeat(65), "x".repeat(4096)] {
        assert!(SigningKey::new(secret.into()).is_ok());
    }
}

#[test]
fn during_a_rotation_both_keys_are_live() {
    let rotating = KeyRing::new(key(OTHER_SECRET), Some(key(SECRET)));
    assert!(rotating.verify(&signed_by(OTHER_SECRET), &expected()).is_ok());
    assert!(rotating.verify(&signed_by(SECRET), &expected()).is_ok());
    assert!(rotating.verify(&good(), &expected()).is_ok());
}

#[test]
fn a_ring_signs_with_its_current_key() {
    let rotating = KeyRing::new(key(OTHER_SECRET), Some(key(SECRET)));
    let token = sign(rotating.current(), Party::Console, METHOD, PATH, BODY, after(0.0));
    assert!(KeyRing::new(key(OTHER_SECRET), None).verify(&token, &expected()).is_ok());
    assert_eq!(verify(&token), Err(Refusal::UnknownKey));
}

#[test]
fn after_a_rotation_the_old_key_is_refused() {
    let rotated = KeyRing::new(key(OTHER_SECRET), None);
    assert_eq!(rotated.verify(&signed_by(SECRET), &expected()), Err(Refusal::UnknownKey));
}

#[test]
fn a_third_key_is_refused_during_a_rotation() {
    let rotating = KeyRing::new(key(OTHER_SECRET), Some(key(SECRET)));
    let token = signed_by("a third secret that nobody has been told");
    assert_eq!(rotating.verify(&token, &expected()), Err(Refusal::UnknownKey));
}

#[test]
fn the_same_key_twice_is_as_good_as_once() {
    let ring = KeyRing::new(key(SECRET), Some(ring().current().clone()));
    assert!(ring.verify(&good(), &expected()).is_ok());
}

#[test]
fn the_name_of_one_live_key_does_not_lend_itself_to_the_other() {
    let rotating = KeyRing::new(key(OTHER_SECRET), Some(key(SECRET)));
    let good = good();
    let (rest, _) = good.rsplit_once('.').unwrap();
    let [header, claims] = [rest.split_once('.').unwrap().0, rest.split_once('.').unwrap().1];
    let token = super::forge::signed_with(OTHER_SECRET, header, claims);
    assert_eq!(rotating.verify(&token, &expected()), Err(Refusal::BadSignature));
}
