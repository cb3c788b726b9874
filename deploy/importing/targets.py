"""What a row becomes here, and what must be true of it before any of its file is taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from contracts.taxonomy import Nation, OpportunityKind, ServiceKind, Theme
from libs.domain import Refused

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


ROWS: Mapping[Target, type[Fields]] = {
    Target.SITE: SiteRow,
    Target.CAPACITY: CapacityRow,
    Target.OPPORTUNITY: OpportunityRow,
    Target.COUNT: CountRow,
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
