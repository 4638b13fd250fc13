DROP TABLE rate_limit_windows;
DROP TABLE service_token_uses;
DROP TABLE webauthn_challenges;
