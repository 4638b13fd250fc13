-- This discards the proof that audit_log was not changed: export it first.
DROP TABLE audit_checkpoints;
DROP TABLE audit_peer_heads;
