-- The service looks for left-over smoke accounts once a minute. The pattern is the literal one
-- of that query (crates/raptor-api/src/db/smoke_account.rs), which is how Postgres knows that
-- these indexes will do.

CREATE INDEX users_smoke_accounts_idx ON users (created_at) WHERE email LIKE 'smoke-test+%';
CREATE INDEX bootstrap_token_uses_smoke_accounts_idx ON bootstrap_token_uses (used_at)
    WHERE email LIKE 'smoke-test+%';
CREATE INDEX account_resets_smoke_accounts_idx ON account_resets (reset_at)
    WHERE email LIKE 'smoke-test+%';

COMMENT ON INDEX users_smoke_accounts_idx IS
    'The accounts of smoke tests, oldest first: those of an hour ago are removed by the service.';
