-- A month of the audit log that is older than two years is removed whole, by one function, which
-- leaves a signed tombstone. The seals stay, so the chain still verifies.
CREATE TABLE audit_tombstones (
    month date NOT NULL,
    first_seal bigint NOT NULL,
    last_seal bigint NOT NULL,
    seals bigint NOT NULL,
    rows bigint NOT NULL,
    seals_hash bytea NOT NULL,
    removed_at timestamptz NOT NULL,
    key_id text NOT NULL,
    signature bytea NOT NULL,
    -- Rows that say they are of a month which was removed may come later: then it is removed again.
    PRIMARY KEY (month, last_seal),
    CONSTRAINT audit_tombstones_holds_rows CHECK (
        0 < first_seal AND first_seal <= last_seal AND 0 < seals AND seals <= rows
    ),
    CONSTRAINT audit_tombstones_seals_hash_is_sha256 CHECK (octet_length(seals_hash) = 32),
    CONSTRAINT audit_tombstones_signature_is_ed25519 CHECK (octet_length(signature) = 64),
    CONSTRAINT audit_tombstones_key_id_is_hex CHECK (key_id ~ '^[0-9a-f]{16}$')
);

CREATE TRIGGER audit_tombstones_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_tombstones
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit_tombstones ENABLE ALWAYS TRIGGER audit_tombstones_is_append_only;

COMMENT ON TABLE audit_tombstones IS
    'Months of audit_log that were removed after two years, each signed with AUDIT_SIGNING_KEY. Written by remove_audit_month() alone. Append-only.';
COMMENT ON COLUMN audit_tombstones.month IS
    'The first day of the month, in UTC.';
COMMENT ON COLUMN audit_tombstones.first_seal IS
    'The first seal whose rows are gone. Seals between the first and the last may be of other months.';
COMMENT ON COLUMN audit_tombstones.seals IS
    'How many seals of the month lie between the first and the last, both included.';
COMMENT ON COLUMN audit_tombstones.rows IS
    'How many rows they hold together.';
COMMENT ON COLUMN audit_tombstones.seals_hash IS
    'SHA-256 over the number and the hash of each of them, which has the root of its rows in it.';
COMMENT ON COLUMN audit_tombstones.removed_at IS
    'When the removing transaction began.';
COMMENT ON COLUMN audit_tombstones.key_id IS
    'Which key signed, as in a checkpoint.';
COMMENT ON COLUMN audit_tombstones.signature IS
    'Ed25519, over all other columns and the name of the service.';

CREATE FUNCTION remove_audit_month(
    month date, first_seal bigint, last_seal bigint, seals bigint, rows bigint, seals_hash bytea,
    removed_at timestamptz, key_id text, signature bytea, actor text
) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
AS $$
#variable_conflict use_column
DECLARE
    given CONSTANT date := month;
    begins CONSTANT timestamptz := month::timestamp AT TIME ZONE 'UTC';
    ends CONSTANT timestamptz := (month::timestamp + interval '1 month') AT TIME ZONE 'UTC';
    partition CONSTANT text := 'audit_log_' || to_char(month, 'YYYY_MM');
    found record;
    removed bigint[];
    waiting bigint;
    held bigint;
    held_by_seals bigint;
    noted bigint;
