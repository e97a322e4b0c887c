"""Whether a sentence says something else than the clause that it takes its words from: 可以 for 不得.

The clause is found by the pairs of characters that both have. An axis is a thing that can be said in two
opposite ways, its sides: a bound is the least or the most, a department leads or assists; ``opposites.toml``
has the words for each side. All functions read comparable text (see ``assistant.figures.figures``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

_CLAUSE = re.compile(r"[^,，;；。!！?？:：\n]+")
_SENTENCE = re.compile(r"[^。!！?？;；\n]+")
_YOU = re.compile(r"[您你]|your?")
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LEAST_IN_COMMON = 0.4  # of the pairs of characters of a clause: below that it is nobody's
_LEAST_TO_DENY = 0.55  # from which on a negation is of the same thing
_LEAST_PAIRS = 3
_NEGATION = r"(?:不是|并非|没有|严禁|禁止|杜绝|避免|[不未无没](?:可以|能够|允许|[会再予得可能应宜须需要])?)"
_NEGATED = re.compile(rf"{_NEGATION}(?=([\u4e00-\u9fff]{{2}}))")
_DENIAL = re.compile(_NEGATION)
_DENIES = re.compile(rf"{_NEGATION}$")
_ALL = re.compile(
    r"所有|全体|全部|凡是?|任何|一律|不论|无论|只要|不管|每一|其他条件|全[省市县区校](?=各|儿童|学生|教师|学校|中小学)"
)
_ALL_TOO = re.compile(r"所有|全体|全部|全员|凡|任何|一律|不论|无论|各|每|均|都|统一|全覆盖|普遍|只要|100%")
_BOTH = re.compile(r"[均都]|统一为|一律|[各同](?=\d)|一样|相同")
_FILLERS = re.compile(r"[的了也还都就在把对从向和与及或等]")
_AGENT = re.compile(r"(?:由|会同)([\u4e00-\u9fff、（）()]{2,16}?(?:部门|残联|妇联|委员会|[局委厅]))")
_BOUND, _ROLE = "bound", "role"
_OF_FIGURES = (_BOUND, "by")
_TO_ROLE = re.compile(r"[^,，。；;()（）]{0,24}?(?:牵头|主管|主办|配合|参与|协助|协办)")
_FROM_ROLE = re.compile(
    r"(?:牵头|主管|主办|责任|配合|参与|协助|协办)(?:部门|单位|科室|人)?[是为有:：][^,，。；;]{0,24}$"
)


@dataclass(frozen=True, slots=True)
class Window:
    """One clause of a source, or two that follow one another, and the sentence in which it stands."""

    text: str
    sentence: str


def says_otherwise(clause: str, sources: Iterable[Sequence[Window]]) -> str:
    """The word of a clause whose opposite stands in the clause of a source that is nearest; empty for none.

    >>> says_otherwise("学校可以组织学生补课", [windows_of("学校不得组织学生补课。")])
    '可以'
    """
    sources = list(sources)
    window = nearest(clause, sources)
    if window is None or clause in window.sentence:
        return ""
    for name, axis in _axes().items():
        own, theirs = axis.sides(clause), axis.sides(window.text)
        if name not in (*_OF_FIGURES, _ROLE) and own and theirs and not set(own) & set(theirs):
            return next(iter(own.values()))
    return _negated_otherwise(clause, window.text) or _told_of_all(clause, window) or _done_by(clause, window)


def sides_at(text: str, start: int, end: int) -> dict[str, str]:
    """The side of each axis that is said of the figure at ``start`` to ``end``, by the axis.

    >>> sides_at("每班不少于5人", 5, 7), sides_at("5人以上", 0, 2)
    ({'bound': 'least'}, {'bound': 'least'})
    """
    found: dict[str, str] = {}
    for name in _OF_FIGURES:
        axis = _axes()[name]
        behind = axis.every.match(text, end) if name == _BOUND else None
        before = [
            match for match in axis.every.finditer(text, max(0, start - 8), start) if match.end() == start
        ]
        if behind or before:
            found[name] = axis.side_of[behind[0] if behind else before[0][0]]
    return found


def role_at(text: str, start: int, end: int) -> str:
    """The role of what stands at ``start`` to ``end``: "lead", "assist", or empty where none is told.

    >>> role_at("由市教育局牵头", 1, 5), role_at("配合单位是市教育局", 5, 9), role_at("市教育局", 0, 4)
    ('lead', 'assist', '')
    """
    axis = _axes()[_ROLE]
    behind = _TO_ROLE.match(text, end)
    if behind and (sides := axis.sides(behind[0])):
        return next(iter(sides))
    before = _FROM_ROLE.search(text[:start])
    return next(iter(axis.sides(before[0])), "") if before else ""


def role_of_header(header: str) -> str:
    """The role that a column is of: 牵头单位, 责任科室, 参与部门."""
    return next(iter(_axes()[_ROLE].sides(header)), "")


def nearest(clause: str, sources: Iterable[Sequence[Window]]) -> Window | None:
    """The window that has most of a clause's pairs of characters, the shortest of them; None if few."""
    pairs = pairs_of(_bare(clause))
    if len(pairs) < _LEAST_PAIRS:
        return None
    best, most = None, (_LEAST_IN_COMMON, 0)
    for windows in sources:
        for window in windows:
            common = len(pairs & pairs_of(_bare(window.text))) / len(pairs)
            if (common, -len(window.text)) > most:
                best, most = window, (common, -len(window.text))
    return best


