"""Whole journeys, from the outside."""
