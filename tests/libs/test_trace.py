"""One trace, from a request through the store and the wire to the view that it changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from deploy.web import Door
from libs import telemetry
from libs.web.posts import Post
from tests.house import housed, with_sites
from tests.servers import Database, Messaging


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What a collector would be told."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry, "_tracer", provider.get_tracer("candour"))
    yield exporter
    provider.shutdown()


async def test_a_request_and_all_that_follows_from_it_are_one_trace(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path, spans: InMemorySpanExporter
) -> None:
    async with housed(database, fresh_messaging, wrapping_key, "governance", "intake", "notification") as house:
        await with_sites(house, "elm")
        door = Door(house, None)
        await door.open()
        try:
            post = Post("elm.manager", "registered_manager", "site:elm", "Registered manager")
            token = await door.tokens.issue_token("a client", "system:client", [post], timedelta(hours=1))
            spans.clear()
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(door.app), base_url="http://localhost") as web:
                answer = await web.post(
                    "/api/intake/opportunities",
                    json={"site": "elm", "kind": "near_miss", "summary": "A wheel came loose; nobody was hurt."},
                    headers={"Authorization": f"Bearer {token}"},
                )
            assert answer.status_code == 201
            await house.settle()
        finally:
            await door.close()
        told = int(answer.headers["traceparent"].split("-")[1], 16)
        ours = {span.name for span in spans.get_finished_spans() if span.context and span.context.trace_id == told}
        assert "POST /api/intake/opportunities" in ours
        assert {"intake.raise_opportunity", "notification hears", "governance shows", "intake shows"} <= ours
        assert trace.format_trace_id(told) in answer.headers["traceparent"]
