"""What kind of thing a question asks for: a figure, a date, an office, a list, yes or no, how.

Rules for spoken and written Chinese, and the plain English question words. A
question may ask several things ("…多少个？给多少钱？"): each is an Ask.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from vectorstore.text import fold, read_number

_NUMERAL = r"(?:\d[\d,.]*|[零一二两三四五六七八九十百千万亿]+)"
_MEASURE = "回趟所名人个次家项位间座节期场篇门套件类种条届岁年天月周届支台部处倍批等级册辆张亩"


class Kind(StrEnum):
    """Kinds of things that are asked for."""

    SHARE = "share"  # a percentage
    MONEY = "money"
    COUNT = "count"  # how many of something
    DATE = "date"
    OFFICE = "office"
    PERSON = "person"
    LIST = "list"
    NUMBER = "document number"
    CONTACT = "address"
    YES_NO = "yes or no"
    HOW = "how"
    DEFINITION = "definition"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that is asked for.

    ``text`` is the clause that asks; ``units`` are the measure words that a
    count can have, the sign of the address that is wanted, or what joins a
    list of two; ``expected`` is how many members a list must have, if said.
    """

    text: str
    kind: Kind
    units: str = ""
    expected: int | None = None


# Words that begin like a measure word: "多少家长" counts people, not families.
_NO_UNIT = (
    "家长|家庭|家校|项目|名师|名校|名额|所有|场馆|场地|条例|位置|期限|门类|部门|个人|人员|人次|台账|套路"
)
# What may count a thing that was asked for with this measure word.
_UNITS_OF = {
    "名": "名人位",
    "人": "人名位",
    "位": "位名人",
    "次": "次回趟遍场",
    "回": "次回趟遍",
    "趟": "次回趟遍",
    "个": "个所家项种座处名",
    "所": "所家",
    "家": "家所个",
    "项": "项个条",
    "种": "种类项",
    "类": "类种",
    "座": "座个",
    "件": "件个项",
}
_QUESTION_SIGNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.NUMBER, re.compile(r"文号|发文号|document number")),
    (Kind.CONTACT, re.compile(r"邮箱|电子邮件|邮编|地址|寄到|寄给|电话|热线号|网址|e-?mail|address|phone")),
    (
        Kind.MONEY,
        re.compile(
            r"多少(?:钱|经费|资金|万|亿|块)|(?:钱|经费|资金|补助|补贴|投入|投资|工资|月薪|年薪|奖金|津贴|"
            r"费用|学费|收费|价格)[^，。？?]{0,8}(?:多少|几)|(?:多少|几)[^，。？?]{0,3}(?:元|经费|资金)|"
            r"how much (?:money|funding|[a-z ]*(?:budget|funding))|\byuan\b"
        ),
    ),
    (
        Kind.SHARE,
        re.compile(
            r"几成|百分之|百分比|(?:率|占比|比例|比重)[^，。？?]{0,12}(?:多少|几|是|要|目标|指标)|"
            r"(?:多少|几)[^，。？?]{0,6}(?:率|比例|占比)|"
            r"占[^，。？?]{0,6}(?:多少|几)|(?:多少|几)个百分点|what (?:share|percentage|proportion)|percent"
        ),
    ),
    (
        Kind.DATE,
        re.compile(
            r"哪年|哪一年|哪几?天|哪一天|几号|何时|几月|哪(?:几?个)?月|什么时候|啥时候|什么时间|多会儿|截止|"
            r"到哪天|几几年|"
            r"(?:时间|日期|期限|年限|时限)(?:是|为|要求)?(?:什么|多少|哪|分别|呢|$)|最晚|最迟|when\b|"
            r"what (?:date|year)|which year|target year|deadline"
        ),
    ),
    (
        Kind.OFFICE,
        re.compile(
            r"哪(?:些|[几两三四])?(?:个|家)?(?:部门|单位|科室|处室|机构|[局委厅办](?!法|学|面|托|理)|"
            r"政府)|(?:牵头|"
            r"负责|配合|主管|参与|责任)[^，。？?]{0,10}(?:是谁|谁|哪)|"
            r"(?:谁|哪)[^，。？?]{0,10}(?:牵头|负责|配合|主管|统筹|出钱|掏钱|发文|印发|编)|"
            r"(?:责任|牵头|配合|参与|主管)(?:单位|科室|部门)|"
            r"which (?:[a-z]+ ){0,2}(?:department|office|bureau|agenc)|who (?:leads|"
            r"is responsible)"
        ),
    ),
    (
        Kind.LIST,
        re.compile(
            r"哪(?:几|[两二三四五六七八九十])(?!年|天|月|个月|届|期)(?!个?(?:部门|单位|科室|处室|"
            r"机构|局|委))|分别是(?:什么|啥|哪)|which (?:two|three|four|five)|what (?:two|three|four|"
            r"five)"
        ),
    ),
    (
        Kind.COUNT,
        re.compile(rf"(?:多少|几|how many)\s*[余多]?\s*[{_MEASURE}]|多少|多久|how many|有几|几大|第几"),
    ),
    (
        Kind.LIST,
        re.compile(
            r"哪些|哪几|哪[两二三四五六七八九十]|分别|都有(?:谁|啥|什么)|有啥|列出|列一下|几方面|"
            r"包括(?:什么|啥)|which (?:two|three|four|five)|what (?:two|three|four|five)|list"
        ),
    ),
    (Kind.PERSON, re.compile(r"谁|哪位|何人|叫什么名字|姓名|who\b|whom")),
    (
        Kind.DEFINITION,
        re.compile(
            r"是什么意思|什么是|啥叫|指(?:的是)?(?:什么|啥)|怎么回事|是指|什么含义|讲(?:的是|了|"
            r"些)?(?:什么|啥|哪)|说了?些?(?:什么|啥)|what (?:is|does) .* mean"
        ),
    ),
    (Kind.HOW, re.compile(r"怎么|怎样|如何|咋|什么(?:办法|方式|措施|要求)|啥(?:办法|措施)|how\b")),
    (
        Kind.YES_NO,
        re.compile(
            r"吗|是不是|能不能|行不行|可不可以|有没有|会不会|要不要|算不算|让不让|给不给|管不管|是否|"
            r"能否|不(?:$|[？?])|没有?(?:$|[？?])|^(?:is|are|does|do|can)\b"
        ),
    ),
    (Kind.NAME, re.compile(r"什么|啥|哪|何|叫|which|what")),
)
_NAMES = re.compile(r"哪[所家个位项份种类块条]|叫什么|什么(?:名|制度|条例|字|品牌)")
_CLAUSE_END = re.compile(r"[，,。；;？?！!：:\n]|\s{1,}(?=[\u4e00-\u9fff])")
_EXPECTED = re.compile(
    r"(?:哪|剩下|其余|那|这)([两二三四五六七八九十])\s*(?:个|项|种|类|条|所|家|方面|点|件|大|块|份|"
    r"样|位|者|区|处|批)?|(?:which|what) (two|three|four|five)"
)
_ENGLISH = {"two": 2, "three": 3, "four": 4, "five": 5}

