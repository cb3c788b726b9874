"""Assurance: it takes nobody's word. It measures, says what it found, and reopens what slipped."""
