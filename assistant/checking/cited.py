"""A cited passage as what a sentence may take from it: its words, its figures, whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.checking.comparing.beside import Mention, mentions_of
from assistant.checking.comparing.opposed import Window, pairs_of, role_at, role_of_header, windows_of
from assistant.figures.figures import ANY_UNIT, DATE, Figure, comparable, read_figures
from assistant.figures.same_figures import with_years
from vectorstore.places import names_of_region
from vectorstore.text import search_terms
from vectorstore.types import Cell, Chunk, Passage, Status, name_cell

_HEADER_UNIT = re.compile(r"[（(]\s*(?:单位\s*[:：]\s*)?([^（）()]{1,4})\s*[）)]")
# What speaks to the model that reads a passage is no content of a policy, to the end of its paragraph.
_NUMBER_CELL = re.compile(r"\d+(?:\.\d+)?")
_FIRST_PLACE = re.compile(r"([\u4e00-\u9fff]{2,3})(?:自治[州县]|[省市县区州旗])")
_PLAN = re.compile(r"方案|计划|规划|要点|安排|清单|意见|办法|通知")
_INSTRUCTION = re.compile(
    r"[^。！？\n]*(?:(?<![得能对者])(?:忽略|无视|忘记|忘掉|不要理会)(?:你|以上|上述|上面|之前|前面|此前|所有|一切|全部)"
    r"[^。\n]{0,12}(?:指令|规则|提示|要求|设定)|系统(?:消息|提示|指令)\s*[:：]|system\s*(?:prompt|message)?\s*:|"
    r"(?:ignore|disregard|forget)\s+(?:all\s+|any\s+|the\s+|your\s+)*(?:previous|above|prior|earlier)|"
    r"<\|?im_start|你(?:现在)?是(?:一[个名])?(?:AI|人工智能|大?语言模型))[^\n]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Source:
    """A passage, and what a sentence that cites it may take from it: words, figures, names."""

    passage: Passage

    @cached_property
    def body(self) -> str:
        """All its words, comparable: its document's head, headings, merged cells, text."""
        head, chunk = self.passage.head, self.passage.chunk
        named = (head.title, *head.aliases, head.number, head.issuer, head.region, head.period)
        above = (cell.text for cell in chunk.cells_above)
        headers = (cell.header for cell in chunk.cells)
        pieces = (*named, *chunk.path, *above, *headers, _INSTRUCTION.sub("", chunk.text))
        return "\n".join(comparable(piece) for piece in pieces if piece)

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """Its clauses; of a row the cells, each with its header."""
        cells = self.passage.chunk.cells
        if not cells:
            return windows_of(self.body)
        told = [text for cell in cells if (text := comparable(f"{cell.header}{cell.text}"))]
        return tuple(Window(text, ",".join(told)) for text in told)

    @cached_property
    def told(self) -> tuple[Figure, ...]:
        """The figures of its words, where they stand there."""
        return read_figures(self.body)

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Its figures with the words beside which each stands; of a row those of its name and its column."""
        cells = self.passage.chunk.cells
        if not cells:
            lines = _INSTRUCTION.sub("", self.passage.chunk.text).splitlines()
            return tuple(mentions_of("\n".join(map(comparable, lines))))
        naming = name_cell(cells)
        name = comparable(naming.text)
        return tuple(
            Mention(figure, pairs_of(f"{name}\n{comparable(cell.header)}\n{_without(figure, cell)}"))
            for cell in cells
            if cell is not naming
            for figure in figures_in(cell)
        )

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """All its figures, the days of its head too; dates also with the years that they can be of."""
        head = self.passage.head
        days = read_figures("\n".join(day.isoformat() for day in (head.issued_on, head.deadline) if day))
        return (*self.figures_told, *days)

    @cached_property
    def figures_told(self) -> tuple[Figure, ...]:
        """All its figures but the days of its head: those that its words and cells tell."""
        head = self.passage.head
        days = read_figures("\n".join(day.isoformat() for day in (head.issued_on, head.deadline) if day))
        own = (*days, *read_figures(comparable(f"{head.title}\n{head.period}")))
        years = [figure.value[0] for figure in own if figure.unit == DATE and figure.value[0]]
        return (*with_years(self.told, years), *_cell_figures(self.passage.chunk))

    @cached_property
    def terms(self) -> frozenset[str]:
        """Its words of two characters and more."""
        return frozenset(term for term in search_terms(self.body) if len(term) > 1)

    @cached_property
    def region_names(self) -> frozenset[str]:
        """Every name of the places that its document is of, in Chinese and in pinyin."""
        return frozenset(names_of_region(self.passage.head.region))

    def is_named_in(self, text: str) -> bool:
        """Whether a text names its document, or the place that this is of."""
        title = comparable(self.passage.head.title)
        return bool(title and title in text) or any(name in text for name in self.place_names if name)

    def named_share(self, text: str) -> float:
        """How much of the name of its row a text has, 0 to 1; 1 where it is no row."""
        cells = self.passage.chunk.cells
        name = pairs_of(comparable(name_cell(cells).text)) if cells else frozenset()
        return len(name & pairs_of(text)) / len(name) if name else 1.0

    @property
    def is_draft(self) -> bool:
        """Whether its document is not issued yet."""
        return self.passage.head.status is Status.DRAFT

    @property
    def is_plan(self) -> bool:
        """Whether its document says what is to be, and not what was."""
        return self.is_draft or bool(_PLAN.search(f"{self.passage.head.kind}{self.passage.head.title}"))

    def roles(self, department: str) -> Iterator[str]:
        """What it says of a department: that it leads, or assists; empty where neither."""
        cells = self.passage.chunk.cells
        for cell in cells:
            if department in comparable(cell.text):
                yield role_of_header(cell.header)
        for match in () if cells else re.finditer(re.escape(department), self.body):
            yield role_at(self.body, *match.span())

    @cached_property
    def place_names(self) -> frozenset[str]:
        """``region_names``, and the place with which its title, issuer or file begins."""
        named = (self.passage.head.title, self.passage.head.issuer, self.passage.source)
        first = next(filter(None, map(_FIRST_PLACE.match, named)), None)
        return self.region_names | (frozenset((first[0], first[1])) if first else frozenset())

    @property
    def document(self) -> tuple[str, int]:
        """Its document's id, and the number of the part that it stands in, 0 outside of a compilation."""
        return self.passage.chunk.document_id, self.passage.chunk.part


def _cell_figures(chunk: Chunk) -> Iterator[Figure]:
    """Numbers that fill a cell: their unit is in the name of the column, or can be any."""
    for cell in chunk.cells:
        if _NUMBER_CELL.fullmatch(comparable(cell.text)):
            yield from figures_in(cell)


def figures_in(cell: Cell) -> Iterator[Figure]:
    """The figures of a cell; that of one that is a number has the unit in the name of its column, or any."""
    number = comparable(cell.text)
    if not _NUMBER_CELL.fullmatch(number):
        yield from read_figures(number)
        return
    (bare,) = read_figures(number)
    unit = _HEADER_UNIT.search(cell.header)
    yield from read_figures(comparable(number + unit[1])) if unit else (replace(bare, unit=ANY_UNIT),)


def _without(figure: Figure, cell: Cell) -> str:
    """The words of a cell beside its figure."""
    text = comparable(cell.text)
    return "" if _NUMBER_CELL.fullmatch(text) else text.replace(figure.text, "\n")
