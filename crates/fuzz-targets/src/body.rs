//! Request bodies, and the answers of the other service.

use ghost_contracts::console::{
    WalkthroughConsumeRequest, WalkthroughVerification, WalkthroughVerifyRequest,
};
use ghost_contracts::credential::{AuthenticationResponseJson, RegistrationResponseJson};
use ghost_contracts::object;
use ghost_contracts::raptor::{
    GhostCheck, GhostCheckBatchRequest, GhostCheckRequest, GhostDeleteRequest, GhostPreview,
    SignupTimeline,
};
use ghost_contracts::signup::{
    BeginRequest, LoginVerifyRequest, RegisterReportRequest, VerifyRequest,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service_kit::http::body::parse_json;

/// One body, read as every request there is, as the services read it, and as every answer.
pub(crate) fn every_request(data: &[u8]) {
    strictly::<BeginRequest>(data);
    strictly::<VerifyRequest>(data);
    strictly::<LoginVerifyRequest>(data);
    strictly::<RegisterReportRequest>(data);
    strictly::<RegistrationResponseJson>(data);
    strictly::<AuthenticationResponseJson>(data);
    strictly::<GhostCheckRequest>(data);
    strictly::<GhostCheckBatchRequest>(data);
    strictly::<GhostDeleteRequest>(data);
    strictly::<WalkthroughVerifyRequest>(data);
    strictly::<WalkthroughConsumeRequest>(data);
    let _ = serde_json::from_slice::<GhostCheck>(data);
    let _ = serde_json::from_slice::<GhostPreview>(data);
    let _ = serde_json::from_slice::<SignupTimeline>(data);
    let _ = serde_json::from_slice::<WalkthroughVerification>(data);
}

/// What is read is an object, and what is written of it is read as the same.
fn strictly<T: Serialize + DeserializeOwned>(data: &[u8]) {
    let Ok(read) = parse_json::<T>(data) else { return };
    assert!(object::from_slice::<serde_json::Value>(data).is_ok(), "no object");
    let written = serde_json::to_vec(&read).expect("what was read can be written");
    let again: T = object::from_slice(&written).expect("what was written can be read");
    let again = serde_json::to_vec(&again).expect("what was read can be written");
    assert_eq!(written, again);
}
