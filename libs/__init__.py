"""What services stand on and none is about."""
