CREATE TABLE audit_peer_heads (
    number bigint NOT NULL,
    hash bytea NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (number, hash),
    CONSTRAINT audit_peer_heads_number_is_positive CHECK (number > 0),
    CONSTRAINT audit_peer_heads_hash_is_sha256 CHECK (octet_length(hash) = 32)
);

-- Which was seen last?
CREATE INDEX audit_peer_heads_seen_at_idx ON audit_peer_heads (seen_at, number);

CREATE TRIGGER audit_peer_heads_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_peer_heads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit_peer_heads ENABLE ALWAYS TRIGGER audit_peer_heads_is_append_only;

COMMENT ON TABLE audit_peer_heads IS
    'The newest seals of the other service''s audit log, as it named them at ghost resets. Two hashes for one number: its log was rewritten. Append-only.';
COMMENT ON COLUMN audit_peer_heads.number IS
    'The seal''s number there.';
COMMENT ON COLUMN audit_peer_heads.hash IS
    'The seal''s hash there.';
COMMENT ON COLUMN audit_peer_heads.seen_at IS
    'When it was first named.';

CREATE TABLE audit_checkpoints (
    seal bigint NOT NULL,
    way text NOT NULL,
    left_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    checkpoint text NOT NULL,
    PRIMARY KEY (way, seal),
    CONSTRAINT audit_checkpoints_way_is_known CHECK (way IN ('log', 'post')),
    CONSTRAINT audit_checkpoints_checkpoint_is_bounded
        CHECK (checkpoint <> '' AND octet_length(checkpoint) <= 2000)
);

CREATE TRIGGER audit_checkpoints_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit_checkpoints ENABLE ALWAYS TRIGGER audit_checkpoints_is_append_only;

COMMENT ON TABLE audit_checkpoints IS
    'The signed checkpoints that have left this database. Whoever rewrites the log can rewrite this table too: what counts is what left. Append-only.';
COMMENT ON COLUMN audit_checkpoints.seal IS
    'The newest seal at that time.';
COMMENT ON COLUMN audit_checkpoints.way IS
    'log: as a line of the log; post: taken by AUDIT_CHECKPOINT_URL.';
COMMENT ON COLUMN audit_checkpoints.checkpoint IS
    'The JSON that left, with its signature.';
