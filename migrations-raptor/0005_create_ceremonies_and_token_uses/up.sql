-- No ANALYZE here: with statistics that say "empty", prepared statements would keep a
-- sequential scan while these tables fill.

CREATE TABLE webauthn_challenges (
    ceremony text PRIMARY KEY,
    state jsonb NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX webauthn_challenges_expires_at_idx ON webauthn_challenges (expires_at);

COMMENT ON TABLE webauthn_challenges IS
    'Ceremonies under way, where there is no Redis to keep them. Taken by the first verify that names one, right or wrong.';
COMMENT ON COLUMN webauthn_challenges.ceremony IS
    'registration:<user id>, so that a new begin replaces the old one, or authentication:<uuid>. No foreign key: a challenge may outlive its account and is then of no use.';
COMMENT ON COLUMN webauthn_challenges.state IS
    'What the WebAuthn library needs to judge the answer, as it serialises it.';

CREATE TABLE bootstrap_token_uses (
    nonce text PRIMARY KEY,
    email text NOT NULL,
    used_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);

CREATE INDEX bootstrap_token_uses_email_idx ON bootstrap_token_uses (email);
CREATE INDEX bootstrap_token_uses_expires_at_idx ON bootstrap_token_uses (expires_at);

COMMENT ON TABLE bootstrap_token_uses IS
    'Bootstrap tokens that made a passkey: each works once. The nonce alone cannot be turned back into a token.';
COMMENT ON COLUMN bootstrap_token_uses.expires_at IS
    'When the token would have ended by itself; the row can go after that.';

CREATE TABLE service_token_uses (
    jti uuid PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

CREATE INDEX service_token_uses_expires_at_idx ON service_token_uses (expires_at);

COMMENT ON TABLE service_token_uses IS
    'Service tokens seen, so that all processes together accept each one once.';
COMMENT ON COLUMN service_token_uses.expires_at IS
    'When the row can go: 70 seconds after it was stored, later than any token ends.';

CREATE TABLE account_resets (
    email text PRIMARY KEY,
    reset_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT account_resets_email_is_normal CHECK (
        octet_length(email) <= 254
        AND email COLLATE "C" ~ '^[a-z0-9.!#$%&''*+/=?^_`{|}~-]+@[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$'
    )
);

COMMENT ON TABLE account_resets IS
    'When each e-mail was last reset. A bootstrap token issued before that second is refused: an old link must not bring a reset account back.';
COMMENT ON COLUMN account_resets.reset_at IS
    'The time after the lock was granted, not the start of the transaction that waited for it.';
