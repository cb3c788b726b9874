"""What every test may ask for, and the order in which files are taken up."""

import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from libs import logs
from tests import scratch

scratch.in_memory()
pytest_plugins = ["tests.servers", "tests.house", "tests.browser.lane"]

LONGEST_FIRST = ("faults", "browser", "journeys", "demo", "importing")
"""Folders whose files run for longest: begun first, so that no worker is left alone with one at the end."""

settings.register_profile("repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("wide", settings.get_profile("repeatable"), derandomize=False, max_examples=1000)
settings.load_profile("repeatable")
"""The same examples each time, so that a change answers for what it changed; --hypothesis-profile=wide looks for new ones."""

LOGGED = 12
"""Lines of a log that are shown beside a failure, of each kind."""


def pytest_configure() -> None:
    """Log as a running service does. Unconfigured, structlog paints every traceback with its locals, seconds at a time."""
    logs.begin()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # In the background of a shell a run is born deaf to Ctrl-C, and so would be the commands that tests stop by it.
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Of what was logged beside a failure keep the end: a house logs hundreds of lines, among which the failure is lost."""
    report = yield
    report.sections = [(name, "\n".join(words.splitlines()[-LOGGED:])) for name, words in report.sections]
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; within and after them the order stays as it was."""
    tests = Path(__file__).parent
    place = {tests / name: rank for rank, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: min((place[f] for f in item.path.parents if f in place), default=len(place)))
