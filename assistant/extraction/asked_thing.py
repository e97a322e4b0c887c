"""Whether sentences hold the very thing that is asked for: someone of a rank, a kind of place, a school."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.extraction.intent import Ask, Kind
from vectorstore.text import fold, read_number

_RANK = (
    "副?(?:校长|书记|局长|厅长|处长|科长|教授|院长|园长|县长|区长|市长|省长|部长|主任|主席|组长)|"
    "专家|联系人|负责人"
)
_OF_RANK = re.compile(rf"哪(?:几|一)?位({_RANK})")
_NAMED = re.compile(
    rf"({_RANK})[^，。？?]{{0,2}}(?:姓名|名字|姓什么|姓啥|叫什么|叫啥|叫谁|是谁|是哪位)|谁是[^，。？?]{{0,12}}?({_RANK})"
)
_UNNAMED = ("专家", "负责人")  # told by where they are from, or by their office
# The hundred commonest surnames, and those of two characters.
_SURNAME = (
    "(?:欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁"
    "潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱"
    "严覃武戴莫孔向汤])"
)
# What stands before 学校 and the like and names none: 乡镇驻地学校, 公办幼儿园.
_GENERIC = (
    "乡镇|乡村|农村|城乡|城镇|城区|驻地|镇中|乡中|乡小|镇小|公办|民办|惠性|普通|寄宿|宿制|中小|中等|职业|高等|义务|教育|年制|贯制|"
    "示范|特色|试点|联盟|集团|核心|基地|优质|薄弱|热门|达标|合格|定点|规模|完全|附属|成员|项目|"
    "所有|各级|各类|部分|全市|全县|全区|全省|全体|一批|每所|多所|两所|三所|几所|余所|"
    "共建|新建|改建|扩建|改扩|帮扶|结对|参与|开展|建设|鼓励|支持|指导|推动|组织|引导|要求|建成|创建|评选|遴选"
)
_CLASSES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(r"哪(?:一|几)?[所家个](?:大学|高校|学院)|什么(?:大学|高校)"),
        re.compile(r"大学|学院|高校|[\u4e00-\u9fff]大(?=[^\u4e00-\u9fff]|[的与和、建对])"),
    ),
    (
        re.compile(r"哪(?:一|几|些)?[所家个]?(?:学校|中学|小学|高中|初中|幼儿园)|什么学校"),
        re.compile(
            rf"[\u4e00-\u9fff]{{2}}(?<!{_GENERIC})(?:中学|小学|高中|初中|幼儿园|学校|学院)|"
            r"[\d一二三四五六七八九十]{1,3}[中小幼](?!时|心)"
        ),
    ),
    (re.compile(r"哪(?:一|几|些)?个?(?:小区|社区|街道|路段)"), re.compile(r"小区|社区|街道|路|村|片区")),
    (
        re.compile(
            r"哪(?:一|几)?[家个](?:公司|企业)|什么(?:公司|企业)|(?:施工|承建|中标|设计|监理)(?:单位|方)"
        ),
        re.compile(r"公司|企业|集团|施工|承建|中标|设计院|监理"),
    ),
)
# Measures, parts in an event and places of it, and what shows that a sentence gives one of them.
_ATTRIBUTES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(r"面积|平方?米|多大(?:地方|场地)"), re.compile(r"面积|平方?米|㎡|亩|公顷")),
    (re.compile(r"任期"), re.compile(r"任期|任满|任职|每届")),
    (re.compile(r"年龄|多少岁|几岁"), re.compile(r"岁|年龄")),
    (re.compile(r"有效期|服务期"), re.compile(r"有效期|服务期|期限|为期")),
    (re.compile(r"分数线|录取分|多少分(?!钟)|几分(?!钟|之)"), re.compile(r"分数|\d分(?!钟|之|校|园)")),
    (re.compile(r"(?:多少|几)个?(?:小时|分钟)|时长"), re.compile(r"小时|分钟|课时|学时")),
    (re.compile(r"(?:多少|几)(?:公里|千米|米)|多远|距离"), re.compile(r"公里|千米|\d米|里")),
    (re.compile(r"几点(?:钟|开|到|上|放|结)"), re.compile(r"\d{1,2}\s*[:：点时](?!间)")),
    (re.compile(r"谁[来去]?主持|主持[人的]+是谁"), re.compile(r"主持")),
    (
        re.compile(r"谁[来去]?(?:主讲|授课|讲课|上课|作报告|做报告)"),
        re.compile(r"主讲|授课|讲座|讲课|报告|专家"),
    ),
    (re.compile(r"谁[来去]?带队|带队的是谁"), re.compile(r"带队|率|一行|带领")),
    (re.compile(r"谁[来去]?(?:讲了?话|致辞|发了?言)"), re.compile(r"讲话|致辞|致词|发言")),
    (re.compile(r"谁[来去]?(?:任命|任免|聘任?)"), re.compile(r"任命|任免|聘")),
    (
        re.compile(r"[在到]哪(?:里|儿|个地方)[^，。？?]{0,2}(?:举行|召开|举办|开)"),
        re.compile(r"在[^，,。；]{2,25}(?:召开|举行|举办|开)|会场|地点|赴|到[^，,。；]{2,20}(?:召开|举行)"),
    ),
    (re.compile(r"哪(?:一|几)?[家个所]医院"), re.compile(r"医院|卫生院|疾控")),
    (re.compile(r"学费"), re.compile(r"学费|收费")),
    (re.compile(r"(?:月|年|底)薪|工资"), re.compile(r"薪|工资|待遇")),
)
# A body by what it is called, or whoever does it in general: not the 部 of 全部 nor the 科 of 学科.
_BODY = re.compile(
    r"[\u4e00-\u9fff](?:局|委|厅|科|处|室|办|部|小组|专班|妇联|残联|联合会|中心|馆|政府|学院|大学|学会|教研员)"
    r"(?=[^\u4e00-\u9fff]|$|牵头|负责|配合|参与|主办|承办|组织|印发|召开|发布|等|和|及|与|或|统筹|协同|联合|会同)|"
    r"(?:会同|由)[^，,。；]{2,20}(?:部门|单位|政府|负责|保障|统筹)|同级财政"
)
_NUMBERED_SCHOOL = re.compile(
    r"(?:第)?([一二三四五六七八九十\d]{1,3})(中|小|幼)(?![\u4e00-\u9fff]?[学型班个年])"
)
_SCHOOL_OF = {"中": "(?:中|初中|高中|中学|初级中学|高级中学)", "小": "(?:小|小学)", "幼": "(?:幼|幼儿园)"}


def lacks_person(ask: Ask, texts: Sequence[str]) -> bool:
    """Someone of a rank is asked for, and nobody of it is spoken of, or, where a name is, named."""
    if of_rank := _OF_RANK.search(ask.text):
        return not any(of_rank.group(1) in text for text in texts)
    named = _NAMED.search(ask.text)
    if not named or ask.kind not in (Kind.PERSON, Kind.OFFICE, Kind.NAME, Kind.LIST):
        return False
    rank = named.group(1) or named.group(2)
    if rank in _UNNAMED:
        return not any(rank in text for text in texts)
    name = re.compile(rf"(?<!副){rank}(?:[:：]?\s*{_SURNAME}[\u4e00-\u9fff]{{1,2}}|[,，]?由)|任{rank}")
    return not any(name.search(text) for text in texts)


def lacks_class(ask: Ask, texts: Sequence[str]) -> bool:
    """A school, a university or a firm is asked for by name, and no sentence has any."""
    return any(
        asked.search(ask.text) and not any(member.search(text) for text in texts)
        for asked, member in _CLASSES
    )


def lacks_attribute(ask: Ask, texts: Sequence[str]) -> bool:
    """A measure such as an area, or a part such as the chair, is asked for, and no sentence speaks of it."""
    return any(
        asked.search(ask.text) and not any(shown.search(text) for text in texts)
        for asked, shown in _ATTRIBUTES
    )


def lacks_body(ask: Ask, texts: Sequence[str]) -> bool:
    """An office is asked for, and no sentence has any."""
    return ask.kind is Kind.OFFICE and not any(_BODY.search(text) for text in texts)


def lacks_school(question: str, texts: Sequence[str]) -> bool:
    """The question names a school by its number ("四中"), and the texts have only others."""
    for number, kind in _NUMBERED_SCHOOL.findall(fold(question)):
        pattern = re.compile(rf"([一二三四五六七八九十\d]{{1,3}}){_SCHOOL_OF[kind]}")
        told = {read_number(found) for text in texts for found in pattern.findall(text)}
        if told and read_number(number) not in told:
            return True
    return False
