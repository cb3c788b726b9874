-- One service: its events (append-only, owned by the owner), its read tables and their rebuild (its own).
CREATE SCHEMA IF NOT EXISTS {events} AUTHORIZATION candour_owner;
GRANT USAGE ON SCHEMA {events} TO {role};
ALTER DEFAULT PRIVILEGES FOR ROLE candour_owner IN SCHEMA {events} GRANT SELECT, INSERT ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES FOR ROLE candour_owner IN SCHEMA {events} GRANT USAGE ON SEQUENCES TO {role};
ALTER DEFAULT PRIVILEGES FOR ROLE candour_owner IN SCHEMA {events} GRANT EXECUTE ON FUNCTIONS TO {role};
-- The auditor compares events with the ledger: it may read every service's, and write nowhere.
GRANT USAGE ON SCHEMA {events} TO candour_auditor;
ALTER DEFAULT PRIVILEGES FOR ROLE candour_owner IN SCHEMA {events} GRANT SELECT ON TABLES TO candour_auditor;
CREATE SCHEMA IF NOT EXISTS {view} AUTHORIZATION {role};
CREATE SCHEMA IF NOT EXISTS {next} AUTHORIZATION {role};
