//! Checked-in files that are made from the code; `make generated` writes them anew.

use service_kit::openapi::to_text;
use test_support::generated::assert_current;

#[test]
fn the_openapi_document_is_current() {
    let document = raptor_api::openapi::document().unwrap();
    assert_current("docs/api/raptor-api.json", &to_text(&document).unwrap());
}