def share_in(text: str, bodies: Sequence[str]) -> float:
    """How many of a text's pairs of characters stand in the body that has most of them, 0 to 1.

    0 for a text of less than three pairs.
    """
    pairs = pairs_of(_bare(text))
    if len(pairs) < _LEAST_PAIRS:
        return 0.0
    return max((len(pairs & pairs_of(body)) / len(pairs) for body in bodies), default=0.0)


@lru_cache(maxsize=20_000)
def pairs_of(text: str) -> frozenset[str]:
    """The pairs of Chinese characters that follow one another in a text, and its numbers."""
    words = {run[0][at : at + 2] for run in _HAN_RUN.finditer(text) for at in range(len(run[0]) - 1)}
    return frozenset(words.union(_NUMBER.findall(text)))


def speaks_to_asker(text: str) -> bool:
    """Whether a text is about who asks: 您家孩子16岁."""
    return bool(_YOU.search(text))


def tells_both(clause: str) -> bool:
    """Whether a clause tells one figure of several things: 均为5元."""
    return bool(_BOTH.search(clause))


def windows_of(body: str) -> tuple[Window, ...]:
    """All windows of a text."""
    return tuple(_windows(body))


def clauses_in(text: str) -> Iterator[re.Match[str]]:
    """The clauses of a text, where they stand."""
    return _CLAUSE.finditer(text)


def clauses_of(text: str) -> list[str]:
    """The words of its clauses."""
    return [match[0] for match in clauses_in(text)]


def _windows(body: str) -> Iterator[Window]:
    for match in _SENTENCE.finditer(body):
        clauses = clauses_of(match[0])
        yield from (Window(clause, match[0]) for clause in clauses)
        yield from (Window(f"{a},{b}", match[0]) for a, b in pairwise(clauses))


@dataclass(frozen=True, slots=True)
class _Axis:
    """Sides that exclude each other, each with its words."""

    every: re.Pattern[str]
    side_of: Mapping[str, str]

    def sides(self, text: str) -> dict[str, str]:
        """The sides that a text has words of, and the first such word."""
        found: dict[str, str] = {}
        for match in self.every.finditer(text):
            found.setdefault(self.side_of[match[0]], match[0])
        return found


@cache
def _axes() -> Mapping[str, _Axis]:
    axes: dict[str, _Axis] = {}
    tables = tomllib.loads(Path(__file__).with_name("opposites.toml").read_text(encoding="utf-8"))
    for name, sides in tables.items():
        side_of = {word: side for side, words in sides.items() for word in words}
        words = sorted(side_of, key=len, reverse=True)
        axes[name] = _Axis(re.compile("|".join(map(re.escape, words))), side_of)
    return axes


@cache
def _every_word() -> re.Pattern[str]:
    axes = "|".join(axis.every.pattern for name, axis in _axes().items() if name not in _OF_FIGURES)
    return re.compile(f"{axes}|{_ALL.pattern}|{_FILLERS.pattern}")


@lru_cache(maxsize=20_000)
def _bare(text: str) -> str:
    """Without the words that are compared, and those that mean nothing."""
    return _every_word().sub(" ", text)


def _negated_otherwise(clause: str, window: str) -> str:
    """A word that one of them denies and the other says."""
    if len(pairs_of(_bare(clause))) <= _LEAST_PAIRS or share_in(clause, [_bare(window)]) < _LEAST_TO_DENY:
        return ""
    denied, theirs = _denied(clause), _denied(window)
    if bool(_DENIAL.search(clause)) == bool(
        _DENIAL.search(window)
    ):  # which word a negation reaches can't be told from outside
        return ""
    for word in sorted((denied & pairs_of(window)) | (theirs & pairs_of(clause))):
        if not _FILLERS.search(word) and _said(word, window if denied else clause):
            return f"不{word}" if denied else word
    return ""


def _denied(text: str) -> set[str]:
    return {match[1] for match in _NEGATED.finditer(text)}


def _said(word: str, text: str) -> bool:
    """Whether a word stands somewhere without a negation before it."""
    places = re.finditer(re.escape(word), text)
    return any(not _DENIES.search(text[: match.start()]) for match in places)


def _told_of_all(clause: str, window: Window) -> str:
    every = _ALL.search(clause)
    return every[0] if every and not (_ALL_TOO.search(window.text) or every[0] in window.text) else ""


def _done_by(clause: str, window: Window) -> str:
    """Who does it, where somebody else does."""
    agents = _AGENT.findall(clause)
    others = _AGENT.findall(window.text)
    wrong = [agent for agent in agents if _core(agent) not in window.text]
    return wrong[0] if wrong and others else ""


def _core(agent: str) -> str:
    return agent.removesuffix("部门").removesuffix("行政")[-2:]
