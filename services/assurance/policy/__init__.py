"""Whenever the neighbours say something, or a date comes, that assurance must act on."""

from services.assurance.policy import changes, clock, watching, yardsticks
from services.assurance.policy.clock import dates
from services.assurance.policy.reacting import react

__all__ = ["changes", "clock", "dates", "react", "watching", "yardsticks"]
