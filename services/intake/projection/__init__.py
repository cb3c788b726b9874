"""What intake remembers for reading."""

from services.intake.projection.patterns import Patterns
from services.intake.projection.quarantine import Quarantine
from services.intake.projection.register import Register

__all__ = ["Patterns", "Quarantine", "Register"]
