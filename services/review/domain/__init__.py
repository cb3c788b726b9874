"""What a review is: a team's reflection in five steps, what was gathered for it, and its sign-off."""

from services.review.domain.material import Material
from services.review.domain.review import Review

__all__ = ["Material", "Review"]
