"""How notification reaches people, as data: how long learning stays news, how often a send is tried, and what letters say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from contracts.taxonomy import DutyRecipient
from libs.practice import Identifier, Part, Words

Paragraph = Annotated[str, StringConstraints(min_length=1, max_length=1200, strip_whitespace=True)]


class Reaching(Part):
    """The provider's own limits. No law gives these numbers, so the source says whose choice they are.

    A pack that was adopted before it could name them means what the service did then: the defaults.
    """

    version: str = Field(default="before-2026.1", pattern=r"^[0-9A-Za-z.-]{1,40}$")
    source: Words = "What the service did before its rules named it."
    reviewed_on: date | None = None
    factor_recent_days: int = Field(default=730, ge=1, le=3660)
    """How long a contributing factor that was found at a site belongs to what the site is like."""
    factor_news_days: int = Field(default=90, ge=1, le=3660)
    """A factor found again at the same site sooner than this says nothing new."""
    least_shared_percent: int = Field(default=50, ge=1, le=100)
    """The least part of a change's factors that a site must share to be asked whether the change applies there."""
    briefing_current_days: int = Field(default=183, ge=1, le=3660)
    """How long a briefing is put to newcomers. Older learning reaches them through induction and procedures."""
    rota_days: int = Field(default=28, ge=1, le=366)
    """How many days of shifts, before and after a day, say on which shifts somebody works."""
    rota_kept_days: int = Field(default=92, ge=1, le=3660)
    """How long a shift that is over is kept to say how somebody works: a quarter shows the pattern of any `rota_days` in it.
    Who was reached by a briefing stands with the briefing, and needs no shift. Never shorter than `rota_days`."""
    night_from: int = Field(default=23, ge=0, le=23)
    night_until: int = Field(default=6, ge=1, le=12)
    night_hours: float = Field(default=3.0, gt=0, le=12)
    """A shift with so many hours between these hours of the clock is a night shift: the night worker's three hours of the
    Working Time Regulations 1998 (SI 1998/1833), regulation 2."""
    tries: int = Field(default=8, ge=1, le=50)
    """How often one message is tried before it is given up."""
    first_pause_seconds: int = Field(default=60, ge=1, le=86_400)
    longest_pause_seconds: int = Field(default=14_400, ge=1, le=604_800)
    old_secret_hours: int = Field(default=24, ge=0, le=720)
    """How long calls are signed with the old secret of another system as well, after a new one was made."""

    @property
    def recent(self) -> timedelta:
        return timedelta(days=self.factor_recent_days)

    @property
    def news(self) -> timedelta:
        return timedelta(days=self.factor_news_days)

    @property
    def current(self) -> timedelta:
        return timedelta(days=self.briefing_current_days)

    @property
    def rota(self) -> timedelta:
        return timedelta(days=self.rota_days)

    @property
    def rota_kept(self) -> timedelta:
        return max(timedelta(days=self.rota_kept_days), self.rota)

    def pause(self, attempt: int) -> timedelta:
        """The longest wait after a try: twice as long each time, up to a limit."""
        seconds = min(self.first_pause_seconds * 2 ** (attempt - 1), self.longest_pause_seconds)
        return timedelta(seconds=seconds)


class LetterPart(Part):
    """Something that is written anew for each letter. `known` says from where it is filled in, to be looked over."""

    id: Identifier
    title: Words
    ask: Words
    required: bool = True
    known: Literal["", "told", "learning", "changes"] = ""


class LetterTemplate(Part):
    """What a letter says under one rule, in plain English, with where the rule is written.

    `rules` are those whose duty the sent letter discharges, `step` the step of the duty of candour it is. `apology` is
    printed as it stands, before everything that is written for the letter; a letter whose rule asks for one has one.
    """

    id: Identifier
    version: str = Field(pattern=r"^[0-9A-Za-z.-]{1,40}$")
    title: Words
    purpose: Words
    recipient: DutyRecipient
    rules: tuple[Identifier, ...] = ()
    step: Literal["", "written_follow_up", "outcome_letter", "learning_told"] = ""
    citation: Words
    source_url: str | None = Field(default=None, pattern=r"^https://", max_length=300)
    checked_on: date
    confirmed: bool
    opening: tuple[Paragraph, ...] = Field(min_length=1, max_length=6)
    apology: tuple[Paragraph, ...] = ()
    parts: tuple[LetterPart, ...] = Field(min_length=1, max_length=8)
    closing: tuple[Paragraph, ...] = ()

    @model_validator(mode="after")
    def _parts_once_and_an_apology_where_the_law_asks(self) -> Self:
        if len({each.id for each in self.parts}) != len(self.parts):
            raise ValueError("every part of a letter has an id of its own")
        if self.step == "written_follow_up" and not self.apology:
            raise ValueError("the written follow-up of the duty of candour has an apology")
        return self
