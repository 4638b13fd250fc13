DROP TABLE beta_walkthrough_tokens;
