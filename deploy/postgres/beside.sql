-- What is not a service's: the wrapped keys of persons (made and destroyed, never rewritten) and the sessions of the website.
CREATE SCHEMA IF NOT EXISTS keys AUTHORIZATION candour_owner;
GRANT USAGE ON SCHEMA keys TO candour_keys;
ALTER DEFAULT PRIVILEGES FOR ROLE candour_owner IN SCHEMA keys GRANT SELECT, INSERT, DELETE ON TABLES TO candour_keys;
CREATE SCHEMA IF NOT EXISTS web AUTHORIZATION candour_web;
