"""What intake remembers for reading."""

from services.intake.projection.drafts import Drafts
from services.intake.projection.keeping import Keeping
from services.intake.projection.patterns import Patterns
from services.intake.projection.quarantine import Quarantine
from services.intake.projection.register import Register
from services.intake.projection.tries import Tries
from services.intake.projection.weighings import Weighings

__all__ = ["Drafts", "Keeping", "Patterns", "Quarantine", "Register", "Tries", "Weighings"]
