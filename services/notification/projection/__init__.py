"""What notification remembers for reading: what is owed, who was reached, and what was sent; words under seal."""
