"""The replies that ship, and how the check does on them."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from eval.benchmarks.check import REPLIES, Checked, check, is_held_back, replies_in, table

FILES = sorted(REPLIES.glob("*.jsonl"))


@cache
def checked() -> tuple[Checked, ...]:
    return tuple(check(one, held_back=is_held_back(file)) for file in FILES for one in replies_in(file))


def test_every_reply_cites_what_stands_in_a_document_and_says_what_is_wrong_with_it() -> None:
    ids = Counter(reply["id"] for file in FILES for reply in replies_in(file))
    assert max(ids.values()) == 1
    for file in FILES:
        for reply in replies_in(file):
            assert reply["sources"]
            assert all(words in reply["reply"] for words in reply["faulty"])
            assert bool(reply["faulty"]) is (reply["kind"] not in ("honest", "form"))


def test_few_true_sentences_are_marked_and_most_false_ones_are() -> None:
    """Bounds well below what ``python -m eval.benchmarks.check`` shows, against a change that breaks it."""
    true = [judged for one in checked() for judged in one.true]
    assert sum(bool(judged.problem) for judged in true) < 0.06 * len(true)
    faults = sum(len(one.faulty) for one in checked())
    assert sum(len(one.missed) for one in checked()) < 0.35 * faults


def test_small_models_forms_are_kept() -> None:
    forms = [one.kept for one in checked() if one.kind == "form"]
    assert sum(forms) >= 0.8 * len(forms)


def test_the_table_counts_both_parts() -> None:
    lines = list(table(checked()))
    assert lines[0].split()[0] == "kind"
    assert lines[-1].startswith("all")


def test_a_quote_that_stands_nowhere_is_told() -> None:
    reply = replies_in(FILES[0])[0]
    with pytest.raises(LookupError, match="没有这句话"):
        check(reply | {"sources": [{"document": "无.txt", "quote": "没有这句话"}]})
