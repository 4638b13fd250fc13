-- No ANALYZE here: with statistics that say "empty", prepared statements would keep a
-- sequential scan while these tables fill.

CREATE TABLE webauthn_challenges (
    ceremony text PRIMARY KEY,
    state jsonb NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX webauthn_challenges_expires_at_idx ON webauthn_challenges (expires_at);

COMMENT ON TABLE webauthn_challenges IS
    'Ceremonies of operators under way. Taken by the first finish that names one, right or wrong.';
COMMENT ON COLUMN webauthn_challenges.ceremony IS
    'registration:<admin id>, so that a new begin replaces the old one, or authentication:<uuid>. No foreign key: a challenge may outlive its operator and is then of no use.';
COMMENT ON COLUMN webauthn_challenges.state IS
    'What the WebAuthn library needs to judge the answer, as it serialises it.';

CREATE TABLE service_token_uses (
    jti uuid PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

CREATE INDEX service_token_uses_expires_at_idx ON service_token_uses (expires_at);

COMMENT ON TABLE service_token_uses IS
    'Service tokens seen, so that all processes together accept each one once.';
COMMENT ON COLUMN service_token_uses.expires_at IS
    'When the row can go: 70 seconds after it was stored, later than any token ends.';

-- UNLOGGED: a crash of the server may forget the counts, a request need not wait for the disk.
CREATE UNLOGGED TABLE rate_limit_windows (
    client text PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT now(),
    requests integer NOT NULL DEFAULT 0
);

CREATE INDEX rate_limit_windows_started_at_idx ON rate_limit_windows (started_at);

COMMENT ON TABLE rate_limit_windows IS
    'How many requests each client has made in its current minute, counted by all processes together.';
COMMENT ON COLUMN rate_limit_windows.client IS
    'An IPv4 address or an IPv6 /64.';
