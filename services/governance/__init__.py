"""Governance: the organisation, its rules, and how each site and the whole provider stand."""
