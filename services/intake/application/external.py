"""What outside systems send: taken once, corrected, or kept apart until a person has mended what was wrong."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from contracts.taxonomy import HarmLevel, OpportunityKind
from libs.deciding import Act, Saved, circumstances
from libs.service import NotFound, command
from services.intake.application.admission import Admitted, NotAdmitted, Sent, admit
from services.intake.application.opportunities import Opportunities
from services.intake.domain import (
    CodeNotOurs,
    ExternalMessage,
    ExternalSource,
    NewerWordsOnRecord,
    NotForThisPost,
    NotKept,
    Opportunity,
    StillNotAdmitted,
)
from services.intake.projection import Quarantine

PROVIDER_WIDE = "provider:"


class Door(Opportunities):
    """The outer door: every message is answered, none is lost, none counts twice."""

    quarantine: Quarantine

    @command
    async def take_external(self, act: Act, sent: Sent) -> Saved:
        """Take a message, or keep it apart with the reason. Either way its outcome is on record, once."""
        try:
            admitted = await self._admitted(sent)
        except NotAdmitted as fault:
            message = await self._message(sent.source, fault.message_id or f"sha256-{sent.digest}")
            headers, payload = sent.packed()
            message.quarantine(
                sent.digest, fault.reason, fault.sentence, fault.part, fault.code, headers=headers, payload=payload
            )
            return await self.save(act, message)
        message = await self._message(sent.source, admitted.message_id)
        opportunity = await self._accepted(act, message, admitted, sent.digest)
        return await self.save(act, message, *([opportunity] if opportunity else []))

    @command
    async def keep_apart(self, act: Act, sent: Sent, reason: str, sentence: str) -> Saved:
        """Keep a message apart that failed here through no fault of its sender, so that the next can be taken."""
        message = await self._message(sent.source, f"sha256-{sent.digest}")
        headers, payload = sent.packed()
        message.quarantine(sent.digest, reason, sentence, headers=headers, payload=payload)
        return await self.save(act, message)

    @command
    async def try_again(self, act: Act, message: UUID) -> Saved:
        """Take a message after all, now that what was wrong has been mended.

        Raises NotInQuarantine, NotKept, or StillNotAdmitted with the sentence that says what is still wrong.
        """
        require_provider_wide(act)
        found = await self.get(ExternalMessage, message, act)
        found.require_quarantine()
        if not found.headers:
            raise NotKept
        sent = Sent.unpacked(found.source, found.headers, found.payload, found.modified_on)
        try:
            admitted = await self._admitted(sent)
        except NotAdmitted as fault:
            raise StillNotAdmitted(fault.sentence) from None
        opportunity = await self._accepted(act, found, admitted, sent.digest)
        return await self.save(act, found, *([opportunity] if opportunity else []))

    @command
    async def set_aside(self, act: Act, message: UUID) -> Saved:
        """Decide that a message will not be taken, with the reason."""
        require_provider_wide(act)
        found = await self.get(ExternalMessage, message, act)
        found.set_aside(act.rationale)
        return await self.save(act, found)

    @command
    async def map_code(self, act: Act, source: str, part: str, code: str, ours: str) -> Saved:
        """Say what a sender's code means here. Raises CodeNotOurs for what is not a site, kind or level of ours."""
        require_provider_wide(act)
        await self._require_ours(part, ours)
        known = await self.find(ExternalSource, ExternalSource.create_id(source))
        if known is None:
            here = ExternalSource.create_id(source)
            provider = act.scope.removeprefix(PROVIDER_WIDE)
            known = ExternalSource(provider=provider, site="", journey=here, about=here, source=source)
        known.map_code(part, code, ours)
        return await self.save(act, known)

    async def _require_ours(self, part: str, ours: str) -> None:
        codes = {"kind": set(map(str, OpportunityKind)), "harm_level": set(map(str, HarmLevel))}.get(part, set())
        if part == "site":
            try:
                await self.directory.site(ours)
            except NotFound:
                raise CodeNotOurs from None
        elif ours not in codes:
            raise CodeNotOurs

    async def _admitted(self, sent: Sent) -> Admitted:
        known = await self.find(ExternalSource, ExternalSource.create_id(sent.source))
        return await admit(sent, known, self.directory, circumstances().now)

    async def _message(self, source: str, message_id: str) -> ExternalMessage:
        here = ExternalMessage.create_id(source, message_id)
        known = await self.find(ExternalMessage, here)
        return known or ExternalMessage(
            provider="", site="", journey=here, about=here, source=source, message_id=message_id
        )

    async def _accepted(
        self, act: Act, message: ExternalMessage, admitted: Admitted, digest: str
    ) -> Opportunity | None:
        """Record the outcome of a message that can be read; the opportunity it began or corrected, if it did."""
        source = replace(act, actor=f"source:{message.source}", role="system", occurred=admitted.occurred)
        try:
            with self.under(source):
                opportunity, how = await self.taken(admitted.report)
        except NewerWordsOnRecord as refusal:
            message.overtaken(digest, f"out-of-order: {refusal}")
            return None
        if how == "known":
            message.overtaken(digest, "It is on record already, word for word.", opportunity.id, opportunity.reference)
            return None
        remark = "Recorded as a correction. " if how == "corrected" else ""
        message.accept(digest, opportunity.id, opportunity.reference, f"{remark}{admitted.remark}".strip())
        return opportunity


def require_provider_wide(act: Act) -> None:
    """Raises NotForThisPost for a post that covers less than the whole provider."""
    if not act.scope.startswith(PROVIDER_WIDE):
        raise NotForThisPost("What outside systems send is looked after by a post for the whole provider.")
