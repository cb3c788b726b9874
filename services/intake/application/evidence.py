"""Evidence sent in to a record, and read again by those who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from libs.calendar import local_day
from libs.deciding import Act, Saved
from libs.retention import Retention
from libs.service import NotFound, command
from services.intake.application.opportunities import Opportunities
from services.intake.application.vault import Vault
from services.intake.domain import Evidence, Opportunity
from services.intake.domain.evidence import USUAL_MOST, File, OnRecord, examined


class EvidenceKeeping(Opportunities):
    """Keeps files, outside the store, and their digests in it."""

    vault: Vault

    async def attach(self, act: Act, opportunity: UUID, content: bytes, evidence_date: date, title: str) -> Saved:
        """Put a file on the record. Raises FileEmpty, FileTooLarge, FileKindNotTaken, FileTwice, TooManyFiles,
        NotYetHappened."""
        file = examined(content)
        found = await self.touchable(replace(act, based_on=None), opportunity)
        Evidence.require_happened(evidence_date, self.clock.now())  # what is refused for its day leaves no file behind
        kept, most = await self.evidence_of(found), await self.most_files()
        if kept:
            kept.require_room(most)
        # First the file, then the fact: a fact without its file would be a promise that cannot be kept.
        await self.vault.keep(found.about, file.sha256, content)
        return await self.record_file(act, opportunity, file, evidence_date, title, most)

    @command
    async def record_file(
        self, act: Act, opportunity: UUID, file: File, evidence_date: date, title: str, most: int = USUAL_MOST
    ) -> Saved:
        """Put on record that a file is kept."""
        found = await self.touchable(replace(act, based_on=None), opportunity)
        evidence = self.as_seen(await self.evidence_of(found), act) or Evidence(
            provider=found.provider, site=found.site, journey=found.journey, about=found.about
        )
        evidence.attach(file, evidence_date, title, most)
        return await self.save(act, evidence)

    async def most_files(self) -> int:
        """How many files a record takes under the rules in force today."""
        schedule, _ = await self.schedule()
        return schedule.files_per_record if schedule else USUAL_MOST

    async def schedule(self) -> tuple[Retention | None, str]:
        """The provider's schedule of retention in force today, and the version of the rules it stands in."""
        try:
            pack = await self.directory.rules(local_day(self.clock.now()))
        except NotFound:
            return None, ""
        return pack.retention, f"{pack.id}/{pack.version}"

    async def evidence_of(self, opportunity: Opportunity) -> Evidence | None:
        """The files on its record, or None where there are none."""
        return await self.find(Evidence, Evidence.create_id(opportunity.journey))

    async def content_of(self, opportunity: Opportunity, evidence: UUID) -> tuple[OnRecord, bytes]:
        """A file with its content. Raises NotFound."""
        kept = await self.evidence_of(opportunity)
        if kept is None or evidence not in kept.files:
            raise NotFound("There is no such file on this record.")
        on_record = kept.files[evidence]
        return on_record, await self.vault.fetch(opportunity.about, on_record.file.sha256)
