"""Where a request for access is worked on: the person's records found, read with others masked, and made into a copy."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from deploy.house import Platform
from deploy.subject_access.gathering import RAISED, Record, held, of_same_person
from deploy.subject_access.telling import KeptFile, Mask, Told, opened, told
from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.reach import reached
from libs.reading import opened as opened_rows
from libs.service import NotFound
from services.audit.application import Audit
from services.audit.application.answering import require_answerer
from services.audit.application.sentences import plain
from services.audit.domain import SubjectAccess
from services.intake.application.vault import Vault, evidence_folder

SUBJECT_NAMED = "intake.StaffAllegation.SubjectNamed"
ATTACHED = "intake.Evidence.Attached"


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
        """The person's records, for a post that covers this one's site, without those that are shut to who asks. Raises
        NotYoursToAnswer, NotFound."""
        require_answerer(act.role)
        shut = reached().shut
        found = await asyncio.to_thread(of_same_person, self.audit.auditor, journey)
        found = [each for each in found if each.journey not in shut]
        covered = {site.site_id for site in await self.audit.directory.sites_within(act.scope)}
        if not any(each.journey == journey and each.site in covered for each in found):
            raise NotFound("There is no such journey among those that your post covers.")
        return found

    async def ask(self, act: Act, journey: UUID, chosen: set[UUID], asked_by: str, received_on: date) -> Saved:
        """Put a request on record, for what is certain and what was chosen. Raises as `Audit.ask_access`."""
        found = await self.records(act, journey)
        wanted = {each.journey: each.site for each in found if each.certain or each.journey in chosen}
        return await self.audit.ask_access(act, found[0].provider, wanted, asked_by, received_on)

    async def request(self, act: Act, access: UUID) -> SubjectAccess:
        """A request that whoever asks may answer. Raises NotYoursToAnswer, and NotFound also where it is about a journey that
        is shut to them: somebody else answers that."""
        it = await self.audit.access_for(act, access)
        if reached().shut & set(it.journeys):
            raise NotFound("There is no such request among the sites that your post covers.")
        return it

    async def requests(self, act: Act) -> list[dict[str, Any]]:
        """The requests that whoever asks may answer. Raises NotYoursToAnswer."""
        shut = reached().shut
        return [row for row in await self.audit.requests(act) if not shut & set(row["journeys"])]

    async def read(self, act: Act, access: SubjectAccess) -> tuple[Told, str]:
        """What would go out, and its hash. That it was opened is put on record first."""
        why = "To answer a request for access to personal data"
        await self.audit.read(
            act, f"subject access {access.id}", access.provider, access.site, access.journey, words=True, because=why
        )
        return await self._told(access)

    async def decide_file(self, act: Act, access: SubjectAccess, sha256: str, *, given: bool) -> Saved:
        """Say whether a file goes with the copy. Raises NotFound for a file that is not among these records."""
        await self._file(access, sha256)
        return await self.audit.decide_file(act, access.id, sha256, given=given)

    async def content(self, act: Act, access: SubjectAccess, sha256: str) -> tuple[KeptFile, bytes]:
        """A file of these records, once it is on record who looks. Raises NotFound where it is gone or not within reach."""
        file = await self._file(access, sha256)
        why = "To answer a request for access to personal data"
        what = f"subject access {access.id}, file {sha256[:12]}"
        await self.audit.read(act, what, access.provider, access.site, access.journey, words=True, because=why)
        vault = Vault(evidence_folder(self.platform.env), self.platform.keys)
        return file, await vault.fetch(file.about, sha256)

    async def _file(self, access: SubjectAccess, sha256: str) -> KeptFile:
        copy, _ = await self._told(access)
        for file in copy.files:
            if file.sha256 == sha256:
                return file
        raise NotFound("There is no such file among these records.")

    async def release(self, act: Act, access: SubjectAccess, read: str) -> Saved:
        """Let it go out as it was read. Raises ReadSomethingElse, FilesUndecided, AccessAnswered, RecipientMissing."""
        copy, digest = await self._told(access)
        files = [file.sha256 for file in copy.files]
        return await self.audit.release_access(act, access.id, read, digest, (len(copy.lines), copy.masked), files)

    async def copy(self, act: Act, access: SubjectAccess) -> tuple[Told, dict[str, bytes]]:
        """The copy that was released with the files that go with it, once it is on record who takes it. Raises NotTheSame,
        and NotFound where a file is gone."""
        copy, digest = await self.read(act, access)
        if digest != access.digest:
            raise NotTheSame
        vault = Vault(evidence_folder(self.platform.env), self.platform.keys)
        return copy, {file.saved_as: await vault.fetch(file.about, file.sha256) for file in copy.given}

    async def _told(self, access: SubjectAccess) -> tuple[Told, str]:
        found = await asyncio.to_thread(held, self.audit.auditor, access.journeys)
        bodies = await opened(found, self.platform.keys)
        own = [body["person_name"] for each, body in zip(found, bodies, strict=True) if each.topic == RAISED]
        mask = Mask(await self._others(access), filter(None, own), access.masks)
        made = told(found, bodies, plain, mask)
        kept = {
            (body["about"], body["sha256"]): body
            for each, body in zip(found, bodies, strict=True)
            if each.topic == ATTACHED
        }
        files = [
            KeptFile(
                UUID(str(body["about"])), body["sha256"], body["media_type"], body["size"], mask.over(body["title"]),
                access.files.get(body["sha256"]),
            )
            for body in kept.values()
        ]  # fmt: skip
        made = replace(made, files=files, masked=mask.count)
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
