"""What a server tells whoever watches it: its metrics as numbers, and the lines of its log of requests."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
from prometheus_client.parser import text_string_to_metric_families

from assistant.setup.logs import REQUESTS, Line

Labels = frozenset[tuple[str, str]]


class Seen(dict[tuple[str, Labels], float]):
    """The numbers of one look, by name and labels."""

    def of(self, name: str, **labels: str) -> float:
        """The sum of those with that name and these labels among theirs; 0 without any."""
        wanted = set(labels.items())
        return sum(value for (one, found), value in self.items() if one == name and wanted <= found)

    def labelled(self, label: str) -> set[str]:
        """All values of that label."""
        return {value for _, labels in self for name, value in labels if name == label}


def look(client: httpx.Client) -> Seen:
    """The metrics of a server now."""
    response = client.get("/metrics")
    assert response.status_code == 200, response.text
    return parsed(response.text)


def parsed(text: str) -> Seen:
    return Seen(
        ((sample.name, frozenset(sample.labels.items())), sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    )


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Mapping[str, object]] = []

    def emit(self, record: logging.LogRecord) -> None:
        assert isinstance(record.msg, Line)
        self.lines.append(record.msg)


@contextmanager
def kept_lines() -> Iterator[list[Mapping[str, object]]]:
    """The lines of requests and questions within the block."""
    handler, level = _Kept(), REQUESTS.level
    REQUESTS.addHandler(handler)
    REQUESTS.setLevel(logging.INFO)
    try:
        yield handler.lines
    finally:
        REQUESTS.removeHandler(handler)
        REQUESTS.setLevel(level)
