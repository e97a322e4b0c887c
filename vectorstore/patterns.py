"""Words by which texts are read, kept as data: each list with its reason, its source and examples.

A file has a table for each list:

    [greets]
    why = "A greeting is answered and searches nothing."
    source = "…"
    whole = true                  # the pattern is of a whole text, and not of a part of one
    pattern = '''你好|您好'''      # line breaks and the spaces around them say nothing
    yes = ["您好"]                # what it must match
    no = ["你好学校的学费"]        # and what it must not

A test holds the examples of every file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_BREAK = re.compile(r"\s*\n\s*")
_NAMED = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class WordList:
    """A list of words: its pattern, why it is there, where it is from, what it must match and must not."""

    pattern: re.Pattern[str]
    why: str
    source: str
    whole: bool
    yes: tuple[str, ...]
    no: tuple[str, ...]

    def holds(self, text: str) -> bool:
        """Whether it matches a text: all of it where the pattern is of a whole one."""
        return bool(self.pattern.fullmatch(text) if self.whole else self.pattern.search(text))


@cache
def word_lists(file: Path) -> Mapping[str, WordList]:
    """The lists of a file, by name. A pattern may hold an earlier one of its file, as ``{name}``.

    Raises KeyError where a list lacks its reason, source or examples, and re.error for no pattern.
    """
    lists: dict[str, WordList] = {}
    for name, table in tomllib.loads(file.read_text(encoding="utf-8")).items():
        written = _BREAK.sub("", table["pattern"].strip())
        whole = _NAMED.sub(lambda match: f"(?:{lists[match.group(1)].pattern.pattern})", written)
        lists[name] = WordList(
            pattern=re.compile(whole, re.DOTALL),
            why=table["why"],
            source=table["source"],
            whole=table.get("whole", False),
            yes=tuple(table["yes"]),
            no=tuple(table["no"]),
        )
    return lists
