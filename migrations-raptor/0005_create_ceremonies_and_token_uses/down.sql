DROP TABLE account_resets;
DROP TABLE service_token_uses;
DROP TABLE bootstrap_token_uses;
DROP TABLE webauthn_challenges;
