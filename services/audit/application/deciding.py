"""Who decided what, knowing what, and why; and who has read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.sealed import is_sealed
from contracts.taxonomy import Role
from libs.deciding import Act, Saved
from libs.directory import Directory, Site
from libs.domain import Refused
from libs.keys import KeyRing
from libs.reach import reached
from libs.reading import opened, texts, with_seals
from libs.service import NotFound, command
from libs.web.posts import SignedIn
from services.audit.application.verifying import Verifying
from services.audit.domain import PLATFORM, Reading, ledger_journey, require_reason
from services.audit.ledger import persons
from services.audit.ledger.history import Decision, History, Wanted, catch_up, state_of
from services.audit.projection import Readings

PROPOSED = ("weighed", "proposed", "proposals", "alternatives")
"""The fields in which events keep what the rules proposed to whoever decided."""
PLACE = frozenset(
    {"by", "timestamp", "provider", "site", "journey", "about", "originator_topic", "class_version", *PROPOSED}
)
EVIDENCE = re.compile(r"evidence|proof|attach|observ|sample|document")
SEALED_SHOWN = "Under seal"
NO_SUCH_JOURNEY = "There is no such journey among those that your post covers."
OPENERS = frozenset({Role.AUDITOR, Role.NOMINATED_INDIVIDUAL, Role.PROVIDER_QUALITY_LEAD})
SHUT = ("intake.StaffAllegation.",)
"""Records that are kept apart from learning: who reads them is decided there, not here."""


class WordsStaySealed(Refused):
    """Your post does not open these words. Ask the nominated individual, who can see that you asked."""


@dataclass(frozen=True, slots=True)
class Told:
    """One decision whole: what was decided, what the rules proposed, on what evidence, and what could be known before it."""

    decision: Decision
    said: list[tuple[str, Any]]
    proposed: list[dict[str, Any]]
    evidence: list[tuple[str, Any]]
    rationale: str
    sealed: bool
    known: list[Decision]


class Deciding(Verifying):
    """The history of decisions, and the list of those who read it."""

    history: History
    directory: Directory
    readings: Readings

    async def reach(self, me: SignedIn) -> tuple[str, list[Site]]:
        """The provider whose own decisions the reader reaches (or empty), and the sites."""
        sites = await self.directory.sites_within(me.scope)
        kind, _, name = me.scope.partition(":")
        return name if kind == "provider" else "", sites

    async def require_reach(self, me: SignedIn, journey: UUID) -> None:
        """Raises NotFound for a journey of a site that the reader's post does not cover."""
        site, (_, sites) = await self.site_of(str(journey)), await self.reach(me)
        if site and site not in {each.site_id for each in sites}:
            raise NotFound(NO_SUCH_JOURNEY)

    async def decided(
        self, me: SignedIn, wanted: Wanted, before: tuple[datetime, str, int] | None = None
    ) -> list[Decision]:
        """A page of the decisions that the reader reaches, newest first."""
        provider, sites = await self.reach(me)
        return await self.history.listed(provider, [site.site_id for site in sites], wanted, before, reached().shut)

    async def site_of(self, journey: str) -> str:
        """The site that a journey belongs to, or empty where it is of none or unknown."""
        found = await self.history.of_journey(UUID(journey), limit=20)
        return next((decision.site for decision in found if decision.site), "")

    async def told(self, me: SignedIn, service: str, position: int, *, words: bool = False) -> Told:
        """One decision; with `words`, what is under seal is opened. Raises NotFound where there is none within reach."""
        decision = await self.history.one(service, position)
        provider, sites = await self.reach(me)
        if (
            decision is None
            or decision.journey in reached().shut
            or not (
                decision.site in {site.site_id for site in sites}
                or (not decision.site and decision.provider in (provider, PLATFORM))
            )
        ):
            raise NotFound("There is no such decision among those that your post covers.")
        state = await state_of(self.auditor, service, position)
        if state is None:
            raise NotFound("This decision is in the ledger, and its record is gone from the store. Compare them now.")
        sealed = any(map(is_sealed, texts(state)))
        state = await self._opened(state) if words else _veiled(state)
        earlier = [d for d in await self.history.of_journey(decision.journey) if _before(d, decision)]
        said = [(name, value) for name, value in state.items() if name not in PLACE and value not in (None, "", [], {})]
        proposed = [each for name in PROPOSED for each in state.get(name) or [] if isinstance(each, dict)]
        rationale = (state.get("by") or {}).get("rationale") or ""
        evidence = [(name, value) for name, value in said if EVIDENCE.search(name)]
        return Told(decision, said, proposed, evidence, rationale, sealed, earlier)

    async def _opened(self, state: dict[str, Any]) -> dict[str, Any]:
        keys: KeyRing = self.mapper.keys
        await keys.ready({subject for text in texts(state) if (subject := KeyRing.subject_of(text))})
        opened: dict[str, Any] = with_seals(state, keys.open)
        return opened

    @command
    async def read(
        self, act: Act, what: str, provider: str = PLATFORM, site: str = "", journey: UUID | None = None,
        words: bool = False, because: str = "",
    ) -> Saved:  # fmt: skip
        """Put on record that somebody looked. Raises ReasonMissing where words under seal are opened without a reason."""
        require_reason(words, because)
        journey = journey or ledger_journey("readings")
        reading = Reading(
            provider=provider,
            site=site,
            journey=journey,
            about=journey,
            what=what,
            words=words,
            because=because.strip(),
        )
        return await self.save(act, reading)

    async def note_reading(
        self, me: SignedIn, what: str, decision: Decision | None = None, *, words: bool = False, because: str = ""
    ) -> Saved:
        """The same, for whoever is signed in."""
        provider, sites = await self.reach(me)
        provider = provider or next((site.provider for site in sites), PLATFORM)
        act = Act(me.actor_id, me.role, me.scope)
        if decision is None:
            return await self.read(act, what, provider, words=words, because=because)
        return await self.read(act, what, provider, decision.site, decision.journey, words=words, because=because)

    @staticmethod
    def may_open(me: SignedIn, decision: Decision) -> bool:
        """Whether words under seal may be opened for this post at all."""
        return me.role in OPENERS and not decision.topic.startswith(SHUT)

    async def open_words(self, me: SignedIn, decision: Decision, what: str, because: str) -> Saved:
        """Put on record that words under seal are opened, and why, before they are. Raises WordsStaySealed, ReasonMissing."""
        if not self.may_open(me, decision):
            raise WordsStaySealed
        return await self.note_reading(me, what, decision, words=True, because=because)

    async def readers(self, me: SignedIn, *, words: bool = False) -> list[dict[str, Any]]:
        """Who read what, newest first, within the reader's provider."""
        provider, sites = await self.reach(me)
        found = await self.readings.listed(sorted({provider, *(site.provider for site in sites)} - {""}), words)
        return await opened(self.mapper.keys, found, "because")

    async def catch_up(self) -> None:
        """Make the history whole where the ledgers are older than it."""
        for name, book in self.books.items():
            await catch_up(name, book.pool, self.auditor)
            await persons.catch_up(name, book.pool, self.auditor)


def _before(one: Decision, other: Decision) -> bool:
    here = (one.recorded, one.service != other.service, one.place)
    return here < (other.recorded, False, other.place) and one != other


def _veiled(state: dict[str, Any]) -> dict[str, Any]:
    veiled: dict[str, Any] = with_seals(state, lambda _: SEALED_SHOWN)
    return veiled
