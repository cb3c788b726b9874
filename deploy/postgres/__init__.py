"""Which roles and schemas the database has, and what each role may touch."""
