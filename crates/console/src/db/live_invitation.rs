//! What a live invitation is, for statements over many testers: the rule of
//! [`WalkthroughToken::is_live`](crate::domain::walkthrough_token::WalkthroughToken::is_live).

/// Whether the row `token` of `beta_walkthrough_tokens` can be used.
macro_rules! is_live {
    () => {
        "token.revoked_at IS NULL AND token.consumed_at IS NULL AND token.expires_at > now()"
    };
}

/// The same as a text.
pub const IS_LIVE: &str = is_live!();

/// Whether the row `tester` has an invitation that works; there is one unrevoked token at most.
pub const HAS_LIVE_INVITATION: &str = concat!(
    "EXISTS (SELECT FROM beta_walkthrough_tokens AS token \
             WHERE token.tester_email = tester.email AND ",
    is_live!(),
    ")"
);
