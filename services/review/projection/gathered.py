"""What was gathered: who took part, what happened when, where it can be seen, what was found."""

from __future__ import annotations

from typing import Any

from libs.views import Rows
from services.review.domain import Material
from services.review.projection.project import project


def _participant(event: Any, rows: Rows, state: str, because: str = "") -> None:
    rows.execute(
        "INSERT INTO participant VALUES (%s, %s, %s, %s) ON CONFLICT (journey, post_id) DO UPDATE"
        " SET state = excluded.state, because = excluded.because",
        (event.journey, event.post_id, state, because),
    )


@project.register
def invited(event: Material.Invited, rows: Rows) -> None:
    _participant(event, rows, "invited")


@project.register
def contributed(event: Material.Contributed, rows: Rows) -> None:
    _participant(event, rows, "contributed")


@project.register
def could_not_contribute(event: Material.CouldNotContribute, rows: Rows) -> None:
    _participant(event, rows, "could_not", event.because)


@project.register
def specialist_asked(event: Material.SpecialistAsked, rows: Rows) -> None:
    _participant(event, rows, "invited")
    rows.execute(
        "INSERT INTO specialist VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.post_id, event.journey, event.discipline, event.because),
    )


@project.register
def session_held(event: Material.SessionHeld, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO session VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.session_id, event.journey, event.form, event.held_on, event.present, event.words),
    )
    for post in event.present:
        rows.execute(
            "UPDATE participant SET state = 'contributed', because = '' WHERE journey = %s AND post_id = %s",
            (event.journey, post),
        )


@project.register
def timeline_entry_added(event: Material.TimelineEntryAdded, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO entry VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.entry_id, event.journey, event.happened, event.source, event.words),
    )


@project.register
def evidence_added(event: Material.EvidenceAdded, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO evidence VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.evidence_id, event.journey, event.source, event.dated, event.words, event.recorded),
    )
    if event.written_by:
        rows.execute(
            "INSERT INTO evidence_author VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (event.evidence_id, event.journey, event.written_by),
        )


@project.register
def finding_made(event: Material.FindingMade, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO finding VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.finding_id, event.journey, event.rests_on, event.kinds, event.words, event.recorded),
    )


@project.register
def finding_withdrawn(event: Material.FindingWithdrawn, rows: Rows) -> None:
    rows.execute("DELETE FROM finding WHERE finding_id = %s", (event.finding_id,))
