"""What intake decides: opportunities, what outside systems send, a regulator's totals, and files brought in."""

from services.intake.domain.opportunity import Opportunity, Weighing
from services.intake.domain.refusals import NewerWordsOnRecord, NotForThisPost

__all__ = ["NewerWordsOnRecord", "NotForThisPost", "Opportunity", "Weighing"]
