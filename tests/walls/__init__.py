"""What comes from outside: whatever is sent, there is an answer, and nothing that only some may know is in it."""
