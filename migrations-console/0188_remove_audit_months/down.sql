-- This discards the proof of what was removed by right: export the audit log first.
DROP FUNCTION remove_audit_month(date, bigint, bigint, bigint, bigint, bytea, timestamptz, text, bytea, text);
DROP TABLE audit_tombstones;

COMMENT ON TABLE admins IS
    'Operators. Revoked, never deleted: the audit log names them by id.';
