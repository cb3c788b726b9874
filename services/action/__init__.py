"""Action: what was learned becomes changes with an owner, a date, a measure and someone else who saw them made."""
