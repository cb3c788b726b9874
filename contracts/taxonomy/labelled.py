"""A closed list whose codes are stored for ever and whose labels are read by people."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A code that is a plain string everywhere, with its label and where the term comes from.

    `str(member)`, JSON, pydantic and the database see the code alone. Codes are never renamed or
    reused; a label may be reworded at any time. `source` names the published source or the policy
    the term comes from, and is empty for terms of our own. Looking a member up takes the code alone:
    `Nation("ENG")`, which raises ValueError for a code that is not in the list.
    """

    label: str
    source: str

    def __new__(cls, code: str, label: str = "", source: str = "") -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.source = source
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Code and label of every member, in the order a form shows them."""
        return [(member.value, member.label) for member in cls]
