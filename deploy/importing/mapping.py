"""How the columns of somebody's file become what we record: a mapping, kept as data beside its source."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from libs.domain import Refused

LARGEST = 100_000
COLUMN = re.compile(r"\{([^{}]+)\}")
DATES = re.compile(r"\d{4}-\d{2}-\d{2}")


class MappingUnreadable(Refused):
    """The mapping file cannot be read. Nothing was imported; mend the mapping and try again."""


class RowRefused(Refused):
    """A row cannot be taken as it is."""


class Target(StrEnum):
    """What a row becomes."""

    SITE = "site"
    CAPACITY = "capacity"
    OPPORTUNITY = "opportunity"
    COUNT = "count"


NEEDED: Mapping[Target, frozenset[str]] = {
    Target.SITE: frozenset({"site", "title", "region", "nation", "service_kind", "opened_on"}),
    Target.CAPACITY: frozenset({"site", "month", "beds"}),
    Target.OPPORTUNITY: frozenset({"site", "kind", "summary", "source_key", "occurred"}),
    Target.COUNT: frozenset({"site", "count_kind", "financial_year", "running_total", "as_of", "late"}),
}
ALLOWED = {target: needed | {"themes", "due", "listed"} for target, needed in NEEDED.items()}


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(Part):
    """One field: a text with `{column}` in it, and what to make of it."""

    text: str = Field(max_length=4000)
    as_: Literal["text", "date", "dates", "number", "yes_no"] = Field(default="text", alias="as")
    values: dict[str, str] = Field(default_factory=dict, description="what each code of theirs is called here")
    may_be_empty: bool = False

    def columns(self) -> set[str]:
        """The columns it reads."""
        return set(COLUMN.findall(self.text))


class MapFile(Part):
    """A mapping: which columns the file must have, and how each of our fields is made of them."""

    title: str = Field(max_length=200)
    version: str = Field(max_length=40)
    source: str = Field(pattern=r"^[a-z0-9_]{1,60}$")
    provider: str = Field(max_length=100)
    target: Target
    encoding: Literal["utf-8", "cp1252"] = "utf-8"
    delimiter: Literal[",", ";", "\t"] = ","
    skip_when_empty: list[str] = Field(default_factory=list, description="a row with nothing there says nothing")
    fields: dict[str, Rule]

    @model_validator(mode="before")
    @classmethod
    def _plain_text_is_a_rule(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("fields"), dict):
            fields = {k: {"text": v} if isinstance(v, str) else v for k, v in data["fields"].items()}
            return {**data, "fields": fields}
        return data

    @model_validator(mode="after")
    def _all_that_is_needed(self) -> Self:
        missing = NEEDED[self.target] - self.fields.keys()
        unknown = self.fields.keys() - ALLOWED[self.target]
        if missing or unknown:
            raise ValueError(
                f"fields missing: {sorted(missing) or 'none'}; fields unknown: {sorted(unknown) or 'none'}"
            )
        return self

    def columns(self) -> set[str]:
        """Every column that a file must have."""
        return set().union(*(rule.columns() for rule in self.fields.values())) | set(self.skip_when_empty)

    def says_nothing(self, row: Mapping[str, str]) -> bool:
        """Whether the row is silent: what is missing is missing, not zero."""
        return any(not row[column].strip() for column in self.skip_when_empty)

    def read(self, row: Mapping[str, str]) -> dict[str, Any]:
        """Our fields of a row. Raises RowRefused with the field and what is wrong with it."""
        return {name: _value(name, rule, row) for name, rule in self.fields.items()}


def load(path: Path) -> MapFile:
    """Read a mapping file. Raises MappingUnreadable."""
    try:
        if path.stat().st_size > LARGEST:
            raise MappingUnreadable(
                f"{path} is larger than a mapping can be ({LARGEST:,} bytes). Nothing was imported."
            )
        return MapFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as fault:
        raise MappingUnreadable(f"{path} cannot be read as a mapping: {_first(fault)} Nothing was imported.") from fault


def _first(fault: Exception) -> str:
    if isinstance(fault, ValidationError):
        error = fault.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(map(str, error['loc']))}: {error['msg']}."
    return f"{fault}."


def _value(name: str, rule: Rule, row: Mapping[str, str]) -> Any:
    text = COLUMN.sub(lambda match: row[match[1]], rule.text).strip()
    if rule.values:
        if text not in rule.values:
            raise RowRefused(f"{name}: {text!r} is not among the codes that the mapping knows.")
        text = rule.values[text]
    if not text and not rule.may_be_empty and rule.as_ != "dates":
        raise RowRefused(f"{name} is empty.")
    return _typed(name, rule.as_, text)


def _typed(name: str, kind: str, text: str) -> Any:
    try:
        if kind == "date":
            return date.fromisoformat(text) if text else None
        if kind == "dates":
            return [day for found in DATES.findall(text) if (day := _day(found))]
        if kind == "number":
            return int(float(text)) if text else None
        if kind == "yes_no":
            return text.lower() in {"1", "true", "yes"}
    except ValueError:
        raise RowRefused(f"{name}: {text[:40]!r} is not a {kind.replace('_', ' or ')}.") from None
    return text


def _day(text: str) -> date | None:
    """A date named in running text; a source may name one that no calendar has, such as the 31st of November."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def noon(day: date) -> datetime:
    """A day of which only the date is known, as a moment of it."""
    return datetime.combine(day, time(12), UTC)
