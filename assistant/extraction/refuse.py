"""When there is no answer, and why: by understanding what is asked, never by a score's threshold.

Before search: small talk, attempts to change the rules or to have something
made up, subjects that no policy answers. With the evidence: places and names
that the library does not have, items that do not exist or are only headings,
figures that the source hides, and sentences that speak of the matter without
holding the kind of thing that is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.extraction.contradict import contradicts
from assistant.extraction.courtesies import is_only_courtesy
from assistant.extraction.intent import Ask, Kind, holds
from assistant.extraction.select import Span
from assistant.extraction.weigh import Matter
from assistant.types import Reason
from vectorstore.about import asks_own_number
from vectorstore.marks import find_redactions, hides_figure
from vectorstore.named import Mentions
from vectorstore.places import find_places
from vectorstore.search import numbers_of
from vectorstore.text import fold, read_number, search_terms
from vectorstore.types import Chunk, Head, Mark, SectionKind, Status

_SMALL_TALK = re.compile(
    r"^(?:你好|您好|嗨|哈喽|hi|hello|hey|早上好|下午好|晚上好|谢谢|多谢|感谢|再见|拜拜|在吗|在不在|"
    r"你是谁|你叫什么|你是(?:哪家|哪个|什么)[^？?。]{0,12}(?:模型|机器人|ai)[^？?。]{0,12}|你能(?:做|干|回答)(?:什么|啥)|"
    r"你会(?:什么|啥)|怎么用|使用说明|帮助|help|who are you|what can you do|"
    r"thanks?(?: you)?)[\s，,。.！!？?~啊呀呢吗的了]*$"
)
_ATTEMPTS = re.compile(
    r"(?:忽略|无视|忘(?:记|掉)|跳过|绕过|关闭|停用|解除)[^。？?]{0,16}(?:指令|规则|要求|提示|限制|"
    r"校验|约束|引用)|开发者模式|越狱|jailbreak|"
    r"系统提示|提示词|system\s*prompt|(?:你的|输出|打印|显示|告诉我)[^。？?]{0,10}(?:指令|密钥|"
    r"api\s*key|口令)|^\s*[【\[<]\s*(?:系统|system)|"
    r"ignore (?:all |the |your |previous )*(?:instructions?|rules?)|"
    r"(?:不用|不要|别|无需)[^。？?]{0,6}(?:查|引用|出处|资料|依据)|(?:编造|杜撰|虚构|伪造|捏造|瞎编|现编)|"
    r"(?:帮我|替我|请|给我)?(?:编|写|拟|起草|造|仿写|生成)(?:一?[份篇个封张段首]|"
    r"个)[^。？?]{0,40}(?:通知|文件|公文|方案|批复|函|证明|讲话|作文|检讨|诗|故事|代码|总结|报告|信)|"
    r"随便(?:估|猜|说|编)[一个]?|你(?:来)?扮演|请?按[^，。？?]{1,12}回答"
)
_SUBJECTS = re.compile(
    r"天气|气温|下雨|股票|股价|基金|彩票|汇率|房价|菜谱|怎么做菜|电影|电视剧|明星|八卦|内幕|星座|"
    r"算命|游戏攻略|python|java\b|代码|编程题|翻译成|"
    r"离婚|抚养权|打官司|起诉|告(?:赢|得赢)|去告|吃什么药|吃药|[烧热]到\d|怎么治|症状|处方|看病挂号|减肥|"
    r"世界杯|world cup|who won|足球比分|机票|酒店|火车票|国考|省考|行测|申论|送礼|收礼|收了礼|"
    r"调走|手机号|学籍号|身份证号"
)
_ISSUE = re.compile(r"第\s*([零〇一二两三四五六七八九十百\d]+)\s*期")
_TITLES_WANTED = re.compile(
    r"标题|题目|题名|名称|叫什么|叫啥|哪几?[条项章点块部大份]|哪[两二三四五六七八九十]|哪些|"
    r"几[条项章部]|目录|提纲|包括|有什么|有啥|第几"
)
_TITLES_ASKED = re.compile(
    r"标题|题目|题名|名称|叫什么|叫啥|第几[条章项部]|哪几?[条章]讲|目录|提纲|几[条章]|几页"
)
_WHICH_PLACE = re.compile(
    r"(?:是|在|属于|写的|指的|说的)[^，。？?]{0,4}哪个?(?:省|市|县|区|地方|地区)(?:的|[？?]|$)|"
    r"哪个?(?:省|市|县|区)的(?:文件|方案|要点)"
)
_UNHIDE = re.compile(r"真实的?(?:数|名|地名|情况)|(?:隐去|打码|遮住|遮掉|隐藏|抹掉|没写出来)[的了]")
_YEAR = re.compile(r"(?<!\d)(20\d{2})\s*年")
_ANY_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_SUPERLATIVE = re.compile(
    r"(?:哪[个份家边]|谁)[^，。？?]{0,12}[高多大早长贵低少小晚快][？?\s]*$|最[高多大早长贵低少小晚快][？?\s]*$"
)
_ROLE = re.compile(r"哪(?:几)?位(副?(?:校长|书记|局长|厅长|处长|教授|院长|园长|县长|市长|部长|主任))")
_ASKS_NAME = re.compile(r"全名|全称|名字|叫(?:什么|啥|做什么)|是(?:哪个|哪所|哪家|什么)|哪[所家]")
_NAMED_WITHIN = 6  # characters after what is hidden in which the thing is called by its kind
_REGIONS = ("省", "市", "县", "区", "州")
_NAMED_UNIT = {Kind.SHARE: "%％", Kind.MONEY: "元万亿", Kind.COUNT: "", Kind.DATE: "年月日"}
FIGURES = (Kind.SHARE, Kind.MONEY, Kind.COUNT, Kind.DATE, Kind.NUMBER, Kind.CONTACT)
_PARTICULAR = 0.85  # of the weight of a question's rarest word: what is as particular
_LOOKED_AT = 4  # best sentences that must hold what is asked for


def refuse_question(question: str) -> Reason | None:
    """Why a question is not answered at all, whatever the library holds."""
    text = fold(question).strip()
    if _SMALL_TALK.match(text) or is_only_courtesy(text):
        return Reason.SMALL_TALK
    if _ATTEMPTS.search(text) or _SUBJECTS.search(text):
        return Reason.OUT_OF_SCOPE
    return None


def refuse_mentions(question: str, mentions: Mentions, chunks: Sequence[Chunk]) -> Reason | None:
    """Why what the question names is not in the library. ``chunks`` are all of what it names."""
    if mentions.unknown or mentions.foreign or mentions.uncollected:
        return Reason.NOT_FOUND
    if len(mentions.targets) == 1:
        (target,) = mentions.targets
        if asks_own_number(question) and not target.head.number:
            return Reason.NOT_FOUND
        if _asks_hidden_name(question, target.head, chunks):
            return Reason.REDACTED
    if not mentions.groups:
        return None
    heads = [target.head for target in mentions.targets]
    if _other_issue(question, heads) or _outside_years(question, heads, chunks):
        return Reason.NOT_FOUND
    return _refuse_clauses(question, mentions, chunks) if mentions.clauses else None


def _refuse_clauses(question: str, mentions: Mentions, chunks: Sequence[Chunk]) -> Reason | None:
    """Why the items that the question gives by number have no text to answer from."""
    holders = [chunk for chunk in chunks if numbers_of(chunk) & set(mentions.clauses)]
    if not holders:
        return Reason.NOT_FOUND
    if all(c.kind is SectionKind.OUTLINE for c in holders) and not _TITLES_ASKED.search(question):
        return Reason.TRUNCATED
    if len(mentions.clauses) == 1 and all(_cut_off(c) for c in holders):
        return Reason.TRUNCATED
    return None


def _outside_years(question: str, heads: Sequence[Head], chunks: Sequence[Chunk]) -> bool:
    """The question names only years before the first or after the last that what it names speaks of."""
    asked = [int(year) for year in _YEAR.findall(question)]
    texts = [*(f"{head.title} {head.period} {head.issued_on}" for head in heads), *(c.text for c in chunks)]
    told = [int(year) for text in texts for year in _ANY_YEAR.findall(text)]
    return bool(asked and told) and (max(asked) < min(told) or min(asked) > max(told))


def _asks_hidden_name(question: str, head: Head, chunks: Sequence[Chunk]) -> bool:
    """The question asks what stands behind xx, or which place an anonymised document is of."""
    hidden = any(find_redactions(chunk.text) for chunk in chunks)
    asked = find_redactions(question) and re.search(r"什么|啥|哪|谁", question)
    if hidden and (asked or _UNHIDE.search(question)):
        return True
    return head.status is Status.ANONYMISED and bool(_WHICH_PLACE.search(question))


def refuse_spans(question: str, asks: Sequence[Ask], spans: Sequence[Span], matter: Matter) -> Reason | None:
    """Why the sentences that come nearest do not answer."""
    if not spans:
        return Reason.NOT_FOUND
    best = spans[0]
    if Mark.OUTLINE_ONLY in best.passage.chunk.marks and not wants_titles(question):
        return Reason.TRUNCATED
    # Where no word is shared (another language, another way of speaking) meaning alone has to find it.
    looked_at = _LOOKED_AT if best.share else 3 * _LOOKED_AT
    near = [span for span in spans[:looked_at] if span.share >= 0.4 * best.share]
    row = best.passage.chunk if best.passage.chunk.cells else None
    near.extend(span for span in spans if span.passage.chunk is row and span not in near)
    figures = [ask for ask in asks if ask.kind in FIGURES] if all(a.kind in FIGURES for a in asks) else []
    held: list[Span] = []
    if figures:
        held = [s for s in near if any(holds(a.kind, _shown(s.text), a.units) for a in figures)]
        held = [s for s in held if _speaks_of_it(s, matter) and _is_of_one_matter(s, best, matter)]
        if not held or _hidden(best, figures):
            return Reason.REDACTED if any(_hidden(span, figures) for span in near) else Reason.NOT_FOUND
    if all(contradicts(question, span.text) for span in (held if figures else [best])):
        return Reason.NOT_FOUND
    if any(_lacks_role(ask, near) for ask in asks):
        return Reason.NOT_FOUND
    return Reason.REDACTED if _hides_name(best, asks, matter) else None


def refuse_place(mentions: Mentions, asks: Sequence[Ask], spans: Sequence[Span]) -> Reason | None:
    """Why sentences do not answer for a place inside the area of a document: none speaks of it.

    Where a figure is asked for, the sentences that hold one must.
    """
    looked_at = spans[:_LOOKED_AT]
    near = [f"{' '.join(s.passage.chunk.path)} {s.passage.chunk.text}" for s in looked_at]
    if any(not any(name in text for text in near) for name in mentions.within):
        return Reason.NOT_FOUND
    if len(mentions.within) != 1 or any(ask.kind not in FIGURES for ask in asks):
        return None
    held = [span for span in looked_at if any(holds(ask.kind, span.text, ask.units) for ask in asks)]
    spoken_of = any(_speaks_of_place(span, mentions.within[0]) for span in held)
    return Reason.NOT_FOUND if held and not spoken_of else None


def _speaks_of_place(span: Span, name: str) -> bool:
    """Whether a sentence or its headings name the place, or it is the last that was named before."""
    chunk = span.passage.chunk
    if name in span.text or name in " ".join(chunk.path):
        return True
    _, named, after = chunk.text[: span.end - chunk.start].rpartition(name)
    return bool(named) and not find_places(after)


def is_superlative(question: str) -> bool:
    """Whether it asks which of several is more, earlier, dearer, ...: every one of them needs a figure."""
    return bool(_SUPERLATIVE.search(question))


def _speaks_of_it(span: Span, matter: Matter) -> bool:
    """Whether a sentence, or a heading over it, has any word of the question; true of another language's."""
    pairs = {term for term in matter.weights if len(term) > 1 and not term.isascii()}
    headings = search_terms(" ".join(span.passage.chunk.path[-2:]))
    return not pairs or bool(pairs & (span.terms | set(headings)))


