"""Of several versions of a rule the one that is meant is told from; what has changed, where that is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.drafting.choose import CLOSE
from assistant.question.words import WORDS
from assistant.reading.read import Span
from assistant.types import Draft, Statement
from assistant.wording import STATUS_NAMES, dated_name
from vectorstore.documents.comparison import Change, Difference, Piece, Unit, compare
from vectorstore.documents.versions import Versions
from vectorstore.errors import Message
from vectorstore.mentions.named import Mentions
from vectorstore.search.searcher import Searcher
from vectorstore.text import fold, search_terms, years_in
from vectorstore.types import Document, Passage, Status

_TOLD = 6  # changes
_LONGEST = 90  # characters of a changed sentence that are told


def of_meant_versions(spans: Sequence[Span], versions: Versions, question: str) -> Sequence[Span]:
    """The spans without those of older versions than are meant, where the newest says about as much to it.

    What only the older version says is told, and that there is a newer one.
    """
    years = years_in(question)
    best: dict[str, float] = {}
    for span in spans:
        best.setdefault(span.passage.chunk.document_id, span.score)

    def stands(span: Span) -> bool:
        document = span.passage.chunk.document_id
        newest = best.get(versions.newest(document))
        return versions.is_meant(document, years) or newest is None or newest < span.score - 2 * CLOSE

    return [span for span in spans if stands(span)]


def tell_changes(
    question: str,
    mentions: Mentions,
    best: Passage | None,
    documents: Sequence[Document],
    searcher: Searcher,
) -> Draft | None:
    """What differs between two versions of what a question names; None where it asks for nothing of the kind.

    Where it names nothing that has versions, those of the ``best`` passage are meant.
    Changes that hold words of the question come first, and alone if there are any.
    """
    if not WORDS["asks_changes"].holds(fold(question)):
        return None
    pair = _versions_meant(question, mentions, best, documents, searcher)
    if pair is None:
        return None
    old, new = pair
    differences = compare(searcher.holdings.chunks_of(old.id), searcher.holdings.chunks_of(new.id)) or ()
    changed = [one for one in differences if one.change is not Change.SAME]
    about = _about(question, changed, (old, new))
    statements = tuple(_state(one, searcher) for one in about[:_TOLD])
    if not statements:
        return None
    return Draft(statements=statements, lead=_lead(changed, about, old, new), final=True)


def tell_standing(question: str, statements: Sequence[Statement]) -> Message | None:
    """That what is cited counts no more, and what does, where the question asks for that."""
    if not statements or not WORDS["asks_standing"].holds(fold(question)):
        return None
    head = statements[0].passage.head
    if head.status not in (Status.REPEALED, Status.SUPERSEDED):
        return None
    chinese, english = (STATUS_NAMES[head.status].in_language(language) for language in ("zh", "en"))
    now = f"，现行的是《{head.superseded_by}》" if head.superseded_by else ""
    now_english = f"; in force is {head.superseded_by}" if head.superseded_by else ""
    return Message(f"{dated_name(head, 'zh')}{chinese}{now}。", f"{head.title}: {english}{now_english}.")


def _versions_meant(
    question: str,
    mentions: Mentions,
    best: Passage | None,
    documents: Sequence[Document],
    searcher: Searcher,
) -> tuple[Document, Document] | None:
    """The older and the newer of the one rule that is meant: of the years that are named, or the last two."""
    versions = searcher.holdings.versions
    visible = {document.id: document for document in documents}

    def rules_of(ids: Iterable[str]) -> set[tuple[str, ...]]:
        found = {tuple(one for one in versions.of(document) if one in visible) for document in ids}
        return {rule for rule in found if len(rule) > 1}

    rules = rules_of(target.document_id for target in mentions.targets)
    if not rules and best and len(mentions.groups) < 2:  # several things are compared with each other
        rules = rules_of([best.chunk.document_id])
    if len(rules) != 1:
        return None
    rule = [visible[one] for one in rules.pop()]
    years = years_in(question)
    of_years = [document for document in rule if years & document.head.years]
    new, old = (of_years if len(years) > 1 and len(of_years) > 1 else rule)[:2]
    return old, new


def _about(
    question: str, changed: Sequence[Difference], versions: Sequence[Document]
) -> Sequence[Difference]:
    """The changes that share most words with the question beside the titles; else all, figures first."""
    named = {term for version in versions for term in search_terms(version.head.title)}
    wanted = set(search_terms(WORDS["asks_changes"].pattern.sub("", fold(question)))) - named
    shares = [len(wanted & set(search_terms(_words(one)))) for one in changed]
    if best := max(shares, default=0):
        ranked = sorted(zip(shares, range(len(changed)), strict=True), key=lambda pair: (-pair[0], pair[1]))
        about = [changed[at] for share, at in ranked if share * 2 > best]
        if len(about) <= _TOLD:
            return about
    return sorted(changed, key=lambda one: not one.changes_figures)


def _words(one: Difference) -> str:
    return " ".join(unit.text for unit in (one.old, one.new) if unit)


def _lead(
    changed: Sequence[Difference], about: Sequence[Difference], old: Document, new: Document
) -> Message:
    """Which two, how many changes there are, and that not all of them are told."""
    chinese = f"{dated_name(new.head, 'zh')}与{dated_name(old.head, 'zh')}"
    english = f"{dated_name(new.head, 'en')} against {dated_name(old.head, 'en')}"
    counts = {change: sum(one.change is change for one in changed) for change in Change}
    number = f"修改{counts[Change.CHANGED]}处、新增{counts[Change.ADDED]}处、删去{counts[Change.DROPPED]}处"
    some = f"，其中{min(len(about), _TOLD)}处是" if min(len(about), _TOLD) < len(changed) else ""
    return Message(
        f"{chinese}相比，{number}{some}",
        f"{english}: {counts[Change.CHANGED]} changed, {counts[Change.ADDED]} added,"
        f" {counts[Change.DROPPED]} dropped",
    )


def _state(one: Difference, searcher: Searcher) -> Statement:
    """A change as a sentence, cited where the newer version has it, or else where the older had it."""
    unit = one.unit
    before, after = one.pieces()
    if one.old and one.new:
        same = min(map(_same_so_far, (before, after)))
        said = f"原为“{_sentence_at(one.old, same)}”，现为“{_sentence_at(one.new, same)}”。"
    else:
        said = f"{'新增' if one.new else '删去'}“{_short(unit.text)}”。"
    where = unit.chunk.path[-1] if unit.chunk.path else ""
    text = said if not where or where in unit.text else f"{where}：{said}"
    return Statement(text=text, passage=searcher.passage(unit.chunk), start=unit.start, end=unit.end)


def _same_so_far(pieces: Sequence[Piece]) -> int:
    """How many characters there are before the first change."""
    return len(pieces[0].text) if pieces and pieces[0].change is Change.SAME else 0


def _sentence_at(unit: Unit, place: int) -> str:
    """The words of a unit from the sentence on in which a character stands."""
    begins = max(unit.text.rfind(mark, 0, place) for mark in "。；;\n")
    return _short(unit.text[begins + 1 :])


def _short(text: str) -> str:
    """At most so many characters, on one line, without the full stop."""
    line = "".join(text.split()).removesuffix("。")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
