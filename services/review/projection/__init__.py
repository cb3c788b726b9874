"""What review remembers for reading: every review and where it stands, with people's words under seal."""

from services.review.projection import gathered, opportunities, reflection, scrutiny
from services.review.projection.project import project
from services.review.projection.reviews import Reviews

__all__ = ["Reviews", "gathered", "opportunities", "project", "reflection", "scrutiny"]
