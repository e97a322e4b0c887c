"""Fits the weights of ``assistant.reading``: ``python -m eval.reading.fit DOCUMENTS CASES``.

Four small models, one on the other, all by maximum likelihood with a penalty on
large weights: how often each term of a question recurs in what answers it; which
signs (figures, dates, bodies) a question's terms ask for, a logistic regression
for each; the score of a span, a softmax over all spans of the passages found;
and whether none answers, a logistic regression over what the best spans show.
The last two once without and once with what the cross-encoder says.
The first two are fitted on one half of the families for the other, so that the
scores above them never learn from a question that they have seen.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.progress import track

from assistant.build import build_embedder
from assistant.find import CLOSELY
from assistant.reading.cross_encoder import CrossEncoder
from assistant.reading.excerpts import best_excerpts
from assistant.reading.features import NAMES, add_read, features
from assistant.reading.learned import FILE, Learned, Scoring, load, to_json
from assistant.reading.none import SHOWN, shown_by
from assistant.reading.read import Reader
from assistant.reading.signs import sign_names
from assistant.reading.wanted import want
from assistant.setup.settings import load_settings
from eval.libraries import (
    INVENTED,
    SEEDS,
    Library,
    folder_library,
    library_name,
    note_folder,
    shipped_library,
    take_in_documents,
)
from eval.questions.cases import load_cases
from eval.questions.splits import Split, split_of
from eval.reading.regression import Numbers, fit_logistic, fit_many_logistic, fit_softmax, spread
from eval.reading.report import report
from eval.reading.samples import Sample, answer_signs, answer_terms, gather
from vectorstore.library.live import LiveLibrary
from vectorstore.text import search_terms

_TERM_SEEN = 6  # questions that a term must stand in to be learned of
_PRIOR = 8.0  # questions' worth of the mean in the rate of a term
_GRAM_SEEN = 8
_MOST_SHARE = 6.0
_STRANGERS = 0.1  # of a library's questions, as many of other matters
# Of the answerable questions as many may be refused: more of them where passages are read closely, since what
# is refused then is mostly what would have been answered wrong.
_REFUSED, _REFUSED_CLOSELY = 0.01, 0.025
_SIGN_PENALTY, _SPAN_PENALTY, _NONE_PENALTY = 4.0, 1.0, 1.0


def fit(
    libraries: Sequence[Sequence[Sample]], cross_encoder: CrossEncoder, words: Learned | None = None
) -> Learned:
    """All weights from the samples of several libraries; each counts as much as the others for ``none``.

    To each library come questions put to passages of another one of its: what is of another matter
    has no answer. The second scoring is fitted on what the cross-encoder reads by the first one.
    What is known of ``words`` is fitted too, unless it is given.
    """
    libraries = [[*library, *_strangers(library, _STRANGERS)] for library in libraries]
    samples = [sample for library in libraries for sample in library]
    counts = np.concatenate([np.full(len(library), _share(library, libraries)) for library in libraries])
    told = [sample for sample in samples if sample.answerable and sample.gold.any()]
    halves = [words or _with_terms([sample for sample in told if _side(sample) != side]) for side in (0, 1)]
    tables = [
        features(want(s.question, "", s.weight, halves[_side(s)]), s.passages, halves[_side(s)])
        for s in samples
    ]
    first = _scoring(samples, tables, counts, _REFUSED)
    read = [
        _read_closely(s, t, first.span, cross_encoder)
        for s, t in zip(samples, track(tables, "reading closely"), strict=True)
    ]
    return replace(
        words or _with_terms(told), first=first, second=_scoring(samples, read, counts, _REFUSED_CLOSELY)
    )


def _read_closely(sample: Sample, table: Numbers, span: Numbers, cross_encoder: CrossEncoder) -> Numbers:
    best = best_excerpts(sample.passages, table @ span, CLOSELY)
    judged = zip(best, cross_encoder.read(sample.question, best), strict=True)
    return add_read(table, sample.passages, {one.passage.chunk.id: said for one, said in judged})


def _scoring(
    samples: Sequence[Sample], tables: Sequence[Numbers], counts: Numbers, refused: float
) -> Scoring:
    """The weights of spans, then of whole readings by them, for which questions count by ``counts``.

    ``refused`` is the share of the answerable ones that may be refused.
    """
    rows = [
        (table, s.gold) for table, s in zip(tables, samples, strict=True) if s.answerable and s.gold.any()
    ]
    scale = spread([table for table, _ in rows])
    span = fit_softmax([(table / scale, gold) for table, gold in rows], _SPAN_PENALTY) / scale
    shown = np.asarray([shown_by(table, table @ span) for table in tables])
    answerable = np.asarray([s.answerable for s in samples])
    none = fit_logistic(shown, 1.0 - answerable, counts, _NONE_PENALTY, list(SHOWN.values()))
    probable = 1 / (1 + np.exp(-(shown @ none[:-1] + none[-1])))
    return Scoring(span, none, _quantile(probable[answerable], counts[answerable], 1 - refused))


def _quantile(values: Numbers, weights: Numbers, share: float) -> float:
    """The value that this share of the weight lies below."""
    order = np.argsort(values)
    below = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(len(values) - 1, int(np.searchsorted(below, share)))])


def _strangers(library: Sequence[Sample], share: float) -> list[Sample]:
    """Questions put to passages that were found for a question of another family; none has an answer."""
    step = max(1, round(1 / share))
    chosen = range(0, len(library), step)
    strangers: list[Sample] = []
    for at in chosen:
        asked, other = library[at], library[(at + len(library) // 2) % len(library)]
        if asked.family != other.family:
            no_gold = np.zeros(len(other.gold), bool)
            strangers.append(replace(asked, answerable=False, passages=other.passages, gold=no_gold))
    return strangers


def _share(library: Sequence[Sample], libraries: Sequence[Sequence[Sample]]) -> float:
    """What a question counts where its library counts as much as each other; at most _MOST_SHARE."""
    mean = sum(map(len, libraries)) / len(libraries)
    return min(_MOST_SHARE, mean / len(library))


def _with_terms(told: Sequence[Sample]) -> Learned:
    """The weights of terms and signs from questions with their answers; the others zero."""
    recurs, pair, character = _recurrence(told)
    base, bias, grams = _sign_weights(told)
    unweighed = Scoring(np.zeros(len(NAMES)), np.zeros(len(SHOWN) + 1), 1.0)
    return Learned(recurs, (pair, character), base, bias, grams, unweighed, unweighed)


def _recurrence(told: Sequence[Sample]) -> tuple[dict[str, float], float, float]:
    asked: Counter[str] = Counter()
    again: Counter[str] = Counter()
    for sample in told:
        terms = set(search_terms(sample.question))
        asked.update(terms)
        again.update(terms & answer_terms(sample))
    means = [
        sum(again[t] for t in asked if (len(t) == 1) == single)
        / max(1, sum(n for t, n in asked.items() if (len(t) == 1) == single))
        for single in (False, True)
    ]
    rates = {
        term: round((again[term] + _PRIOR * means[len(term) == 1]) / (count + _PRIOR), 3)
        for term, count in asked.items()
        if count >= _TERM_SEEN
    }
    return rates, round(means[0], 3), round(means[1], 3)


def _sign_weights(told: Sequence[Sample]) -> tuple[Numbers, Numbers, dict[str, Numbers]]:
    names = sign_names()
    counts = Counter(term for sample in told for term in set(search_terms(sample.question)))
    grams = sorted(term for term, count in counts.items() if count >= _GRAM_SEEN)
    place = {gram: index for index, gram in enumerate(grams)}
    has = np.zeros((len(told), len(grams)))
    shows = np.zeros((len(told), len(names)))
    for row, sample in enumerate(told):
        for term in set(search_terms(sample.question)):
            if term in place:
                has[row, place[term]] = 1.0
        signs = answer_signs(sample)
        shows[row] = [name in signs for name in names]
    weights, bias = fit_many_logistic(has, shows, _SIGN_PENALTY)
    weights = np.round(weights, 2)
    kept = {gram: weights[index] for gram, index in place.items() if np.abs(weights[index]).max() >= 0.1}
    base = _span_base(told)
    return base, np.round(bias, 3), kept


def _span_base(told: Sequence[Sample]) -> Numbers:
    """How often each sign stands in the answers themselves, whatever is asked."""
    names = sign_names()
    rows = [[name in signs for name in names] for signs in map(answer_signs, told)]
    mean: Numbers = np.asarray(rows, float).mean(axis=0)
    return np.round(mean, 3)


def _side(sample: Sample) -> int:
    return hashlib.sha256(f"fold {sample.family}".encode()).digest()[0] % 2


def main(
    places: Annotated[
        list[Path],
        typer.Argument(metavar="DOCUMENTS CASES…", help="Folders, each with its cases."),
    ],
    output: Annotated[Path, typer.Option(help="Where to write the weights.")] = FILE,
    most: Annotated[int, typer.Option(min=1, help="Most questions of one library.")] = 4000,
    keep_words: Annotated[bool, typer.Option(help="Fit the scores alone.")] = False,
    whole: Annotated[bool, typer.Option(help="Fit on all questions of the folders.")] = False,
) -> None:
    """Fit on these libraries, and on the tune halves of seeds and the invented one; tell what it gives.

    Of the folders the tune halves are used too, unless --whole is given: for documents that no model was
    trained on.
    """
    settings = load_settings()
    shipped = [shipped_library(name, settings) for name in (SEEDS, INVENTED)]
    pairs = zip(places[::2], places[1::2], strict=True)
    own = [(folder_library(folder, settings), cases) for folder, cases in pairs]
    chosen = [*((library, library.cases) for library in shipped), *own]
    samples = {library.key: _samples(library, cases) for library, cases in chosen if cases}
    given = {library.key for library, _ in own} if whole else set()
    tune = [
        [one for one in some if key in given or split_of(one.family) is Split.TUNE][:most]
        for key, some in samples.items()
    ]
    cross_encoder = CrossEncoder(settings.data_dir / "cache")
    learned = fit(tune, cross_encoder, load() if keep_words else None)
    output.write_text(to_json(learned), encoding="utf-8")
    for key, some in samples.items():
        for split in (Split.TUNE, Split.REPORT):
            half = [one for one in some if split_of(one.family) is split]
            typer.echo(f"{library_name(key)} {split.value}: {report(half, Reader(learned, cross_encoder))}")


def _samples(library: Library, cases: Path) -> list[Sample]:
    note_folder(library)
    take_in_documents(library)
    live = LiveLibrary(library.settings.data_dir, build_embedder(library.settings))
    with closing(live), live.searcher() as searcher:
        return gather(load_cases(cases), searcher)


if __name__ == "__main__":
    typer.run(main)
