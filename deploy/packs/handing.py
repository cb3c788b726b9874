"""Packs by hand: asked for on a page within what a post reaches, made, put on record, and made again to be taken away."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import orjson

from contracts.taxonomy import Theme
from deploy.errands import Errands
from deploy.house import Platform
from deploy.packs.framework import framework, frameworks
from deploy.packs.gathering import Told
from deploy.packs.making import Made, Request, make
from deploy.packs.profile import profile, profiles
from deploy.packs.query import Query, contract_from, query_of
from libs.deciding import Act, Saved
from libs.directory import Site
from libs.domain import Hidden, Refused
from libs.policytext import read
from libs.reach import reached
from libs.web.forms import Form
from libs.web.posts import SignedIn
from services.audit.application import Audit, MadePack, require_hander
from services.audit.domain import EvidencePack


class OtherSites(Refused):
    """Your post does not reach every site you named. Nothing was made; name only sites of your own."""


class ForSomebodyElse(Refused):
    """Somebody else has to hand this pack over. Nothing was taken away; you can make one of your own."""


class NotTheSameAnyMore(Refused):
    """This pack cannot be made again as it was: words in it have been erased since, or its reader's profile or Candour
    itself is another version now. Nothing was handed over. Make a new one; both stay on record."""


@dataclass(frozen=True)
class Counter:
    """Where packs are asked for and handed over."""

    platform: Platform
    errands: Errands = field(default_factory=Errands)

    @property
    def audit(self) -> Audit:
        """Audit, which keeps account."""
        found: Audit = self.platform.service("audit")
        return found

    async def reach(self, me: SignedIn) -> list[Site]:
        """The sites a post may ask about. Raises NotYoursToHandOver."""
        require_hander(me.role)
        return await self.audit.directory.sites_within(me.scope)

    async def listed(self, me: SignedIn) -> list[dict[str, Any]]:
        """The newest packs of a post's provider that tell of no site beyond its reach, but none about a journey that is shut
        to whoever asks."""
        shut, sites = {str(journey) for journey in reached().shut}, await self.reach(me)
        known = {site.site_id for site in sites}
        made = await self.audit.packs.listed(provider_of(me, sites))
        return [
            row for row in made
            if shut.isdisjoint(said for _, said in row["filters"])
            and (_whole(me) or known.issuperset(dict(row["filters"]).get("Sites", "all").split(", ")))
        ]  # fmt: skip

    async def asked(self, me: SignedIn, form: Form) -> Request | None:
        """What a form asks for, within the post's reach; None where the form says what is wrong with it.

        Raises a Refused of the query, the profile or the contract.
        """
        sites = await self.reach(me)
        known = {site.site_id for site in sites}
        named = form.some_of("site", known)
        reader = form.one_of("reader", [each.id for each in profiles()], "Choose for whom the pack is")
        theme = form.one_of("theme", list(Theme))
        journey = _journey(form)
        since, until = form.day("since"), form.day("until")
        held = form.some_of("framework", [each.id for each in frameworks()])
        contract = contract_from(read(text)) if (text := form.text("contract")) else None
        if reader is None or not form.ok:
            return None
        query = await self.within(
            me, journey=journey, themes=[theme] if theme else [], sites=named, since=since, until=until, contract=contract
        )  # fmt: skip
        return Request(query, profile(reader), [framework(name) for name in held])

    async def within(self, me: SignedIn, **asked: Any) -> Query:
        """A query of what a post reaches, and no more. Raises OtherSites, or a Refused of the query."""
        sites = await self.reach(me)
        known, named, contract = {site.site_id for site in sites}, list(asked["sites"]), asked["contract"]
        if not set(named) <= known or (contract and not set(contract.sites) <= known):
            raise OtherSites
        if not _whole(me) and not named and contract is None and any(asked.values()):
            asked["sites"] = sorted(known)
        return query_of(provider=provider_of(me, sites), without=sorted(reached().shut), **asked)

    async def make(self, me: SignedIn, act: Act, request: Request, told: Told = lambda *_: None) -> Saved:
        """Sign what has been added to the ledgers, make the pack, and put it on record. Raises as `making.make`."""
        await self.audit.sign_grown()
        with TemporaryDirectory(prefix="candour-packs-") as folder:
            made = await self._made(request, Path(folder), told)
            return await self.audit.note_pack(act, provider_of(me, await self.reach(me)), noted(request, made))

    async def taken(self, act: Act, pack: EvidencePack, into: Path) -> Made:
        """The same pack, made again in `into`, once it is on record who takes it and why. Raises NotTheSameAnyMore."""
        query = Query.model_validate_json(orjson.dumps(pack.query))
        if reached().shut - set(query.without):
            raise ForSomebodyElse
        held = [framework(name) for name in pack.frameworks]
        made = await self._made(Request(query, profile(pack.reader), held, pack.as_of), into)
        if made.digest != pack.digest:
            raise NotTheSameAnyMore(" ".join((NotTheSameAnyMore.__doc__ or "").split()))
        await self.audit.take_pack_away(act, pack.id)
        return made

    async def pack(self, me: SignedIn, identity: UUID) -> EvidencePack:
        """A pack on record, of the provider that a post belongs to. Raises NotFound, NotYoursToHandOver."""
        sites = await self.reach(me)
        found = await self.audit.get(EvidencePack, identity)
        if found.query.get("journey") in {str(journey) for journey in reached().shut}:
            raise Hidden
        wanted = Query.model_validate_json(orjson.dumps(found.query)).wanted_sites  # none: of all sites there are
        within = wanted and wanted <= {site.site_id for site in sites}
        if found.provider != provider_of(me, sites) or not (_whole(me) or within):
            raise OtherSites
        return found

    async def _made(self, request: Request, into: Path, told: Told = lambda *_: None) -> Made:
        return await make(request, self.audit.auditor, self.platform.keys, self.audit.signer, into, told)


def provider_of(me: SignedIn, sites: list[Site]) -> str:
    """Whose packs a post makes and sees."""
    kind, _, name = me.scope.partition(":")
    return name if kind == "provider" else next((site.provider for site in sites), "")


def _whole(me: SignedIn) -> bool:
    return me.scope.startswith("provider:")


def _journey(form: Form) -> UUID | None:
    typed = form.text("journey").rstrip("/").rpartition("/")[2]
    try:
        return UUID(typed) if typed else None
    except ValueError:
        form.wrong("Give the journey's address or its id, as it stands on the journey's page.", "journey")
        return None


def noted(request: Request, made: Made) -> MadePack:
    """What goes on record about a pack."""
    query: dict[str, Any] = orjson.loads(request.query.model_dump_json())
    return MadePack(
        digest=made.digest, file=made.name, size=made.size, reader=request.profile.id, as_of=made.as_of,
        events=made.events, query=query, filters=[list(each) for each in request.query.stated()],
        frameworks=[each.id for each in request.frameworks], told=made.told,
    )  # fmt: skip
