"""A pack is made of a signed history, checks itself with nothing but Python, and names each part that was changed."""

from __future__ import annotations

import hashlib
import json
import runpy
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import bagit  # type: ignore[import-untyped]
import jsonschema
import pikepdf
import psycopg
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.packs.bag import MANIFEST, TAG_MANIFEST
from deploy.packs.counting import NOT_SAID
from deploy.packs.gathering import RecordNotSound
from deploy.packs.making import OPENSSL, Made
from tests.demo.seeded import settings
from tests.packs.broken import OFFLINE, SEEN_THROUGH, changed, lines
from tests.packs.signed import Signed, in_a_loop, packs, signed, unpacked
from tests.servers import Database, Messaging


@pytest.fixture(scope="module")
def world(module_database: Database, messaging: Messaging, wrapping_key: Path) -> Signed:
    found: Signed = in_a_loop(signed(settings(module_database, messaging, wrapping_key)))
    return found


@pytest.fixture(scope="module")
def made(world: Signed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """A pack for every reader, and the inspector's a second time."""
    site: dict[str, Any] = {"sites": (world.site,)}
    journey: dict[str, Any] = {"journey": world.journey}
    asked = [
        ("inspector", site),
        ("commissioner", site),
        ("local-authority", journey),
        ("complainant", journey),
        ("board", site),
    ]
    found: list[Made] = in_a_loop(packs(world, [*asked, ("inspector", site)], tmp_path_factory.mktemp("packs")))
    return dict(zip([*(reader for reader, _ in asked), "again"], found, strict=True))


@pytest.fixture(scope="module")
def bags(made: dict[str, Made], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {reader: unpacked(each, tmp_path_factory.mktemp(reader)) for reader, each in made.items()}


@pytest.fixture
def copy(bags: dict[str, Path], tmp_path: Path) -> Path:
    """The complainant's pack, to break."""
    return shutil.copytree(bags["complainant"], tmp_path / "pack")


@pytest.fixture(scope="module")
def verify(bags: dict[str, Path]) -> dict[str, Any]:
    """The check that comes with the pack, by its functions."""
    return runpy.run_path(str(bags["complainant"] / "verify.py"))


@pytest.fixture(scope="module")
def faults(verify: dict[str, Any]) -> Callable[[Path], list[str]]:
    return lambda folder: list(verify["faults"](folder))


def test_the_same_asked_at_the_same_checkpoint_gives_the_same_bytes(made: dict[str, Made]) -> None:
    assert made["again"].content == made["inspector"].content
    assert made["again"].digest == hashlib.sha256(made["inspector"].content).hexdigest()


@pytest.mark.parametrize("reader", ["inspector", "commissioner", "local-authority", "complainant", "board"])
def test_a_pack_checks_itself_with_python_alone(bags: dict[str, Path], reader: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", OFFLINE, bags[reader] / "verify.py"], cwd=tmp_path, env={}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Sound")


@pytest.mark.skipif(not which("openssl"), reason="openssl, whose line the pack states, is not on this machine")
def test_the_line_that_the_pack_states_for_another_tool_works_and_refuses_what_was_changed(copy: Path) -> None:
    [line] = [each.strip() for each in (copy / "README.txt").read_text().splitlines() if each.startswith("    openssl")]
    assert line == OPENSSL
    done = subprocess.run(line.split(), cwd=copy, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "Signature Verified Successfully")
    changed(copy / TAG_MANIFEST)
    assert subprocess.run(line.split(), cwd=copy, capture_output=True, check=False).returncode == 1


def test_a_pack_is_a_bag(bags: dict[str, Path]) -> None:
    assert bagit.Bag(str(bags["inspector"])).validate()


def test_a_changed_byte_is_found_in_the_part_where_it_is_whichever_part_it_is(
    copy: Path, verify: dict[str, Any]
) -> None:
    parts = sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file())
    assert {each.split("/")[1] for each in parts if each.startswith("data/")} >= {
        "pack.pdf", "pack.json", "events.jsonl", "keys.txt", "key.pem", "checkpoints", "tables", "schemas",
    }  # fmt: skip
    for part in parts:
        before = changed(copy / part)
        look = verify["faults"] if part.startswith(SEEN_THROUGH) else verify["files"]
        assert any(part in fault for fault in look(copy)), part
        (copy / part).write_bytes(before)


def test_a_whole_pack_has_no_fault(copy: Path, faults: Callable[[Path], list[str]]) -> None:
    assert faults(copy) == []


def test_a_missing_file_and_one_put_in_are_named(copy: Path, faults: Callable[[Path], list[str]]) -> None:
    (copy / "data" / "tables" / "actions.csv").unlink()
    (copy / "data" / "tables" / "more.csv").write_text("a\n")
    (copy / "READ ME FIRST.html").write_text("Nothing was found.")
    found = faults(copy)
    assert any("tables/actions.csv: missing" in fault for fault in found)
    assert any("tables/more.csv: not part" in fault for fault in found)
    assert "READ ME FIRST.html: not part of the pack as it was made" in found


def test_what_is_put_beside_the_check_to_stand_in_for_python_s_own_library_is_named_and_not_run(copy: Path) -> None:
    (copy / "json.py").write_text("raise SystemExit('Sound: every file, proof and signature.')\n")
    done = subprocess.run(
        [sys.executable, "-I", copy / "verify.py"], cwd=copy, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "json.py: not part of the pack as it was made" in done.stdout


def test_an_event_is_at_its_own_place_alone(copy: Path, verify: dict[str, Any]) -> None:
    """A place beyond the ledger's size can have the same low bits, and so the same path, as the one where the event is."""
    keys = [line.split("+", 2) for line in (copy / "data" / "keys.txt").read_text().splitlines()]
    known = [(bytes.fromhex(number), b64decode(key)[1:]) for _, number, key in keys]
    for event in lines(copy):
        size, root = verify["checkpoint"](copy, event["ledger"], known)
        path = [b64decode(step) for step in event["path"]]
        for place in (event["place"] + (1 << at) for at in range(1, 12)):
            assert not verify["included"](verify["leaf_of"](event), place - 1, size, iter(path), root), place
        assert not verify["included"](verify["leaf_of"](event), event["place"] - 1, size, iter([*path, path[0]]), root)


def test_an_event_rewritten_together_with_every_hash_is_still_not_in_the_ledger(
    copy: Path, faults: Callable[[Path], list[str]]
) -> None:
    events = copy / "data" / "events.jsonl"
    before = events.read_bytes()
    place = next(n for n, event in enumerate(lines(copy), 1) if "state" in event)
    changed = before.replace(b'\\"what_changed\\":\\"', b'\\"what_changed\\":\\"Not ', 1)
    assert changed != before
    events.write_bytes(changed)
    for manifest, old, new in ((MANIFEST, before, changed), (TAG_MANIFEST, (copy / MANIFEST).read_bytes(), None)):
        digest = hashlib.sha256(new if new is not None else (copy / MANIFEST).read_bytes()).hexdigest()
        listed = (copy / manifest).read_text()
        (copy / manifest).write_text(listed.replace(hashlib.sha256(old).hexdigest(), digest))
    found = faults(copy)
    assert any(fault.startswith(f"data/events.jsonl, line {place}") or "events.jsonl, line" in fault for fault in found)
    assert any("signature.ed25519" in fault for fault in found)


def test_the_pages_are_accessible_and_archival(bags: dict[str, Path]) -> None:
    with pikepdf.open(bags["inspector"] / "data" / "pack.pdf") as pdf:
        assert pdf.Root["/StructTreeRoot"]
        assert str(pdf.Root["/Lang"]) == "en-GB"
        assert pdf.Root["/MarkInfo"]["/Marked"]
        assert len(pdf.Root["/OutputIntents"]) == 1
        with pdf.open_metadata() as said:
            assert (said["pdfaid:part"], said["pdfaid:conformance"], said["pdfuaid:part"]) == ("3", "A", "1")
            assert "inspector" in said["dc:title"]
        attached = json.loads(pdf.attachments["pack.json"].get_file().read_bytes())
    assert attached == json.loads((bags["inspector"] / "data" / "pack.json").read_text())


def test_personal_words_stay_sealed_unless_the_reader_may_have_them(bags: dict[str, Path]) -> None:
    for reader, bag in bags.items():
        whole = b"".join(path.read_bytes() for path in bag.rglob("*") if path.suffix in {".jsonl", ".csv", ".json"})
        said = [json.loads(event["state"]) for event in lines(bag) if "state" in event]
        words = [each[field] for each in said for field in ("summary", "person_name", "reporter") if each.get(field)]
        assert [each for each in words if not each.startswith("sealed:")] == []
        assert words or reader != "inspector"
        assert (b"[sealed]" in whole) or reader in {"board", "complainant", "commissioner"}
    opened = (bags["local-authority"] / "data" / "tables" / "opportunities.csv").read_text("utf-8-sig")
    kept = (bags["inspector"] / "data" / "tables" / "opportunities.csv").read_text("utf-8-sig")
    assert "[sealed]" in kept
    assert "[sealed]" not in opened


def test_every_event_is_as_its_schema_says(bags: dict[str, Path]) -> None:
    schemas = bags["inspector"] / "data" / "schemas"
    line = jsonschema.Draft202012Validator(json.loads((schemas / "events.json").read_text()))
    for event in lines(bags["inspector"]):
        line.validate(event)
        state = json.loads((schemas / "events" / f"{event['topic']}.json").read_text())
        jsonschema.Draft202012Validator(state).validate(json.loads(event["state"]))
    for event in lines(bags["commissioner"]):
        line.validate(event)


def test_an_event_that_is_not_shown_is_proved_by_its_hash(bags: dict[str, Path]) -> None:
    found = lines(bags["commissioner"])
    hashed = [event for event in found if "state" not in event]
    assert hashed
    assert all(set(event) == {"ledger", "place", "leaf", "path"} for event in hashed)
    assert {event["topic"] for event in found if "state" in event} >= {"action.Action.Agreed"}


def test_the_board_is_given_no_event_and_no_small_number(bags: dict[str, Path]) -> None:
    assert lines(bags["board"]) == []
    counted = (bags["board"] / "data" / "tables" / "opportunities.csv").read_text("utf-8-sig").splitlines()[1:]
    numbers = {row.rsplit(",", 1)[1] for row in counted}
    assert counted
    assert all(number == NOT_SAID or int(number) % 5 == 0 for number in numbers)
    told = json.loads((bags["board"] / "data" / "pack.json").read_text())
    assert told["journeys"] == told["triangulation"] == []


def test_a_pack_states_what_was_asked_and_what_is_not_in_it(bags: dict[str, Path], world: Signed) -> None:
    told = json.loads((bags["inspector"] / "data" / "pack.json").read_text())
    assert ["Sites", world.site] in told["filters"]
    assert told["query"]["sites"] == [world.site]
    assert any("recorded after the ledgers were signed" in each for each in told["missing"])
    assert any("stay sealed" in each for each in told["missing"])
    assert any("not shown to last" in gap for gap in told["gaps"])
    for part in ("analysis", "action", "communication", "follow_up"):
        assert told[part]
    assert {each["id"] for each in told["frameworks"]} == {"cqc-quality-statements", "regulations-2014"}


def test_tables_say_the_same_for_people_and_programs(bags: dict[str, Path]) -> None:
    tables = bags["inspector"] / "data" / "tables"
    for path in sorted(tables.glob("*.csv")):
        table = pq.read_table(path.with_suffix(".parquet"))
        schema = json.loads((bags["inspector"] / "data" / "schemas" / f"{path.stem}.json").read_text())
        assert list(schema["properties"]) == table.column_names
        assert path.read_text("utf-8-sig").splitlines()[0] == ",".join(table.column_names)
    assert pq.read_table(tables / "actions.parquet").num_rows >= 1


def test_the_command_writes_the_same_bytes_and_puts_on_record_that_it_did(
    world: Signed, made: dict[str, Made], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in world.env.items():
        monkeypatch.setenv(name, value)
    asked = ["pack", "create", "--for", "complainant", "--journey", world.journey, "--out", str(tmp_path)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert (tmp_path / made["complainant"].name).read_bytes() == made["complainant"].content
    with psycopg.connect(world.env["CANDOUR_PG_AUDITOR"]) as connection:
        found = connection.execute(
            "SELECT topic, convert_from(state, 'utf8')::json->>'provider' FROM audit.events"
            " WHERE topic LIKE 'audit.EvidencePack.%' ORDER BY notification_id"
        ).fetchall()
    assert found == [("audit.EvidencePack.Made", "acme"), ("audit.EvidencePack.TakenAway", "acme")]
    refused = CliRunner().invoke(app, ["pack", "create", "--for", "board", "--journey", world.journey])
    assert refused.exit_code == 2


def test_what_was_forgotten_reads_erased_and_every_proof_still_holds(
    world: Signed, made: dict[str, Made], module_database: Database, tmp_path: Path, faults: Callable[[Path], list[str]]
) -> None:
    with psycopg.connect(module_database.admin) as administrator:
        administrator.execute("DELETE FROM keys.person_key WHERE subject = %s", (world.journey,))
    [again] = in_a_loop(packs(world, [("local-authority", {"journey": world.journey})], tmp_path))
    bag = unpacked(again, tmp_path / "bag")
    assert again.digest != made["local-authority"].digest
    assert "[erased]" in (bag / "data" / "tables" / "opportunities.csv").read_text("utf-8-sig")
    assert any("has been forgotten" in each for each in json.loads((bag / "data" / "pack.json").read_text())["missing"])
    assert faults(bag) == []


def test_no_pack_is_made_of_a_store_that_does_not_say_what_its_ledger_does(
    world: Signed, module_database: Database, tmp_path: Path
) -> None:
    with psycopg.connect(module_database.admin) as administrator:
        administrator.execute(
            "UPDATE intake.events SET state = state || ' '::bytea WHERE originator_id = %s AND originator_version = 1",
            (world.journey,),
        )
    with pytest.raises(RecordNotSound, match="ledger intake"):
        in_a_loop(packs(world, [("inspector", {"journey": world.journey})], tmp_path))
