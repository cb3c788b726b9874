"""What governance remembers for reading: every journey from first report to proof, and how each site stands.

One view follows all seven publishers, so that it has one bookmark and is rebuilt as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, LiteralString

from psycopg_pool import AsyncConnectionPool

from libs.row_security import Hangs
from services.governance.projection import (
    actions,
    barring,
    baselines,
    duties,
    journeys,
    organisation,
    proof,
    reviewing,
    searching,
    sums,
    unwritten,
)
from services.governance.projection.barring import Barring
from services.governance.projection.emergencies import Emergencies
from services.governance.projection.journey_reading import JourneyReading
from services.governance.projection.keeping import Kept
from services.governance.projection.loop_reading import LoopReading
from services.governance.projection.standing import Standing
from services.governance.projection.taking_away import TakingAway
from services.governance.projection.work_reading import WorkReading
from services.governance.projection.writing import project

__all__ = ["Emergencies", "Overview", "project", "unwritten"]


class Overview(JourneyReading, Standing, LoopReading, WorkReading, TakingAway, Barring):
    """Everything governance shows, in one view."""

    name = "overview"
    table_names: ClassVar[tuple[str, ...]] = (
        *journeys.NAMES,
        *barring.NAMES,
        *reviewing.NAMES,
        *actions.NAMES,
        *duties.NAMES,
        *proof.NAMES,
        *organisation.NAMES,
        *baselines.NAMES,
        *searching.NAMES,
        *sums.NAMES,
    )
    grow: ClassVar[tuple[str, ...]] = ("moment",)
    kept_sums: ClassVar[Sequence[Kept]] = sums.SUMS
    hanging: ClassVar[Mapping[str, Hangs]] = {"briefing_person": ("briefing", "briefing_id", "briefing_id")}
    tables: ClassVar[LiteralString] = (
        journeys.TABLES
        + barring.TABLES
        + reviewing.TABLES
        + actions.TABLES
        + duties.TABLES
        + proof.TABLES
        + organisation.TABLES
        + searching.TABLES
        + baselines.TABLES
        + sums.TABLES
        + sums.filled()
    )

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)