# Words that carry the asking and nothing of its matter; single characters where they are no part of a word.
_FUNCTION_WORDS = re.compile(
    r"请问|麻烦|帮我|给我|告诉我|我想|想知道|知道|问一下|一下|听说|究竟|到底|具体|大概|分别|各自|"
    r"各是|各要|是不是|有没有|能不能|行不行|"
    r"可不可以|算不算|让不让|给不给|管不管|什么时候|啥时候|什么|怎么样|怎么|怎样|如何|为什么|为啥|"
    r"多少|哪些|哪几|哪个|哪一|哪家|哪位|哪里|哪儿|"
    r"几个|几所|几项|几次|几种|几类|几家|咋整|咋弄|来着|是谁|的话|说的是|说的|规定的|里面|里头|那份|"
    r"这份|那个|这个|那期|这期|那块|这块|这件事|这项|"
    r"这事|还有|以及|以后|之后|之前|按照|根据|我们|咱们|你们|他们|没有|老是|一共|总共|可以|应该|说法|"
    r"写着|提到|"
    r"[哪啥咋谁吗呢吧啊呀哦嘛的了着我你他她它咱们俩和与跟是在都就也还把被给让很想到会由对按从这那些]"
)


def read_asks(question: str) -> tuple[Ask, ...]:
    """What a question asks for, in its order; a question that asks in no known way has one Ask for a name."""
    asks: list[Ask] = []
    for clause in _clauses(fold(question)):
        pieces = clause.split("、")
        each = len(pieces) > 1 and all(_kind(piece) is not None for piece in pieces[1:])
        for piece in pieces if each else [clause]:  # "多少人、多少场、多久一次"
            if (kind := _kind(piece)) is not None:
                asks.append(Ask(piece, kind, _units(piece, kind), _expected(piece)))
    strong = [ask for ask in asks if ask.kind is not Kind.NAME or _NAMES.search(ask.text)] or asks
    return tuple(strong) or (Ask(fold(question), Kind.NAME),)


