"""What was learned fits what is measured, and comes back as it was stored."""

from __future__ import annotations

import json

import numpy as np

from assistant.reading.features import NAMES
from assistant.reading.learned import FILE, Learned, load, read, to_json
from assistant.reading.none import SHOWN
from assistant.reading.signs import sign_names


def same(one: Learned, other: Learned) -> bool:
    return (
        dict(one.recurs) == dict(other.recurs)
        and one.recurs_else == other.recurs_else
        and one.grams.keys() == other.grams.keys()
        and all(np.array_equal(row, other.grams[gram]) for gram, row in one.grams.items())
        and all(
            np.array_equal(getattr(one, name), getattr(other, name)) for name in ("sign_base", "sign_bias")
        )
        and all(
            np.array_equal(getattr(a, name), getattr(b, name))
            for a, b in ((one.first, other.first), (one.second, other.second))
            for name in ("span", "none", "refuse_from")
        )
    )


def test_there_is_a_weight_for_each_feature_and_each_sign() -> None:
    learned = load()
    for scoring in (learned.first, learned.second):
        assert len(scoring.span) == len(NAMES)
        assert len(scoring.none) == len(SHOWN) + 1  # the last is the bias
    assert len(learned.sign_base) == len(learned.sign_bias) == len(sign_names())
    assert {len(row) for row in learned.grams.values()} == {len(sign_names())}


def test_every_weight_is_a_number() -> None:
    learned = load()
    scorings = [table for one in (learned.first, learned.second) for table in (one.span, one.none)]
    tables = [*scorings, learned.sign_base, learned.sign_bias, *learned.grams.values()]
    assert all(np.isfinite(table).all() for table in tables)
    assert all(np.isfinite([*learned.recurs.values(), *learned.recurs_else]))


def test_how_often_something_stands_is_a_share_and_no_worth_is_negative() -> None:
    learned = load()
    assert ((learned.sign_base >= 0) & (learned.sign_base <= 1)).all()
    assert min(*learned.recurs.values(), *learned.recurs_else) >= 0


def test_the_names_of_features_differ() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert len(set(SHOWN)) == len(SHOWN)


def test_weights_come_back_from_their_json() -> None:
    learned = load()
    stored = to_json(learned)
    assert same(read(json.loads(stored)), learned)
    assert to_json(read(json.loads(stored))) == stored


def test_the_file_is_what_would_be_written_with_a_line_for_each_term() -> None:
    learned = load()
    stored = FILE.read_text(encoding="utf-8")
    assert stored == to_json(learned)
    assert len(stored.splitlines()) > len(learned.recurs) + len(learned.grams)


def test_they_are_loaded_once() -> None:
    assert load() is load()
