"""One example per shape ever published: written once, never altered, read again by every later version."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ValidationError

from contracts.envelope import Envelope, PublishedEvent
from contracts.foreign import decode_foreign
from contracts.unreadable import Unreadable
from contracts.written.promises import OUTSIDE, Promises, Schema, alternatives, publisher_of, schema_of
from contracts.written.words import WORDS

INDEX = "index.json"
RUN = "Run `candour contracts` and commit what it writes."
_TYPED = {"integer": 1, "number": 1.0, "boolean": True}
_FORMATTED = {"date": "2026-03-02", "date-time": "2026-03-02T20:00:00Z", "email": "someone@example.org"}


class NoWords(Exception):
    """A field that no example can show yet, because nobody has written what it would say."""


def write_examples(promises: Promises, folder: Path) -> list[str]:
    """Add an example for each shape that has none, and its digest to the index; return the new files' names.

    Raises NoWords where a text field has no words in `contracts/written/words.py`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    index, added = read_index(folder), []
    for name, model in promises.items():
        shown = versions(folder, name)
        if shown and not lacking(schema_of(name, model), _data(shown[-1])):
            continue
        file = folder / (f"{name}.{len(shown) + 1}.json" if shown else f"{name}.json")
        file.write_text(json.dumps(first_example(name, model, len(shown)), indent=2, ensure_ascii=False) + "\n")
        index[file.name] = digest(file)
        added.append(file.name)
    (folder / INDEX).write_text(json.dumps(dict(sorted(index.items())), indent=2) + "\n")
    return added


def example_faults(promises: Promises, folder: Path, before: Mapping[str, str]) -> list[str]:
    """What is wrong with the examples, in plain sentences; `before` is the index as it was last published."""
    index = read_index(folder)
    return [
        *_missing(promises, folder),
        *_unreadable(promises, folder),
        *_altered(folder, index, before),
    ]


def versions(folder: Path, name: str) -> list[Path]:
    """A promise's examples, oldest shape first."""
    later = sorted(folder.glob(f"{name}.*.json"), key=lambda file: int(file.name.split(".")[-2]))
    return [file for file in (folder / f"{name}.json", *later) if file.exists()]


def whole(file: Path) -> dict[str, Any] | None:
    """The event that an example file holds, or None where it is not one."""
    try:
        event = json.loads(file.read_bytes())
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("data"), dict) else None


def lacking(schema: Schema, data: Any, root: Schema | None = None) -> list[str]:
    """The fields of a schema that an example does not show."""
    root = root or schema
    found: list[str] = []
    for option in alternatives(schema, root):
        if isinstance(data, dict):
            for field, inner in option.get("properties", {}).items():
                found += lacking(inner, data[field], root) if field in data else [field]
        elif isinstance(data, list) and isinstance(option.get("items"), dict):
            found += [field for member in data for field in lacking(option["items"], member, root)]
    return found


def first_example(name: str, model: type[BaseModel], shown: int = 0) -> dict[str, Any]:
    """A whole CloudEvent in JSON form, the same each time it is made."""
    schema = schema_of(name, model)
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(_id(f"{name}.{shown + 1}")),
        "type": name,
        "source": f"/{publisher_of(name)}",
        "time": "2026-03-02T20:10:00Z",
        "datacontenttype": "application/json",
    }
    if publisher_of(name) != OUTSIDE:
        event |= {
            "recordedtime": "2026-03-02T20:10:01Z",
            "sequence": 41,
            "provider": "meadow-care",
            "site": "willow-house",
            "journey": str(_id("journey")),
            "about": str(_id("about")),
            "actor": WORDS["actor"],
            "role": WORDS["role"],
            "causationid": str(_id("causation")),
        }
    return {**event, "data": _object(schema, schema, model.__name__)}


