"""What can be asked of notification."""

from libs.emergency_reading import EmergencyReading
from services.notification.application.asking import READS_ONLY, NotYoursToTell, person_of, require_teller
from services.notification.application.briefing import Briefings
from services.notification.application.carrying import Carrying
from services.notification.application.sending import Sending
from services.notification.application.telling import Contact, OnTheCandourRecord, Telling
from services.notification.application.wording import Wording
from services.notification.domain.account import Account
from services.notification.domain.briefing import Briefing
from services.notification.domain.candour import Candour
from services.notification.domain.duty import Duty
from services.notification.domain.letter import Letter
from services.notification.domain.message import Message
from services.notification.domain.rota import Rota
from services.notification.domain.subscribers import Subscribers
from services.notification.domain.team import Team
from services.notification.domain.transfer import Transfer, Whereabouts
from services.notification.domain.wording import Wordings

__all__ = [
    "READS_ONLY",
    "Contact",
    "NotYoursToTell",
    "Notification",
    "OnTheCandourRecord",
    "person_of",
    "require_teller",
]


class Notification(Telling, Wording, Briefings, Sending, Carrying):
    """Keeps what is owed, what must be understood, and what was sent."""

    name = "notification"
    aggregates = (
        Account, Duty, Candour, Letter, Briefing, Team, Message, Rota, Subscribers, Transfer, Whereabouts, Wordings,
        EmergencyReading,
    )  # fmt: skip
