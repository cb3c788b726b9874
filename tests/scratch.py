"""Where tests keep files that nobody needs afterwards: in memory, where there is room, since most of a test's files are made
to be thrown away, and making one on a disk costs ten times as much."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 each run makes folders of its own in it
ENOUGH = 4 << 30
"""Bytes that have to be free there; else the system's own place for such files is kept."""


def in_memory() -> None:
    """From here on, temporary files of this process and those it starts are kept in memory, unless TMPDIR was chosen."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ENOUGH:
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
