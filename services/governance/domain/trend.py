"""A trend that is watched: its limits rest on its first months until somebody decides, on the record, that they are past."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from contracts.taxonomy import Role
from libs.calendar import local_day
from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Event, Refused, event, follows
from services.governance.domain.challenges import nameless

MAY_RESET = frozenset(
    {Role.PROVIDER_QUALITY_LEAD, Role.PROVIDER_REPRESENTATIVE, Role.NOMINATED_INDIVIDUAL, Role.REGISTERED_PERSON}
)
"""Who may set a baseline anew: not those whose figures it judges."""


class Trend(Aggregate):
    """What is counted (a kind, a theme, both, or a measure) at a site, or at the provider's sites together."""

    TOPIC = "governance.Trend"

    class Watched(Created):
        TOPIC = "governance.Trend.Watched"
        kind: str
        theme: str
        measure_id: str

    class BaselineReset(Event):
        TOPIC = "governance.Trend.BaselineReset"
        kind: str
        theme: str
        measure_id: str
        from_month: date
        because: str

    @staticmethod
    def create_id(provider: str, site: str, kind: str, theme: str, measure_id: str) -> UUID:
        return follows("governance.Trend", f"{provider}/{site}/{kind}/{theme}/{measure_id}")

    @event(Watched)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, kind: str, theme: str, measure_id: str
    ) -> None:
        self.kind, self.theme, self.measure_id = kind, theme, measure_id
        self.baselines: set[date] = set()

    def reset_baseline(self, from_month: date, because: str, role: str, known_names: Iterable[str]) -> None:
        """From this month on, the limits are those of what came after; nothing before it is drawn otherwise.

        Raises NotYoursToReset, WordsMissing, NamesSomeone, NotBegunYet or ResetAlready.
        """
        if role not in MAY_RESET:
            raise NotYoursToReset
        words = nameless(because, known_names)
        month = from_month.replace(day=1)
        if month > local_day(circumstances().now):
            raise NotBegunYet
        if month in self.baselines:
            raise ResetAlready
        self.trigger_event(
            self.BaselineReset,
            kind=self.kind,
            theme=self.theme,
            measure_id=self.measure_id,
            from_month=month,
            because=words,
        )

    @event(BaselineReset)
    def _(self, from_month: date) -> None:
        self.baselines.add(from_month)


class NotYoursToReset(Refused):
    """Limits are set anew by a post over the provider, not by those whose figures they judge. Ask your quality lead."""


class NotBegunYet(Refused):
    """That month has not begun. Choose the month from which the work was done in another way."""


class ResetAlready(Refused):
    """The limits were set anew from this month already."""
