-- The database itself: closed to everyone who is not named below.
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO {roles};
-- A function that writes events for a service must not be open to its neighbours.
ALTER DEFAULT PRIVILEGES FOR ROLE candour_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
-- The auditor replays the past in tables of its own session, which nobody else sees and which end with it.
GRANT TEMPORARY ON DATABASE {database} TO candour_auditor;
