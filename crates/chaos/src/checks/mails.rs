//! Every mail that the provider took brings its reader their own invitation.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use test_support::postmark::{Mail, Postmark};

use crate::client::token_of;
use crate::database::Database;
use crate::failure::Failure;
use crate::notes::Violation;

/// Mails to somebody who is not the owner of the invitation in them.
pub(crate) async fn mails(
    console: &Database,
    postmark: &Postmark,
) -> Result<Vec<Violation>, Failure> {
    let query = "SELECT id, tester_email FROM beta_walkthrough_tokens";
    let owners: BTreeMap<i64, String> = console
        .rows(query, &Value::Null)
        .await?
        .iter()
        .filter_map(|row| {
            Some((row.get("id")?.as_i64()?, row.get("tester_email")?.as_str()?.to_owned()))
        })
        .collect();
    let wrong = |mail: &Mail| {
        let owner = invitation(mail).and_then(|id| owners.get(&id));
        let right = owner.is_some_and(|owner| mail.to.contains(owner.as_str()));
        (!right).then(|| Violation {
            invariant: "wrong-address",
            words: format!("a mail to {} brings the invitation of {owner:?}", mail.to),
        })
    };
    Ok(postmark.mails().iter().filter_map(wrong).collect())
}

/// The id of the invitation that a mail's link names.
fn invitation(mail: &Mail) -> Option<i64> {
    let token = token_of(mail.link("token=")?)?;
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    claims.get("sub")?.as_str()?.parse().ok()
}
