"""Logs for machines and for whoever is on call: one JSON line a fact, with its trace, and never a person's words."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from opentelemetry import trace

Line = MutableMapping[str, Any]
LOGGED = frozenset(
    {"event", "level", "timestamp", "service", "trace_id", "span_id", "logger", "reason", "source", "sequence", "name",
     "consumer", "tries", "journey", "position", "path", "method", "status", "milliseconds", "rule", "count", "view",
     "stream", "seconds", "exception", "kind", "version", "address"}
)  # fmt: skip
"""What a log line may carry. Anything else is dropped: words about people have no field to arrive in."""


def begin(*, pretty: bool = False, level: int = logging.INFO) -> None:
    """Send logs to standard error, as JSON or, for a person at a terminal, in columns."""
    last: Any = structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_trace,
            structlog.processors.format_exc_info,
            _only_what_is_allowed,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def log(service: str) -> Any:
    """The log of one service."""
    return structlog.get_logger(service=service)


def where(error: BaseException) -> str:
    """Where something failed, and never what was said of it: a message may quote what somebody wrote about a person."""
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{each.filename}:{each.lineno} {each.name}" for each in frames[-8:])


def _with_trace(_: Any, __: str, line: Line) -> Line:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        line["trace_id"], line["span_id"] = f"{context.trace_id:032x}", f"{context.span_id:016x}"
    return line


def _only_what_is_allowed(_: Any, __: str, line: Line) -> Line:
    return {name: value for name, value in line.items() if name in LOGGED}
