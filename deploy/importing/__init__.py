"""Files of other systems, taken in row by row through the same commands that everyone uses."""
