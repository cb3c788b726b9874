"""Whether a promise is still kept: what a reader of the older form could not read, or would misread.

Rules of a tolerant reader: an optional field may be added, a limit widened; anything else is a new version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.written.promises import Schema, alternatives

_ABSENT = object()
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_SAID = {
    "title",
    "description",
    "examples",
    "deprecated",
    "$id",
    "$schema",
    "$defs",
    "$comment",
}
_WALKED = {
    "type",
    "format",
    "anyOf",
    "properties",
    "required",
    "items",
    "additionalProperties",
    "enum",
    "const",
}
_WEIGHED = {*_LOWER, *_UPPER, "pattern", "default", "x-sealed"}


def broken_promises(before: Mapping[str, Schema], after: Mapping[str, Schema]) -> list[str]:
    """In plain sentences, every promise of `before` that `after` does not keep; empty where all are kept."""
    found = []
    for name, old in before.items():
        if name not in after:
            found.append(f"{name}: this name is no longer promised. A name once published is kept for ever.")
            continue
        new = after[name]
        found += [f"{name}: {what} {_way_out(name)}" for what in _differences(old, new, (old, new), "")]
    return found


def _way_out(name: str) -> str:
    stem, _, version = name.rpartition(".v")
    if not stem:
        return "Every event ever stored was sent in this form: leave it as it was."
    return f"Readers rely on it: make it a new version, {stem}.v{int(version) + 1}."


def _differences(old: Schema, new: Schema, roots: tuple[Schema, Schema], path: str) -> Iterator[str]:
    befores, afters = alternatives(old, roots[0]), alternatives(new, roots[1])
    if old.get("default", _ABSENT) != new.get("default", _ABSENT) and "default" in old and "default" in new:
        yield f"{_field(path)} left out now means {new['default']!r}, and meant {old['default']!r}."
    left = {_sort(option): option for option in befores}
    right = {_sort(option): option for option in afters}
    if left.keys() != right.keys():
        yield f"{_field(path)} was {_words(left)} and is now {_words(right)}."
        return
    for sort, option in left.items():
        yield from _within(option, right[sort], roots, path)


def _within(old: Schema, new: Schema, roots: tuple[Schema, Schema], path: str) -> Iterator[str]:
    """Differences between two schemas of the same type."""
    yield from _choices(old, new, path)
    yield from _limits(old, new, path)
    if bool(old.get("x-sealed")) != bool(new.get("x-sealed")):
        yield f"{_field(path)} was {'sealed' if old.get('x-sealed') else 'plain'} and no longer is."
    yield from _properties(old, new, roots, path)
    yield from _nested(old.get("items"), new.get("items"), roots, path + "[]")
    yield from _nested(
        old.get("additionalProperties"),
        new.get("additionalProperties"),
        roots,
        path + "{}",
    )
    for keyword in sorted((old.keys() | new.keys()) - _SAID - _WALKED - _WEIGHED):
        if old.get(keyword) != new.get(keyword):
            yield f"{_field(path)} has a different '{keyword}', which this gate cannot call harmless."


def _properties(old: Schema, new: Schema, roots: tuple[Schema, Schema], path: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    added = [name for name in after if name not in before]
    for name, schema in before.items():
        inner = f"{path}.{name}".lstrip(".")
        if name not in after:
            heir = next((other for other in added if _same(after[other], schema)), None)
            yield f"'{inner}' is gone{f'; it looks renamed to {heir!r}' if heir else ''}."
            continue
        yield from _differences(schema, after[name], roots, inner)
    needed, need = set(old.get("required", [])), set(new.get("required", []))
    for name in after:
        inner = f"{path}.{name}".lstrip(".")
        if name in need - needed:
            yield f"'{inner}' is now required, and events already sent may lack it."
        elif name in needed - need:
            yield f"'{inner}' may now be missing, and was always there."


def _choices(old: Schema, new: Schema, path: str) -> Iterator[str]:
    """A value list may neither lose an entry nor gain one, which a reader of the older list does not know."""
    before, after = _listed(old), _listed(new)
    if before is None and after is None:
        return
    if before is None or after is None:
        yield f"{_field(path)} {'became' if before is None else 'is no longer'} a closed list of values."
        return
    for value in [value for value in before if value not in after]:
        yield f"{_field(path)} can no longer be {value!r}."
    for value in [value for value in after if value not in before]:
        yield f"{_field(path)} can now be {value!r}, which older readers do not know."


def _limits(old: Schema, new: Schema, path: str) -> Iterator[str]:
    for keyword in _LOWER:
        if keyword in new and (keyword not in old or new[keyword] > old[keyword]):
            yield f"{_field(path)} has a narrower limit: {keyword} is now {new[keyword]}."
    for keyword in _UPPER:
        if keyword in new and (keyword not in old or new[keyword] < old[keyword]):
            yield f"{_field(path)} has a narrower limit: {keyword} is now {new[keyword]}."
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{_field(path)} must now match a different pattern, and older values may not."


def _nested(old: Any, new: Any, roots: tuple[Schema, Schema], path: str) -> Iterator[str]:
    """Differences in what a list or mapping holds; `true`, `{}` and silence all mean anything."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _differences(old, new, roots, path)
    elif old is False and new is not False:
        return
    elif (old in (None, True)) != (new in (None, True)):
        yield f"{_field(path)} may hold something else than before."


def _listed(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return schema.get("enum")


def _sort(option: Schema) -> str:
    """What kind of value it is, in the words of JSON Schema."""
    kind = str(option.get("type", "anything"))
    return f"{kind} ({option['format']})" if "format" in option else kind


def _words(options: Mapping[str, Schema]) -> str:
    return " or ".join(options)


def _same(one: Schema, other: Schema) -> bool:
    return {k: v for k, v in one.items() if k not in _SAID} == {k: v for k, v in other.items() if k not in _SAID}


def _field(path: str) -> str:
    return f"'{path}'" if path else "the content"
