"""From a reply or a draft to checked text: every label has a quote, every quote stands in its document.

A reply is taken sentence by sentence, also while it comes. What its passages do
not bear (see ``assistant.checking.support``) is marked, or left out if so set, and told
to the reader either way; labels that the model invented are cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from assistant.checking.bearers import bearers
from assistant.checking.cited import Source
from assistant.checking.claims import Sentence, complete, split
from assistant.checking.support import Support, is_foreign, links_of, tells_lack
from assistant.drafting.state import name_source
from assistant.figures.figures import Figure, comparable, read_figures
from assistant.types import Citation, Draft, Evidence, Outcome, Statement, Tongue, Unverified
from vectorstore.errors import Language
from vectorstore.text import plain
from vectorstore.types import Passage

UNVERIFIED = "〔未核实〕"
_LONG_PART = 30  # characters of one of several things from which on each has its own line
_IN_CHINESE = "In the documents' own words:"


@dataclass(frozen=True, slots=True)
class Checked:
    """A text with its labels in order, what they point to, and whether all of it is supported.

    ``translated`` tells that wording in it could not be compared with its sources, being in another language.
    """

    text: str
    citations: tuple[Citation, ...]
    outcome: Outcome
    translated: bool = False


def cite(draft: Draft, language: Language) -> Checked:
    """A draft with its labels: the answer first, then whose it is; by document where there are several.

    What is said around the documents' own words is in ``language``.

    Documents of one place or one title may say different things: their dates and status are told then.
    """
    if draft.told:
        return Checked(draft.told.in_language(language), (), Outcome.GROUNDED)
    citations = _Citations()
    parts: list[tuple[str, str]] = []
    heads = {_document_of(statement): statement.passage.head for statement in draft.statements}
    alike = Counter(name for head in heads.values() for name in (head.region, head.title) if name)
    for _, group in groupby(draft.statements, key=_document_of):
        statements = list(group)
        said = [statement.text + citations.label(statement) for statement in statements]
        body = "".join(said)
        if draft.lead:
            lead = draft.lead.in_language(language)
            body = f"{lead}：" + _listed([part.replace("。[", "[") for part in said])
        head = statements[0].passage.head
        among_alike = any(alike[name] > 1 for name in (head.region, head.title))
        parts.append((name_source(head, among_alike=among_alike), body))
    if len(parts) == 1:
        source, body = parts[0]
        lines = [f"{body}\n——{source}"]
    else:
        lines = [f"{source}：{body}" for source, body in parts]
    if language == "en" and lines:
        lines.insert(0, _IN_CHINESE)
    if draft.compared:
        lines.append(draft.compared.in_language(language))
    return Checked("\n".join(lines), citations.all, Outcome.GROUNDED)


def _listed(parts: Sequence[str]) -> str:
    """Things that a lead announces: one sentence, or a list where they are too long for one."""
    if len(parts) > 1 and max(map(len, parts)) > _LONG_PART:
        return "".join(f"\n{number}. {part}" for number, part in enumerate(parts, start=1))
    return "；".join(parts) + "。"


def _document_of(statement: Statement) -> tuple[str, int]:
    chunk = statement.passage.chunk
    return chunk.document_id, chunk.part


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence of a reply, what is wrong with it, and whether its label was set anew."""

    words: str
    problem: str
    relabelled: bool = False


