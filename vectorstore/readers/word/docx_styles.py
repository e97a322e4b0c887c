"""What a DOCX says of its lists and headings: definitions, and the styles that lead to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vectorstore.readers.numbering import Level, ListCounter
from vectorstore.readers.packages import Element, Package, attribute, child, local

_LONGEST_CHAIN = 12  # styles based on styles; a circle ends here
_NAME = re.compile(r"(?:heading|标题) ?([1-9])", re.IGNORECASE)  # what Word takes for a heading by its name


@dataclass(frozen=True, slots=True)
class _ListUse:
    """``w:num``: a use of an abstract list, with its own levels and starts."""

    abstract: str
    levels: dict[int, Level]
    starts: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Style:
    """A style: what it is based on, its own ``w:numPr``, and its level as a heading, None if it has none."""

    based: str
    numbered: Element | None
    level: int | None


class Styles:
    """The styles of paragraphs, with what they inherit."""

    def __init__(self, package: Package, main: str) -> None:
        self._styles = _read_styles(package, package.related(main, "styles"))

    def chain(self, properties: Element | None) -> Iterator[_Style]:
        """The style of a paragraph with these ``w:pPr``, then what it is based on."""
        named = child(properties, "pStyle")
        style = self._styles.get(attribute(named, "val") if named is not None else "")
        for _ in range(_LONGEST_CHAIN):
            if style is None:
                return
            yield style
            style = self._styles.get(style.based)

    def heading_level(self, properties: Element | None) -> int:
        """The level as a heading of a paragraph with these ``w:pPr``, 0 for body text."""
        own = _outline_level(properties)
        if own is not None:
            return own
        return next((style.level for style in self.chain(properties) if style.level is not None), 0)


class Numbering:
    """The labels of numbered paragraphs. Call ``label`` once a paragraph, in order."""

    def __init__(self, package: Package, main: str, styles: Styles) -> None:
        self._styles = styles
        self._uses = _read_lists(package, package.related(main, "numbering"))
        self._counters: dict[str, ListCounter] = {}
        self._started: set[tuple[str, int]] = set()

    def label(self, properties: Element | None) -> str:
        """The label for a paragraph with these ``w:pPr``, or an empty text."""
        number, level = self._list_of(properties)
        use = self._uses.get(number)
        if use is None or level not in use.levels:
            return ""
        counter = self._counters.setdefault(use.abstract, ListCounter())
        if level in use.starts and (number, level) not in self._started:
            self._started.add((number, level))
            counter.restart(level)
        return counter.label(level, use.levels)

    def _list_of(self, properties: Element | None) -> tuple[str, int]:
        """Number id and level: the paragraph's own, else those of its style and what that is based on."""
        own = child(properties, "numPr")
        found: list[Element] = [] if own is None else [own]
        found.extend(s.numbered for s in self._styles.chain(properties) if s.numbered is not None)
        number = next((value for item in found if (value := _value(item, "numId"))), "")
        level = next((value for item in found if (value := _value(item, "ilvl"))), "0")
        return number, int(level) if level.isdigit() else 0


def _value(element: Element, name: str) -> str:
    inner = child(element, name)
    return attribute(inner, "val") if inner is not None else ""


def _outline_level(properties: Element | None) -> int | None:
    """What ``w:outlineLvl`` says: 0 to 8 are headings, 9 is body text."""
    if child(properties, "outlineLvl") is None:
        return None
    value = _value(properties, "outlineLvl")
    return int(value) + 1 if value.isdigit() and int(value) < 9 else 0


def _read_styles(package: Package, part: str) -> dict[str, _Style]:
    if not part:
        return {}
    styles: dict[str, _Style] = {}
    for style in package.xml(part):
        if local(style) == "style":
            properties = child(style, "pPr")
            level = _outline_level(properties)
            named = _NAME.fullmatch(_value(style, "name").strip())
            if level is None and named:
                level = int(named.group(1))
            styles[attribute(style, "styleId")] = _Style(
                _value(style, "basedOn"), child(properties, "numPr"), level
            )
    return styles


def _read_lists(package: Package, part: str) -> dict[str, _ListUse]:
    if not part:
        return {}
    root = package.xml(part)
    abstracts = {
        attribute(element, "abstractNumId"): {
            int(attribute(level, "ilvl", "0")): _read_level(level)
            for level in element
            if local(level) == "lvl"
        }
        for element in root
        if local(element) == "abstractNum"
    }
    uses: dict[str, _ListUse] = {}
    for element in root:
        if local(element) == "num":
            abstract = _value(element, "abstractNumId")
            uses[attribute(element, "numId")] = _read_use(element, abstract, abstracts.get(abstract, {}))
    return uses


def _read_use(element: Element, abstract: str, inherited: dict[int, Level]) -> _ListUse:
    levels, starts = dict(inherited), dict[int, int]()
    for override in element:
        if local(override) != "lvlOverride":
            continue
        index = int(attribute(override, "ilvl", "0"))
        own = child(override, "lvl")
        if own is not None:
            levels[index] = _read_level(own)
        start = _value(override, "startOverride")
        if start.isdigit() and index in levels:
            starts[index] = int(start)
            level = levels[index]
            levels[index] = Level(
                text=level.text,
                style=level.style,
                start=int(start),
                restarts=level.restarts,
                arabic=level.arabic,
            )
    return _ListUse(abstract, levels, starts)


def _read_level(element: Element) -> Level:
    start = _value(element, "start")
    return Level(
        text=_value(element, "lvlText"),
        style=_value(element, "numFmt") or "decimal",
        start=int(start) if start.isdigit() else 1,
        restarts=_value(element, "lvlRestart") != "0",
        arabic=child(element, "isLgl") is not None,
    )
