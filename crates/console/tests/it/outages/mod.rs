//! What an operator sees while something the Console stands on is away or talks nonsense, what
//! the database holds then, and that it heals by itself.

mod postgres;
mod postmark;
mod raptor;

use serde_json::{Value, json};
use test_support::raw_server::Raw;

/// Everything that is no answer, whoever gives it; `trap` is where a redirect leads.
fn nonsense(trap: &str) -> Vec<(&'static str, Raw)> {
    let check = json!({"state": "healthy", "user_id": 1, "credential_count": 1,
                       "active_session_count": 0, "created_at": "2026-01-01T00:00:00Z"});
    vec![
        ("garbage", Raw::whole(200, "", "<!doctype html><title>Welcome to the Wi-Fi</title>")),
        ("another shape", Raw::json(200, &json!({"state": 7, "results": "none"}))),
        ("no object", Raw::json(200, &json!([check]))),
        ("nothing", Raw::whole(200, "", "")),
        ("an error", Raw::json(500, &json!({"error": "internal", "message": "No."}))),
        ("no status that we know", Raw::whole(299, "", &check.to_string())),
        ("a refused secret", Raw::json(401, &json!({"error": "unauthorized"}))),
        ("a cut", Raw::cut(200, &check.to_string())),
        ("half a line", Raw::Bytes(b"HTTP/1.1 20".to_vec())),
        ("no HTTP", Raw::Bytes(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())),
        ("no end", Raw::endless(&check.to_string())),
        ("a redirect", Raw::redirect(trap)),
    ]
}

/// What ghost-check answers of a ghost without an account, and a member of tomorrow.
fn ghost() -> Value {
    json!({"state": "ghost_no_users_row", "user_id": null, "credential_count": 0,
           "active_session_count": 0, "created_at": null, "of_tomorrow": {"x": 1}})
}
