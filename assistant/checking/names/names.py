"""Names in a text: departments by how they are built, places that the dictionary knows, quoted words.

All functions read comparable text (see ``assistant.figures.figures``). What ends like a
department and is an ordinary word (格局, 举办, 全部, 以学生为中心) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from vectorstore.places import bare_name, find_certain_places

_ENDINGS = (
    r"(?<![布格大全结时开破终残棋当骗定邮书])局(?![面部限势促])",
    r"(?<![大客餐展舞乐告览演])厅(?![堂])",
    r"委员会",
    r"(?<![常评])委(?![员托派任培屈管])",
    r"(?<=[编府委信台外导明安贫组全教])办(?![法学理公好事园校案结赛班证得])",
    r"(?<![学本专全理文百工医商农术社分选各多单双副必强新内外教电])科(?![学技研普创目室员任级教])",
    r"(?<![好到用之深四各多一相长短益害难出何此住近远高低每某惩共两三几妥审查才并即罚再])处(?![理于室罚置分境方所事在长级])",
    r"(?<![全内外干局东西中南北细本分一各大头面腰支总学上下前后底顶尾两三四五儿乐])部(?!分(?![别解])|下(?![发达])|委(?![托派])|[署门队属级位件落长])",
    r"(?<![为是以成市县区省城乡镇新初高])中心(?!组(?!织)|[城校任工小学幼园镇村区思点线地内环下化位])",
    r"政府(?![性购投采补资])",
    r"领导小组|联合会|大学(?![生阶教习城校位科段])|学院(?![派式])",
)
_WHOLE = "(?:办公|教研|研究|督导|督查|监察|审计)室|妇联|残联|国务院|检察院|法院"  # names by themselves
_DEPARTMENT = re.compile(f"(?P<whole>{_WHOLE})|(?P<ending>{'|'.join(_ENDINGS)})")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_OUTSIDE = re.compile(
    r".*(?:[的由是对向把被将给让从该各本其到等为至在请报]|或|根据|依据|牵头|负责|配合|联合|会同|依托|印发|(?:组织|协调)(?!$)|"
    r"主管|单位|部门|要求|明确|规定|指出|确定|成立|设立|责成|征求|接受|发送|邮寄|抄送|组建|咨询|号)"
)
_BEFORE = re.compile(
    r"(?:[和与及同跟并以经按赴归向属]|以及|落实|加强|支持|联系|鼓励|通过|指导|推动|发挥|来自|参加|配备|建立|建设|贯彻|"
    r"传达|召开|举办|实施|推进|强化|引入|邀请|压实|做好|牵头者|会商|报送|抄报|依照|全国|中央|国家|我)$"
)
_LEVEL = "省市县区州盟旗镇乡街国中"
_CONJUNCTIONS = re.compile(r"^(?:[和与及并以同]|以及)+")
_SURE = 5  # characters of a name that a text has whole: whatever goes before it is no part of it
_LEAST = 2  # characters of a department's name with its ending
_QUOTED = re.compile(r"“([^”]{2,})”|《([^》]{2,})》|「([^」]{2,})」|『([^』]{2,})』|\"([^\"]{2,})\"")
_STOPS = "，。；、,.;:!?！？"


def find_departments(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of the names of departments; words before a name that can't be told from it are in its range.

    >>> text = "由市教育局牵头,县财政局配合"
    >>> [text[start:end] for start, end in find_departments(text)]
    ['市教育局', '县财政局']
    """
    for run in _HAN.finditer(text):
        start = run.start()
        for ending in _DEPARTMENT.finditer(text, run.start(), run.end()):
            first = start
            if outside := _OUTSIDE.match(text, start, ending.start()):
                first = outside.end()
            if outside := _CONJUNCTIONS.match(text[first : ending.start()]):
                first += outside.end()
            if ending["whole"] or first < ending.start():
                yield first, ending.end()
            start = ending.end()


def is_department_of(name: str, body: str) -> bool:
    """Whether a department stands in a text: the whole name, whatever goes before it in its sentence.

    ``name`` is as ``find_departments`` gives it. 市财政局 does not stand where
    县财政局 does, nor 市教育局 where 市教育体育局 does; 委 and 委员会 are one.

    >>> is_department_of("市财政局", "由市教育局会同市财政局负责")
    True
    >>> is_department_of("市财政局", "由县财政局负责")
    False
    """
    name, body = _shortened(name), _shortened(body)
    if any(name.endswith(body[a:b]) and b - a >= _SURE for a, b in _departments_of(body)):
        return True
    start = next((i for i in range(len(name)) if name[i:] in body), len(name))
    if start == 0:
        return True
    before, found = name[:start], name[start:]
    ending = _DEPARTMENT.fullmatch(found)
    if len(found) < _LEAST or (ending and not ending["whole"]):
        return False
    if found[0] in _LEVEL:
        return not before.endswith("团")  # 团市委 is not 市委
    return bool(_BEFORE.search(before)) or _ends_in_place(before)


@lru_cache(maxsize=1000)
def _departments_of(body: str) -> tuple[tuple[int, int], ...]:
    return tuple(find_departments(body))


def find_places(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of names of places that can be nothing else."""
    yield from find_certain_places(text)


def is_place_of(name: str, body: str) -> bool:
    """Whether a text speaks of a place, by its full or its bare name."""
    return bare_name(name) in body


def find_quotes(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of the words in quotation marks or 《》, without the marks and without a stop at their end."""
    for match in _QUOTED.finditer(text):
        group = match.lastindex or 0
        start, end = match.span(group)
        while end > start and text[end - 1] in _STOPS:
            end -= 1
        yield start, end


def _shortened(text: str) -> str:
    return text.replace("委员会", "委")


def _ends_in_place(text: str) -> bool:
    return any(end == len(text) for _, end in find_certain_places(text))
