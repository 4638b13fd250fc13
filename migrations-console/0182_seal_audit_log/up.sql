-- Rows of the audit log are chained in batches, afterwards: whoever writes a row waits for no seal
-- and for no other writer. The row's own transaction notes that the row waits for its seal.
CREATE TABLE audit_unsealed (
    row_id bigint PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    -- A seal holds rows of one month, so that a month can be removed whole. A time without end is
    -- put into the first or the last month there is.
    month date NOT NULL GENERATED ALWAYS AS (
        date_trunc('month', greatest('0001-01-01 00:00:00+00', least(occurred_at, '9999-12-01 00:00:00+00'))
            AT TIME ZONE 'UTC')::date
    ) STORED,
    -- Not xid8, which the services' types do not know. It has 64 bits, so it never wraps.
    xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint
);

-- What is the earliest that still waits?
CREATE INDEX audit_unsealed_occurred_at_idx ON audit_unsealed (occurred_at);

COMMENT ON TABLE audit_unsealed IS
    'Rows of audit_log that wait for their seal, usually for some seconds. A row that stands neither here nor in audit_sealed_rows did not come by an honest INSERT.';
COMMENT ON COLUMN audit_unsealed.occurred_at IS
    'As in audit_log.';
COMMENT ON COLUMN audit_unsealed.month IS
    'The first day of the month, in UTC, of occurred_at.';
COMMENT ON COLUMN audit_unsealed.xid IS
    'The transaction that wrote the row. Sealed are rows of transactions older than the oldest that still runs.';

-- With its owner's rights: whoever may write a row of audit_log needs none on the note.
CREATE FUNCTION await_seal() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    -- A note that is there already is not honest; the row must not fail for it.
    INSERT INTO audit_unsealed (row_id, occurred_at) VALUES (NEW.id, NEW.occurred_at)
    ON CONFLICT (row_id) DO UPDATE SET occurred_at = excluded.occurred_at, xid = excluded.xid;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION await_seal() IS
    'Trigger function that notes, in the writer''s transaction, that a row of audit_log waits for its seal.';

REVOKE EXECUTE ON FUNCTION await_seal() FROM PUBLIC;

-- Nobody can write until this transaction ends, so the rows below are all that were without it.
-- ALWAYS: session_replication_role = replica does not switch it off.
CREATE TRIGGER audit_log_awaits_seal
    AFTER INSERT ON audit_log
    FOR EACH ROW EXECUTE FUNCTION await_seal();
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_awaits_seal;

INSERT INTO audit_unsealed (row_id, occurred_at) SELECT id, occurred_at FROM audit_log;

CREATE TABLE audit_seals (
    number bigint PRIMARY KEY,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    month date NOT NULL,
    row_count integer NOT NULL,
    total_rows bigint NOT NULL,
    first_row bigint NOT NULL,
    last_row bigint NOT NULL,
    rows_root bytea NOT NULL,
    peer_number bigint,
    peer_hash bytea,
    settled_until timestamptz NOT NULL,
    sealed_at timestamptz NOT NULL,
    CONSTRAINT audit_seals_number_is_positive CHECK (number > 0),
    CONSTRAINT audit_seals_hashes_are_sha256 CHECK (
        octet_length(previous) = 32 AND octet_length(hash) = 32 AND octet_length(rows_root) = 32
        AND octet_length(peer_hash) = 32
    ),
    CONSTRAINT audit_seals_holds_rows CHECK (
        row_count > 0 AND total_rows >= row_count AND first_row <= last_row
    ),
    CONSTRAINT audit_seals_peer_is_whole CHECK ((peer_number IS NULL) = (peer_hash IS NULL))
);

-- Which seals hold rows of a month?
CREATE INDEX audit_seals_month_idx ON audit_seals (month, number);

CREATE TRIGGER audit_seals_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit_seals ENABLE ALWAYS TRIGGER audit_seals_is_append_only;

-- Whoever may add a seal may add the next one alone: one with a number of its own choice would end
-- the chain, or hide in it.
CREATE FUNCTION follow_last_seal() RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    last record;
BEGIN
    SELECT number, hash INTO last FROM audit_seals ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(last.number, 0)::numeric + 1
        OR NEW.previous <> coalesce(last.hash, decode(repeat('00', 32), 'hex'))
    THEN
        RAISE EXCEPTION 'seal % does not follow the last one', NEW.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION follow_last_seal() IS
    'Trigger function that refuses a seal which does not follow the last one.';
REVOKE EXECUTE ON FUNCTION follow_last_seal() FROM PUBLIC;

CREATE TRIGGER audit_seals_follow_each_other
    BEFORE INSERT ON audit_seals
    FOR EACH ROW EXECUTE FUNCTION follow_last_seal();
ALTER TABLE audit_seals ENABLE ALWAYS TRIGGER audit_seals_follow_each_other;

-- What a function does for its caller depends on no search_path of theirs. The schema has no fixed
-- name.
DO $$
DECLARE
    fixed text := format('SET search_path = %I, pg_temp', current_schema());
BEGIN
    EXECUTE 'ALTER FUNCTION await_seal() ' || fixed;
    EXECUTE 'ALTER FUNCTION follow_last_seal() ' || fixed;
END
$$;

COMMENT ON TABLE audit_seals IS
    'The chain over audit_log: each seal hashes the one before it and the rows of one batch. The chain verifies from these rows alone, also where the rows of a month were removed. Append-only.';
COMMENT ON COLUMN audit_seals.previous IS
    'The hash of the seal before this one; 32 zero bytes in the first.';
COMMENT ON COLUMN audit_seals.hash IS
    'SHA-256 over all other columns and the name of the service.';
COMMENT ON COLUMN audit_seals.month IS
    'The first day of the month, in UTC, of all its rows.';
COMMENT ON COLUMN audit_seals.total_rows IS
    'The rows of this seal and of all before it.';
COMMENT ON COLUMN audit_seals.first_row IS
    'The least id of its rows. Ids between the first and the last may belong to other seals.';
COMMENT ON COLUMN audit_seals.rows_root IS
    'SHA-256 over the id and the digest of each row, in the order of the ids.';
COMMENT ON COLUMN audit_seals.peer_number IS
    'The newest seal of the other service that this one had heard of.';
COMMENT ON COLUMN audit_seals.settled_until IS
    'Whatever was committed when this seal was made and says that it happened before this time stands in this seal or an earlier one. What is sealed later and claims to be much older was put in afterwards.';
COMMENT ON COLUMN audit_seals.sealed_at IS
    'When the sealing transaction began.';

-- No foreign keys: rows of a month that was removed are gone from audit_log and from here, and
-- their seal stays.
CREATE TABLE audit_sealed_rows (
    row_id bigint PRIMARY KEY,
    seal bigint NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT audit_sealed_rows_digest_is_sha256 CHECK (octet_length(digest) = 32)
);

CREATE INDEX audit_sealed_rows_seal_idx ON audit_sealed_rows (seal, row_id);

CREATE TRIGGER audit_sealed_rows_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_sealed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit_sealed_rows ENABLE ALWAYS TRIGGER audit_sealed_rows_is_append_only;

COMMENT ON TABLE audit_sealed_rows IS
    'Which seal holds which row of audit_log, and what the row said then. Append-only.';
COMMENT ON COLUMN audit_sealed_rows.digest IS
    'SHA-256 of the row''s canonical form, without its id: rows whose contents were exchanged are known by it.';
