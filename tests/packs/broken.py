"""What it takes to read a pack, to break it, and to check it where nothing can be asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SEEN_THROUGH = ("data/events.jsonl", "data/keys.txt", "data/checkpoints/", "signature", "tagmanifest")
"""Parts whose inside is checked as well as their hash."""
OFFLINE = """
import runpy, sys
def watch(what, given):
    if what.startswith(("socket.", "subprocess.", "ctypes.", "urllib.")) or what in {"os.system", "os.exec", "os.fork"}:
        raise SystemExit("it asked for " + what)
sys.addaudithook(watch)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a script that may neither ask the network nor start a program."""


def lines(bag: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (bag / "data" / "events.jsonl").read_text().splitlines()]


def changed(path: Path) -> bytes:
    """Change one bit in the middle of a file; what it held."""
    before = path.read_bytes()
    middle = len(before) // 2
    path.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])
    return before