def digest(file: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def read_index(folder: Path) -> dict[str, str]:
    """Each example ever written and its digest; empty where nothing was written yet."""
    file = folder / INDEX
    return dict(json.loads(file.read_text())) if file.exists() else {}


def _missing(promises: Promises, folder: Path) -> Iterator[str]:
    for name, model in promises.items():
        shown = versions(folder, name)
        if not shown:
            yield f"{name}: it has no example. {RUN}"
        elif fields := lacking(schema_of(name, model), _data(shown[-1])):
            said = ", ".join(f"'{field}'" for field in fields)
            yield f"{name}: no example shows {said}. {RUN}"


def _unreadable(promises: Promises, folder: Path) -> Iterator[str]:
    for file in sorted(folder.glob("*.json")):
        if file.name == INDEX:
            continue
        example = whole(file)
        if example is None:
            yield f"{file.name}: this file is not a CloudEvent in JSON."
            continue
        model = promises.get(example.get("type", ""))
        if model is None:
            yield f"{file.name}: nobody can read this example any more, its name is no longer promised."
            continue
        try:
            read_example(example, model)
        except (ValidationError, Unreadable) as error:
            where = error.errors()[0]["loc"] if isinstance(error, ValidationError) else ()
            at = f" ('{'.'.join(map(str, where))}')" if where else ""
            yield f"{file.name}: it was published and can no longer be read{at}. Make a new version."


def read_example(example: dict[str, Any], model: type[BaseModel]) -> BaseModel:
    """The event of an example, read as a receiver would. Raises ValidationError or Unreadable."""
    if publisher_of(example["type"]) == OUTSIDE:
        body = json.dumps(example).encode()
        foreign = decode_foreign({"content-type": "application/cloudevents+json"}, body, types={example["type"]})
        return model.model_validate(foreign.data)
    envelope = Envelope.model_validate(example)
    event = model.model_validate(envelope.data)
    return event.enclosed(envelope) if isinstance(event, PublishedEvent) else event


def _altered(folder: Path, index: Mapping[str, str], before: Mapping[str, str]) -> Iterator[str]:
    for name, known in {**index, **before}.items():
        file = folder / name
        if not file.exists():
            yield f"{name}: this example was removed. Examples are only ever added: put it back."
        elif digest(file) != known:
            yield f"{name}: this example was altered. Put it back as it was and add another beside it."
        elif index.get(name) != known:
            yield f"{INDEX}: its entry for {name} was removed or altered. Put it back."
    for file in sorted(folder.glob("*.json")):
        if file.name != INDEX and file.name not in index:
            yield f"{file.name}: this example is not in {INDEX}. {RUN}"


def _data(file: Path) -> Any:
    return (whole(file) or {}).get("data")


def _id(of: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:candour:example:{of}")


def _object(schema: Schema, root: Schema, owner: str) -> dict[str, Any]:
    properties = schema.get("properties", {})
    return {field: _value(field, inner, root, owner) for field, inner in properties.items()}


def _value(field: str, schema: Schema, root: Schema, owner: str) -> Any:
    option = next(o for o in alternatives(schema, root) if o.get("type") != "null")
    if schema.get("x-sealed") or option.get("x-sealed"):
        body = base64.urlsafe_b64encode(hashlib.sha512(f"{owner}.{field}".encode()).digest()).decode()
        return f"sealed:1:{_id('about').hex}:{body}"
    if option.get("format") == "uuid":
        return str(_id(field))
    for words in (f"{owner}.{field}", field):
        if words in WORDS and _fits(WORDS[words], option):
            return WORDS[words]
    if "properties" in option:
        return _object(option, root, str(option["title"]))
    if option.get("type") == "array":
        return [_value(field, option["items"], root, owner)]
    return _plain(option, f"{owner}.{field}")


def _fits(words: Any, option: Schema) -> bool:
    kinds = {"string": str, "array": list, "object": dict, "integer": int, "number": float, "boolean": bool}
    return isinstance(words, kinds[option["type"]]) and option.get("format") in (None, "date")


def _plain(option: Schema, field: str) -> Any:
    if option.get("format") in _FORMATTED:
        return _FORMATTED[option["format"]]
    if option.get("type") in _TYPED:
        return _TYPED[option["type"]]
    raise NoWords(f"{field}: say what an example of it would be, in contracts/written/words.py.")
