"""Accounts that are owed, briefings that must be understood, and messages that carry word of both."""
