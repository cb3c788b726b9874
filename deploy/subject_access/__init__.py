"""Everything that is held on one person, gathered from every room, with other people masked, for that person to read."""
