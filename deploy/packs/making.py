"""Making a pack: a query at a checkpoint, for one reader, as one signed file. The same asked again gives the same bytes."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from deploy.packs import telling
from deploy.packs.agreeing import Scope
from deploy.packs.bag import TAG_MANIFEST, bag, bagging_date, digest_of
from deploy.packs.earlier import told_before
from deploy.packs.framework import Framework, mapped, told
from deploy.packs.gathering import RAISED, SITE, Gathered, RecordNotSound, Told, gather
from deploy.packs.heeding import Careful
from deploy.packs.profile import Profile, Shown
from deploy.packs.query import Query
from deploy.packs.report import day_words, pdf
from deploy.packs.sealed import Words, sealed_words
from deploy.packs.signing import PackKey
from deploy.packs.spool import Spool
from deploy.packs.stored import kinds, line_schema, state_schema
from deploy.packs.story import stories
from deploy.packs.tables import Table, tables
from deploy.packs.writing import schema_of, write_csv, write_events, write_parquet
from libs.keys import KeyRing
from services.audit.ledger import NotSigned, Signer, opened_by_any

VERIFY, README = (Path(__file__).parent / name for name in ("verify.py", "README.txt"))
"""What lies beside the data in every pack."""
MOST_JOURNEYS, MOST_MEASURES = 60, 120
"""How many journeys and months of measures the pages tell; the tables hold them all."""
OPENSSL = f"openssl pkeyutl -verify -pubin -inkey data/key.pem -rawin -in {TAG_MANIFEST} -sigfile signature.ed25519"


@dataclass(frozen=True)
class Request:
    """What is asked: which journeys, for whom, held against which frameworks, and signed by when at the latest."""

    query: Query
    profile: Profile
    frameworks: Sequence[Framework]
    at: datetime | None = None


@dataclass(frozen=True)
class Made:
    """A pack: where its file is, what it is called, its hash, and what it covers."""

    path: Path
    digest: str
    as_of: datetime
    sizes: dict[str, int]
    events: int
    provider: str
    """Whose journeys it tells, or empty where it tells those of several providers."""
    told: list[dict[str, Any]] = field(default_factory=list)
    """What it says to a reader who is given no small numbers, to be remembered."""

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def size(self) -> int:
        """The file's size in bytes."""
        return self.path.stat().st_size

    @property
    def content(self) -> bytes:
        """The whole file."""
        return self.path.read_bytes()


async def make(
    request: Request, auditor: str, keys: KeyRing, signer: Signer, into: Path, told: Told = lambda *_: None
) -> Made:
    """Make a pack in the folder `into`. `auditor` is a connection string that may read every store.

    Events go from the stores to disk and from there into the pack; in memory are what the journeys come to, not their
    events. Raises NotForThisReader, NothingSigned, NoSuchJourney, RecordNotSound.
    """
    request.profile.require(request.query)
    with TemporaryDirectory(prefix="candour-pack-") as folder:
        spool = Spool(Path(folder) / "entries")
        try:
            found = await asyncio.to_thread(gather, auditor, request.query, spool, request.at, told)
            key = _believed(found, signer)
            sealed = await sealed_words(found.entries, request.profile, keys)
            careful = await asyncio.to_thread(_careful, request, found, auditor)
            making = _Making(request, found, keys.open, sealed, key, Path(folder) / "bag", told, careful)
            return await asyncio.to_thread(making.made, into)
        finally:
            spool.close()


def _believed(found: Gathered, signer: Signer) -> PackKey:
    """The key to sign with, once every checkpoint of the pack is found to be signed by it or by one before it."""
    key = PackKey(signer, found.statements)
    for each in found.checkpoints.values():
        try:
            stated = opened_by_any(each.note, key.trusted)
        except NotSigned:
            stated = None
        if stated != (each.ledger, each.size, b64decode(each.root)):
            raise RecordNotSound(f"{RecordNotSound.__doc__} (ledger {each.ledger}, the signature of its checkpoint)")
    return key


