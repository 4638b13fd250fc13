DROP TABLE customer_sessions;
DROP TABLE webauthn_credentials;
