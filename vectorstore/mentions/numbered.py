"""Items and articles by their number, as questions give it: 第25条, item 12 of a list."""

from __future__ import annotations

import re

from vectorstore.text import read_number
from vectorstore.types import Chunk, SectionKind

_NUMBER = re.compile(
    r"^\s*第?\s*([零〇一二两三四五六七八九十百千\d]+)\s*(?:条|[.．、\s]|(?=[\u4e00-\u9fff]))"
)


def numbers_of(chunk: Chunk) -> set[int]:
    """The numbers of the items that a chunk is or, for an outline, lists."""
    lines = chunk.text.split("\n") if chunk.kind is SectionKind.OUTLINE else [*chunk.path[-1:]]
    numbers = (match and read_number(match.group(1)) for match in map(_NUMBER.match, lines))
    return {number for number in numbers if number is not None}
