"""What an outside system sent, and what became of it: accepted, known already, or kept apart with the reason."""

from __future__ import annotations

from uuid import UUID

from libs.domain import Aggregate, Created, Event, Sealed, event, follows
from services.intake.domain.refusals import CodeNotOurs, NotInQuarantine, RationaleMissing

ACCEPTED, QUARANTINED, SET_ASIDE, EXPIRED = "accepted", "quarantined", "set_aside", "expired"
MAPPED = ("site", "kind", "harm_level")
"""The fields in which a sender may use codes of its own."""


class ExternalMessage(Aggregate):
    """One message of one source, by the sender's own id. Its words are sealed under a key of its own."""

    TOPIC = "intake.ExternalMessage"

    class Received(Created):
        TOPIC = "intake.ExternalMessage.Received"
        source: str
        message_id: str

    class Accepted(Event):
        TOPIC = "intake.ExternalMessage.Accepted"
        source: str
        message_id: str
        digest: str
        opportunity: UUID
        reference: str
        remark: str

    class Quarantined(Event):
        TOPIC = "intake.ExternalMessage.Quarantined"
        source: str
        message_id: str
        digest: str
        reason: str
        sentence: str
        part: str
        code: Sealed
        headers: Sealed
        payload: Sealed

    class Repeated(Event):
        TOPIC = "intake.ExternalMessage.Repeated"
        source: str
        message_id: str
        digest: str
        opportunity: UUID | None
        reference: str
        remark: str

    class SetAside(Event):
        TOPIC = "intake.ExternalMessage.SetAside"

    class Expired(Event):
        TOPIC = "intake.ExternalMessage.Expired"

    @staticmethod
    def create_id(source: str, message_id: str) -> UUID:
        return follows("intake.ExternalMessage", f"{source}/{message_id}")

    @event(Received)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, source: str, message_id: str
    ) -> None:  # fmt: skip
        self.source, self.message_id = source, message_id
        self.outcome = self.digest = self.reason = self.sentence = self.reference = ""
        self.headers = self.payload = ""
        self.opportunity: UUID | None = None

    def accept(self, digest: str, opportunity: UUID, reference: str, remark: str = "") -> None:
        """It is on record as a learning opportunity. `remark` says what of it was not understood."""
        self.trigger_event(
            self.Accepted,
            source=self.source,
            message_id=self.message_id,
            digest=digest,
            opportunity=opportunity,
            reference=reference,
            remark=remark,
        )

    @event(Accepted)
    def _(self, digest: str, opportunity: UUID, reference: str) -> None:
        self.outcome, self.digest, self.opportunity, self.reference = ACCEPTED, digest, opportunity, reference
        self.headers = self.payload = ""

    def quarantine(
        self,
        digest: str,
        reason: str,
        sentence: str,
        part: str = "",
        code: str = "",
        headers: str = "",
        payload: str = "",
    ) -> None:
        """It cannot be taken as it is. The same message for the same reason again is a repeat."""
        if (self.outcome, self.digest, self.reason) == (QUARANTINED, digest, reason):
            self.repeat(digest, f"It is still kept apart. {sentence}")
            return
        self.trigger_event(
            self.Quarantined,
            source=self.source,
            message_id=self.message_id,
            digest=digest,
            reason=reason,
            sentence=sentence,
            part=part,
            code=code,
            headers=headers,
            payload=payload,
        )

    @event(Quarantined)
    def _(self, digest: str, reason: str, sentence: str, headers: str, payload: str) -> None:
        self.outcome, self.digest, self.reason, self.sentence = QUARANTINED, digest, reason, sentence
        self.headers, self.payload = headers, payload

    def repeat(self, digest: str, remark: str, opportunity: UUID | None = None, reference: str = "") -> None:
        """Nothing in it is new. It is answered all the same."""
        self.trigger_event(
            self.Repeated,
            source=self.source,
            message_id=self.message_id,
            digest=digest,
            opportunity=opportunity or self.opportunity,
            reference=reference or self.reference,
            remark=remark,
        )

    def overtaken(self, digest: str, remark: str, opportunity: UUID | None = None, reference: str = "") -> None:
        """It can be read, and nothing in it is new. What was kept apart of it need not wait for anybody any more."""
        self.repeat(digest, remark, opportunity, reference)
        if self.outcome == QUARANTINED:
            self.trigger_event(self.SetAside)

    def require_quarantine(self) -> None:
        """Raises NotInQuarantine unless it is kept apart."""
        if self.outcome != QUARANTINED:
            raise NotInQuarantine

    def set_aside(self, rationale: str) -> None:
        """A person decides, with the reason, that it will not be taken."""
        self.require_quarantine()
        if not rationale.strip():
            raise RationaleMissing
        self.trigger_event(self.SetAside)

    @event(SetAside)
    def _(self) -> None:
        self.outcome = SET_ASIDE

    def expire(self) -> None:
        """Nobody took it in time, so its words are destroyed. What was taken stays with the record that it led to."""
        if self.outcome in {QUARANTINED, SET_ASIDE}:
            self.trigger_event(self.Expired)

    @event(Expired)
    def _(self) -> None:
        self.outcome = EXPIRED
        self.headers = self.payload = ""


class ExternalSource(Aggregate):
    """What an outside system's own codes mean here, as people here have said."""

    TOPIC = "intake.ExternalSource"

    class Known(Created):
        TOPIC = "intake.ExternalSource.Known"
        source: str

    class CodeMapped(Event):
        TOPIC = "intake.ExternalSource.CodeMapped"
        part: str
        code: Sealed
        ours: str

    @staticmethod
    def create_id(source: str) -> UUID:
        return follows("intake.ExternalSource", source)

    @event(Known)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID, source: str) -> None:
        self.source = source
        self.codes: dict[tuple[str, str], str] = {}

    def map_code(self, part: str, code: str, ours: str) -> None:
        """Say what one of its codes means here. Saying the same again is no news."""
        if part not in MAPPED:
            raise CodeNotOurs
        if self.codes.get((part, code)) != ours:
            self.trigger_event(self.CodeMapped, part=part, code=code, ours=ours)

    @event(CodeMapped)
    def _(self, part: str, code: str, ours: str) -> None:
        self.codes[part, code] = ours

    def ours(self, part: str, code: str) -> str:
        """What a code means here; itself where nobody said otherwise."""
        return self.codes.get((part, code), code)
