"""What a row becomes here, and what must be true of it before any of its file is taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from contracts.taxonomy import Nation, OpportunityKind, ServiceKind, Theme
from libs.calendar import LONDON
from libs.domain import Refused
from services.notification.domain.rota import LONGEST

SHOWN = 40
"""So much of somebody's field is repeated when it is refused."""


class RowRefused(Refused):
    """A row cannot be taken as it is."""


class Target(StrEnum):
    """What a row becomes."""

    SITE = "site"
    CAPACITY = "capacity"
    OPPORTUNITY = "opportunity"
    COUNT = "count"
    SHIFT = "shift"


SiteId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]
"""It stands in addresses and in the names of posts."""


class Fields(BaseModel):
    """A row in our words. Unknown fields are a fault of the mapping."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    site: SiteId


class SiteRow(Fields):
    """A site as it is to be registered."""

    title: str = Field(min_length=1, max_length=200)
    region: str = Field(min_length=1, max_length=100)
    nation: Nation
    service_kind: ServiceKind
    opened_on: date


class CapacityRow(Fields):
    """Beds of one month, or what its events are divided by, or both; any day of the month will do."""

    month: date
    beds: int | None = Field(default=None, ge=0, le=100_000)
    exposure: float | None = Field(default=None, gt=0, le=100_000_000, allow_inf_nan=False)
    unit: Literal["occupied_bed_days", "care_hours", "person_days"] = "occupied_bed_days"

    @model_validator(mode="after")
    def says_something(self) -> CapacityRow:
        """Raises ValueError for a row that states neither."""
        if self.beds is None and self.exposure is None:
            raise ValueError("a row states beds, exposure, or both")
        return self


def _themes(text: Any) -> Any:
    return [part.strip() for part in text.split("|") if part.strip()] if isinstance(text, str) else text


class OpportunityRow(Fields):
    """Something to learn from. `due` holds every deadline the source names, and what it names that is no day at all."""

    kind: OpportunityKind
    summary: str = Field(min_length=1, max_length=20_000)
    source_key: str = Field(min_length=1, max_length=200)
    occurred: date
    listed: date | None = None
    themes: Annotated[tuple[Theme, ...], BeforeValidator(_themes), Field(max_length=10)] = ()
    due: tuple[date | str, ...] = ()


class CountRow(Fields):
    """A regulator's running total of a year, as it stood on a day."""

    count_kind: Literal["complaint_upheld", "enforcement"]
    financial_year: str = Field(pattern=r"^\d{4}-\d{2}$")
    running_total: int = Field(ge=0, le=1_000_000)
    as_of: date
    late: bool


def _people(text: Any) -> Any:
    return [part.strip() for part in text.split("|") if part.strip()] if isinstance(text, str) else text


def _of_the_uk(moment: datetime) -> datetime:
    return moment.replace(tzinfo=LONDON) if moment.tzinfo is None else moment


UkTime = Annotated[datetime, AfterValidator(_of_the_uk)]
"""A time without a zone is by the clock of the UK."""


class ShiftRow(Fields):
    """Somebody on one shift, by their number in the rota system, and whom they support then, by id, parted by "|"."""

    staff: str = Field(min_length=1, max_length=100)
    starts: UkTime
    ends: UkTime
    group: str = Field(default="", max_length=80)
    agency: bool = False
    supports: Annotated[tuple[UUID, ...], BeforeValidator(_people), Field(max_length=60)] = ()

    @model_validator(mode="after")
    def ends_after_it_starts(self) -> ShiftRow:
        """Raises ValueError for a shift that no clock can show."""
        if not self.starts < self.ends <= self.starts + LONGEST:
            raise ValueError("a shift ends after it starts, and within two days")
        return self


ROWS: Mapping[Target, type[Fields]] = {
    Target.SITE: SiteRow,
    Target.CAPACITY: CapacityRow,
    Target.OPPORTUNITY: OpportunityRow,
    Target.COUNT: CountRow,
    Target.SHIFT: ShiftRow,
}


def needed(target: Target) -> set[str]:
    """The fields that a mapping must make for a target."""
    return {name for name, field in ROWS[target].model_fields.items() if field.is_required()}


def row_of(target: Target, values: Mapping[str, Any]) -> Fields:
    """The row in our words. Raises RowRefused with the field and what is wrong with it."""
    try:
        return ROWS[target].model_validate(values)
    except ValidationError as fault:
        error = fault.errors(include_url=False)[0]
        field = ".".join(str(part) for part in error["loc"])
        raise RowRefused(f"{field}: {str(error['input'])[:SHOWN]!r} cannot be taken. {error['msg']}.") from None
