"""Checkpoints outside the database: the same in a folder, in an object store's memory or disk, and on an S3 server."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import obstore
import pytest

from services.audit.ledger import Outside, outside_at

SERVER = os.environ.get("CANDOUR_TEST_OBJECTS", "")
"""Where objects may be put by a test, such as s3://bucket/tests, with what that store needs to let us in."""
REAL = pytest.param(
    "server", marks=pytest.mark.skipif(not SERVER, reason="CANDOUR_TEST_OBJECTS names no object server")
)


@pytest.fixture(params=["folder", "memory", "disk", REAL])
def outside(request: pytest.FixtureRequest, tmp_path: Path) -> Outside:
    places: dict[str, str] = {
        "folder": str(tmp_path), "memory": "memory:///", "disk": tmp_path.as_uri(), "server": f"{SERVER}/{uuid4()}",
    }  # fmt: skip
    return outside_at(places[request.param])


def test_a_note_is_added_once_and_never_written_over(outside: Outside) -> None:
    assert outside.keep("review", 4, "at four")
    assert not outside.keep("review", 4, "at four, differently")
    assert outside.keep("review", 16, "at sixteen")
    assert outside.keep_statement(1, "a key follows")
    assert not outside.keep_statement(1, "another follows")
    assert list(outside.kept("review")) == [(4, "at four"), (16, "at sixteen")]
    assert list(outside.notes("review")) == ["at four", "at sixteen"]
    assert outside.newest("review") == 16
    assert outside.note("review", 4) == "at four"
    assert outside.statements() == ["a key follows"]


def test_a_store_is_asked_only_for_what_came_since(monkeypatch: pytest.MonkeyPatch) -> None:
    outside = outside_at("memory:///")
    outside.keep("review", 4, "at four")
    assert outside.newest("review") == 4
    whole, names = list[str](), outside._names

    def noted(group: str, *after: str) -> list[str]:
        whole.extend([] if after else [group])
        return names(group, *after)

    monkeypatch.setattr(outside, "_names", noted)
    for size in (16, 64):
        outside.keep("review", size, f"at {size}")
        assert outside.newest("review") == size
    assert whole == []


def test_what_others_add_to_a_folder_or_take_away_is_seen_at_once(tmp_path: Path) -> None:
    outside = outside_at(str(tmp_path))
    for size in range(1, 101):
        outside.keep("review", size, f"at {size}")
        assert outside.newest("review") == size
        file = tmp_path / "review" / f"{size:020d}.txt"
        (others := file.with_name(f"{size + 1:020d}.txt")).write_text("by another process")
        assert outside.newest("review") == size + 1
        others.unlink()
        assert outside.newest("review") == size
    (tmp_path / "review" / "read me.txt").write_text("no checkpoint")
    assert outside.newest("review") == 100


def test_what_is_not_there_is_said_as_of_a_folder(outside: Outside) -> None:
    assert outside.newest("intake") == 0
    assert outside.statements() == []
    with pytest.raises(OSError):  # noqa: PT011 whatever the kind of place, callers try again later
        outside.note("intake", 1)


def test_a_store_that_writes_over_what_is_there_is_given_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some servers that speak S3 take no notice of If-None-Match."""
    outside, put = outside_at("memory:///"), obstore.put

    def heedless(store: Any, name: str, content: bytes, **_: Any) -> Any:
        return put(store, name, content)

    with monkeypatch.context() as patch:
        patch.setattr(obstore, "put", heedless)
        with pytest.raises(OSError, match="writes over"):
            outside.keep("review", 4, "at four")
    assert outside.newest("review") == 0


def test_a_store_that_cannot_be_reached_is_tried_again_later(unused_tcp_port_factory: Callable[[], int]) -> None:
    from obstore.store import S3Store

    from services.audit.ledger.outside import Objects

    nobody = S3Store(
        "bucket", endpoint=f"http://127.0.0.1:{unused_tcp_port_factory()}", access_key_id="a", secret_access_key="b",
        region="eu-west-2", client_options={"allow_http": True}, retry_config={"max_retries": 0},
    )  # fmt: skip
    with pytest.raises(OSError, match="object store"):
        Objects(nobody).keep("review", 4, "at four")


def test_an_address_of_no_kind_of_store_is_refused() -> None:
    with pytest.raises(ValueError, match="no address of an object store"):
        outside_at("gopher://somewhere")
