"""Whether what a sentence says stands in the passages that it cites.

Figures, dates, numbers of documents, departments, places and quoted words must
stand there, or follow from what does (see ``derived``). What stands there can
still be told otherwise than there: of another place, as done, as its opposite
(see ``misread``). Of a sentence in another language than the passages only
figures and names can be checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from assistant.checking.cited import Source
from assistant.checking.comparing.derived import follows, is_count, is_reckoned_with, is_small_count
from assistant.checking.comparing.opposed import share_in, speaks_to_asker
from assistant.checking.misread import misreadings
from assistant.checking.names.latin_names import unknown_names
from assistant.checking.names.names import find_departments, find_places, find_quotes
from assistant.checking.stated import Claim, Kind, figures_of
from assistant.figures.figures import Figure, comparable, read_figures
from assistant.figures.same_figures import is_difference, stands_among
from assistant.types import Evidence, Tongue
from vectorstore.text import search_terms

_WHOLE = Figure("100%", 0, 0, ("100",), "%")
_LEAST_TERMS = 5
_MOST_SAID = 40  # figures told before that are set side by side
_LEAST_NAMED = 0.01  # of the name of a row, for a sentence to be of it
_CLEARLY = 0.7  # of the words of a sentence that a passage has which bears it, though nobody cited it
_LEAST_TITLE = 6  # characters of a title that name a document without 《》
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-zA-Z][a-zA-Z0-9.@_+-]*")
_LINK = re.compile(
    r"(?:(?:https?|ftp|file|javascript|data):|www\.)[^\s<>\"'“”（）()，。；、]{2,}", re.IGNORECASE
)
# What leads in to a list of anything.
_ANY_MATTER = re.compile(
    r"(?:以|如)下|下列|具体|主要|包括|分别|其他|有关|相关|几?个?方面|内容|情况|事项|说明|答案|资料|原文|文件|上述"
)
_LACKS = re.compile(r"[缺没未无]|不能|不足")
_CLAUSE_END = re.compile(r"[，,；;：:。！？]")
_LEAST_OWN = 8  # Chinese characters of a clause from which on it says something of its own
_OWN_SHARE = 0.4  # of its pairs of characters that the passages have, or it is from elsewhere
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)[\w./?=&%#~-]+", re.ASCII)


class Support:
    """Says of sentences whether the passages of one answer bear them; ``tongue`` is the replies' language."""

    def __init__(self, evidence: Evidence, tongue: Tongue) -> None:
        self.sources = tuple(Source(passage) for passage in evidence.passages)
        self._question = comparable(evidence.question)
        self._foreign = tongue == "en" or is_foreign(evidence.question)
        self._places = frozenset(name for source in self.sources for name in source.place_names)
        titles = (comparable(passage.head.title) for passage in evidence.passages)
        self._titles = frozenset(title for title in titles if len(title) >= _LEAST_TITLE)

    def lacking(
        self, words: str, cited: Sequence[Source], heading: str = "", said: Sequence[Figure] = ()
    ) -> list[str]:
        """Why the cited passages do not bear a sentence, each reason in a few words; empty if they do.

        ``heading`` stands over the sentence: it may say whose the figures are. ``said`` are the figures
        told before it.
        """
        if not self._foreign and _is_unreadable(words, cited):
            return ["不是中文，无法与资料核对"]
        whole = f"{heading}：{words}" if heading else words
        text = comparable(whole)
        start = len(comparable(whole[: len(whole) - len(words)]))
        names = self._names(whole, text)
        figures = [claim for claim in figures_of(text) if claim.start >= start]
        told = [claim for claim in figures if any(map(claim.stands_in, cited))]
        own = [*figures, *(name for name in names if name.start >= start)]
        accounted = [*said, *(claim.figure for claim in told if claim.figure)]
        missing: list[str] = []
        for claim in own:
            if claim in told or any(map(claim.stands_in, cited)):
                continue
            if claim.figure and self._follows(claim.figure, text, told, cited, accounted):
                accounted.append(claim.figure)
            else:
                missing.append(claim.text)
        if missing:
            return [f"{'、'.join(dict.fromkeys(missing))} 不在所引的资料里"]
        bodies = [source.body for source in cited]
        if self._foreign and (strange := unknown_names(words, bodies)):
            return [f"{'、'.join(strange)} 不在所引的资料里"]
        if links_of(words) and (strange := self.elsewhere(words)):  # a known link bears nothing beside it
            return [f"{'、'.join(strange)} 不在所引的资料里"]
        reasons = [*misreadings(text, start, own, names, cited)]
        if not own and not _shares_words(words, cited):
            reasons.append("没有一个词见于所引的资料")
        return [reason for reason in reasons if reason]

    def bearing(
        self, words: str, near: Sequence[Source], heading: str, said: Sequence[Figure]
    ) -> list[Source]:
        """The one passage that clearly bears a sentence, if any does: that has most of its words.

        It is of a document that the sentence names, or of one of those ``near``, that it or the sentence
        before cites; of any where there is none. Where a row is near, it is no row that is named less.
        """
        text = comparable(words)
        documents = {source.document for source in near}
        whole = comparable(f"{heading}\n{words}")
        rows = [source.named_share(whole) for source in near if source.passage.chunk.cells]
        least = max(*rows, _LEAST_NAMED) if rows else 0.0
        named = (
            source
            for source in self.sources
            if not documents or source.document in documents or source.is_named_in(text)
            if source.named_share(whole) >= least
        )
        shares = [(share_in(text, [source.body]), source) for source in named]
        clear = [(share, source) for share, source in shares if share >= _CLEARLY]
        for _, source in sorted(clear, key=lambda pair: -pair[0]):
            if not self.lacking(words, [source], heading, said):
                return [source]
        return []

    def strange_links(self, words: str) -> list[str]:
        """Links that no passage has: who follows one may carry to it what the model was sent."""
        bodies = [source.body for source in self.sources]
        return [link for link in links_of(words) if not any(comparable(link) in body for body in bodies)]

    def elsewhere(self, words: str, *, absent: bool = False) -> list[str]:
        """Clauses, of which no label tells whose they are, that speak of what no passage does.

        Where something is ``absent``, what is said to be missing may be anything.
        """
        if is_foreign(words):
            return []
        bodies = [source.body for source in self.sources]
        whole = _CLAUSE_END.split(comparable(_LINK.sub("", words)))
        clauses = (_ANY_MATTER.sub("", one) for one in whole if not (absent and tells_lack(one)))
        return [
            clause
            for clause in clauses
            if len(_HAN.findall(clause)) >= _LEAST_OWN and share_in(clause, bodies) < _OWN_SHARE
        ]

    def unknown(self, words: str, *, amounts_as_asked: bool = False) -> list[str]:
        """Figures and names of a sentence that neither a passage nor the question has.

        With ``amounts_as_asked`` also amounts that stand in a passage, where the question lacks them.
        """
        text = comparable(words)
        return [
            claim.text
            for claim in (*figures_of(text), *self._names(words, text))
            if not self._is_asked(claim)
            and not (claim.figure and is_small_count(claim.figure))
            and not (any(map(claim.stands_in, self.sources)) and not (amounts_as_asked and claim.is_amount))
        ]

    def _follows(
        self,
        figure: Figure,
        text: str,
        told: Sequence[Claim],
        cited: Sequence[Source],
        said: Sequence[Figure],
    ) -> bool:
        """Whether a figure that stands nowhere may be told: an article, a count, reckoned, or as asked."""
        if figure.value == ("1",) and figure.text.startswith("一") and figure.unit not in ("元", "岁"):
            return True
        own = [claim.figure for claim in told if claim.figure]
        asked = read_figures(self._question)
        if stands_among(figure, asked) and (
            speaks_to_asker(text)
            or is_reckoned_with(figure, read_figures(text))
            or any(one.unit == figure.unit and one.text != figure.text for one in own)
        ):
            return True
        others = [one for one in asked if not stands_among(figure, [one])]  # nothing follows from itself
        known = [*(one for source in cited for one in source.figures), *others, _WHOLE]
        apart = any(is_difference(figure, one, two) for one, two in combinations(said[-_MOST_SAID:], 2))
        return apart or is_count(figure, text, (s.body for s in cited)) or follows(figure, text, said, known)

    def _is_asked(self, claim: Claim) -> bool:
        figure = claim.figure
        return claim.text in self._question or bool(
            figure and stands_among(figure, read_figures(self._question))
        )

    def _names(self, words: str, text: str) -> list[Claim]:
        """Quoted words, addresses, departments, places, and titles of the documents at hand."""
        found: list[Claim] = []
        for start, end in find_quotes(text):
            # Words that are quoted in translation can't be compared one by one.
            if _HAN.search(text, start, end) or not is_foreign(words):
                kind = Kind.TITLE if text[start - 1] == "《" else Kind.QUOTE
                found.append(Claim(kind, text[start:end], start))
        found += [Claim(Kind.QUOTE, text[a:b], a) for a, b in _squeezed(words, _ADDRESS.finditer(words))]
        found += [Claim(Kind.DEPARTMENT, text[a:b], a) for a, b in find_departments(text)]
        found += [Claim(Kind.TITLE, text[a:b], a) for a, b in _known(text, self._titles)]
        latin = (word for word in _WORD.finditer(words) if word[0].lower() in self._places)
        places = {*find_places(text), *_known(text, self._places), *_squeezed(words, latin)}
        found += [Claim(Kind.PLACE, text[a:b], a) for a, b in places if not _is_within(places, a, b)]
        return found


