"""A regulator's totals, and files of past records brought in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.deciding import Act, Saved
from libs.service import command
from services.intake.application.external import Door
from services.intake.domain import ImportBatch, RegulatorCount


@dataclass(frozen=True, slots=True)
class Total:
    """A regulator's running total of a kind of count for a site and financial year, as it stood at a date."""

    site: str
    count_kind: str
    financial_year: str
    running_total: int
    as_of: date
    posted_after_year_end: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a batch since the last mark: how far, and what became of them; `refused` are their numbers."""

    done: int
    accepted: int
    repeated: int
    refused: list[int]


class Figures(Door):
    """Takes totals and keeps the place in files."""

    @command
    async def restate_count(self, act: Act, total: Total) -> Saved:
        """Take a total. The same again is no news: `detail` says whether it was. Raises NewerTotalOnRecord."""
        site = await self.directory.site(total.site)
        here = RegulatorCount.create_id(site.site_id, total.count_kind, total.financial_year)
        known = await self.find(RegulatorCount, here)
        count = known or RegulatorCount(
            provider=site.provider,
            site=site.site_id,
            journey=here,
            about=here,
            count_kind=total.count_kind,
            financial_year=total.financial_year,
        )
        before = count.version
        count.restate(total.running_total, total.as_of, posted_after_year_end=total.posted_after_year_end)
        news = count.version > before
        saved = await self.save(act, count)
        return Saved(saved.id, saved.version, saved.position, replayed=not news)

    @command
    async def open_batch(self, act: Act, provider: str, file_digest: str, mapping: str, rows: int) -> Saved:
        """Begin to bring a file in, or go on with it. `batch` says how far it has come."""
        here = ImportBatch.create_id(file_digest, mapping)
        known = await self.find(ImportBatch, here)
        if known:
            return Saved(known.id, known.version, self.store.position, replayed=True)
        batch = ImportBatch(
            provider=provider, site="", journey=here, about=here, file_digest=file_digest, mapping=mapping, rows=rows
        )
        return await self.save(act, batch)

    async def batch(self, batch: UUID) -> ImportBatch:
        """How far a file has come. Raises NotFound."""
        return await self.get(ImportBatch, batch)

    @command
    async def record_progress(self, act: Act, batch: UUID, rows: Rows) -> Saved:
        """Note how far it has come, after the rows up to there are on record."""
        found = await self.get(ImportBatch, batch, act)
        found.take_rows(rows.done, rows.accepted, rows.repeated, rows.refused)
        return await self.save(act, found)

    @command
    async def end_batch(self, act: Act, batch: UUID) -> Saved:
        """Every row has been taken."""
        found = await self.get(ImportBatch, batch, act)
        found.end()
        return await self.save(act, found)
