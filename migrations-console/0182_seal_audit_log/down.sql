-- This discards the proof that audit_log was not changed: export it first.
DROP TABLE audit_sealed_rows;
DROP TABLE audit_seals;
DROP FUNCTION follow_last_seal();
DROP TRIGGER audit_log_awaits_seal ON audit_log;
DROP FUNCTION await_seal();
DROP TABLE audit_unsealed;
