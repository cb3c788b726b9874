"""What somebody asks of the history, as it comes in an address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.web.phrases import LONDON
from services.audit.ledger.history import Decision, Wanted


def wanted_of(typed: Mapping[str, str]) -> Wanted:
    """The filters; what cannot be read as what it should be asks for nothing in particular."""
    return Wanted(
        journey=_uuid(typed.get("journey", "")), site=typed.get("site", ""), role=typed.get("role", ""),
        actor=typed.get("actor", ""), rules=typed.get("rules", ""), service=typed.get("service", ""),
        since=_day(typed.get("since", "")), until=_day(typed.get("until", ""), 1),
        by_people=typed.get("by_people", "") not in ("", "false", "0"),
    )  # fmt: skip


def stamp_of(decision: Decision) -> str:
    """The moment of a decision, as the pages of the past are addressed."""
    return f"known-{decision.recorded.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip()) if text else None
    except ValueError:
        return UUID(int=0)


def _day(text: str, later: int = 0) -> datetime | None:
    """The beginning of a day in London, so many days later; a full moment is taken as it is."""
    try:
        if len(text) > len("2026-03-02"):
            return datetime.fromisoformat(text)
        day = date.fromisoformat(text) + timedelta(days=later)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time(), ZoneInfo(LONDON))
