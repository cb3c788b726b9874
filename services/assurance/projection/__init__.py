"""What assurance remembers for reading: cases to measure, and where every yardstick and follow-up stands."""
