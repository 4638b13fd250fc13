DROP TABLE admin_sessions;
DROP TABLE admin_enrolment_links;
DROP TABLE admin_passkeys;
DROP TABLE admins;
