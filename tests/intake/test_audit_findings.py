"""What an audit finds is taken in once, to be weighed like anything else."""

from __future__ import annotations

from uuid import UUID

from contracts.assurance import AuditFindingMade
from libs.directory import Site
from services.intake.application.reporting import Report, begun
from services.intake.domain.opportunity import Opportunity
from services.intake.policy import react
from tests.given import event, heard, whenever

FINDING = AuditFindingMade(
    finding_id=UUID(int=8), round_id=UUID(int=9), tool_id="early-signs", tool_version="2026.1",
    check_id="note-is-clear", title="The note says what was seen", exceptions=3, of=12, themes=["recording"],
)  # fmt: skip
SITE = Site("acme", "elm", "Elm", "North", "ENG", "homecare")


class Desk:
    """Intake's own taking-in, without a store."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def taken_from(self, site: str, kind: str, summary: str, themes: list[str], source_key: str) -> Opportunity:
        self.keys.append(source_key)
        return begun(Report(site, kind, summary, themes, source_key=source_key), SITE, UUID(int=10))


def test_a_finding_of_an_audit_becomes_something_to_learn_from() -> None:
    desk = Desk()
    whenever(react, heard(FINDING), desk).then(
        event(
            Opportunity.Raised, kind="quality_assurance", themes=["recording"],
            summary="An audit found this not to be so in 3 of 12: The note says what was seen",
        )
    )  # fmt: skip
    assert desk.keys == [f"audit:{UUID(int=8)}"]


def test_nothing_else_is_taken_in() -> None:
    whenever(react, object(), Desk()).nothing()
