"""What is measured, what is held regularly, and how far a change has come."""

from services.assurance.domain.cadence import Cadence
from services.assurance.domain.effect_of_change import Effect
from services.assurance.domain.follow_up import FollowUp
from services.assurance.domain.measure import Measure
from services.assurance.domain.programme import Programme

__all__ = ["Cadence", "Effect", "FollowUp", "Measure", "Programme"]
