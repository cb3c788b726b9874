"""Answering whoever asks for what is held on them: who may, and that it was asked, read and released."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from contracts.taxonomy import Role
from libs.calendar import local_day
from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.retention import months_after
from libs.service import NotFound, command
from services.audit.application.handing import Handing
from services.audit.domain import SubjectAccess
from services.audit.projection import Accesses

ANSWERERS = frozenset(
    {
        Role.REGISTERED_MANAGER,
        Role.REGISTERED_PERSON,
        Role.NOMINATED_INDIVIDUAL,
        Role.PROVIDER_REPRESENTATIVE,
        Role.PROVIDER_QUALITY_LEAD,
    }
)
"""Posts that answer for what is kept about people."""
USUAL_MONTHS = 1
"""Where no schedule was adopted: UK GDPR, Article 12(3)."""


class NotYoursToAnswer(Refused):
    """Requests for access are answered by those who answer for records: the registered manager, the nominated individual,
    or the quality lead. Ask one of them; nothing was opened."""


class OtherSitesHoldThem(Refused):
    """Your post does not cover every site that keeps these records. Nothing was opened; ask a post over the provider."""


def require_answerer(role: str) -> None:
    """Raises NotYoursToAnswer."""
    if role not in ANSWERERS:
        raise NotYoursToAnswer


class Answering(Handing):
    """Keeps account of requests for access. Gathering what is held is not audit's alone: it lies in every room."""

    accesses: Accesses

    @command
    async def ask_access(
        self, act: Act, provider: str, records: dict[UUID, str], asked_by: str, received_on: date
    ) -> Saved:
        """Put a request on record: the journeys that are about the person, each with its site. Raises NotYoursToAnswer,
        OtherSitesHoldThem, AskedLater."""
        require_answerer(act.role)
        covered = {site.site_id for site in await self.directory.sites_within(act.scope)}
        if not records or not set(records.values()) <= covered:
            raise OtherSitesHoldThem
        received = min(received_on, local_day(self.clock.now()))  # a day ahead is refused below, however far
        asked = SubjectAccess.ask(
            provider=provider, site=next(iter(records.values())), identity=uuid4(), journeys=list(records),
            asked_by=asked_by, received_on=received_on, answer_by=months_after(received, await self._months()),
        )  # fmt: skip
        return await self.save(act, asked)

    @command
    async def mask_others(self, act: Act, access: UUID, words: list[str]) -> Saved:
        """Name others who are still told of. Raises NotYoursToAnswer, AccessAnswered."""
        found = await self.access_for(act, access)
        found.mask(words)
        return await self.save(act, found)

    @command
    async def decide_file(self, act: Act, access: UUID, sha256: str, *, given: bool) -> Saved:
        """Say whether a file goes with the copy. Raises NotYoursToAnswer, AccessAnswered."""
        found = await self.access_for(act, access)
        found.decide_file(sha256, given=given)
        return await self.save(act, found)

    @command
    async def release_access(
        self, act: Act, access: UUID, read: str, digest: str, told: tuple[int, int], files: list[str]
    ) -> Saved:
        """Let it go out as it was read; `told` are its entries and how many places are masked. Raises ReadSomethingElse,
        FilesUndecided where one of `files` was not looked at."""
        found = await self.access_for(act, access)
        found.release(read, digest, *told, act.rationale, files)
        return await self.save(act, found)

    @command
    async def decline_access(self, act: Act, access: UUID) -> Saved:
        """Do not answer it, with the reason. Raises NotYoursToAnswer, AccessAnswered, RecipientMissing."""
        found = await self.access_for(act, access)
        found.decline(act.rationale)
        return await self.save(act, found)

    async def access_for(self, act: Act, access: UUID) -> SubjectAccess:
        """A request within the reach of a post. Raises NotYoursToAnswer, NotFound."""
        require_answerer(act.role)
        found = await self.get(SubjectAccess, access)
        if found.site not in {site.site_id for site in await self.directory.sites_within(act.scope)}:
            raise NotFound("There is no such request among the sites that your post covers.")
        return found

    async def requests(self, act: Act) -> list[dict[str, Any]]:
        """The requests within the reach of a post. Raises NotYoursToAnswer."""
        require_answerer(act.role)
        return await self.accesses.listed([site.site_id for site in await self.directory.sites_within(act.scope)])

    async def _months(self) -> int:
        try:
            schedule = (await self.directory.rules(local_day(self.clock.now()))).retention
        except NotFound:
            schedule = None
        return schedule.answer_within_months if schedule else USUAL_MONTHS
