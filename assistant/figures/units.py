"""Measure words: what each measures, and which are one unit; from ``units.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def measured_by() -> Mapping[str, str]:
    """What each measure word measures; 个工作日 measures day."""
    return {word: kind for kind, words in _tables()["measures"].items() for word in words}


@cache
def one_unit() -> Mapping[str, str]:
    """The measure word that stands for each of several for one unit; 日 is 天."""
    return {word: words[0] for words in _tables()["same"].values() for word in words[1:]}


@cache
def _tables() -> Mapping[str, Mapping[str, list[str]]]:
    tables: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(
        Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    )
    return tables
