-- This discards the evidence: export the acknowledgements first.
DROP TABLE beta_nda_acknowledgements;
DROP TABLE nda_documents;
DROP FUNCTION hash_nda_text();
