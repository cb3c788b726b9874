"""What can be asked of review while material is gathered: people, days, evidence, findings, and the cases of a theme."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from libs.deciding import Act, Saved
from libs.service import NotFound, command
from services.review.application.records import Contribution, Records
from services.review.domain import refusals as no
from services.review.domain.sample import Query


class Gathering(Records):
    """Who takes part, what happened when, where it can be seen, and what was found."""

    @command
    async def invite(self, act: Act, journey: UUID, posts: Sequence[str]) -> Saved:
        """Ask the holders of posts of the site, its region or its provider to take part. Raises NotFound."""
        material = await self.material_for(act, journey)
        await self._require_posts(material.site, posts)
        for post in posts:
            material.invite(post)
        return await self.save(act, material)

    async def _require_posts(self, site: str, posts: Sequence[str]) -> None:
        known = {post.post_id for post in await self.directory.posts_above(site)}
        for post in posts:
            if post not in known:
                raise NotFound(f"There is no post {post} at this site. Choose from the posts shown.")

    @command
    async def ask_specialist(self, act: Act, journey: UUID, discipline: str, because: str) -> Saved:
        """Ask somebody from outside the team to support the learning."""
        material = await self.material_for(act, journey)
        material.ask_specialist(discipline, because)
        return await self.save(act, material)

    @command
    async def record_contribution(self, act: Act, journey: UUID, contribution: Contribution) -> Saved:
        """Record who took part, or could not and why."""
        material = await self.material_for(act, journey)
        if contribution.could_not_because:
            material.record_could_not(contribution.post_id, contribution.could_not_because)
        else:
            material.record_contribution(contribution.post_id)
        return await self.save(act, material)

    @command
    async def hold_session(
        self, act: Act, journey: UUID, form: str, held_on: date, present: Sequence[str], words: str = ""
    ) -> Saved:
        """Record that people met to learn."""
        material = await self.material_for(act, journey)
        material.hold_session(form, held_on, present, words)
        return await self.save(act, material)

    @command
    async def add_timeline_entry(self, act: Act, journey: UUID, happened: datetime, source: str, words: str) -> Saved:
        """Say what happened when."""
        material = await self.material_for(act, journey)
        material.add_timeline_entry(happened, source, words)
        return await self.save(act, material)

    @command
    async def add_evidence(
        self, act: Act, journey: UUID, source: str, dated: date, words: str, written_by: str = ""
    ) -> Saved:
        """Say where something can be seen, and which post wrote it if that is known. Raises NotFound for one that there is
        not: what an owner wrote would pass for somebody else's word."""
        material = await self.material_for(act, journey)
        await self._require_posts(material.site, [written_by] if written_by else [])
        material.add_evidence(source, dated, words, written_by)
        return await self.save(act, material)

    @command
    async def make_finding(self, act: Act, journey: UUID, words: str, rests_on: Sequence[UUID]) -> Saved:
        """Say what is now known, and what that rests on."""
        material = await self.material_for(act, journey)
        material.make_finding(words, rests_on)
        return await self.save(act, material)

    @command
    async def withdraw_finding(self, act: Act, journey: UUID, finding: UUID, because: str) -> Saved:
        """Take a finding back."""
        material = await self.material_for(act, journey)
        material.withdraw_finding(finding, because)
        return await self.save(act, material)

    @command
    async def draw_sample(self, act: Act, journey: UUID, query: Query, size: int, because: str = "") -> Saved:
        """Draw cases from everything that fits, at sites the asking post covers. Raises SiteNotCovered."""
        sample = await self.sample_for(act, journey)
        covered = {site.site_id for site in await self.directory.sites_within(act.scope)}
        if not set(query.sites) <= covered:
            raise no.SiteNotCovered
        sample.draw(query, await self.reviews.fitting(query, journey), size, because)
        return await self.save(act, sample)

    @command
    async def read_case(self, act: Act, journey: UUID, case: UUID, words: str) -> Saved:
        """Say what a case of the sample shows."""
        sample = await self.sample_for(act, journey)
        sample.read_case(case, words)
        return await self.save(act, sample)

    @command
    async def leave_case_out(self, act: Act, journey: UUID, case: UUID, because: str) -> Saved:
        """Say why a case of the sample tells nothing here."""
        sample = await self.sample_for(act, journey)
        sample.leave_out(case, because)
        return await self.save(act, sample)
