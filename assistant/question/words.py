"""The lists of words by which questions are read, from ``words.toml``."""

from __future__ import annotations

from pathlib import Path

from vectorstore.patterns import word_lists

WORDS = word_lists(Path(__file__).with_name("words.toml"))
