"""What can be asked of review."""

from services.review.application.concluding import Concluding
from services.review.application.gathering import Gathering
from services.review.application.records import Contribution
from services.review.application.understanding import Understanding

__all__ = ["Contribution", "Reviewing"]


class Reviewing(Understanding, Gathering, Concluding):
    """Leads a team from what happened to what was learned. A review is addressed by its journey."""
