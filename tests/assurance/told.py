"""Short ways to tell of measures, cases and months."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from libs.practice import Cadence as CadenceDefinition
from libs.practice import Measure as Definition
from services.assurance.domain.figures import Case
from tests.house import rules

INDICATOR, FINANCIAL, UPDATE = (Definition.model_validate(each) for each in rules()["measures"])


def cadence(name: str) -> CadenceDefinition:
    """A cadence that ships, by id."""
    return next(CadenceDefinition.model_validate(each) for each in rules()["cadences"] if each["id"] == name)


def at(month: int, day: int, hour: int = 12, minute: int = 0, *, year: int = 2026) -> datetime:
    """A moment of UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def case(recorded: datetime, kind: str = "safeguarding_indicator", **more: Any) -> Case:
    """A case that was recorded, and unless said otherwise received, at a moment."""
    known: dict[str, Any] = {"themes": (), "abuse_types": (), "received": recorded, "journey": uuid4()} | more
    return Case(kind=kind, recorded=recorded, **known)


def month(number: int, year: int = 2026) -> date:
    """The period of a month."""
    return date(year, number, 1)


ANY_JOURNEY = UUID("00000000-0000-4000-8000-0000000000ff")
