"""Traces that run unbroken from a request through the store and the wire to the view it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, Sampler, TraceIdRatioBased
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, TraceFlags, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_carrier = TraceContextTextMapPropagator()
_ids = RandomIdGenerator()
_begun = TraceFlags(TraceFlags.RANDOM_TRACE_ID)
_tracer: Tracer | None = trace.get_tracer("candour")
"""Who records our steps; None where nobody does, and trace ids are only passed on."""


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
    global _tracer  # noqa: PLW0603 - a process records its traces, or does not
    _tracer = trace.get_tracer("candour") if endpoint else None
    return provider


def traceparent() -> str:
    """Where we are in the trace, as the W3C header says it; empty outside of one."""
    here = trace.get_current_span().get_span_context()
    if not here.is_valid:
        return ""
    return f"00-{here.trace_id:032x}-{here.span_id:016x}-{here.trace_flags:02x}"


def span(name: str, *, parent: str = "", **attributes: str | int) -> AbstractContextManager[Span]:
    """A step of the work. `parent` is the traceparent of whatever caused it, where that is not the step around us.

    Attributes are codes and ids only: never words about a person.
    """
    if _tracer is None:
        return _passed_on(parent)
    context = _carrier.extract({"traceparent": parent}) if parent else None
    return _tracer.start_as_current_span(name, context=context, attributes=attributes)


@contextmanager
def _passed_on(parent: str) -> Iterator[Span]:
    """A step with an id of its own in the trace it belongs to, or in a new one, that nobody records."""
    around = _said(parent) if parent else None
    if around is None or not around.is_valid:
        around = trace.get_current_span().get_span_context()
    whole, flags = (around.trace_id, around.trace_flags) if around.is_valid else (_ids.generate_trace_id(), _begun)
    here = SpanContext(whole, _ids.generate_span_id(), False, flags, around.trace_state)
    step = NonRecordingSpan(here)
    token = contexts.attach(trace.set_span_in_context(step))
    try:
        yield step
    finally:
        contexts.detach(token)


@lru_cache(maxsize=1024)
def _said(parent: str) -> SpanContext:
    return trace.get_current_span(_carrier.extract({"traceparent": parent}, contexts.Context())).get_span_context()
