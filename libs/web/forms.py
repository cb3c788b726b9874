"""What a person typed into a form, read into the domain's values, with a sentence for each thing that is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.requests import Request

CSRF_FIELD = "csrf_token"
HIDDEN = frozenset({CSRF_FIELD, "key", "version", "next"})
"""What a form carries besides what a person typed: the `once` macro's key and version, and where to go next."""
LONGEST_TEXT = 20_000


@dataclass(frozen=True)
class FieldError:
    """One thing to mend; `name` is the field's id on the page, or empty when no single field is at fault."""

    name: str
    message: str


class Form:
    """Typed values by field name. The reading methods note an error and return None rather than raise, so that a
    page can show everything that is wrong at once with what was typed kept."""

    def __init__(self, typed: Mapping[str, str | Sequence[str]] | None = None) -> None:
        self._typed = {name: [each] if isinstance(each, str) else list(each) for name, each in (typed or {}).items()}
        self.errors: list[FieldError] = []

    @classmethod
    async def of(cls, request: Request) -> Self:
        """The form a browser posted, without files and without the page's own token."""
        return cls(typed_fields(await request.form()))

    @property
    def ok(self) -> bool:
        return not self.errors

    def value(self, name: str) -> str:
        """The text to show in the field again."""
        found = self._typed.get(name, [])
        return found[0] if found else ""

    def values(self, name: str) -> list[str]:
        return self._typed.get(name, [])

    def error(self, name: str) -> str:
        return next((each.message for each in self.errors if each.name == name), "")

    def wrong(self, message: str, name: str = "") -> None:
        """Note what is wrong and how to mend it."""
        self.errors.append(FieldError(name, message))

    def text(self, name: str, missing: str = "", longest: int = LONGEST_TEXT) -> str:
        """Trimmed text; `missing` is the sentence when it is required and empty."""
        found = self.value(name).replace("\r\n", "\n").strip()
        if not found and missing:
            self.wrong(missing, name)
        if len(found) > longest:
            self.wrong(f"This is {len(found) - longest:,} characters too long. The most is {longest:,}.", name)
        return found

    def one_of(self, name: str, allowed: Iterable[str], missing: str = "") -> str | None:
        """One of the codes that were offered."""
        found = self.value(name)
        if found in set(allowed):
            return found
        if found or missing:
            self.wrong(missing or "Choose one of the answers shown.", name)
        return None

    def some_of(self, name: str, allowed: Iterable[str], missing: str = "") -> list[str]:
        """Those of the offered codes that were ticked."""
        offered, ticked = set(allowed), self.values(name)
        if not ticked and missing:
            self.wrong(missing, name)
        if any(each not in offered for each in ticked):
            self.wrong("Choose only from the answers shown.", name)
        return [each for each in ticked if each in offered]

    def whole_number(self, name: str, least: int = 0, most: int = 1_000_000, missing: str = "") -> int | None:
        found = self.value(name).replace(",", "").strip()
        if not found:
            if missing:
                self.wrong(missing, name)
            return None
        digits = found.lstrip("0") or "0"
        short = found.isascii() and found.isdigit() and len(digits) <= len(str(most))
        if not short or not least <= int(digits) <= most:
            self.wrong(f"Enter a whole number from {least:,} to {most:,}.", name)
            return None
        return int(digits)

    def day(self, name: str, missing: str = "") -> date | None:
        found = self.value(name).strip()
        if not found:
            if missing:
                self.wrong(missing, name)
            return None
        try:
            return date.fromisoformat(found)
        except ValueError:
            self.wrong("Enter a real date, like 2026-11-22.", name)
            return None

    def moment(self, name: str, zone: str, missing: str = "") -> datetime | None:
        """`<name>-day` and `<name>-time` on the site's wall clock, as an aware time.

        The repeated hour in October is read as its first pass; the hour that is skipped in March is refused.
        """
        day, clock = self.value(f"{name}-day").strip(), self.value(f"{name}-time").strip()
        if not day and not clock:
            if missing:
                self.wrong(missing, name)
            return None
        try:
            local = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone))
        except ValueError:
            self.wrong("Enter both a date and a time. If the time is not known, give your best estimate.", name)
            return None
        if local.astimezone(ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(fold=0) != local:
            self.wrong("The clocks went forward over this time. Enter a time before or after that hour.", name)
            return None
        return local


def typed_fields(form: FormData) -> dict[str, list[str]]:
    """Everything typed in a posted form except uploaded files and the page's own token."""
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and name != CSRF_FIELD:
            fields.setdefault(name, []).append(value)
    return fields
