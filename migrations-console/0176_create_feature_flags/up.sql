CREATE TABLE feature_flags (
    name text PRIMARY KEY,
    enabled boolean NOT NULL DEFAULT false,
    description text NOT NULL DEFAULT '',
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text
);

COMMENT ON TABLE feature_flags IS
    'Switches, read at each request. An environment variable FLAG_<NAME> overrides a row.';
COMMENT ON COLUMN feature_flags.updated_by IS
    'Who changed it last, as in the audit log; null where nobody has yet.';