def _kind(clause: str) -> Kind | None:
    return next((kind for kind, sign in _QUESTION_SIGNS if sign.search(clause)), None)


def asking_part(question: str) -> str:
    """The words of a question from where it begins to ask ("…哪年完成？" gives 哪年完成)."""
    text = fold(question)
    for clause in reversed(_clauses(text)):
        starts = [match.start() for _, sign in _QUESTION_SIGNS if (match := sign.search(clause))]
        if starts:
            return clause[min(starts) :]
    return ""


def function_words(text: str) -> list[tuple[int, int]]:
    """Where the words stand that carry the asking and nothing of its matter."""
    return [match.span() for match in _FUNCTION_WORDS.finditer(text)]


def content_of(text: str) -> str:
    """The matter of a question: its words without those that only ask."""
    return _FUNCTION_WORDS.sub(" ", fold(text))


_ANSWERS: dict[Kind, re.Pattern[str]] = {
    Kind.SHARE: re.compile(
        r"\d(?:\.\d+)?\s*[%％‰]|百分之|[一二三四五六七八九]成|百分点|之比|(?:xx|××)\s*[%％]|全覆盖|"
        r"\d\.\d+以内"
    ),
    Kind.MONEY: re.compile(r"\d[\d,.]*\s*[万亿千百]*\s*(?:元|美元|块)"),
    Kind.DATE: re.compile(
        r"\d{4}\s*年|\d{1,2}\s*月|[年月][初中末底]|[上下]半年|[春夏秋冬]季|学[年期]|十[三四五六]五|\d+日|年内"
    ),
    Kind.COUNT: re.compile(rf"{_NUMERAL}\s*[余多]?\s*[万亿]?\s*[%％{_MEASURE}\u4e00-\u9fff]|全覆盖"),
    Kind.OFFICE: re.compile(r"[局委厅科室办部处]|政府|财政|中心|小组|馆|联合会|妇联|残联"),
    Kind.PERSON: re.compile(
        r"书记|主任|[局厅部院校县市区省处科会]长|校长|园长|教授|专家|主席|领导|负责人|同志|老师|教师"
    ),
    Kind.NUMBER: re.compile(r"[〔\[（(]\d{4}[〕\]）)]\s*\d+\s*号"),
    Kind.CONTACT: re.compile(r"@|\d{5,}|[路街道]\d+号|热线|邮箱|地址"),
}


