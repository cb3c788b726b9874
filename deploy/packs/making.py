"""Making a pack: a query at a checkpoint, for one reader, as one signed file. The same asked again gives the same bytes."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from contracts.sealed import ERASED, is_sealed
from deploy.packs import telling
from deploy.packs.bag import TAG_MANIFEST, bag, bagging_date
from deploy.packs.framework import Framework, mapped, told
from deploy.packs.gathering import RAISED, SITE, Entry, Gathered, RecordNotSound, gather
from deploy.packs.profile import Profile, Shown
from deploy.packs.query import Query
from deploy.packs.report import day_words, pdf
from deploy.packs.signing import PackKey
from deploy.packs.stored import kinds, line_schema, state_schema
from deploy.packs.story import stories
from deploy.packs.tables import Table, tables
from deploy.packs.writing import csv_of, events_of, parquet_of, schema_of
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
    """A pack: the file's name and bytes, their hash, and what it covers."""

    name: str
    content: bytes
    digest: str
    as_of: datetime
    sizes: dict[str, int]
    events: int
    provider: str
    """Whose journeys it tells, or empty where it tells those of several providers."""


async def make(request: Request, auditor: str, keys: KeyRing, signer: Signer) -> Made:
    """Make a pack. `auditor` is a connection string that may read every store.

    Raises NotForThisReader, NothingSigned, NoSuchJourney, RecordNotSound.
    """
    request.profile.require(request.query)
    found = await asyncio.to_thread(gather, auditor, request.query, request.at)
    key = _believed(found, signer)
    opened = await _opened(found.entries, request.profile, keys)
    return await asyncio.to_thread(_made, request, found, opened, key)


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


async def _opened(entries: Sequence[Entry], profile: Profile, keys: KeyRing) -> dict[str, str]:
    """The words that the profile opens, by their sealed text; what was erased says so."""
    tokens = [
        text
        for entry in entries
        for field, text in _sealed(entry)
        if profile.opens_words(entry.topic, field)
    ]  # fmt: skip
    await keys.ready({subject for token in tokens if (subject := KeyRing.subject_of(token))})
    return {token: keys.open(token) for token in tokens}


def _sealed(entry: Entry) -> list[tuple[str, str]]:
    fields = {**entry.body, "by.rationale": entry.body.get("by", {}).get("rationale")}
    return [(name, text) for name, text in fields.items() if is_sealed(text)]


def _made(request: Request, found: Gathered, opened: dict[str, str], key: PackKey) -> Made:
    profile = request.profile
    given = tables(found.entries, profile, opened)
    content = _content(request, found, given, opened, key)
    payload = {
        "pack.pdf": pdf(content, found.as_of),
        "pack.json": orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS),
        "events.jsonl": events_of(found, profile),
        "keys.txt": key.verifiers,
        "key.pem": key.pem,
        **{f"checkpoints/{name}.txt": each.note.encode() for name, each in found.checkpoints.items()},
    }
    payload |= _event_schemas(found, profile)
    for table in given:
        payload[f"tables/{table.name}.csv"] = csv_of(table)
        payload[f"tables/{table.name}.parquet"] = parquet_of(table)
        payload[f"schemas/{table.name}.json"] = schema_of(table)
    identity = hashlib.sha256(payload["pack.json"]).hexdigest()[:12]
    name = f"candour-pack-{profile.id}-{bagging_date(found.as_of)}-{identity}"
    info = {
        "Bagging-Date": bagging_date(found.as_of), "External-Identifier": name,
        "External-Description": content["title"], "Bag-Software-Agent": "Candour",
    }  # fmt: skip
    made = bag(name, payload, {"verify.py": VERIFY.read_bytes(), "README.txt": README.read_bytes()}, info, key.sign)
    sizes = {ledger: each.size for ledger, each in sorted(found.checkpoints.items())}
    return Made(
        f"{name}.zip", made, hashlib.sha256(made).hexdigest(), found.as_of, sizes, len(found.entries), _provider(found)
    )


def _provider(found: Gathered) -> str:
    whose = {str(entry.body["provider"]) for entry in found.entries if entry.topic == RAISED}
    return whose.pop() if len(whose) == 1 else ""