def _careful(request: Request, found: Gathered, auditor: str) -> Careful | None:
    """What a reader who is given no small numbers may be told beside all that was told before. None: any number."""
    if request.profile.small_numbers is None:
        return None
    before, sources = told_before(auditor, request.query, request.profile.id, found.as_of)
    return Careful(Scope.of(request.query, found.as_of), before, sources)


@dataclass
class _Making:
    """A pack's folder as it fills."""

    request: Request
    found: Gathered
    open: Callable[[str], str]
    words: Words
    key: PackKey
    folder: Path
    told: Told
    careful: Careful | None = None

    def made(self, into: Path) -> Made:
        """Write every part, then the bag."""
        profile, found = self.request.profile, self.found
        given = tables(found.entries, profile, self.open)
        if self.careful:
            given = self.careful.tables(given)
        content = _content(self.request, found, given, self.words, self.key, self.careful)
        told = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        self._write("data/pack.pdf", pdf(content, found.as_of))
        self._write("data/pack.json", told)
        self._write("data/keys.txt", self.key.verifiers)
        self._write("data/key.pem", self.key.pem)
        self._write("verify.py", VERIFY.read_bytes())
        self._write("README.txt", README.read_bytes())
        for name, each in found.checkpoints.items():
            self._write(f"data/checkpoints/{name}.txt", each.note.encode())
        for path, schema in _event_schemas(found, profile).items():
            self._write(f"data/{path}", schema)
        write_events(found, profile, self.folder / "data" / "events.jsonl")
        self._tables(given)
        return self._packed(f"candour-pack-{profile.id}-{bagging_date(found.as_of)}-{_hash(told)[:12]}", content, into)

    def _tables(self, given: Sequence[Table]) -> None:
        (self.folder / "data" / "tables").mkdir()
        for number, table in enumerate(given):
            self.told("tables", number, len(given))
            self._write(f"data/schemas/{table.name}.json", schema_of(table))
            write_csv(table, self.folder / "data" / "tables" / f"{table.name}.csv")
            write_parquet(table, self.folder / "data" / "tables" / f"{table.name}.parquet")
        self.told("tables", len(given), len(given))

    def _packed(self, name: str, content: dict[str, Any], into: Path) -> Made:
        found = self.found
        info = {
            "Bagging-Date": bagging_date(found.as_of), "External-Identifier": name,
            "External-Description": content["title"], "Bag-Software-Agent": "Candour",
        }  # fmt: skip
        path = into / f"{name}.zip"
        bag(self.folder, name, info, self.key.sign, path)
        sizes = {ledger: each.size for ledger, each in sorted(found.checkpoints.items())}
        told = self.careful.remembered if self.careful else []
        return Made(path, digest_of(path), found.as_of, sizes, len(found.entries), _provider(found), told)

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _provider(found: Gathered) -> str:
    whose = {str(entry.body["provider"]) for entry in found.entries.of([RAISED])}
    return whose.pop() if len(whose) == 1 else ""


def _event_schemas(found: Gathered, profile: Profile) -> dict[str, bytes]:
    """What the lines of events.jsonl hold, and the state of each kind of event that is shown."""
    if profile.events is Shown.NONE:
        return {}
    shown = {topic for topic in found.entries.topics() if profile.shows_event(topic)} & kinds().keys()
    option = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    schemas = {f"schemas/events/{topic}.json": orjson.dumps(state_schema(topic), option=option) for topic in shown}
    return {"schemas/events.json": line_schema()} | schemas


