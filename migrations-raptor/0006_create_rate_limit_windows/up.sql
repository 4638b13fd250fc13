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
