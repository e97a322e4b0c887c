"""The same question, put otherwise: with slips, in other characters or words, politely, in English.

Each function gives the case with the question of its last turn changed and all
else as it was, gold included; None where there is nothing to change. What is
left to chance is drawn from the id of the case: every run asks the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from random import Random

from opencc import OpenCC

from eval.perturbed.english_questions import english_by_id
from eval.perturbed.slips import QUOTED, mishear, slip
from eval.questions.cases import Case

DIALECTS = Path(__file__).resolve().parent / "dialect.toml"
_HAN = re.compile(r"[\u3400-\u9fff]")
_ENDINGS = "？?。.！!；;…~～"
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
COURTESIES = (
    ("您好，请问", "谢谢！"),
    ("老师您好，打扰一下，想请教个问题：", "麻烦您了，谢谢。"),
    ("你好，在吗？想咨询一下，", "非常感谢！"),
    ("不好意思打扰了，麻烦帮我查一下，", "辛苦啦！"),
    ("早上好！能不能麻烦您告诉我，", "先谢谢了。"),
    ("尊敬的工作人员：您好！冒昧请教，", "盼复，祝您工作顺利！"),
    ("哈喽，想问一下哈，", "谢谢啦，么么哒～"),
    ("抱歉又来麻烦您，还有个事情不太明白：", "给您添麻烦了，感谢感谢。"),
)
ENGLISH_COURTESIES = (
    ("Hello, sorry to bother you. ", " Thank you very much!"),
    ("Good morning! Could you please help me with this? ", " Thanks in advance."),
    ("Hi there, I hope you are well. ", " Many thanks and best wishes."),
)


class Perturbation(StrEnum):
    """How a question is changed, in the order of reports."""

    TYPOS = "typos"
    HOMOPHONES = "homophones"
    TRADITIONAL = "traditional characters"
    POLITENESS = "politeness"
    DIALECT = "dialect words"
    FULL_WIDTH = "full-width forms"
    ENGLISH = "English"


def perturb(case: Case, how: Perturbation) -> Case | None:
    """The case with its question changed in one way. Raises CasesInvalid where the English questions are."""
    return _FUNCTIONS[how](case)


def make_typo(case: Case) -> Case | None:
    """One slip of the keyboard; quoted names and numbers are typed well."""
    return _asking(case, slip(case.question, _chance("typo", case)))


def mistake_homophones(case: Case) -> Case | None:
    """Two characters as an input method by sound mistakes them; quoted names and numbers stay."""
    return _asking(case, mishear(case.question, _chance("homophones", case)))


def write_traditional(case: Case) -> Case | None:
    """Traditional characters throughout, quoted names too: so it is typed in Taiwan and Hong Kong."""
    return _asking(case, _to_traditional()(case.question))


def add_courtesies(case: Case) -> Case | None:
    """A greeting before the question and thanks after it, in its language."""
    wordings, comma = (COURTESIES, "，") if _HAN.search(case.question) else (ENGLISH_COURTESIES, ".")
    greeting, thanks = _chance("courtesies", case).choice(wordings)
    question = case.question.rstrip()
    stop = "" if question.endswith(tuple(_ENDINGS)) else comma
    return _asking(case, f"{greeting}{question}{stop}{thanks}")


def speak_dialect(case: Case) -> Case | None:
    """Question words and common nouns of one dialect that has some for this question; quoted names stay."""
    said = dict.fromkeys(_say(case.question, dialect) for dialect in sorted(dialects()))
    said.pop(case.question, None)
    return _asking(case, _chance("dialect", case).choice(list(said))) if said else None


def widen(case: Case) -> Case | None:
    """Digits, Latin letters, punctuation and spaces as wide as Chinese characters."""
    return _asking(case, case.question.translate(_WIDE))


def translate(case: Case) -> Case | None:
    """The question in English, of the cases that have one. Raises CasesInvalid."""
    question = english_by_id().get(case.id)
    return _asking(case, question) if question else None


def _asking(case: Case, question: str) -> Case | None:
    return None if question == case.question else case.model_copy(update={"question": question})


def _chance(what: str, case: Case) -> Random:
    return Random(f"{what} {case.id}")  # noqa: S311  # the same in every run


@cache
def _to_traditional() -> Callable[[str], str]:
    convert: Callable[[str], str] = OpenCC("s2t").convert
    return convert


@cache
def dialects() -> Mapping[str, Mapping[str, str]]:
    """By dialect, what it says for which word."""
    tables = tomllib.loads(DIALECTS.read_text(encoding="utf-8"))
    kept = {word: word for word in tables.pop("keep")["words"]}
    return {name: kept | words for name, words in tables.items()}


def _say(question: str, dialect: str) -> str:
    words = dialects()[dialect]
    return _pattern(dialect).sub(lambda found: words.get(found.group(), found.group()), question)


@cache
def _pattern(dialect: str) -> re.Pattern[str]:
    words = map(re.escape, sorted(dialects()[dialect], key=len, reverse=True))
    return re.compile(f"{QUOTED.pattern}|{'|'.join(words)}")


_FUNCTIONS: Mapping[Perturbation, Callable[[Case], Case | None]] = {
    Perturbation.TYPOS: make_typo,
    Perturbation.HOMOPHONES: mistake_homophones,
    Perturbation.TRADITIONAL: write_traditional,
    Perturbation.POLITENESS: add_courtesies,
    Perturbation.DIALECT: speak_dialect,
    Perturbation.FULL_WIDTH: widen,
    Perturbation.ENGLISH: translate,
}
