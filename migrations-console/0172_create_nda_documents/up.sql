CREATE TABLE nda_documents (
    version text PRIMARY KEY,
    text text NOT NULL,
    sha256 text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT nda_documents_version_is_given CHECK (version <> ''),
    CONSTRAINT nda_documents_text_is_given CHECK (text <> ''),
    CONSTRAINT nda_documents_sha256_is_of_text
        CHECK (sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex'))
);

-- Not a generated column: convert_to depends on the server's conversions, so it is not
-- immutable, and a plain cast to bytea would trip over a backslash in the text.
CREATE FUNCTION hash_nda_text() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    NEW.sha256 := encode(sha256(convert_to(NEW.text, 'UTF8')), 'hex');
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION hash_nda_text() IS
    'Trigger function that computes nda_documents.sha256, whatever the statement said.';

CREATE TRIGGER nda_documents_hash_text
    BEFORE INSERT OR UPDATE ON nda_documents
    FOR EACH ROW EXECUTE FUNCTION hash_nda_text();

COMMENT ON TABLE nda_documents IS
    'The texts testers agree to. The one published last is current; a new wording is a new version.';
COMMENT ON COLUMN nda_documents.text IS
    'Plain text, an empty line between paragraphs.';
COMMENT ON COLUMN nda_documents.sha256 IS
    'SHA-256 of the text in UTF-8, lower-case hex, computed by the database.';

CREATE TABLE beta_nda_acknowledgements (
    email text NOT NULL,
    nda_version text NOT NULL REFERENCES nda_documents (version),
    acknowledged_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (email, nda_version),
    CONSTRAINT beta_nda_acknowledgements_email_is_normal CHECK (
        octet_length(email) <= 254
        AND email COLLATE "C" ~ '^[a-z0-9.!#$%&''*+/=?^_`{|}~-]+@[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$'
    )
);

CREATE INDEX beta_nda_acknowledgements_nda_version_idx
    ON beta_nda_acknowledgements (nda_version);

-- ALWAYS: session_replication_role = replica does not switch it off.
CREATE TRIGGER beta_nda_acknowledgements_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON beta_nda_acknowledgements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE beta_nda_acknowledgements
    ENABLE ALWAYS TRIGGER beta_nda_acknowledgements_is_append_only;

COMMENT ON TABLE beta_nda_acknowledgements IS
    'Who agreed to which text, when. Append-only: UPDATE, DELETE and TRUNCATE are refused.';
COMMENT ON COLUMN beta_nda_acknowledgements.email IS
    'The tester''s address. No foreign key: the record outlives the tester.';

INSERT INTO nda_documents (version, published_at, text) VALUES ('2026-06', '2026-06-01T00:00:00Z', $nda$Raxx Beta Confidentiality Agreement, version 2026-06

Thank you for testing Raxx. You will see a trading product before anybody else does, and it will change while you use it. This agreement between you and Raxx says how we ask you to treat what you see. You accept it by pressing the button below this text.

What is confidential. Everything about the beta that Raxx has not published itself: its screens and features, its strategies, signals and backtest results, its prices and plans, its faults, our messages to you, and your invitation link, which is for you alone. Not confidential is what was public already, what you knew before, and what someone else was free to tell you.

What we ask of you. Use confidential information only to try the product and to tell us what you think of it. Do not publish it, do not pass it on, and do not show the beta to others, in pictures and recordings either, unless we have agreed in writing. If something slips out, or you believe that somebody else uses your account, tell us as soon as you can.

Your feedback. You are free to say as much or as little as you like. What you do tell us we may use to improve the product, without payment and without naming you.

No advice and no promise. Nothing in the beta is investment advice or an offer to buy or sell anything. Figures may be delayed, simulated or simply wrong, and past results do not foretell later ones. The beta comes as it is, may stop at any time, and should not be what you rely on when you trade with real money. Your decisions and their results remain your own.

How long it lasts. Either of us can end your part in the beta at any time, without giving a reason. The duty to keep things confidential lasts for two years after you accepted this text, or until Raxx publishes the information, whichever comes first.

What stays as it is. The product remains ours, and your data remain yours. Nothing here keeps you from reporting a breach of the law to an authority, from answering where the law obliges you to, or from using rights that the law gives you and no agreement can take away.

The record. We keep your e-mail address, the version of this text and the time at which you accepted it, as proof of this agreement. If the text changes we will ask you again.$nda$);
