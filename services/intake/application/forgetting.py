"""Erasing what is kept about a person: what it would destroy, what stands against it, and its two decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from contracts.taxonomy import Role
from libs.calendar import local_day
from libs.deciding import Act, Saved
from libs.reading import opened
from libs.retention import Kept, RetentionRule, months_after
from libs.service import NotFound, command
from services.intake.application.evidence import EvidenceKeeping
from services.intake.application.opportunities import require_nobody_named
from services.intake.application.vault import Vault
from services.intake.domain import Opportunity, StaffAllegation
from services.intake.domain.erasure import Erasure, NothingToErase, OtherSitesHoldRecords, Weighed
from services.intake.domain.hold import LegalHold
from services.intake.domain.refusals import NotForThisPost
from services.intake.projection.keeping import Keeping

KEEPERS = frozenset(
    {
        Role.REGISTERED_MANAGER,
        Role.REGISTERED_PERSON,
        Role.NOMINATED_INDIVIDUAL,
        Role.PROVIDER_REPRESENTATIVE,
        Role.PROVIDER_QUALITY_LEAD,
    }
)
"""Posts that answer for what is kept about people."""

USUAL_ANSWER_MONTHS = 1
"""Where no schedule was adopted: UK GDPR, Article 12(3)."""


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """A request as it is put on record: from which record it was asked, and which of the person's records it means."""

    journey: UUID
    journeys: tuple[UUID, ...]
    asked_by: str
    ground: str
    reason: str
    received_on: date
    employment: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How an erasure stands today: what it would destroy, what stands against it, and which records it is about."""

    weighed: Weighed
    records: list[dict[str, Any]]
    rules: list[tuple[date, RetentionRule]]
    holds: list[dict[str, Any]]
    schedule: str
    """The version of the rules it was weighed under; empty where none of retention was adopted."""


class Forgetting(EvidenceKeeping):
    """Erases when two people decided so, unless a hold stands."""

    keeping: Keeping
    vault: Vault

    @command
    async def ask_erasure(self, act: Act, request: ErasureRequest) -> Saved:
        """Put a request on record. Raises NotForThisPost, NothingToErase, OtherSitesHoldRecords, SubjectMayNotSee,
        NamesSomebody for a reason that names the person, and what Erasure.ask raises."""
        return await self.save(act, await self.erasure_asked(act, request))

    async def erasure_asked(self, act: Act, request: ErasureRequest) -> Erasure:
        """The request, not yet saved."""
        require_keeper(act)
        first = await self.touchable(act, request.journey)
        chosen = set(request.journeys) | {request.journey}
        same = {row["journey"]: row for row in await self.keeping.of_same_person(request.journey)}
        if not chosen <= same.keys():
            raise NothingToErase
        for journey in chosen:
            await self._require_unnamed(act, journey, request.reason)
        journeys = [journey for journey, row in same.items() if journey in chosen or row["same_key"]]
        await self._require_reach(act, journeys)
        schedule, _ = await self.schedule()
        months = schedule.answer_within_months if schedule else USUAL_ANSWER_MONTHS
        received = min(request.received_on, local_day(self.clock.now()))  # a day ahead is refused below, however far
        return Erasure.ask(
            provider=first.provider, site=first.site, identity=uuid4(), journeys=journeys, asked_by=request.asked_by,
            ground=request.ground, employment=request.employment, reason=request.reason,
            received_on=request.received_on, answer_by=months_after(received, months),
        )  # fmt: skip

    @command
    async def decline_erasure(self, act: Act, erasure: UUID) -> Saved:
        """Decide that it is not erased. Raises NotForThisPost, ErasureDecided, SecondPersonDecides, NamesSomebody."""
        found = await self._decidable(act, erasure)
        found.decline(act.rationale)
        return await self.save(act, found)

    @command
    async def approve_erasure(self, act: Act, erasure: UUID, *, overruling: bool = False) -> Saved:
        """Decide that it is erased; the keys are destroyed right after. Raises UnderLegalHold, MustStillBeKept besides."""
        found = await self._decidable(act, erasure)
        standing = await self.standing(found)
        with self.under(act.because(act.rationale, standing.schedule)):
            found.approve(act.rationale, standing.weighed, overruling=overruling)
        return await self.save(act, found)

    async def standing(self, erasure: Erasure) -> Standing:
        """What stands for and against it today."""
        under = await self.keeping.under_keys_of(erasure.journeys)
        records = sorted({row["journey"]: row for row in under}.values(), key=lambda row: row["occurred"])
        journeys = [row["journey"] for row in records]
        held = [hold for each in journeys if (hold := await self.find(LegalHold, LegalHold.create_id(each)))]
        held = [hold for hold in held if hold.stands]
        schedule, version = await self.schedule()
        kept = [Kept(row["kind"], row["harm_level"], row["last_entry"]) for row in records]
        asks = schedule.still_asks(kept, local_day(self.clock.now())) if schedule else []
        weighed = Weighed(
            tuple(await self._keys(erasure, journeys)),
            tuple(hold.journey for hold in held),
            tuple(rule.id for _, rule in asks),
            asks[0][0] if asks else None,
        )
        shown = await opened(self.mapper.keys, await self.keeping.holds(journeys), "reason")
        return Standing(weighed, records, asks, shown, version)

    async def _keys(self, erasure: Erasure, journeys: list[UUID]) -> list[UUID]:
        """Every key that seals words of these records: of the person, of each journey, and of what led to or came of it."""
        keys: dict[UUID, None] = {}
        for journey in journeys:
            found = await self.get(Opportunity, journey)
            keys |= {found.about: None, journey: None}
            if erasure.employment:
                keys[StaffAllegation.create_id(journey)] = None
        return [*dict.fromkeys([*keys, *await self.keeping.kept_apart(journeys)])]

    async def destroy(self, erasure: Erasure) -> int:
        """Destroy the keys of an approved erasure, and the files that only they could open; how many files that were.

        What was destroyed already stays so: after a crash it is done again, to the same end.
        """
        files = 0
        for key in erasure.keys:
            await self.mapper.keys.forget(key)
            files += await self.vault.destroy(key)
        return files

    async def erasure_for(self, act: Act, erasure: UUID) -> Erasure:
        """A request, for a post that may decide it. Raises NotForThisPost, NotFound, SubjectMayNotSee."""
        require_keeper(act)
        found = await self.get(Erasure, erasure)
        if found.site not in {site.site_id for site in await self.directory.sites_within(act.scope)}:
            raise NotFound("There is no such request among the sites that your post covers.")
        for journey in found.journeys:
            await self.require_not_subject(act.actor, journey)
        return found

    async def _decidable(self, act: Act, erasure: UUID) -> Erasure:
        found = await self.erasure_for(act, erasure)
        for journey in found.journeys:
            await self._require_unnamed(act, journey, act.rationale)
        return found

    async def _require_unnamed(self, act: Act, journey: UUID, words: str) -> None:
        found = await self.touchable(act, journey)
        require_nobody_named(words, found.person_name)

    async def _require_reach(self, act: Act, journeys: list[UUID]) -> None:
        """Raises OtherSitesHoldRecords where a key also seals records of sites that the post does not cover."""
        covered = {site.site_id for site in await self.directory.sites_within(act.scope)}
        if any(row["site"] not in covered for row in await self.keeping.under_keys_of(journeys)):
            raise OtherSitesHoldRecords


def require_keeper(act: Act) -> None:
    """Raises NotForThisPost for a post that does not answer for what is kept about people."""
    if act.role not in KEEPERS:
        raise NotForThisPost(
            "Erasing and holding records is for those who answer for them: the registered manager,"
            " the nominated individual, or the quality lead. Ask one of them; nothing was changed."
        )
