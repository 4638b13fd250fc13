//! The description of the Console's API.

use service_kit::openapi::to_text;
use test_support::generated::assert_current;

#[test]
fn the_openapi_document_is_current() {
    let document = console::openapi::document().unwrap();
    assert_current("docs/api/console.json", &to_text(&document).unwrap());
}
