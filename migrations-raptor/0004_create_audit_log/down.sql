-- This discards the evidence: export the table first.
DROP TABLE audit_log;
DROP FUNCTION refuse_change();
