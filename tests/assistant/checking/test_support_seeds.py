"""The check over every sentence of the seed documents: its own words pass, other documents' names do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assistant.checking.names.names import find_departments
from assistant.checking.support import Support
from assistant.figures.figures import ITEM, comparable, read_figures
from assistant.figures.same_figures import stands_among
from assistant.types import Evidence
from tests.vectorstore.outline.test_seed_outlines import SEEDS, seed
from vectorstore.documents.chunking import split
from vectorstore.text import sentences
from vectorstore.types import Head, Passage


@cache
def told() -> tuple[tuple[int, Support, str], ...]:
    """Each sentence that has words, with the number of its document and what its passage alone supports."""
    return tuple(_sentences())


def _sentences() -> Iterator[tuple[int, Support, str]]:
    for index in range(len(SEEDS)):
        document = seed(index)
        for chunk in split(document):
            head = document.head_of(chunk.part)
            passage = Passage(rank=1, chunk=chunk, source=document.source, head=head)
            support = Support(Evidence(question="怎么规定的？", passages=(passage,)), "zh")
            for start, end in sentences(chunk.text):
                if any(map(str.isalpha, chunk.text[start:end])):
                    yield index, support, chunk.text[start:end]


def head_of(support: Support) -> Head:
    return support.sources[0].passage.head


def test_every_sentence_stands_in_its_own_passage() -> None:
    wrong = [(text, lacking) for _, s, text in told() if (lacking := s.lacking(text, s.sources))]
    assert wrong == []


def test_every_sentence_stands_there_with_its_documents_name_and_place_in_front() -> None:
    for _, support, text in told():
        head = head_of(support)
        assert support.lacking(f"《{head.title}》提出，{text}", support.sources) == []
        assert support.lacking(f"{head.region}提出：{text}", support.sources) == []


def test_no_sentence_stands_with_a_department_of_another_document() -> None:
    found = [
        (index, support, text, start, end)
        for index, support, sentence in told()
        for text in [comparable(sentence)]
        for start, end in find_departments(text)
    ]
    swapped = 0
    for turn, (index, support, text, start, end) in enumerate(found):
        others = [t[a:b] for i, _, t, a, b in found if i != index]
        other = others[turn % len(others)]
        if any(other[i:] in support.sources[0].body for i in range(len(other) - 1)):
            continue  # a part of the name stands there, so that the name may be right
        assert support.lacking(f"{text[:start]}{other}，{text[end:]}", support.sources), (text, other)
        swapped += 1
    assert swapped > 50


def test_no_sentence_stands_with_a_place_of_another_document() -> None:
    regions = {head_of(support).region for _, support, _ in told()} - {""}
    for _, support, text in told():
        for region in regions:
            names = re.findall(r"[\u4e00-\u9fff]{2,}?(?=[省市]|地区)", region)
            if not any(name in support.sources[0].body for name in names):
                assert support.lacking(f"{region}：{text}", support.sources), (region, text)


def test_no_figure_with_a_unit_stands_with_one_digit_more() -> None:
    changed = 0
    for _, support, sentence in told():
        text = comparable(sentence)
        for figure in read_figures(text):
            if figure.unit in ("", ITEM) or not figure.text[0].isdigit():
                continue
            other = f"7{figure.text}"
            if not any(stands_among(f, support.sources[0].figures) for f in read_figures(other)):
                swapped = f"{text[: figure.start]}{other}{text[figure.end :]}"
                assert support.lacking(swapped, support.sources), swapped
                changed += 1
    assert changed > 100
