CREATE TABLE mail_events (
    provider_message_id text NOT NULL,
    record_type text NOT NULL,
    bounce_id bigint NOT NULL DEFAULT 0,
    kind text NOT NULL,
    -- An event only moves a mail forward: what is shown is the furthest, whatever came last.
    rank integer NOT NULL GENERATED ALWAYS AS (
        CASE kind
            WHEN 'delayed' THEN 1
            WHEN 'delivered' THEN 2
            WHEN 'bounced' THEN 3
            WHEN 'complained' THEN 4
        END
    ) STORED,
    detail text,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    settled boolean NOT NULL DEFAULT false,
    -- The provider repeats what was not answered in time; this is what tells a repetition.
    PRIMARY KEY (provider_message_id, record_type, bounce_id),
    CONSTRAINT mail_events_message_id_is_bounded
        CHECK (provider_message_id <> '' AND octet_length(provider_message_id) <= 100),
    CONSTRAINT mail_events_record_type_is_known
        CHECK (record_type IN ('Delivery', 'Bounce', 'SpamComplaint')),
    CONSTRAINT mail_events_kind_is_known
        CHECK (kind IN ('delayed', 'delivered', 'bounced', 'complained')),
    CONSTRAINT mail_events_detail_is_bounded
        CHECK (detail <> '' AND char_length(detail) <= 500)
);

-- What housekeeping has not looked at yet: a day's worth, however long the history grows.
CREATE INDEX mail_events_unsettled_idx ON mail_events (received_at) WHERE NOT settled;
-- Mails that came back or were reported: few, and looked for on every view of the Overview.
CREATE INDEX mail_events_undelivered_idx ON mail_events (provider_message_id) WHERE rank >= 3;
-- The same for mails that the provider refused for good.
CREATE INDEX mail_outbox_failed_idx ON mail_outbox (id) WHERE status = 'failed';

COMMENT ON TABLE mail_events IS
    'What the provider reports of a mail after it took it. An event may come before our own note of the acceptance, so it is kept by the provider''s message id and joined when it is read.';
COMMENT ON COLUMN mail_events.provider_message_id IS
    'As in mail_outbox. No foreign key: it need not stand there yet, and may never.';
COMMENT ON COLUMN mail_events.record_type IS
    'The provider''s name for what it reports.';
COMMENT ON COLUMN mail_events.bounce_id IS
    'The provider''s number for a bounce or complaint; 0 for a delivery, which has none.';
COMMENT ON COLUMN mail_events.rank IS
    'How far the event moves a mail: delayed, delivered, bounced, complained.';
COMMENT ON COLUMN mail_events.detail IS
    'What the receiving server said, for operators. Cleaned: no address of a page, no token, no control character.';
COMMENT ON COLUMN mail_events.occurred_at IS
    'When it happened, as the provider says, but never later than it was received.';
COMMENT ON COLUMN mail_events.settled IS
    'A day after it came the event was found to belong to a mail of ours. One that did not was swept away.';
