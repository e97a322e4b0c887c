"""Which columns of a table a question means, in official words and in spoken ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vectorstore.types import Cell

LONG = 24  # characters from which on a column holds prose, and not names
# What people say, and the words for it in the headers of work lists.
_SAID_FOR = (
    (re.compile(r"配合|协助|协同|一起(?:做|干)"), "参与"),
    (
        re.compile(
            r"负责|承担|归[^，。？?、]{0,10}(?:管|科|室|单位|谁|哪)|(?:谁|哪[^，。？?]{0,6})(?:管|具体抓)|"
            r"管着|单独管"
        ),
        "责任",
    ),
    (re.compile(r"[个哪]科(?!技|学|目|普)|哪[^，。？?]{0,4}教研室"), "科室"),
    (re.compile(r"带头|主抓|领头"), "牵头"),
    (re.compile(r"内容|要做|怎么做|干什么|干啥|措施"), "任务"),
    (re.compile(r"要求|达到什么|什么标准|完成时间"), "目标"),
)


def name_columns(question: str, cells: Sequence[Cell]) -> list[Cell]:
    """The cells whose column the question names, by words that no other column's name shares."""
    said = question + "".join(official for spoken, official in _SAID_FOR if spoken.search(question))
    pairs = {c.header: {c.header[i : i + 2] for i in range(len(c.header) - 1)} for c in cells}
    wanted: list[Cell] = []
    for cell in cells:
        others = set().union(*(p for header, p in pairs.items() if header != cell.header))
        if any(pair in said for pair in pairs[cell.header] - others):
            wanted.append(cell)
    return wanted
