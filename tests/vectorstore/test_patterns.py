"""Lists of words that are data: each has its reason and source, and matches what its examples say."""

from __future__ import annotations

from pathlib import Path

import pytest

from vectorstore.patterns import WordList, word_lists

ROOT = Path(__file__).resolve().parents[2]
FILES = [ROOT / "assistant/question/words.toml", ROOT / "assistant/reading/signs.toml"]
LISTS = [
    pytest.param(one, id=f"{file.stem}: {name}") for file in FILES for name, one in word_lists(file).items()
]


@pytest.mark.parametrize("one", LISTS)
def test_a_list_matches_its_examples_and_not_its_counterexamples(one: WordList) -> None:
    assert one.yes
    assert [text for text in one.yes if not one.holds(text)] == []
    assert [text for text in one.no if one.holds(text)] == []


@pytest.mark.parametrize("one", LISTS)
def test_a_list_says_why_it_is_there_and_where_it_is_from(one: WordList) -> None:
    assert one.why.strip()
    assert one.source.strip()


def test_a_pattern_may_hold_an_earlier_one_and_line_breaks_say_nothing(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    head = 'why = "a"\nsource = "b"\nyes = ["x"]\nno = []\n'
    file.write_text(
        f"[first]\n{head}pattern = '''\na|\n  b'''\n[second]\nwhole = true\n{head}pattern = '{{first}}c'"
    )
    second = word_lists(file)["second"]
    assert second.holds("bc")
    assert not second.holds("bcd")


def test_a_list_without_a_reason_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    file.write_text("[first]\npattern = 'a'\n")
    with pytest.raises(KeyError):
        word_lists(file)
