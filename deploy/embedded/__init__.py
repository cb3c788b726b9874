"""Real PostgreSQL and NATS servers started from wheels, for `candour run` and the tests; production uses the
official images."""
