"""From a reply or a draft to checked text: every label has a quote, every quote stands in its document.

A sentence of a chat model's reply is supported when every figure and every
quoted name in it stands in a passage that it cites, white space, width and
punctuation of numbers aside. What is not supported is marked, never dropped
silently; labels that the model invented are cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from assistant.extraction.compose import name_source
from assistant.types import Citation, Draft, Evidence, Outcome, Statement
from vectorstore.text import search_terms, squeeze
from vectorstore.types import Passage

UNVERIFIED = "〔未核实〕"
_LABEL = re.compile(r"[\[［【]\s*(\d{1,3})\s*[\]］】]")
_SENTENCE = re.compile(r"[^。！？!?\n]*(?:[。！？!?]|\n|$)(?:\s*[\[［【]\s*\d{1,3}\s*[\]］】])*")
_FIGURE = re.compile(r"\d[\d,.]*(?:\s*[-—–~～至]\s*\d[\d,.]*)?\s*[%％‰]?")
_QUOTED = re.compile(r"[“《「]([^”》」]{2,60})[”》」]")
_LIST_MARK = re.compile(r"^\s*(?:[-•·*]|\d{1,2}[.、）)])\s*")
_LEAST_WORDS = 4  # characters from which on a sentence says something that needs a source


@dataclass(frozen=True, slots=True)
class Checked:
    """A text with its labels in order, what they point to, and whether all of it is supported."""

    text: str
    citations: tuple[Citation, ...]
    outcome: Outcome


def cite(draft: Draft) -> Checked:
    """A draft with its labels: the answer first, then whose it is; by document where there are several."""
    citations = _Citations()
    parts: list[tuple[str, str]] = []
    for _, group in groupby(
        draft.statements, key=lambda s: (s.passage.chunk.document_id, s.passage.chunk.part)
    ):
        statements = list(group)
        said = [statement.text + citations.label(statement) for statement in statements]
        body = "".join(said)
        if draft.lead:
            body = f"{draft.lead}：" + "；".join(part.replace("。[", "[") for part in said) + "。"
        parts.append((name_source(statements[0].passage.head), body))
    if len(parts) == 1:
        source, body = parts[0]
        return Checked(f"{body}\n——{source}", citations.all, Outcome.GROUNDED)
    lines = [*(f"{source}：{body}" for source, body in parts), draft.compared]
    return Checked("\n".join(line for line in lines if line), citations.all, Outcome.GROUNDED)


def check(reply: str, evidence: Evidence) -> Checked:
    """A chat model's reply, sentence by sentence against the passages that it cites."""
    citations = _Citations()
    written: list[str] = []
    supported = failed = 0
    for match in _SENTENCE.finditer(reply):
        sentence = match.group()
        if not sentence.strip():
            written.append(sentence)
            continue
        labels = [int(number) for number in _LABEL.findall(sentence)]
        bare = _LABEL.sub("", sentence).rstrip()
        cited = [evidence.passages[n - 1] for n in dict.fromkeys(labels) if 1 <= n <= len(evidence.passages)]
        statements = [_support(bare, passage) for passage in cited]
        if not _claims(bare):
            written.append(bare + ("\n" if sentence.endswith("\n") else ""))
        elif statements and _is_supported(bare, cited):
            marks = "".join(citations.label(statement) for statement in statements)
            written.append(f"{bare}{marks}" + ("\n" if sentence.endswith("\n") else ""))
            supported += 1
        else:
            marks = "".join(citations.label(statement) for statement in statements)
            written.append(f"{bare}{marks}{UNVERIFIED}" + ("\n" if sentence.endswith("\n") else ""))
            failed += 1
    outcome = (
        Outcome.GROUNDED if supported and not failed else Outcome.PARTLY if supported else Outcome.REFUSED
    )
    return Checked("".join(written).strip(), citations.all, outcome)


def failures(reply: str, evidence: Evidence) -> list[str]:
    """What to tell a model of its reply: each sentence that would be marked, with its reason."""
    problems: list[str] = []
    for match in _SENTENCE.finditer(reply):
        bare = _LABEL.sub("", match.group()).strip()
        numbers = [int(number) for number in _LABEL.findall(match.group())]
        cited = [evidence.passages[n - 1] for n in numbers if 1 <= n <= len(evidence.passages)]
        if not _claims(bare):
            continue
        if not cited:
            problems.append(f"“{bare}”没有有效的资料编号（可用的是 1 到 {len(evidence.passages)}）。")
        elif missing := _missing(bare, cited):
            problems.append(f"“{bare}”中的 {'、'.join(missing)} 不在所引的资料里。")
    return problems


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


def _claims(sentence: str) -> bool:
    words = re.sub(r"\W", "", _LIST_MARK.sub("", sentence))
    return len(words) >= _LEAST_WORDS and not sentence.rstrip().endswith(("：", ":"))


def _is_supported(sentence: str, cited: Sequence[Passage]) -> bool:
    return not _missing(sentence, cited)


def _missing(sentence: str, cited: Sequence[Passage]) -> list[str]:
    """Figures and quoted names of a sentence that stand in none of the passages that it cites."""
    bodies = [_comparable(_body(passage)) for passage in cited]
    claimed = [m.group().strip() for m in _FIGURE.finditer(_LIST_MARK.sub("", sentence))]
    claimed += [m.group(1) for m in _QUOTED.finditer(sentence)]
    return [claim for claim in dict.fromkeys(claimed) if not any(_stands_in(claim, body) for body in bodies)]


def _body(passage: Passage) -> str:
    """All that a sentence may take from a passage: its document's name, headings, text, merged cells."""
    head, chunk = passage.head, passage.chunk
    above = (cell.text for cell in chunk.cells_above)
    return " ".join((head.title, head.number, *chunk.path, *above, chunk.text))


def _stands_in(claim: str, body: str) -> bool:
    wanted = _comparable(claim)
    if not wanted[:1].isdigit():
        return wanted in body
    return bool(re.search(rf"(?<![\d.]){re.escape(wanted)}(?!\d|\.\d)", body))


def _comparable(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d)|[“”\"'‘’]", "", squeeze(text)[0])


def _support(sentence: str, passage: Passage) -> Statement:
    """The sentence or cells of a passage that bear a sentence of the reply best."""
    chunk = passage.chunk
    wanted = set(search_terms(sentence))
    figures = [_comparable(m.group()) for m in _FIGURE.finditer(sentence)]
    if chunk.cells:
        start, end = chunk.cells_span
        own = _comparable(chunk.text)
        above = tuple(
            cell
            for cell in chunk.cells_above
            if wanted & set(search_terms(cell.text))
            or any(_stands_in(f, _comparable(cell.text)) and not _stands_in(f, own) for f in figures)
        )
        return Statement(text="", passage=passage, start=start, end=end, above=above)

    def worth(start: int, end: int) -> tuple[int, int]:
        text = chunk.text[start - chunk.start : end - chunk.start]
        held = sum(_stands_in(figure, _comparable(text)) for figure in figures)
        return held, len(wanted & set(search_terms(text)))

    spans = [(match.start, match.end) for match in passage.matches] or [(chunk.start, chunk.end)]
    start, end = max(spans, key=lambda span: worth(*span))
    return Statement(text="", passage=passage, start=start, end=end)