_DATES = re.compile(r"(?:\d{4}\s*年)?(?:\s*\d{1,2}\s*月)?(?:\s*\d{1,2}\s*日)|\d{4}\s*年|\d{1,2}\s*月")
_UNTIL = "前"
_PAIR = "和与及"
_ASKS_DEADLINE = re.compile(r"最晚|最迟|截止|截至|期限|时限|deadline")
_DEADLINE = re.compile(
    r"截[止至]|(?:[年月日]|学[年期]|十[三四五六]五)[^，。；]{0,4}(?:底|前|内|止|以前|之前)|[至到]\s*\d{4}\s*年|"
    r"\d{4}\s*年[,，、]|[年月]底|期间"
)
_ITEM_NUMBER = re.compile(r"^\s*[（(]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[）).．、]")
_HOW_OFTEN = "次回"
_RHYTHM = re.compile(
    rf"[每半双隔单][一二两三四五半\d]*个?(?:学期|学年|月|周|年|季度?|天|日|星期)|月度|季度|年度|"
    rf"定期|{_NUMERAL}\s*[次回]"
)
_CONTACT_SIGNS = {"@": "@", "寄": r"地址|邮编|[路街道]\d+号", "电话": r"\d{3,4}-\d{7,8}|1\d{10}|\d{7,8}"}


def holds(kind: Kind, text: str, units: str = "") -> bool:
    """Whether ``text`` has a thing of that kind; True for kinds that show no sign of their own."""
    if kind is Kind.COUNT and units == _HOW_OFTEN:
        return bool(_RHYTHM.search(text))
    if kind is Kind.COUNT:
        text = _ITEM_NUMBER.sub("", fold(text))
        if units:
            # "4000人次" counts visits, and nobody twice
            return bool(re.search(rf"{_NUMERAL}\s*[余多]?\s*[万亿]?\s*(?!人次)[{units}]", text))
        return bool(_ANSWERS[kind].search(_DATES.sub(" ", text)))  # "3月1日" counts nothing
    if kind is Kind.DATE and units == _UNTIL:
        return bool(_DEADLINE.search(fold(text)))
    if kind is Kind.CONTACT and units:
        return bool(re.search(_CONTACT_SIGNS[units], text))
    if kind is Kind.LIST and units:
        return bool(re.search(rf"[、；{units}]|[”」](?=[“「])", text))
    if kind is Kind.LIST:
        return len(re.findall(r"[、；]|[”」](?=[“「])", text)) >= 2
    pattern = _ANSWERS.get(kind)
    return pattern is None or bool(pattern.search(fold(text)))


def _clauses(text: str) -> list[str]:
    return [clause.strip() for clause in _CLAUSE_END.split(text) if clause and clause.strip()]


def _units(clause: str, kind: Kind) -> str:
    if kind is Kind.CONTACT:
        if re.search(r"邮箱|电子邮件|e-?mail", clause):
            return "@"
        if re.search(r"电话|phone", clause):
            return "电话"
        return "寄" if re.search(r"寄|邮编|信", clause) else ""
    if kind is Kind.DATE:
        return _UNTIL if _ASKS_DEADLINE.search(clause) else ""
    if kind is not Kind.COUNT:
        return _PAIR if kind is Kind.LIST and _expected(clause) == 2 else ""
    if "多久" in clause:
        return _HOW_OFTEN if re.search(r"多久[^，。？?]{0,6}[一1][次回趟轮]", clause) else "天周"
    match = re.search(
        rf"(?:多少|几)\s*(?:(?!{_NO_UNIT})([{_MEASURE}])|([\u4e00-\u9fff])(?<![了呢的])$)", clause
    )
    if not match:
        return ""
    if match.group(2):
        return match.group(2)  # a measure word that the list lacks ends the clause: "不少于多少册"
    return _UNITS_OF.get(match.group(1), match.group(1))


def _expected(clause: str) -> int | None:
    match = _EXPECTED.search(clause)
    if not match:
        return None
    return _ENGLISH.get(match.group(2) or "") or read_number((match.group(1) or "").replace("两", "二"))
