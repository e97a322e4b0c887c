"""What a document says of itself."""

from __future__ import annotations

from datetime import date

import pytest

from tests.vectorstore.guarantees import understood
from vectorstore.documents.letterhead import parse_date
from vectorstore.types import Head, Status

BODY = "为做好有关工作，根据上级要求，结合我市实际情况，现将有关事项通知如下，请认真贯彻执行。"


def head(text: str) -> Head:
    return understood(text).head


NOTICE = f"""山东省云山市教育局文件
云教基字〔2024〕12号      签发人：张三

关于印发《云山市“十四五”作业管理办法》的通知

各县（市、区）教育局：
{BODY}

云山市教育局  云山市财政局
2024年3月8日

云山市“十四五”作业管理办法

第一条 为减轻学生负担，制定本办法。
"""


def test_a_notice_is_known_by_the_document_that_it_carries() -> None:
    assert head(NOTICE) == Head(
        title="云山市“十四五”作业管理办法",
        issuer="云山市教育局、云山市财政局",
        number="云教基字〔2024〕12号",
        region="云山市",
        issued_on=date(2024, 3, 8),
        period="“十四五”",
        kind="办法",
    )


def test_all_who_sign_below_each_other_have_issued_it() -> None:
    signed = "牵头单位：市教育局\n云山市教育局\n云山市财政局\n云山市人力资源和社会保障局\n2024年3月8日\n"
    assert head(f"关于做好支教工作的通知\n{BODY}\n{signed}").issuer == (
        "云山市教育局、云山市财政局、云山市人力资源和社会保障局"
    )


def test_who_signed_has_issued_it_and_not_who_put_it_on_the_web() -> None:
    frame = "时间：2024/5/8  发布单位：清水县教育局  文号：云教〔2024〕12号  阅读：10\n"
    found = head(f"关于做好支教工作的通知\n{frame}{BODY}\n云山市教育局 云山市财政局\n2024年3月8日\n")
    assert found.issuer == "云山市教育局、云山市财政局"
    assert found.issued_on == date(2024, 3, 8)


def test_a_notice_by_itself_is_known_by_its_own_title() -> None:
    found = head(f"云山市教育局等五部门关于做好2024年招生工作的通知\n{BODY}")
    assert (found.title, found.kind) == ("云山市教育局等五部门关于做好2024年招生工作的通知", "通知")
    assert (found.issuer, found.region, found.period) == ("云山市教育局", "云山市", "2024年")


def test_what_a_web_page_says_over_its_document_is_read() -> None:
    text = f"""索 引 号: 0140/2025-599 文   号: 云教发〔2025〕3号
发布机构: 江苏省教育厅 生成日期: 2025-05-12
江苏教育工作简报2025年第7期
{BODY}"""
    found = head(text)
    assert (found.issuer, found.number, found.issued_on) == (
        "江苏省教育厅",
        "云教发〔2025〕3号",
        date(2025, 5, 12),
    )
    assert (found.kind, found.status, found.region) == ("简报", Status.BULLETIN, "江苏省")


def test_a_signature_counts_more_than_the_day_of_a_web_page() -> None:
    text = f"发布时间：2024-04-10 09:30\n云山市教育局关于放假的通知\n{BODY}\n云山市教育局\n二〇二四年四月八日"
    assert head(text).issued_on == date(2024, 4, 8)


def test_a_statute_has_the_day_and_number_under_its_title() -> None:
    text = "云山市民办学校管理办法\n（2010年3月1日云政发〔2010〕3号公布）\n第一条　为规范管理，制定本办法。"
    found = head(text)
    assert (found.number, found.issued_on) == ("云政发〔2010〕3号", date(2010, 3, 1))


@pytest.mark.parametrize(
    ("sentence", "deadline"),
    [
        ("意见反馈截止时间为2024年6月5日。", date(2024, 6, 5)),
        ("请于2024年6月5日前将意见反馈我局。", date(2024, 6, 5)),
        ("征求意见时间：2024年5月6日至2024年6月5日。", date(2024, 6, 5)),
        ("公示期为2024年5月6日—6月5日。", date(2024, 6, 5)),
        ("请于6月5日前反馈。", date(2024, 6, 5)),
        ("欢迎提出意见。", None),
    ],
)
def test_a_draft_has_a_day_until_which_comments_are_taken(sentence: str, deadline: date | None) -> None:
    text = (
        f"关于公开征求《云山市办法（征求意见稿）》意见的公告\n{BODY}\n{sentence}\n云山市教育局\n2024年5月6日"
    )
    found = head(text)
    assert (found.status, found.deadline) == (Status.DRAFT, deadline)


def test_only_a_draft_has_a_deadline() -> None:
    assert head(f"云山市教育局关于报名的通知\n{BODY}\n请于2024年6月5日前报名。").deadline is None


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"云山市管理办法\n{BODY}", Status.ISSUED),
        (f"云山市管理办法（草案）\n{BODY}", Status.DRAFT),
        (f"云山市管理办法（已废止）\n{BODY}", Status.REPEALED),
        (f"有效性：失效\n云山市管理办法\n{BODY}", Status.REPEALED),
        (f"管理办法\n{BODY}\n由xx市教育局负责。", Status.ANONYMISED),
        (f"管理办法\n{BODY}\n占比达到xx%。", Status.ISSUED),
        (f"云山教育动态\n{BODY}", Status.BULLETIN),
    ],
)
def test_the_standing_of_a_document_is_read(text: str, status: Status) -> None:
    assert head(text).status is status


@pytest.mark.parametrize(
    ("title", "region"),
    [
        ("山东省聊城市教育局工作要点", "山东省聊城市"),
        ("江苏省徐州市沛县教育局工作要点", "江苏省徐州市沛县"),
        ("关于征求《云山市管理办法》意见的通知", "云山市"),
        ("内蒙古自治区教育厅工作要点", "内蒙古自治区"),
        ("云山市民办学校管理办法", "云山市"),
        ("全市教育工作要点", ""),
        ("各县区教育工作要点", ""),
        ("加强学校周边地区管理办法", ""),
        ("规范校外培训市场的通知", ""),
        ("2024年教育工作要点", ""),
    ],
)
def test_the_place_is_the_one_that_the_title_begins_with(title: str, region: str) -> None:
    assert head(f"{title}\n{BODY}").region == region


def test_a_text_that_says_nothing_of_itself_has_its_first_line_for_a_title() -> None:
    found = head("第7期\n今天召开会议，研究有关工作。\n会议决定继续推进。")
    assert found == Head(title="今天召开会议，研究有关工作")
    assert head("") == Head(title="")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024年3月8日", date(2024, 3, 8)),
        ("２０２４－０３－０８", None),
        ("2024/3/8", date(2024, 3, 8)),
        ("二〇二四年十二月三十一日", date(2024, 12, 31)),
        ("二○二四年三月八日", date(2024, 3, 8)),
        ("2024年13月8日", None),
        ("明天", None),
    ],
)
def test_dates_are_read_in_any_script(text: str, day: date | None) -> None:
    assert parse_date(text) == day


def test_documents_of_a_compilation_have_heads_of_their_own() -> None:
    text = f"""1.云山市教育局2024年工作要点 1
2.河口县工作方案（征求意见稿） 5
云山市教育局2024年工作要点
{BODY}
云山市教育局
2024年1月5日
河口县工作方案（征求意见稿）
{BODY}"""
    first, second = understood(text).parts
    assert (first.issuer, first.issued_on, first.period) == ("云山市教育局", date(2024, 1, 5), "2024年")
    assert (second.region, second.kind, second.status) == ("河口县", "方案", Status.DRAFT)
