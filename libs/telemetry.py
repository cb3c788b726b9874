"""Traces that run unbroken from a request through the store and the wire to the view it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, Sampler, TraceIdRatioBased
from opentelemetry.trace import Span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_carrier = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("candour")


def begin(env: Mapping[str, str]) -> TracerProvider:
    """Record traces where OTEL_EXPORTER_OTLP_ENDPOINT names a collector; otherwise only pass trace ids on.

    CANDOUR_TRACE_RATIO (0 to 1, default 1) says what share of requests is recorded.
    """
    endpoint = env.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")
    sampler: Sampler = ALWAYS_OFF
    if endpoint:
        sampler = TraceIdRatioBased(float(env.get("CANDOUR_TRACE_RATIO", "1")))
    provider = TracerProvider(resource=Resource.create({"service.name": "candour"}), sampler=ParentBased(sampler))
    if endpoint:
        exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


def traceparent() -> str:
    """Where we are in the trace, as the W3C header says it; empty outside of one."""
    held: dict[str, str] = {}
    _carrier.inject(held)
    return held.get("traceparent", "")


@contextmanager
def span(name: str, *, parent: str = "", **attributes: str | int) -> Iterator[Span]:
    """A step of the work. `parent` is the traceparent of whatever caused it, where that is not the step around us.

    Attributes are codes and ids only: never words about a person.
    """
    context = _carrier.extract({"traceparent": parent}) if parent else None
    with _tracer.start_as_current_span(name, context=context, attributes=attributes) as current:
        yield current
