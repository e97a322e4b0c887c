"""A reply cut into sentences: whole or as it comes, with any label that models write."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.checking.claims import Sentence, complete, split

PIECES = st.sampled_from(
    [
        "学校",
        "12",
        "。",
        ".",
        " ",
        "\n",
        "[1]",
        "[2,",
        "3]",
        "“",
        "”",
        "《",
        "》",
        "！",
        "- ",
        "1. ",
        "：",
        "【4】",
        "a",
    ]
)


def words(reply: str) -> list[str]:
    return [sentence.words for sentence in split(reply)]


@pytest.mark.parametrize(
    ("reply", "sentences"),
    [
        ("甲是12所[1]。乙是5所[2]。", ["甲是12所。", "乙是5所。"]),
        ("甲是12所。[1]乙是5所。[2]", ["甲是12所。", "乙是5所。"]),
        ("他说“到期。完成。”[1]随后", ["他说“到期。完成。”随后"]),
        ("他说“到期。\n完成[1]", ["他说“到期。", "", "完成"]),
        ("It is 93.5% [1]. It grew, e.g. by 5%.", ["It is 93.5%.", " It grew, e.g. by 5%."]),
        ("1. First is 3 [1].\n2. Second.", ["1. First is 3.", "", "2. Second."]),
    ],
)
def test_a_sentence_ends_at_its_mark_outside_quotation_marks(reply: str, sentences: list[str]) -> None:
    assert words(reply) == sentences


@pytest.mark.parametrize(
    ("label", "numbers"),
    [
        ("[1]", (1,)),
        ("[1][2]", (1, 2)),
        ("[1,2、3]", (1, 2, 3)),
        ("[1-3]", (1, 2, 3)),
        ("【１】", (1,)),
        ("[资料2]", (2,)),
        ("[^2]", (2,)),
        ("[99999]", (99999,)),
        ("［ 0 ］", (0,)),
    ],
)
def test_every_way_of_writing_a_label_is_read_and_cut(label: str, numbers: tuple[int, ...]) -> None:
    (sentence,) = split(f"全县有12所{label}。")
    assert sentence.words == "全县有12所。"
    assert sentence.labels == numbers


def test_a_label_that_never_closes_is_read_in_no_time() -> None:
    reply = f"全县有12所[{'1' * 5000}"
    assert words(reply) == [reply]


def test_quotations_that_never_close_hold_nothing_up() -> None:
    reply = "“" * 4000
    assert not any(complete(reply[:size]) for size in range(0, len(reply), 3))
    assert words(reply) == [reply]


def test_a_year_in_the_number_of_a_document_is_no_label() -> None:
    (sentence,) = split("依据甲教[2024]3号[1]。")
    assert sentence.words == "依据甲教[2024]3号。"
    assert sentence.labels == (1,)


@pytest.mark.parametrize(
    ("words", "claims", "free"),
    [
        ("两地的目标是：\n", True, True),
        ("# 补助标准\n", True, True),
        ("**青山县的补助**\n", True, True),
        ("一、补助标准\n", True, True),
        ("资料中没有写明补助的标准。", True, True),
        ("The passages do not state the amount.", True, True),
        ("补助取消。", True, False),
        ("补助标准" + "很高" * 40 + "：\n", True, False),
        ("补助标准是[1]：\n", True, True),
        ("一、补助取消。", True, False),
        ("资料中没有写明上限，每人补助5元。", True, True),
        ("5%。", True, False),
        ("是的。", False, False),
        ("- ", False, False),
    ],
)
def test_what_claims_something_and_what_only_leads_in(words: str, claims: bool, free: bool) -> None:
    (sentence,) = split(words)
    assert (sentence.claims, sentence.leads or sentence.tells_absence) == (claims, free)


@given(st.lists(PIECES, max_size=30))
@example(["》", "《", "。", "学校", "》"])
@example(["\n", "12", ".", " "])
@example(["\n", "[1]", "[2,", "3]"])
@example(["1. ", "\n", "「", "学校", "。", "资料", "」"])
def test_sentences_taken_as_they_come_are_those_of_the_whole(pieces: list[str]) -> None:
    held, taken = "", list[Sentence]()
    for piece in pieces:
        held += piece
        end = complete(held)
        taken.extend(split(held[:end]))
        held = held[end:]
    taken.extend(split(held))
    assert taken == list(split("".join(pieces)))


@given(st.lists(PIECES, max_size=30))
def test_nothing_but_labels_and_white_space_is_lost(pieces: list[str]) -> None:
    reply = "".join(pieces)
    kept = "".join("".join(sentence.words.split()) for sentence in split(reply))
    letters = iter("".join(reply.split()))
    assert all(char in letters for char in kept)
    assert kept.count("学") == reply.count("学")
