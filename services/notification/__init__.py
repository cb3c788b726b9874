"""Notification: everyone owed an account gets one, and everyone who must work differently understands how."""
