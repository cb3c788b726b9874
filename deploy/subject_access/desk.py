"""Where a request for access is worked on: the person's records found, read with others masked, and made into a copy."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from deploy.house import Platform
from deploy.subject_access.gathering import RAISED, Record, held, of_same_person
from deploy.subject_access.telling import Mask, Told, opened, told
from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.reading import opened as opened_rows
from libs.service import NotFound
from services.audit.application import Audit
from services.audit.application.answering import require_answerer
from services.audit.application.sentences import plain
from services.audit.domain import SubjectAccess

SUBJECT_NAMED = "intake.StaffAllegation.SubjectNamed"


class NotTheSame(Refused):
    """The copy that was released cannot be made again: something was added or erased since. Nothing was handed over. Put a
    new request on record."""


@dataclass(frozen=True)
class Desk:
    """Gathers from every store by the auditor's role, which reads and writes nowhere."""

    platform: Platform

    @property
    def audit(self) -> Audit:
        """Audit, which keeps account."""
        found: Audit = self.platform.service("audit")
        return found

    async def records(self, act: Act, journey: UUID) -> list[Record]:
        """The person's records, for a post that covers this one's site. Raises NotYoursToAnswer, NotFound."""
        require_answerer(act.role)
        found = await asyncio.to_thread(of_same_person, self.audit.auditor, journey)
        covered = {site.site_id for site in await self.audit.directory.sites_within(act.scope)}
        if not any(each.journey == journey and each.site in covered for each in found):
            raise NotFound("There is no such journey among those that your post covers.")
        return found

    async def ask(self, act: Act, journey: UUID, chosen: set[UUID], asked_by: str, received_on: date) -> Saved:
        """Put a request on record, for what is certain and what was chosen. Raises as `Audit.ask_access`."""
        found = await self.records(act, journey)
        wanted = {each.journey: each.site for each in found if each.certain or each.journey in chosen}
        return await self.audit.ask_access(act, found[0].provider, wanted, asked_by, received_on)

    async def read(self, act: Act, access: SubjectAccess) -> tuple[Told, str]:
        """What would go out, and its hash. That it was opened is put on record first."""
        why = "To answer a request for access to personal data"
        await self.audit.read(
            act, f"subject access {access.id}", access.provider, access.site, access.journey, words=True, because=why
        )
        return await self._told(access)

    async def release(self, act: Act, access: SubjectAccess, read: str) -> Saved:
        """Let it go out as it was read. Raises ReadSomethingElse, AccessAnswered, RecipientMissing."""
        copy, digest = await self._told(access)
        return await self.audit.release_access(act, access.id, read, digest, (len(copy.lines), copy.masked))

    async def copy(self, act: Act, access: SubjectAccess) -> Told:
        """The copy that was released, once it is on record who takes it. Raises NotTheSame."""
        copy, digest = await self.read(act, access)
        if digest != access.digest:
            raise NotTheSame
        return copy

    async def _told(self, access: SubjectAccess) -> tuple[Told, str]:
        found = await asyncio.to_thread(held, self.audit.auditor, access.journeys)
        bodies = await opened(found, self.platform.keys)
        own = [body["person_name"] for each, body in zip(found, bodies, strict=True) if each.topic == RAISED]
        mask = Mask(await self._others(access), filter(None, own), access.masks)
        made = told(found, bodies, plain, mask)
        return made, hashlib.sha256(made.document).hexdigest()

    async def _others(self, access: SubjectAccess) -> list[str]:
        """Everybody whose name is on the roster around these records: who holds a post, told us, or is named apart."""
        keys, directory = self.platform.keys, self.audit.directory
        holders = await directory.rows("SELECT DISTINCT name FROM holder")
        names = [row["name"] for row in await opened_rows(keys, holders, "name")]
        apart = await asyncio.to_thread(held, self.audit.auditor, access.journeys, apart=True)
        for each, body in zip(apart, await opened(apart, keys), strict=True):
            names += [body["name"]] if each.topic == SUBJECT_NAMED else []
            names += [body["reporter"]] if each.topic == RAISED and body.get("reporter") else []
        return names
