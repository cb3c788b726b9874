"""Policy documents as text: read once, within limits, and refused in a sentence when they cannot be."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from libs.domain import Refused

MOST_BYTES = 512_000
MOST_FAULTS = 5


class DocumentTooLarge(Refused):
    """A policy document is at most 512,000 bytes. Nothing was taken from this one."""


class DocumentUnreadable(Refused):
    """A policy document is plain YAML with one mapping. Nothing was taken from this one."""


class DocumentMalformed(Refused):
    """A policy document has the parts its kind asks for. Nothing was taken from this one."""


class _Plain(yaml.SafeLoader):
    """YAML without shorthand that can grow a small text into a large one, and without repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise DocumentUnreadable("The document uses a YAML alias (*name). Write the part out in full.")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                line = node.start_mark.line + 1
                raise DocumentUnreadable(f"'{str(key)[:60]}' stands twice in the part at line {line}.")
        return super().construct_mapping(node, deep=deep)


def read(source: Path | str) -> dict[str, Any]:
    """The content of a document, given as a path or as its text.

    Raises DocumentTooLarge or DocumentUnreadable, and OSError for a path that cannot be opened.
    """
    if isinstance(source, Path):
        if source.stat().st_size > MOST_BYTES:
            raise DocumentTooLarge
        source = source.read_text(encoding="utf-8", errors="strict")
    if len(source.encode()) > MOST_BYTES:
        raise DocumentTooLarge
    try:
        content = yaml.load(source, Loader=_Plain)  # noqa: S506 - a SafeLoader with more refused
    except yaml.YAMLError as fault:
        raise DocumentUnreadable(f"The document is not YAML: {_where(fault)}.") from fault
    except (RecursionError, TypeError, ValueError) as fault:
        raise DocumentUnreadable from fault
    if not isinstance(content, dict):
        raise DocumentUnreadable
    return content


def malformed(fault: ValidationError) -> DocumentMalformed:
    """The refusal that names the first few places where a document is not what its kind asks for."""
    faults = [
        f"{'.'.join(str(step) for step in one['loc']) or 'document'}: {one['msg']}"
        for one in fault.errors(include_url=False, include_input=False)[:MOST_FAULTS]
    ]
    return DocumentMalformed("The document was not taken. " + "; ".join(faults) + ".")


def _where(fault: yaml.YAMLError) -> str:
    mark = getattr(fault, "problem_mark", None)
    problem = getattr(fault, "problem", None) or "it cannot be read"
    return f"{problem} at line {mark.line + 1}" if mark else str(problem)
