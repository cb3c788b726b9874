"""What a review is: a team's reflection in five steps, what was gathered for it, what others put to it, its sign-off."""

from services.review.domain.access import Access
from services.review.domain.material import Material
from services.review.domain.review import Review
from services.review.domain.sample import Sample
from services.review.domain.scrutiny import Scrutiny

__all__ = ["Access", "Material", "Review", "Sample", "Scrutiny"]
