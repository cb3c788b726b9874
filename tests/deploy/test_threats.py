"""The threat model is whole: every room, every kind, and every test that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

from deploy.nats.topology import services
from deploy.threats import Kind, model

TESTS = Path(__file__).parent.parent


def test_every_room_is_thought_through_for_every_kind() -> None:
    rooms = {room.id: {threat.kind for threat in room.threats} for room in model().rooms}
    assert set(rooms) == {*services(), "door", "wire", "store"}
    assert all(kinds == set(Kind) for kinds in rooms.values())


def test_every_test_that_is_named_exists() -> None:
    missing = [
        named
        for room in model().rooms
        for threat in room.threats
        for named in threat.tests
        if not exists(*named.split("::"))
    ]
    assert missing == []


def exists(file: str, name: str) -> bool:
    path = TESTS / file
    return path.exists() and bool(re.search(rf"^ *(async )?def {re.escape(name)}\(", path.read_text(), re.MULTILINE))
