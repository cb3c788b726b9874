"""What is measured, held regularly, looked at and watched for, and how far a change has come."""

from services.assurance.domain.audit_round import AuditRound
from services.assurance.domain.cadence import Cadence
from services.assurance.domain.effect_of_change import Effect
from services.assurance.domain.follow_up import FollowUp
from services.assurance.domain.measure import Measure
from services.assurance.domain.programme import Programme
from services.assurance.domain.sign import Sign
from services.assurance.domain.watch import Watch

__all__ = ["AuditRound", "Cadence", "Effect", "FollowUp", "Measure", "Programme", "Sign", "Watch"]