def _event_schemas(found: Gathered, profile: Profile) -> dict[str, bytes]:
    """What the lines of events.jsonl hold, and the state of each kind of event that is shown."""
    if profile.events is Shown.NONE:
        return {}
    shown = {entry.topic for entry in found.entries if profile.shows_event(entry.topic)} & kinds().keys()
    option = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    schemas = {f"schemas/events/{topic}.json": orjson.dumps(state_schema(topic), option=option) for topic in shown}
    return {"schemas/events.json": line_schema()} | schemas


def _content(
    request: Request, found: Gathered, given: list[Table], opened: dict[str, str], key: PackKey
) -> dict[str, Any]:
    """Everything that the pages say, and pack.json with them."""
    profile, every = request.profile, stories(found.entries)
    say = profile.number if "opportunities" in profile.counts else str
    kinds, themes = {s.journey: s.kind for s in every}, {s.journey: set(s.themes) for s in every}
    sites = {entry.site: str(entry.body["title"]) for entry in found.entries if entry.topic == SITE}
    one_by_one = telling.journeys(every[:MOST_JOURNEYS], profile, sites)
    measures = [] if "measures" in profile.counts else _measures(given, sites)
    return {
        "title": f"Evidence pack, {profile.title[0].lower()}{profile.title[1:]}",
        "about": "What was learned from what happened, what was done about it, who was told, and whether it holds.",
        "as_of": found.as_of.isoformat(), "as_of_words": day_words(found.as_of),
        "query": orjson.loads(request.query.model_dump_json()), "filters": request.query.stated(),
        "profile": {"id": profile.id, "version": profile.version, "reader": profile.reader}, "note": profile.note,
        "small": _small(profile), "facts": _facts(request, found),
        "checkpoints": {n: {"size": c.size, "root": c.root} for n, c in sorted(found.checkpoints.items())},
        "gaps": telling.gaps(every, say), "missing": _missing(found, profile, opened, len(every)),
        "analysis": telling.analysis(every, say), "action": telling.action(every, say),
        "communication": telling.communication(every, say), "follow_up": telling.follow_up(every, say),
        "measures": measures[-MOST_MEASURES:], "measures_left": max(0, len(measures) - MOST_MEASURES),
        "triangulation": [] if "evidence" in profile.counts else telling.triangulation(every, profile),
        "frameworks": [told(each, mapped(each, found.entries, kinds, themes), say) for each in request.frameworks],
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
    return f"Numbers from 1 to {fewest - 1} are not said, and others are rounded to the nearest {nearest}."


def _missing(found: Gathered, profile: Profile, opened: dict[str, str], journeys: int) -> list[str]:
    """What the query asks for and the pack does not hold, and why."""
    said = [f"The ledger of {name} had not been signed, so nothing of it is here." for name in found.unsigned]
    said.append("Whatever was recorded after the ledgers were signed.")
    erased = sum(words == ERASED for words in opened.values())
    sealed = sum(len(_sealed(entry)) for entry in found.entries) - len(opened)
    if erased:
        said.append(f"Words in {profile.number(erased)} places, because whoever they are about has been forgotten.")
    if sealed and profile.events is Shown.SHOWN:
        said.append(f"Personal words in {profile.number(sealed)} places, which stay sealed for this reader.")
    if profile.events is Shown.HASHED:
        hidden = sum(not profile.shows_event(entry.topic) for entry in found.entries)
        said.append(f"The wording of {profile.number(hidden)} events; their hashes stand in for them.")
    if profile.events is Shown.NONE:
        said.append("The events themselves; this reader is given counts.")
    if journeys > MOST_JOURNEYS and "opportunities" not in profile.counts:
        said.append(f"From these pages, {journeys - MOST_JOURNEYS} journeys; the tables hold them all.")
    return said


def _measures(given: list[Table], sites: Mapping[str, str]) -> list[list[str]]:
    found = next((table for table in given if table.name == "measures"), None)
    names = ("site", "title", "period", "numerator", "denominator", "target_percent")
    rows = [[str(row[name]) for name in names] for row in found.records()] if found else []
    return [[sites.get(site, site), *others] for site, *others in rows]
