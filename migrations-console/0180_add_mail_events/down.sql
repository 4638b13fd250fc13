DROP INDEX mail_outbox_failed_idx;
DROP TABLE mail_events;
