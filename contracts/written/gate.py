"""The gate: the documents as the models say them, and everything that speaks against publishing them."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from contracts.envelope import Envelope
from contracts.written.asyncapi import asyncapi
from contracts.written.catalogue import catalogue
from contracts.written.compatibility import broken_promises
from contracts.written.examples import INDEX, RUN, example_faults, versions, whole, write_examples
from contracts.written.listeners import listeners
from contracts.written.promises import Promises, Schema, schema_of


@dataclass(frozen=True)
class Published:
    """The contracts as they last stood: each schema by name, and each example's digest."""

    schemas: dict[str, Schema] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)


class NoSuchRevision(Exception):
    """The revision to compare with is not in the repository."""


def write(promises: Promises, folder: Path, services: Path) -> list[str]:
    """Write every document; return the names of those that are new or different. Examples are only added to.

    Raises NoWords where an example cannot be made.
    """
    added = write_examples(promises, folder / "examples")
    differing = []
    for name, text in documents(promises, folder, services).items():
        file = folder / name
        if not file.exists() or file.read_text() != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            differing.append(name)
    for orphan in _orphans(promises, folder):
        orphan.unlink()
        differing.append(f"schemas/{orphan.name}")
    return differing + [f"examples/{name}" for name in added]


def faults(promises: Promises, folder: Path, services: Path, published: Published) -> list[str]:
    """Everything that speaks against publishing these models, in plain sentences."""
    return [
        *broken_promises(published.schemas, _schemas(promises)),
        *example_faults(promises, folder / "examples", published.examples),
        *_drift(promises, folder, services),
    ]


def documents(promises: Promises, folder: Path, services: Path) -> dict[str, str]:
    """Each generated document by its path; a name without an example stays out of AsyncAPI."""
    texts = {f"schemas/{name}.json": _json(schema) for name, schema in _schemas(promises).items()}
    shown = {name: files[-1] for name in promises if (files := versions(folder / "examples", name))}
    examples = {name: event for name, file in shown.items() if (event := whole(file))}
    with_example = {name: promises[name] for name in examples}
    texts["asyncapi.json"] = _json(asyncapi(with_example, examples))
    texts["catalogue.md"] = catalogue(promises, listeners(services, promises))
    return texts


def published_at(folder: Path, revision: str) -> Published:
    """The contracts as git has them at a revision; as the folder has them where there is no git repository.

    Raises NoSuchRevision where git does not know the revision.
    """
    if not _in_git(folder):
        return published_in(folder)
    asked = ["git", "-C", str(folder), "archive", "--format=tar", revision, "."]
    answer = subprocess.run(asked, capture_output=True, check=False)  # noqa: S603 git, with arguments of ours
    if answer.returncode:
        raise NoSuchRevision(revision)
    schemas: dict[str, Schema] = {}
    examples: dict[str, str] = {}
    with tarfile.open(fileobj=io.BytesIO(answer.stdout)) as archive:
        for member in archive:
            content = archive.extractfile(member)
            path = Path(member.name)
            if content and path.parent.name == "schemas":
                schemas[path.stem] = json.loads(content.read())
            elif content and path.parts[-2:] == ("examples", INDEX):
                examples = json.loads(content.read())
    return Published(schemas, examples)


def published_in(folder: Path) -> Published:
    """The contracts as they are written in a folder."""
    schemas = {file.stem: json.loads(file.read_bytes()) for file in (folder / "schemas").glob("*.json")}
    index = folder / "examples" / INDEX
    return Published(schemas, json.loads(index.read_bytes()) if index.exists() else {})


def _schemas(promises: Promises) -> dict[str, Schema]:
    models: dict[str, type[BaseModel]] = {"envelope": Envelope, **promises}
    return {name: schema_of(name, model) for name, model in models.items()}


def _drift(promises: Promises, folder: Path, services: Path) -> list[str]:
    found = []
    for name, text in documents(promises, folder, services).items():
        file = folder / name
        if not file.exists():
            found.append(f"{name}: it was never written. {RUN}")
        elif file.read_text() != text:
            found.append(f"{name}: it differs from the models. {RUN}")
    found += [f"schemas/{file.name}: no model stands behind it any more." for file in _orphans(promises, folder)]
    return found


def _orphans(promises: Promises, folder: Path) -> list[Path]:
    kept = {"envelope", *promises}
    return sorted(file for file in (folder / "schemas").glob("*.json") if file.stem not in kept)


def _in_git(folder: Path) -> bool:
    asked = ["git", "-C", str(folder), "rev-parse", "--is-inside-work-tree"]
    try:
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0  # noqa: S603 git, with arguments of ours
    except FileNotFoundError:
        return False


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
