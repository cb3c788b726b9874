"""How the columns of somebody's file become what we record: a mapping, kept as data beside its source."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from contracts.taxonomy import Role
from deploy.importing.targets import ROWS, SHOWN, Fields, RowRefused, Target, needed, row_of
from libs.domain import Refused

LARGEST = 100_000
COLUMN = re.compile(r"\{([^{}]+)\}")
DATES = re.compile(r"\d{4}-\d{2}-\d{2}")
YES, NO = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no", ""})


class MappingUnreadable(Refused):
    """The mapping file cannot be read. Nothing was imported; mend the mapping and try again."""


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


class Posts(Part):
    """Posts that come with sites, so that somebody can look at them: held by 'whoever holds the post', nobody by name."""

    site: list[Role] = Field(default_factory=list, max_length=10)
    provider: list[Role] = Field(default_factory=list, max_length=10)
    provider_title: str = Field(min_length=1, max_length=100)


class MapFile(Part):
    """A mapping: which columns the file must have, and how each of our fields is made of them."""

    title: str = Field(max_length=200)
    version: str = Field(max_length=40)
    source: str = Field(pattern=r"^[a-z0-9_]{1,60}$")
    provider: str = Field(pattern=r"^[a-z0-9_-]{1,100}$")
    target: Target
    encoding: Literal["utf-8", "cp1252"] = "utf-8"
    delimiter: Literal[",", ";", "\t"] = ","
    skip_when_empty: list[str] = Field(default_factory=list, description="a row with nothing there says nothing")
    posts: Posts | None = None
    fields: dict[str, Rule]

    @model_validator(mode="before")
    @classmethod
    def _plain_text_is_a_rule(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("fields"), dict):
            fields = {k: {"text": v} if isinstance(v, str) else v for k, v in data["fields"].items()}
            return {**data, "fields": fields}
        return data

    @model_validator(mode="after")
    def _fits_its_target(self) -> Self:
        missing = needed(self.target) - self.fields.keys()
        unknown = self.fields.keys() - ROWS[self.target].model_fields.keys()
        if missing or unknown:
            raise ValueError(
                f"fields missing: {', '.join(sorted(missing)) or 'none'};"
                f" fields unknown: {', '.join(sorted(unknown)) or 'none'}"
            )
        if self.posts and self.target != Target.SITE:
            raise ValueError("posts come with sites only")
        for name, rule in self.fields.items():
            for code in rule.values.values() if rule.columns() else [rule.text]:
                _require_known(self.target, name, rule, code)
        return self

    @property
    def digest(self) -> str:
        """The SHA-256 of what it says: a file read by other rules is another import."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()

    def columns(self) -> set[str]:
        """Every column that a file must have."""
        return set().union(*(rule.columns() for rule in self.fields.values())) | set(self.skip_when_empty)

    def says_nothing(self, row: Mapping[str, str]) -> bool:
        """Whether the row is silent: what is missing is missing, not zero."""
        return any(not row[column].strip() for column in self.skip_when_empty)

    def read(self, row: Mapping[str, str]) -> Fields:
        """A row in our words. Raises RowRefused with the field and what is wrong with it."""
        return row_of(self.target, {name: _value(name, rule, row) for name, rule in self.fields.items()})


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


def _require_known(target: Target, name: str, rule: Rule, code: str) -> None:
    """What the mapping itself says is checked before any row is: a misspelt code would refuse every one of them."""
    try:
        annotation: Any = ROWS[target].model_fields[name].annotation
        TypeAdapter(annotation).validate_python(_typed(rule.as_, code))
    except ValidationError as fault:
        raise ValueError(f"fields.{name}: {code[:SHOWN]!r}: {fault.errors(include_url=False)[0]['msg']}") from None


def _first(fault: Exception) -> str:
    if isinstance(fault, ValidationError):
        error = fault.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, error["loc"]))
        return f"{place}{': ' if place else ''}{error['msg'].removeprefix('Value error, ')}."
    return f"{fault}."


def _value(name: str, rule: Rule, row: Mapping[str, str]) -> Any:
    text = COLUMN.sub(lambda match: row[match[1]], rule.text).strip()
    if rule.values:
        if text not in rule.values:
            raise RowRefused(f"{name}: {text[:SHOWN]!r} is not among the codes that the mapping knows.")
        text = rule.values[text]
    if not text and not rule.may_be_empty and rule.as_ not in {"dates", "yes_no"}:
        raise RowRefused(f"{name} is empty.")
    try:
        return _typed(rule.as_, text)
    except (ValueError, OverflowError):
        raise RowRefused(f"{name}: {text[:SHOWN]!r} is not a {NAMED[rule.as_]}.") from None


NAMED = {"date": "date such as 2026-03-31", "dates": "list of dates", "number": "whole number", "yes_no": "yes or no"}


def _typed(kind: str, text: str) -> Any:
    if kind == "date":
        return date.fromisoformat(text) if text else None
    if kind == "dates":
        return _days(text)
    if kind == "number":
        return _whole(text) if text else None
    if kind == "yes_no":
        if text.lower() not in YES | NO:
            raise ValueError(text)
        return text.lower() in YES
    return text


def _whole(text: str) -> int:
    number = float(text)
    if number != int(number):
        raise ValueError(text)
    return int(number)


def _days(text: str) -> tuple[date | str, ...]:
    """The dates named in running text. One that no calendar has, such as the 31st of November, stays as it is written."""
    found = DATES.findall(text)
    if text and not found:
        raise ValueError(text)
    return tuple(_day(each) for each in found)


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def noon(day: date) -> datetime:
    """A day of which only the date is known, as a moment of it."""
    return datetime.combine(day, time(12), UTC)
