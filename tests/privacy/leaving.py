"""What leaves the house while a story is played in it, gathered to be searched."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, field

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.notification.test_delivery import Mailbox
from tests.notification.test_reaching_out import Listening


@dataclass
class Outside:
    """What left the house: answers and addresses, letters, calls, logs and traces."""

    said: list[bytes] = field(default_factory=list)
    mailbox: Mailbox = field(default_factory=Mailbox)
    hooked: Listening = field(default_factory=Listening)
    logged: io.StringIO = field(default_factory=io.StringIO)
    spans: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)
    written: asyncio.Event = field(default_factory=asyncio.Event)
    called: asyncio.Event = field(default_factory=asyncio.Event)

    def everything(self) -> dict[str, bytes]:
        """By the way that it left."""
        return {
            "answers": b"\n".join(self.said),
            "letters": b"\n".join(letter.as_bytes() for letter in self.mailbox.letters),
            "calls": b"\n".join(repr(headers).encode() + content for headers, content in self.hooked.heard),
            "logs": self.logged.getvalue().encode(),
            "traces": "\n".join(span.to_json() for span in self.spans.get_finished_spans()).encode(),
        }
