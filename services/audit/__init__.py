"""Audit: every decision of every service, in a ledger that shows when somebody changed the past."""
