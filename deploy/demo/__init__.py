"""A provider that does not exist, with a history that was lived through real commands."""
