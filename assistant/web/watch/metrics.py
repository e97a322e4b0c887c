"""What is counted while the server runs, in a registry of the app's own.

Every label has few values that are known beforehand: paths, questions, people
and keys are in none.
"""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from assistant.web.watch.endings import Ending

PREFIX = "policy_assistant_"
MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
OTHER = "other"
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
REFUSED_FOR = ("busy", "too_many_at_once", "too_often", "crowded", "server_stopping")
"""Codes of errors that refuse for want of room."""
# Seconds. Pages take milliseconds, a chat model up to two minutes.
_REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 150)
_STAGE_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 150)


class Metrics:
    """Counts requests and questions of one app. Safe in several threads."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            f"{PREFIX}http_requests",
            "Requests that were answered, but for those of whoever watches the server.",
            ("route", "method", "status"),
            registry=registry,
        )
        self._request_seconds = Histogram(
            f"{PREFIX}http_request_seconds",
            "Seconds until the last byte of a response, but for the page's own files and streams.",
            ("route", "method"),
            buckets=_REQUEST_BUCKETS,
            registry=registry,
        )
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram | None]] = {}
        self._questions = Counter(
            f"{PREFIX}questions", "Questions at their end.", ("face", "outcome", "mode"), registry=registry
        )
        self._question_seconds = Histogram(
            f"{PREFIX}question_seconds",
            "Seconds from a question to its whole answer.",
            ("mode",),
            buckets=_STAGE_BUCKETS,
            registry=registry,
        )
        self._stage_seconds = Histogram(
            f"{PREFIX}stage_seconds",
            "Seconds of an answer's stages: waiting for its turn, search, answer.",
            ("stage",),
            buckets=_STAGE_BUCKETS,
            registry=registry,
        )
        self._tokens = Counter(
            f"{PREFIX}model_tokens", "Tokens that the chat model counted.", ("kind",), registry=registry
        )
        self._refused = Counter(
            f"{PREFIX}refused", "What was refused for want of room.", ("reason",), registry=registry
        )
        for reason in REFUSED_FOR:  # so that a first one is a rise, and not a beginning
            self._refused.labels(reason)
        for kind in ("prompt", "completion"):
            self._tokens.labels(kind)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)

    def count_request(self, route: str, method: str, status: int, seconds: float | None) -> None:
        """One request at its end; ``seconds`` is None where its duration tells nothing."""
        key = (route, method if method in METHODS else OTHER, status // 100)
        if key not in self._series:  # found anew each time they take longer than all else here
            route, method, hundreds = key
            counter = self._requests.labels(route, method, f"{hundreds}xx")
            timed = None if seconds is None else self._request_seconds.labels(route, method)
            self._series[key] = counter, timed
        counted, timed = self._series[key]
        counted.inc()
        if timed is not None and seconds is not None:
            timed.observe(seconds)

    def count_question(self, ending: Ending) -> None:
        """One question at its end."""
        self._questions.labels(ending.face, ending.outcome, ending.mode).inc()
        if not ending.answered:
            return
        self._question_seconds.labels(ending.mode).observe(ending.whole)
        stages = {"wait": ending.wait, "search": ending.seconds.search, "answer": ending.seconds.answer}
        for stage, seconds in stages.items():
            self._stage_seconds.labels(stage).observe(seconds)
        self._tokens.labels("prompt").inc(ending.usage.prompt_tokens)
        self._tokens.labels("completion").inc(ending.usage.completion_tokens)

    def refused(self, code: str) -> None:
        """Something was refused, with the code of the error that says why."""
        self._refused.labels(code if code in REFUSED_FOR else OTHER).inc()

    def page(self) -> bytes:
        """All that is known, as Prometheus reads it. Takes some milliseconds."""
        return generate_latest(_WithoutTimes(self.registry))


class _WithoutTimes(Collector):
    """A registry without the times at which series began: nobody needs them, and they are as many again."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        """The families of the registry."""
        for family in self._registry.collect():
            family.samples = [one for one in family.samples if not one.name.endswith("_created")]
            yield family
