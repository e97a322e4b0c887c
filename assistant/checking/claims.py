"""A reply as sentences: where each ends, the labels that it bears, and whether it claims anything.

A sentence ends where its mark stands outside quotation marks, with the labels
behind it. In English the mark is a full stop before white space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.figures.figures import comparable, read_figures

_NAMED = r"(?:资料|来源|文献|passages?|sources?)"
_GAP = r"[^\S\n]*"  # a label is not broken over lines
_NUMBERS = rf"\d{{1,9}}(?:{_GAP}[,，、;；\-–—~～至]{_GAP}\d{{1,9}})*"
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
# [1], 【资料1】, [^1], [1, 2]; in round brackets （资料1）, and （1） or ¹ where a clause ends.
_LABEL = re.compile(
    rf"[ \t]*(?:[\[［【]{_GAP}{_NAMED}?{_GAP}\^?({_NUMBERS}){_GAP}[,，、;；]?{_GAP}[\]］】]"
    r"(?!\s*第?\s*\d+\s*号)|"
    rf"[(（]{_GAP}(?:见|据|根据)?{_NAMED}{_GAP}({_NUMBERS}){_GAP}[)）]|"
    rf"(?<![第件表图])（({_NUMBERS})）(?=\s*(?:[。；，！？;,]|\n|$))|"
    rf"(?<=[\u4e00-\u9fff])(?<!米)([{_SUPERSCRIPTS}]+)(?=\s*(?:[。；，！？;,]|\n|$)))",
    re.IGNORECASE,
)
_LABEL_BEGUN = re.compile(rf"(?:\n*{_LABEL.pattern})*\s*[\[［【(（][^\]］】)）\n]{{0,24}}", re.IGNORECASE)
_LONGEST_QUOTE = 400  # characters within which a quotation closes, or is none: bounds the work on broken text
_QUOTED = "|".join(
    rf"{opening}[^{closing}\n]{{0,{_LONGEST_QUOTE}}}{closing}"
    for opening, closing in ("“”", "《》", "「」", "『』")
)
_MARK = re.compile(r"[。！？!?.\n]")
_URL = r"https?://[a-z0-9./?=&%#~:@!+_-]*[a-z0-9/=&#_-]"  # its marks end no sentence
_SENTENCE = re.compile(
    rf"(?:[ \t]*\d{{1,2}}\.\s+)?"
    rf"(?:{_URL}|{_QUOTED}|\b(?:No|e\.g|i\.e|vs|approx)\.\s|\.(?!\s|$|[\[［【])|[^。！？!?\n.])*"
    # Behind its mark stand its labels; those of a line of their own are its too, not those that begin one.
    rf"(?:(?:[。！？!?]+|\.)(?:{_LABEL.pattern})*|\n|$)(?:(?:\s*{_LABEL.pattern})+(?=\s*(?:\n|$)))?",
    re.IGNORECASE,
)
_OPENED = {"“": "”", "《": "》", "「": "」", "『": "』"}
_LIST_MARK = re.compile(r"^\s*(?:[-•·*]|\d{1,2}[.、）)](?!\d))\s*")
_HEADING = re.compile(
    r"\s*(?:#{1,6}\s[^。；]+|\*\*[^*。；]+\*\*|【[^】。；]+】|[一二三四五六七八九十]{1,3}、[^。；]+)\s*"
)
_ABSENT = re.compile(
    r"^.{0,3}(?:简报|问答|细则|章程|说明)(?:里|中)?(?:没有|没|未|并未)(?:写明|说明|提到|提及|列出)|(?:资料|原文|文件|材料|上述|文中|通知|方案|办法|意见|公告|手册|规定|条款|稿中?|清单|表中?)[^。，]{0,12}(?:没有|没|未|并未)[^。]{0,4}"
    r"(?:写明|说明|提到|提及|给出|载明|涉及|找到|规定|明确|公布|列出|写)|"
    r"(?:passages?|documents?|sources?)[^.]{0,20}\b(?:do|does|did)(?:\s+not|n't)\b",
    re.IGNORECASE,
)
_PLAIN_DIGITS = str.maketrans(_SUPERSCRIPTS, "0123456789")
# What a chat model says to be polite, and of no policy.
_COURTESY = re.compile(
    r"\s*(?:希望.{0,12}(?:帮助|帮到).*|(?:如果?|若).{0,12}(?:疑问|问题|需要|信息).{0,12}(?:随时|欢迎|咨询|告诉|联系我|提问).*|"
    r"(?:好的|当然)[，,!！。]?.{0,20}(?:回答|解答|如下|整理).*|以上.{0,8}(?:仅供参考|供您参考).*)[。！!]?\s*"
)
_TABLE_HEADER = re.compile(r"\s*\|(?:[^|\d\n]{1,16}\|)+\s*|\s*\|[\s:|-]+\|\s*")
_LEAST_WORDS = 4  # characters from which on a sentence says something that needs a source
_LONGEST_LEAD_IN = 60  # characters of what introduces a list; a heading is no longer either
_MOST_LABELS = 100  # a range of more is none


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a reply: its words without labels, the labels' numbers, whether its line ends with it."""

    words: str
    labels: tuple[int, ...]
    ends_line: bool

    @property
    def body(self) -> str:
        """The words without the mark of a list in front."""
        return _LIST_MARK.sub("", self.words)

    @property
    def claims(self) -> bool:
        """Whether it says anything that needs a source."""
        text = comparable(self.body)
        return len(re.sub(r"\W", "", text)) >= _LEAST_WORDS or bool(read_figures(text))

    @property
    def leads(self) -> bool:
        """Whether it is a heading or leads in to a list."""
        words = self.words.strip().rstrip("*")
        heading = words.endswith(("：", ":")) or _HEADING.fullmatch(self.words)
        heading = heading or _TABLE_HEADER.fullmatch(self.words)
        return bool(heading) and len(words) <= _LONGEST_LEAD_IN

    @property
    def is_item(self) -> bool:
        """Whether it begins an item of a list."""
        return self.body != self.words

    @property
    def is_courtesy(self) -> bool:
        """Whether it says nothing but that somebody hopes to have helped."""
        return bool(_COURTESY.fullmatch(self.words)) and not self.labels

    @property
    def tells_absence(self) -> bool:
        """Whether it says that the passages lack something."""
        return bool(_ABSENT.search(self.words))

    @property
    def has_figures(self) -> bool:
        """Whether a figure or a date stands in it."""
        return bool(read_figures(comparable(self.body)))


