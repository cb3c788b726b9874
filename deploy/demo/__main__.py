"""`python -m deploy.demo DIRECTORY SITES MONTHS`: make the demo provider as soon as its settings come in.

It is begun beside the servers, whose settings it is told at standard input (JSON) once they are up; none mean that it is
not wanted. So everything is imported by the time that there is a database.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from pathlib import Path

from rich.console import Console

from deploy.cli import looped
from deploy.demo.seeding import seed_with_progress
from deploy.nats.topology import services
from libs import logs


def main(var: str, sites: str, months: str) -> None:
    """Wait for the settings, then play the history. Ctrl-C is for the run that began this: it ends what it begins."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.begin(pretty=sys.stderr.isatty(), level=int(os.environ.get("CANDOUR_LOG_LEVEL", "30")))
    for service in services():
        importlib.import_module(f"services.{service}.app")
    if told := sys.stdin.read():
        looped(seed_with_progress(os.environ | json.loads(told), Path(var), int(sites), int(months), Console()))


if __name__ == "__main__":
    main(*sys.argv[1:])