def _is_of_one_matter(span: Span, best: Span, matter: Matter) -> bool:
    """Whether its passage has the most particular words that the best sentence shares with the question."""
    if span.passage.chunk.id == best.passage.chunk.id:
        return True
    shared = {term: matter.weights[term] for term in best.terms & matter.weights.keys() if len(term) > 1}
    least = _PARTICULAR * max(shared.values(), default=0.0)
    keys = {term for term, weight in shared.items() if weight >= least}
    chunk = span.passage.chunk
    return not keys or bool(keys & set(search_terms(f"{' '.join(chunk.path[-2:])} {chunk.text}")))


def wants_titles(question: str) -> bool:
    """Whether headings alone can answer."""
    return bool(_TITLES_WANTED.search(question))


def _cut_off(chunk: Chunk) -> bool:
    return Mark.TRUNCATED in chunk.marks


def _other_issue(question: str, heads: Sequence[Head]) -> bool:
    """The question names an issue of a periodical, and the library has only others."""
    asked = {read_number(n) for n in _ISSUE.findall(question)}
    known = {read_number(n) for head in heads for n in _ISSUE.findall(f"{head.title} {head.period}")}
    return bool(asked and known and not asked & known)


def _shown(text: str) -> str:
    """The text without what the source hides: "xx%" shows no figure."""
    for start, end in reversed(find_redactions(text)):
        text = text[:start] + text[min(len(text), end + 1) :]
    return text


