"""What is read off the running server each time that its metrics are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from fastapi import FastAPI
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from assistant.answer import Assistant
from assistant.asking.desk import places
from assistant.web.dependencies import Parts
from assistant.web.watch.metrics import PREFIX
from assistant.web.watch.ready import missing
from vectorstore.errors import PolicyAssistantError

_PACES = {"patient": False, "hurried": True}


class Readings(Collector):
    """Questions under way, connections, endpoints and the library of one app. Empty before it has started."""

    def __init__(self, app: FastAPI) -> None:
        self._state = app.state

    def collect(self) -> Iterator[Metric]:
        """The families, each read now."""
        parts: Parts | None = getattr(self._state, "parts", None)
        if parts is None:
            return
        yield _gauge(
            "ready", "Whether questions can be answered now, as /readyz tells.", not missing(self._state)
        )
        yield from _questions(parts)
        yield from _connections(self._state)
        yield from _services(parts.assistant)
        yield _wecom_bot(self._state)
        with suppress(PolicyAssistantError):  # there is nothing to read; /readyz tells why
            yield from _library(parts.assistant)


def _questions(parts: Parts) -> Iterator[Metric]:
    under_way = _gauges(
        "questions_under_way", "Questions that are being answered or wait for their turn.", "pace", "state"
    )
    room = _gauges("question_places", "How many questions are taken at once.", "pace")
    for pace, hurried in _PACES.items():
        answering, waiting = parts.desk.under_way(hurried)
        under_way.add_metric((pace, "answering"), answering)
        under_way.add_metric((pace, "waiting"), waiting)
        room.add_metric((pace,), places(hurried))
    yield under_way
    yield room


def _connections(state: Any) -> Iterator[Metric]:  # noqa: ANN401  # Starlette's state has any attribute
    yield _gauge(
        "requests_under_way", "Requests that are being answered, streams of pages too.", len(state.crowd)
    )
    yield _gauge("request_places", "How many requests are answered at once.", state.limits.requests)
    if state.door is not None:
        yield _gauge("connections", "Connections that are open.", len(state.door))
    yield _gauge("connection_places", "How many connections may be open.", state.limits.connections)


def _wecom_bot(state: Any) -> Metric:  # noqa: ANN401  # Starlette's state has any attribute
    """Without a value where there is none."""
    connected = _gauges("wecom_bot_connected", "Whether the AI bot is connected to WeCom.")
    if state.long_connection:
        connected.add_metric((), state.long_connection.connected)
    return connected


def _services(assistant: Assistant) -> Iterator[Metric]:
    failures = CounterMetricFamily(
        f"{PREFIX}service_failures", "How often an endpoint failed.", labels=("service",)
    )
    resting = _gauges(
        "service_resting", "Whether an endpoint that failed is left alone for a while.", "service"
    )
    for service, breaker in assistant.services.items():
        failures.add_metric((service,), breaker.failures)
        resting.add_metric((service,), breaker.resting is not None)
    yield failures
    yield resting


def _library(assistant: Assistant) -> Iterator[Metric]:
    documents, chunks = assistant.size()
    yield _gauge("library_documents", "Documents that are answered from.", documents)
    yield _gauge("library_chunks", "Chunks that are answered from.", chunks)
    about = {"generation": assistant.generation or "", "mode": assistant.mode}
    yield InfoMetricFamily(f"{PREFIX}library", "The index in use, and how answers are made.", value=about)
    if published := assistant.published_at:
        yield _gauge(
            "library_published_timestamp_seconds", "When an ingest last published an index.", published
        )


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, said, value=float(value))


def _gauges(name: str, said: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, said, labels=labels)
