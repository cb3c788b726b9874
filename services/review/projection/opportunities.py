"""What intake says of each opportunity: what it is about, and what goes on the timeline without anybody typing it."""

from __future__ import annotations

from contracts import intake as said
from contracts.envelope import PublishedEvent
from libs.views import Rows
from services.review.projection.project import project


def _heard(event: PublishedEvent, rows: Rows, what: str, words: str = "", detail: str = "") -> None:
    rows.execute(
        "INSERT INTO heard VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.envelope.id, event.journey, event.occurred, event.recorded, what, words, detail),
    )


def _known(event: PublishedEvent, rows: Rows, kind: str, themes: list[str]) -> None:
    rows.execute(
        "INSERT INTO known_case (journey, site, kind, themes) VALUES (%s, %s, %s, %s) ON CONFLICT (journey) DO UPDATE"
        " SET kind = excluded.kind, themes = excluded.themes",
        (event.journey, event.site, kind, themes),
    )


@project.register
def raised(event: said.OpportunityRaised, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO opportunity VALUES (%s, %s, %s, %s) ON CONFLICT (journey) DO NOTHING",
        (event.journey, event.reference, event.summary, event.occurred),
    )
    _known(event, rows, event.kind, event.themes)
    if event.person_name:
        rows.execute(
            "INSERT INTO person VALUES (%s, %s) ON CONFLICT (journey) DO NOTHING", (event.journey, event.person_name)
        )
    _heard(event, rows, "raised", event.summary)


@project.register
def corrected(event: said.OpportunityCorrected, rows: Rows) -> None:
    rows.execute("UPDATE opportunity SET summary = %s WHERE journey = %s", (event.summary, event.journey))


@project.register
def made_safe(event: said.ImmediateSafetyConfirmed, rows: Rows) -> None:
    _heard(event, rows, "made_safe", event.measures)


@project.register
def triaged(event: said.OpportunityTriaged, rows: Rows) -> None:
    _known(event, rows, event.kind, event.themes)
    _heard(event, rows, "triaged", event.rationale)


@project.register
def reclassified(event: said.OpportunityReclassified, rows: Rows) -> None:
    _known(event, rows, event.kind, event.themes)
    _heard(event, rows, "reclassified", event.because)


@project.register
def referred(event: said.OpportunityReferred, rows: Rows) -> None:
    _heard(event, rows, "referred", detail=event.body)


@project.register
def external_decision(event: said.ExternalDecisionReceived, rows: Rows) -> None:
    _heard(event, rows, "decided_elsewhere", event.findings, event.body)


@project.register
def evidence_attached(event: said.EvidenceAttached, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO attached VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.evidence_id, event.journey, event.sha256, event.evidence_date, event.title, event.recorded),
    )
