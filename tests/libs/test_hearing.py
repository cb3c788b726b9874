"""All who hear a source share one reading of it, in order, and one that is stuck stops nobody else."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from nats.aio.client import Client

import libs.hearing
from libs.hearing import Heard, Reader, Reading
from libs.nkeys import Signed


class Ear:
    """Takes what it has room for; more waits until somebody makes room."""

    def __init__(self, room: int = 1000) -> None:
        self.places: list[int] = []
        self.room, self.freed = room, asyncio.Event()

    def offer(self, heard: Heard) -> bool:
        if len(self.places) >= self.room:
            return False
        self.places.append(heard.stream_sequence)
        return True

    async def take(self, heard: Heard) -> None:
        while not self.offer(heard):
            self.freed.clear()
            await self.freed.wait()

    def make_room(self) -> None:
        self.room = 1000
        self.freed.set()


def message(place: int) -> Any:
    """One that cannot be read, which is handed over like any other."""
    metadata = SimpleNamespace(sequence=SimpleNamespace(stream=place))
    return SimpleNamespace(metadata=metadata, headers=None, data=b"")


def reading(alone: list[Reading], *readers: Reader) -> Reading:
    return Reading("review", "intake", readers, alone.append)


async def test_each_hears_what_comes_after_its_own_place() -> None:
    first, second = Ear(), Ear()
    shared = reading([], Reader(first, 0), Reader(second, 2))
    assert shared.after == 0
    for place in (1, 2, 3, 4, 4):
        await shared.receive(message(place))
    assert (first.places, second.places) == ([1, 2, 3, 4], [3, 4])
    assert shared.after == 4


async def test_one_without_room_reads_on_alone_and_misses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libs.hearing, "PATIENCE", 0)
    alone: list[Reading] = []
    stuck, other = Ear(room=2), Ear()
    reader = Reader(stuck, 0)
    shared = reading(alone, reader, Reader(other, 0))
    for place in range(1, 6):
        await shared.receive(message(place))
    assert (stuck.places, other.places) == ([1, 2], [1, 2, 3, 4, 5])
    [its] = alone
    assert [each.taker for each in its.readers] == [stuck]
    stuck.make_room()
    assert reader.waiting is not None
    await reader.waiting
    assert its.after == 3
    for place in range(4, 6):
        await its.receive(message(place))
    assert stuck.places == [1, 2, 3, 4, 5]


async def test_one_that_reads_alone_holds_the_server_back() -> None:
    ear = Ear(room=0)
    shared = reading([], Reader(ear, 0))
    handing = asyncio.create_task(shared.receive(message(1)))
    await asyncio.sleep(0)
    assert not handing.done()
    ear.make_room()
    await handing
    assert ear.places == [1]


async def test_who_stops_hearing_is_handed_nothing_more_not_even_what_waits() -> None:
    ear, other = Ear(room=0), Ear()
    shared = reading([], Reader(ear, 0), Reader(other, 0))
    handing = asyncio.create_task(shared.receive(message(1)))
    await asyncio.sleep(0)
    assert shared.stop(ear)
    assert not shared.stop(ear)
    await handing
    ear.make_room()
    await shared.receive(message(2))
    assert (ear.places, other.places) == ([], [1, 2])


LINES = some.lists(some.text("aZ9-_ :\t\r\né", max_size=12), max_size=6)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LINES)
def test_headers_are_read_as_the_client_reads_them(lines: list[str]) -> None:
    raw = "\r\n".join(lines).encode()
    assert Signed._parse_header_lines(raw) == Client._parse_header_lines(raw)


def test_the_headers_of_an_event_are_read_as_the_client_reads_them() -> None:
    raw = b"ce-id: 4711\r\nce-time: 2026-03-02T09:00:00Z\r\nce-type:x\r\nNats-Msg-Id:  spaced out \r\n\r\n"
    assert Signed._parse_header_lines(raw) == Client._parse_header_lines(raw)
    assert Signed._parse_header_lines(raw)["Nats-Msg-Id"] == "spaced out"
