"""History run through other rules: what would have been decided, due and set off, without touching anything."""