class Checker:
    """Checks a chat model's reply as it comes: what it gives back is whole sentences, fit to be shown.

    ``tongue`` is the one that was asked for. ``judged`` has each sentence so far that claims anything, with
    what is wrong with it, or nothing; ``supported`` counts those that stand in the passages.
    """

    def __init__(
        self,
        evidence: Evidence,
        tongue: Tongue,
        unverified: Unverified,
        withheld: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """A sentence of which ``withheld`` says that no reader may see it is never shown."""
        self._withheld = withheld
        self.judged: list[Judged] = []
        self._support = Support(evidence, tongue)
        self._traditional = tongue == "zh-Hant"
        self._unverified = unverified
        self._citations = _Citations()
        self._heading = ""  # of the list that comes
        self._said: list[Figure] = []
        self._last: Sequence[Source] = ()  # what the last sentence cites that stands in the passages
        self._absences: list[str] = []  # what it says that the passages lack, while it says nothing else
        self._explains = False  # the sentence behind may say so in other words
        self._held = ""
        self._text = ""
        self.supported = 0
        self._translated = False

    def take(self, piece: str) -> str:
        """What is newly fit to be shown after this piece; may be empty."""
        self._held += piece
        whole = complete(self._held)
        shown = "".join(map(self._write, split(self._held[:whole])))
        self._held = self._held[whole:]
        self._text += shown
        return shown

    def rest(self) -> str:
        """The last sentence. Call it once, at the end."""
        shown = "".join(map(self._write, split(self._held)))
        self._held = ""
        self._text += shown
        return shown

    @property
    def problems(self) -> list[str]:
        """What tells the model of each sentence that failed so far, with its reason."""
        return [f"“{one.words}”{one.problem}。" for one in self.judged if one.problem]

    @property
    def supports(self) -> bool:
        """Whether any sentence so far stands in the passages."""
        return self.supported > 0

    @property
    def absence(self) -> str:
        """What the reply says that the passages lack, where it says nothing that stands in them."""
        return "" if self.supports else "".join(self._absences)

    @property
    def checked(self) -> Checked:
        """All sentences so far."""
        outcome = Outcome.REFUSED
        if self.supported:
            outcome = Outcome.PARTLY if self.problems else Outcome.GROUNDED
        return Checked(self._text.strip(), self._citations.all, outcome, self._translated)

    def _write(self, sentence: Sentence) -> str:
        """A sentence as it is shown: with the labels that hold, and marked or left out if it fails."""
        end = "\n" if sentence.ends_line else ""
        if self._withheld(sentence.words) or self._support.strange_links(sentence.words):
            self.judged.append(Judged(sentence.words.strip(), "不是资料的内容，不能写给读者"))
            return ""
        if sentence.leads:
            self._heading = sentence.body.strip()
        elif sentence.claims and not sentence.is_item:
            self._heading = ""
        if not sentence.claims or sentence.is_courtesy:
            return end if sentence.is_courtesy else sentence.words + end
        sources = self._support.sources
        cited = [sources[label - 1] for label in sentence.labels if 1 <= label <= len(sources)]
        problem = self._problem(sentence, cited)
        relabelled = False
        if problem and (found := self._bearing(sentence, cited or self._last)):
            cited, problem, relabelled = found, "", True
        self.judged.append(Judged(sentence.words.strip(), problem, relabelled=relabelled))
        if problem and (self._unverified == "remove" or links_of(sentence.words)):
            return ""
        if not problem:
            self._count(sentence, cited)
        self._explains = sentence.tells_absence
        statements = (one for source in cited for one in bearers(sentence.body, source.passage))
        labels = "".join(map(self._citations.label, statements))
        return sentence.words + labels + (UNVERIFIED if problem else "") + end

    def _count(self, sentence: Sentence, cited: Sequence[Source]) -> None:
        """Remember what a sentence adds that nothing is wrong with."""
        self._said += read_figures(comparable(sentence.body))
        if cited and (sentence.has_figures or not sentence.tells_absence):
            self.supported += 1
            self._last = cited
            self._translated |= is_foreign(sentence.body)
        elif sentence.tells_absence or self._explains:
            self._absences.append(sentence.words.strip())

    def _bearing(self, sentence: Sentence, near: Sequence[Source]) -> list[Source]:
        """The passage that bears a sentence without a label, or with a wrong one."""
        heading = self._heading if sentence.is_item else ""
        found = self._support.bearing(sentence.body, near, heading, self._said)
        if not found and self._traditional:
            found = self._support.bearing(plain(sentence.body), near, plain(heading), self._said)
        return found

    def _lacking(self, sentence: Sentence, cited: Sequence[Source]) -> list[str]:
        """Why what a sentence cites does not bear it."""
        heading = self._heading if sentence.is_item else ""
        lacking = self._support.lacking(sentence.body, cited, heading, self._said)
        if lacking and self._traditional:  # what it says may stand there in simplified characters
            lacking = self._support.lacking(plain(sentence.body), cited, plain(heading), self._said)
        return lacking

    def _problem(self, sentence: Sentence, cited: Sequence[Source]) -> str:
        if cited and (sentence.has_figures or not sentence.tells_absence):
            lacking = self._lacking(sentence, cited)
            return f"：{'；'.join(lacking)}" if lacking else ""
        explains = self._explains and not self.supports and tells_lack(sentence.body)
        absent = sentence.tells_absence or explains
        if (sentence.leads or absent) and (cited or not sentence.labels):
            words = plain(sentence.body) if self._traditional else sentence.body
            unknown = self._support.unknown(words, amounts_as_asked=absent)
            unknown += self._support.elsewhere(words, absent=absent)
            return f"中的 {'、'.join(unknown)} 不在资料里" if unknown else ""
        return f"没有有效的资料编号（可用的是 1 到 {len(self._support.sources)}）"


class _Citations:
    """Labels in the order in which they are used; one for each quote, and one for each cell above a row."""

    def __init__(self) -> None:
        self._by_span: dict[tuple[str, int, int], Citation] = {}

    @property
    def all(self) -> tuple[Citation, ...]:
        return tuple(self._by_span.values())

    def label(self, statement: Statement) -> str:
        chunk = statement.passage.chunk
        start, end = statement.start, statement.end
        quotes = [(chunk.text[start - chunk.start : end - chunk.start], start, end)]
        quotes.extend((cell.text, cell.start, cell.end) for cell in statement.above)
        return "".join(self._label(statement.passage, *quote) for quote in quotes)

    def _label(self, passage: Passage, quote: str, start: int, end: int) -> str:
        key = (passage.chunk.document_id, start, end)
        if key not in self._by_span:
            label = len(self._by_span) + 1
            self._by_span[key] = Citation(label=label, quote=quote, start=start, end=end, passage=passage)
        return f"[{self._by_span[key].label}]"