def _shares_words(words: str, cited: Sequence[Source]) -> bool:
    """Whether a sentence has a Chinese word in common with what it cites; True of one of few words."""
    terms = {term for term in search_terms(words) if len(term) > 1 and _HAN.search(term)}
    return len(terms) < _LEAST_TERMS or any(not terms.isdisjoint(source.terms) for source in cited)


def links_of(text: str) -> list[str]:
    """What a reader, or a program that shows the text, may follow."""
    return _LINK.findall(text)


def tells_lack(text: str) -> bool:
    """Whether a text says that something is not there."""
    return bool(_LACKS.search(text))


def is_foreign(text: str) -> bool:
    """Whether a text has more letters of another script than Chinese characters."""
    return sum(map(str.isalpha, text)) > 2 * len(_HAN.findall(text))


def _is_unreadable(words: str, cited: Sequence[Source]) -> bool:
    """Whether a sentence is in another language, and not in words of the passages."""
    words = _ADDRESS.sub("", words)
    own = _WORD.sub(lambda m: "" if any(comparable(m[0]) in s.body for s in cited) else m[0], words)
    return is_foreign(own)


def _is_within(ranges: set[tuple[int, int]], start: int, end: int) -> bool:
    return any(a <= start and end <= b for a, b in ranges - {(start, end)})


def _known(text: str, names: frozenset[str]) -> Iterator[tuple[int, int]]:
    for name in names:
        if not name.isascii():
            yield from (match.span() for match in re.finditer(re.escape(name), text))


def _squeezed(words: str, matches: Iterable[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """Where matches in the words stand in the comparable text, in which Latin words run together."""
    for match in matches:
        start = len(comparable(words[: match.start()]))
        yield start, start + len(comparable(match[0]))
