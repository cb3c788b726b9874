"""Review: a team understands what happened, names what the system let through, and someone else agrees."""
