"""What Candour is made of, as a CycloneDX bill of materials: every locked package with its version and digests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

LOCKS = Path(__file__).parent / "requirements"
BOM = LOCKS / "sbom.cdx.json"
_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^ ;\\]+)(?: ; (?P<where>[^\\]+))?")
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Locked:
    """A package as the lock pins it. `where` is the marker under which it is installed, or empty."""

    name: str
    version: str
    where: str = ""
    digests: tuple[str, ...] = field(default=(), compare=False)

    @property
    def purl(self) -> str:
        """Its address as advisories know it (package URL)."""
        return f"pkg:pypi/{re.sub(r'[-_.]+', '-', self.name).lower()}@{self.version}"


def locked(name: str, folder: Path = LOCKS) -> list[Locked]:
    """The packages of a lock, in its own order. Raises ValueError for a line that pins nothing."""
    return list(_read((folder / f"{name}.txt").read_text()))


def _read(text: str) -> Iterator[Locked]:
    for entry in re.split(r"(?<!\\)\n(?! )", text):
        if not entry.strip() or entry.startswith("#"):
            continue
        found = _PINNED.match(entry)
        if found is None:
            raise ValueError(f"The lock pins nothing here: {entry.splitlines()[0]}")
        where = (found["where"] or "").strip()
        yield Locked(found["name"], found["version"], where, tuple(sorted(_DIGEST.findall(entry))))


def written(folder: Path = LOCKS) -> str:
    """The bill, the same for the same lock: what is shipped is required, what only builds and tests it is excluded."""
    shipped = locked("runtime", folder)
    tools = [each for each in locked("dev", folder) if each not in set(shipped)]
    components = [_component(each, "required") for each in shipped] + [_component(each, "excluded") for each in tools]
    bom: dict[str, Any] = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "candour", "name": "candour", "licenses": [
            {"license": {"id": "Apache-2.0"}}]}},
        "components": sorted(components, key=lambda each: str(each["bom-ref"])),
    }  # fmt: skip
    bom["serialNumber"] = f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(bom, sort_keys=True))}"
    parts = ",\n".join(json.dumps(each, sort_keys=True) for each in bom.pop("components"))
    return f'{json.dumps(bom, sort_keys=True)[:-1]}, "components": [\n{parts}\n]}}\n'


def _component(package: Locked, scope: str) -> dict[str, Any]:
    marked = {"properties": [{"name": "candour:installed-where", "value": package.where}]} if package.where else {}
    digests = [{"type": "distribution", "url": package.purl, "hashes": [{"alg": "SHA-256", "content": digest}]}
               for digest in package.digests if scope == "required"]  # fmt: skip
    return {
        "type": "library", "bom-ref": package.purl, "purl": package.purl, "name": package.name,
        "version": package.version, "scope": scope, "externalReferences": digests, **marked,
    }  # fmt: skip


def drift(folder: Path = LOCKS, bom: Path = BOM) -> list[str]:
    """What the bill on record says otherwise than the lock, in sentences."""
    if not bom.exists():
        return ["There is no bill of materials. Run `candour sbom` and commit what it writes."]
    if bom.read_text() == written(folder):
        return []
    kept = {each["purl"] for each in json.loads(bom.read_text())["components"]}
    now = {each["purl"] for each in json.loads(written(folder))["components"]}
    news = [*(f"{each} is locked and not in the bill" for each in sorted(now - kept)),
            *(f"{each} is in the bill and not locked" for each in sorted(kept - now))]  # fmt: skip
    return [*news, "The bill of materials is not that of the lock. Run `candour sbom` and commit what it writes."]