def _hidden(span: Span, asks: Sequence[Ask]) -> bool:
    """Whether the sentence hides a figure of the kind that is asked for, and shows none."""
    ends = [end for _, end in find_redactions(span.text) if hides_figure(span.text, end)]
    if not ends:
        return False
    for ask in asks:
        units = ask.units or _NAMED_UNIT.get(ask.kind, "")
        fitting = [
            end
            for end in ends
            if not units
            or span.text[end : end + 1] in units
            or span.text[end : end + 2].strip()[-1:] in units
        ]
        if fitting and not holds(ask.kind, _shown(span.text), ask.units):
            return True
    return False


def _lacks_role(ask: Ask, near: Sequence[Span]) -> bool:
    """Someone of a certain rank is asked for, and nobody of that rank is spoken of."""
    wanted = _ROLE.search(ask.text) if ask.kind in (Kind.PERSON, Kind.LIST) else None
    return wanted is not None and not any(wanted.group(1) in span.text for span in near)


def _hides_name(span: Span, asks: Sequence[Ask], matter: Matter) -> bool:
    """A name is asked for, and it is hidden right before what the question calls the thing."""
    if not any(ask.kind is Kind.NAME and _ASKS_NAME.search(ask.text) for ask in asks):
        return False
    for _, end in find_redactions(span.text):
        following = span.text[end : end + _NAMED_WITHIN]
        if following[:1] in _REGIONS:
            continue  # the place is hidden, not what lies in it
        if any(len(term) > 1 and term in matter.weights for term in search_terms(following)):
            return True
    return False