def split(reply: str) -> Iterator[Sentence]:
    """The sentences of a whole reply; one of blanks only is kept for its line break.

    >>> [(one.words, one.labels) for one in split("市教育局牵头。[1]财政局配合。[2][3]")]
    [('市教育局牵头。', (1,)), ('财政局配合。', (2, 3))]
    """
    for match in _SENTENCE.finditer(reply):
        if text := match.group():
            yield _read(text)


def complete(text: str) -> int:
    """How many characters of an unfinished reply are sentences that nothing to come can change.

    >>> text = "市教育局牵头。[1]财政局配"
    >>> text[: complete(text)]
    '市教育局牵头。[1]'
    """
    end = 0
    for match in _SENTENCE.finditer(text) if _MARK.search(text) else ():
        rest = text[match.end() :]
        if not rest.strip() or _LABEL_BEGUN.fullmatch(rest) or _is_open(text, match.start(), match.end()):
            break
        end = match.end()
    return end


def _is_open(text: str, start: int, end: int) -> bool:
    """Whether a quotation begins in this sentence whose end may still come: its line is not over."""
    if "\n" in text[end:]:
        return False
    return any(_stays_open(text[start:end], mark, close) for mark, close in _OPENED.items())


def _stays_open(sentence: str, mark: str, close: str) -> bool:
    """Whether a mark stands there that nothing closes: in order, not by number, since 》《 is open."""
    opened = False
    for char in sentence:
        opened = char == mark or (opened and char not in (close, "\n"))
    return opened


def _read(text: str) -> Sentence:
    groups = ("".join(groups) for groups in _LABEL.findall(text))
    labels = tuple(dict.fromkeys(label for group in groups for label in _numbers(group)))
    bare = _LABEL.sub("", text)
    words = bare.rstrip()
    return Sentence(words, labels, "\n" in bare[len(words) :])


def _numbers(group: str) -> Iterator[int]:
    group = group.translate(_PLAIN_DIGITS)
    for part in re.split(r"[,，、;；]", group):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        if len(ends) == 2 and 0 <= ends[1] - ends[0] < _MOST_LABELS:
            yield from range(ends[0], ends[1] + 1)
        else:
            yield from ends
