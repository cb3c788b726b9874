"""What a pack is about: a journey, a theme, sites, a period, a commissioner's contract, or several of them together."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from contracts.taxonomy import Theme
from libs.calendar import local_day
from libs.domain import Refused
from libs.policytext import malformed, read

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class NothingAsked(Refused):
    """A pack is about something: name a journey, a theme, a site, a period or a contract. Nothing was made."""


class PeriodTurned(Refused):
    """A period ends on or after the day it begins. Nothing was made; turn the two days round."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Contract(Part):
    """What a commissioner pays for: at which sites, from when to when, and on which themes if not on all."""

    reference: Line
    commissioner: Line
    sites: tuple[Line, ...]
    since: date | None = None
    until: date | None = None
    themes: tuple[Theme, ...] = ()


class Query(Part):
    """Which journeys a pack tells. Each filter narrows; days are those on which a journey was put on record, both in.

    Raises NothingAsked, PeriodTurned.
    """

    provider: str = ""
    journey: UUID | None = None
    themes: tuple[Theme, ...] = ()
    sites: tuple[Line, ...] = ()
    since: date | None = None
    until: date | None = None
    contract: Contract | None = None
    without: tuple[UUID, ...] = ()
    """Journeys that whoever asked may not see; a pack of theirs tells nothing of them."""

    @model_validator(mode="after")
    def _about_something(self) -> Self:
        if not (self.journey or self.themes or self.sites or self.since or self.until or self.contract):
            raise NothingAsked
        if self.since and self.until and self.until < self.since:
            raise PeriodTurned
        return self

    @property
    def kind(self) -> str:
        """What leads the query: journey, contract, theme, site or period."""
        named = {"journey": self.journey, "contract": self.contract, "theme": self.themes, "site": self.sites}
        return next((kind for kind, given in named.items() if given), "period")

    @property
    def wanted_sites(self) -> frozenset[str]:
        """The sites asked for, the contract's where there is one; none: all."""
        agreed = set(self.contract.sites) if self.contract else set(self.sites)
        return frozenset(agreed & set(self.sites) if self.sites else agreed)

    @property
    def wanted_themes(self) -> frozenset[str]:
        """The themes asked for; none: all."""
        agreed = set(self.contract.themes) if self.contract and self.contract.themes else set(self.themes)
        return frozenset(agreed & set(self.themes) if self.themes else agreed)

    def covers(self, recorded: datetime, site: str, themes: set[str], provider: str) -> bool:
        """Whether a journey with these marks belongs; one named by its id is looked up instead."""
        if (self.provider and provider != self.provider) or not self._in_time(local_day(recorded)):
            return False
        if (self.contract or self.sites) and site not in self.wanted_sites:
            return False
        return not (self.themes or (self.contract and self.contract.themes)) or bool(self.wanted_themes & themes)

    def in_period(self, recorded: datetime) -> bool:
        """Whether something that belongs to no journey was put on record in the period asked for."""
        return self._in_time(local_day(recorded))

    def _in_time(self, day: date) -> bool:
        periods = [(self.since, self.until)]
        if self.contract:
            periods.append((self.contract.since, self.contract.until))
        return all((first is None or first <= day) and (last is None or day <= last) for first, last in periods)

    def stated(self) -> list[tuple[str, str]]:
        """Each filter in words, for a reader."""
        found = [("Journey", str(self.journey))] if self.journey else []
        if self.contract:
            found.append(("Contract", f"{self.contract.reference}, with {self.contract.commissioner}"))
        sites, themes = sorted(self.wanted_sites), sorted(Theme(theme).label for theme in self.wanted_themes)
        found.append(
            ("Sites", ", ".join(sites) or ("none that both the contract and you name" if self.sites else "all"))
        )
        found.append(("Themes", ", ".join(themes) or "all"))
        found.append(("Put on record", f"{_day(self.since) or 'from the first'} to {_day(self.until) or 'the last'}"))
        if self.contract and (self.contract.since or self.contract.until):
            run = f"{_day(self.contract.since) or 'from the first'} to {_day(self.contract.until) or 'the last'}"
            found.append(("The contract runs", run))
        return found


def query_of(**asked: Any) -> Query:
    """A query from what was typed. Raises NothingAsked, PeriodTurned, or DocumentMalformed for what is no theme."""
    try:
        return Query.model_validate(asked)
    except ValidationError as fault:
        raise malformed(fault) from fault


def contract_of(path: Path) -> Contract:
    """A commissioner's contract from a file. Raises a Refused of `libs.policytext`."""
    return contract_from(read(path))


def contract_from(content: dict[str, Any]) -> Contract:
    """A contract from content already read. Raises DocumentMalformed."""
    try:
        return Contract.model_validate(content)
    except ValidationError as fault:
        raise malformed(fault) from fault


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""