def _content(
    request: Request, found: Gathered, given: list[Table], words: Words, key: PackKey, heed: Careful | None
) -> dict[str, Any]:
    """Everything that the pages say, and pack.json with them."""
    profile, every = request.profile, stories(found.entries)
    careful = "opportunities" in profile.counts
    say, split = (profile.number, profile.parts) if careful else (str, telling.plainly)
    kinds, themes = {s.journey: s.kind for s in every}, {s.journey: set(s.themes) for s in every}
    sites = {entry.site: str(entry.body["title"]) for entry in found.entries.of([SITE])}
    sections = telling.figures(every, say, split)
    held = [(each, mapped(each, found.entries, kinds, themes)) for each in request.frameworks]
    bearing = [told(each, on, say) for each, on in held]
    if heed and careful:
        plain = telling.figures(every, str)
        sections = {name: heed.figures(name, plain[name], rows) for name, rows in sections.items()}
        bearing = [heed.framework(told(each, on, str), shown) for (each, on), shown in zip(held, bearing, strict=True)]
    one_by_one = telling.journeys(islice(every, MOST_JOURNEYS), profile, sites)
    measures = [] if "measures" in profile.counts else _measures(given, sites)
    return {
        "title": f"Evidence pack, {profile.title[0].lower()}{profile.title[1:]}",
        "about": "What was learned from what happened, what was done about it, who was told, and whether it holds.",
        "as_of": found.as_of.isoformat(), "as_of_words": day_words(found.as_of),
        "query": orjson.loads(request.query.model_dump_json(exclude={"without"})), "filters": request.query.stated(),
        "profile": {"id": profile.id, "version": profile.version, "reader": profile.reader}, "note": profile.note,
        "small": _small(profile), "facts": _facts(request, found),
        "checkpoints": {n: {"size": c.size, "root": c.root} for n, c in sorted(found.checkpoints.items())},
        "missing": _missing(found, profile, words, len(every)) + (heed.stated() if heed else []), **sections,
        "gaps": [f"{what}: {number}." for what, number in sections["gaps"]],
        "measures": measures[-MOST_MEASURES:], "measures_left": max(0, len(measures) - MOST_MEASURES),
        "triangulation": [] if "evidence" in profile.counts else telling.triangulation(every, profile),
        "frameworks": bearing,
        "journeys": one_by_one, "journeys_left": max(0, len(every) - MOST_JOURNEYS) if one_by_one else 0,
        "openssl": OPENSSL, "key": key.verifier,
    }  # fmt: skip


def _facts(request: Request, found: Gathered) -> list[tuple[str, str]]:
    sizes = ", ".join(f"{name} {each.size:,}" for name, each in sorted(found.checkpoints.items()))
    return [
        ("For", request.profile.reader),
        ("Shows", f"{request.profile.title}, version {request.profile.version}"),
        ("As of", day_words(found.as_of)),
        ("Signed ledgers, with entries", sizes),
        ("Held against", "; ".join(f"{each.title} ({each.version})" for each in request.frameworks) or "no framework"),
    ]


def _small(profile: Profile) -> str:
    if profile.small_numbers is None:
        return ""
    fewest, nearest = profile.small_numbers.fewest, profile.small_numbers.round_to
    return (
        f"Numbers from 1 to {fewest - 1} are not said, nor others from which one could be worked out; the rest are rounded"
        f" to the nearest {nearest}."
    )


def _missing(found: Gathered, profile: Profile, words: Words, journeys: int) -> list[str]:
    """What the query asks for and the pack does not hold, and why."""
    said = [f"The ledger of {name} had not been signed, so nothing of it is here." for name in found.unsigned]
    said.append("Whatever was recorded after the ledgers were signed.")
    if words.erased:
        said.append(
            f"Words in {profile.number(words.erased)} places, because whoever they are about has been forgotten."
        )
    if words.left and profile.events is Shown.SHOWN:
        said.append(f"Personal words in {profile.number(words.left)} places, which stay sealed for this reader.")
    if profile.events is Shown.HASHED:
        hidden = sum(number for topic, number in found.entries.topics().items() if not profile.shows_event(topic))
        said.append(f"The wording of {profile.number(hidden)} events; their hashes stand in for them.")
    if profile.events is Shown.NONE:
        said.append("The events themselves; this reader is given counts.")
    if journeys > MOST_JOURNEYS and "opportunities" not in profile.counts:
        said.append(f"From these pages, {journeys - MOST_JOURNEYS} journeys; the tables hold them all.")
    return said


def _measures(given: list[Table], sites: Mapping[str, str]) -> list[list[str]]:
    found = next((table for table in given if table.name == "measures"), None)
    names = ("site", "title", "period", "numerator", "denominator", "target_percent")
    rows = ([str(row[name]) for name in names] for row in (found.records() if found else ()))
    return [[sites.get(site, site), *others] for site, *others in rows]