BEGIN
    IF given IS NULL OR NOT isfinite(given) OR extract(day FROM given) <> 1 THEN
        RAISE EXCEPTION '% is not the first day of a month', given
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- The lock of whoever seals. Each statement after it sees what the last holder has committed.
    PERFORM pg_advisory_xact_lock(1382119539);
    IF given >= date_trunc('month', now() AT TIME ZONE 'UTC') - interval '24 months' THEN
        RAISE EXCEPTION 'it is not older than 24 whole months' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT count(*) INTO waiting FROM audit_unsealed WHERE month = given;
    IF waiting > 0 THEN
        RAISE EXCEPTION '% of its rows wait for a seal', waiting USING ERRCODE = 'restrict_violation';
    END IF;

    SELECT min(number) AS first_seal, max(number) AS last_seal, count(*) AS seals,
        sum(row_count)::bigint AS rows, array_agg(number) AS numbers,
        sha256('\x000000000000001b'::bytea || convert_to('raxx audit removed seals v1', 'UTF8')
            || string_agg('\x0000000000000008'::bytea || int8send(number)
                || '\x0000000000000020'::bytea || hash, ''::bytea ORDER BY number)) AS seals_hash
    INTO found
    FROM audit_seals
    WHERE month = given AND number > (
        SELECT coalesce(max(last_seal), 0) FROM audit_tombstones WHERE month = given
    );
    removed := found.numbers;
    IF removed IS NULL THEN
        RAISE EXCEPTION 'no seal holds rows of it' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (found.first_seal, found.last_seal, found.seals, found.rows, found.seals_hash)
        IS DISTINCT FROM (remove_audit_month.first_seal, remove_audit_month.last_seal,
            remove_audit_month.seals, remove_audit_month.rows, remove_audit_month.seals_hash)
    THEN
        RAISE EXCEPTION 'the tombstone does not say what its seals say'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF remove_audit_month.removed_at IS DISTINCT FROM now() THEN
        RAISE EXCEPTION 'the tombstone is of another transaction'
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- Its rows are those that were sealed, all of them and no others.
    SELECT count(*), count(*) FILTER (WHERE sealed.seal = ANY (removed)) INTO held, held_by_seals
    FROM audit_log LEFT JOIN audit_sealed_rows AS sealed ON sealed.row_id = audit_log.id
    WHERE audit_log.occurred_at >= begins AND audit_log.occurred_at < ends;
    SELECT count(*) INTO noted FROM audit_sealed_rows WHERE seal = ANY (removed);
    IF held <> found.rows OR held_by_seals <> found.rows OR noted <> found.rows THEN
        RAISE EXCEPTION 'its seals hold % rows, but % of its % rows are sealed by them',
            found.rows, held_by_seals, held USING ERRCODE = 'restrict_violation';
    END IF;

    INSERT INTO audit_tombstones (month, first_seal, last_seal, seals, rows, seals_hash,
        removed_at, key_id, signature)
    VALUES (given, found.first_seal, found.last_seal, found.seals, found.rows, found.seals_hash,
        now(), remove_audit_month.key_id, remove_audit_month.signature);
    -- Nobody else can write these notes: sealing waits for the lock.
    ALTER TABLE audit_sealed_rows DISABLE TRIGGER audit_sealed_rows_is_append_only;
    DELETE FROM audit_sealed_rows WHERE seal = ANY (removed);
    ALTER TABLE audit_sealed_rows ENABLE ALWAYS TRIGGER audit_sealed_rows_is_append_only;
    -- Rows that came when the month had no partition get one, and go with it.
    PERFORM add_audit_partition(given);
    EXECUTE format('ALTER TABLE audit_log DETACH PARTITION %I', partition);
    -- Counted again: now nobody can write to it.
    EXECUTE format('SELECT count(*) FROM %I', partition) INTO held;
    IF held <> found.rows THEN
        RAISE EXCEPTION 'a row was added to it meanwhile' USING ERRCODE = 'restrict_violation';
    END IF;
    EXECUTE format('DROP TABLE %I', partition);
    INSERT INTO audit_log (actor, action, target_type, target_id, payload)
    VALUES (
        remove_audit_month.actor, 'console.audit.month_removed', 'audit_month',
        to_char(given, 'YYYY-MM'),
        jsonb_build_object('rows', found.rows, 'seals', found.seals,
            'first_seal', found.first_seal, 'last_seal', found.last_seal,
            'seals_hash', encode(found.seals_hash, 'hex'), 'key_id', remove_audit_month.key_id)
    );
END
$$;

COMMENT ON FUNCTION remove_audit_month(date, bigint, bigint, bigint, bigint, bytea, timestamptz, text, bytea, text) IS
    'Removes a month of audit_log that is older than 24 whole months and sealed whole, leaves the tombstone that it is given, and writes an audit row, all in the caller''s transaction. It refuses where the tombstone does not say what it finds. The signature is checked by who verifies the log.';

DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION remove_audit_month(date, bigint, bigint, bigint, bigint, bytea, timestamptz, '
        'text, bytea, text) SET search_path = %I, pg_temp', current_schema());
END
$$;
REVOKE EXECUTE ON FUNCTION
    remove_audit_month(date, bigint, bigint, bigint, bigint, bytea, timestamptz, text, bytea, text)
    FROM PUBLIC;

COMMENT ON TABLE admins IS
    'Operators. Revoked, and removed only when the audit log, which names them by id, knows them no more.';
