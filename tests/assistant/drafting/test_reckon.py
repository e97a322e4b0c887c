"""Sums, counts, means, the most and the least of a table's column; and what leaves them in doubt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openpyxl import Workbook

from assistant.answer import Assistant
from assistant.types import Outcome, Question
from tests.assistant.drafting.ledgers import LEDGERS
from tests.invented import assistant_over

JOBS = """学校,乡镇,学科,招聘人数,备注
莱河一小,城关镇,语文,4,
莱河二小,城关镇,数学,3,
莱河一中,东宋镇,语文,2,
东宋小学,东宋镇,英语,,暂缓
合计,,,9,
"""
REPAIRS = """学校,维修项目,预算（万元）
白马小学,屋面防水,61
白马小学,操场,30.5
红旗中学,围墙,12
总计,,100
"""
PUPILS = """学校,小学人数,初中人数,入学率
甲校,400,0,98%
乙校,300,250,95%
丙校,0,310,99%
"""
COUNTED = """区域,学校数,女教师人数,联系电话
全区,60,120,5550001
东片,25,50,5550002
西片,35,70,5550003
"""
UNSURE = """学校,学位
甲校,30
乙校,约40
丙校,50
"""
PARTS = """学段,学校数
小学,20
其中：农村小学,12
初中,9
"""
PRICED = """设备,单价（元）,数量
话筒,300,2
音箱,800,4
展台,1200,1
"""
LOST = "序号,学校,学位\n" + "".join(f"{number},第{number}小学,{number * 7}\n" for number in (1, 2, 4, 5))
DOCUMENTS = {
    "莱河县2025年教师招聘计划.csv": JOBS,
    "海门市2024年校舍维修计划.csv": REPAIRS,
    "凤台县2025年在校生统计表.csv": PUPILS,
    "枫江区2025年学校统计表.csv": COUNTED,
    "柳河县2025年学位表.csv": UNSURE,
    "云溪县2025年学位表.csv": LOST,
    "建阳区学校分类表.csv": PARTS,
    "长丰县设备采购表.csv": PRICED,
    "平江县学校名单.csv": "学校,民办,寄宿制,学生数\n甲校,是,,300\n乙校,否,√,520\n丙校,是,√,200\n",
    "通江县学生餐供应表.csv": "学校,每份价格（元）\n甲校,5\n乙校,6\n丙校,5.5\n",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("reckon"), DOCUMENTS | LEDGERS) as made:
        yield made


def told(assistant: Assistant, question: str) -> str:
    answer = assistant.ask(Question(text=question))
    assert answer.outcome is Outcome.GROUNDED
    return answer.text.partition("\n")[0]


def is_reckoned(text: str) -> bool:
    return "一列（" in text or "的表中" in text


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        (
            "莱河县2025年教师招聘一共招多少人？",
            "《莱河县2025年教师招聘计划》“招聘人数”一列（3行）合计9，另有1行没有数字，与表中的合计一致：",
        ),
        ("莱河县城关镇招聘人数合计多少", "《莱河县2025年教师招聘计划》“招聘人数”一列（城关镇，2行）合计7："),
        ("莱河县招语文教师一共多少人", "《莱河县2025年教师招聘计划》“招聘人数”一列（语文，2行）合计6："),
        (
            "海门市校舍维修预算一共多少万元",
            "《海门市2024年校舍维修计划》“预算（万元）”一列（3行）合计103.5万元，但表中的合计写作100万元，两者不一致：",
        ),
        (
            "凤台县小学人数和初中人数合计分别是多少",
            "《凤台县2025年在校生统计表》“小学人数”一列（3行）合计700；“初中人数”一列（3行）合计560：",
        ),
        (
            "凤台县平均每所学校小学人数是多少",
            "《凤台县2025年在校生统计表》“小学人数”一列（3行）平均约233.33，合计700：",
        ),
        ("凤台县哪所学校入学率最高", "《凤台县2025年在校生统计表》“入学率”一列（3行）最大的是99%：丙校：99%"),
        (
            "海门市哪个维修项目预算最少",
            "《海门市2024年校舍维修计划》“预算（万元）”一列（3行）最小的是12万元：围墙：12万元",
        ),
        ("平江县学生数一共多少", "《平江县学校名单》“学生数”一列（3行）合计1020："),
        ("莱河县城关镇有几所学校", "《莱河县2025年教师招聘计划》的表中“城关镇”的共有2行：莱河一小"),
        ("海门市有几个维修项目", "《海门市2024年校舍维修计划》的表中共有3行：屋面防水"),
    ],
)
def test_a_column_is_reckoned_where_it_and_its_rows_are_meant(
    assistant: Assistant, question: str, begins: str
) -> None:
    assert told(assistant, question).startswith(begins)


@pytest.mark.parametrize(
    ("question", "figure", "rows"),
    [
        ("青禾县各学校学生总数一共是多少？", "（10行）合计6628人，与表中的合计一致：", 11),
        ("青禾县哪所学校的教师最多？", "最大的是128人：青禾县第一中学：128人", 1),
        ("青禾县一共有几所小学？", "“小学”的共有5行：", 5),
        ("青禾县小学一共有多少学生？", "（小学，5行）合计2994人：", 5),
        ("青禾县平均每所学校有多少名教师？", "（10行）平均49.7人，合计497人：", 10),
        (
            "青禾县学校平均每班多少人？",
            "“学生数（人）”一列（10行）平均约43.32人，合计6628人，除以“班级数”合计153；"
            "“教师数（人）”一列（10行）平均约3.25人，合计497人，除以“班级数”合计153：",
            10,
        ),
        ("青禾县哪所学校班级数最少？", "最小的是6：柳林小学：6[1]；城北幼儿园：6[2]。", 2),
        (
            "松塘县预算最高的三个项目是哪些？",
            "最大的3个依次是：营养改善计划：2310万元[1]；幼儿园扩建：1740万元[2]；校舍安全改造：1260.5万元[3]。",
            3,
        ),
        ("松塘县教育项目预算总额是多少万元？", "（10行）合计7336万元：", 10),
        ("松塘县哪个项目的预算最少？", "最小的是75.2万元：体育场地开放：75.2万元", 1),
        ("松塘县基建科负责的项目预算合计多少？", "（基建科，2行）合计3000.5万元：", 2),
        ("松塘县教育项目平均预算是多少？", "平均733.6万元，合计7336万元：", 10),
        ("白鹭县高级教师有几人？", "“高级教师”的共有3行，另有1行写作正高级教师，没有算入：", 3),
        ("白鹭县谁的教龄最长？", "最大的是30年：陈雪：30年", 1),
        ("白鹭县教师的平均教龄是多少年？", "平均13.5年，合计135年：", 10),
        ("云山市每天一共供餐多少份？", "“日供餐份数”一列（5行）合计4845：", 5),
        ("云山市哪所学校供餐份数最多？", "最大的是1310：云山市实验学校：1310", 1),
        (
            "河口县留守儿童一共多少人？",
            "“留守儿童数”一列（5行）合计174，与表中的合计一致：河口中心小学：42",
            6,
        ),
        ("松塘县教师培训一共多少人参加？", "“人数”一列（5行）合计340：", 5),
        ("松塘县哪个培训班的天数最多？", "最大的是12：园长任职资格班：12", 1),
        ("河口县寄宿生一共有多少人？", "（4行）合计475，另有1行没有数字，与表中的合计一致：", 5),
        ("青禾县共有多少个班级？", "（10行）合计153，与表中的合计一致：", 11),
        ("青禾县初中一共有多少名教师？", "（初中，2行）合计139人：", 2),
        ("青禾县哪所小学的学生最多？", "（小学，5行）最大的是1080人：青禾县第一小学：1080人", 1),
        ("青禾县学生最少的学校是哪所？", "最小的是168人：城北幼儿园：168人", 1),
        ("青禾县幼儿园学生数总共多少？", "（幼儿园，2行）合计438人：", 2),
        ("青禾县平均每班多少名学生？", "平均约43.32人，合计6628人，除以“班级数”合计153：", 10),
        (
            "青禾县哪三所学校教师数最多？",
            "依次是：青禾县第一中学：128人[1]；南湖中学：78人[2]；青禾县第一小学：62人[3]。",
            3,
        ),
        ("青禾县第一小学和东关小学一共有多少学生？", "2行）合计1560人：", 2),
        ("请问青禾县全部学校的教师加起来有多少人？", "（10行）合计497人，与表中的合计一致：", 11),
        ("松塘县电教馆的项目预算一共多少万元？", "（电教馆，2行）合计713.5万元：", 2),
        ("松塘县基建科和电教馆的预算合计多少？", "4行）合计3714万元：", 4),
        ("松塘县预算最少的两个项目是什么？", "依次是：体育场地开放：75.2万元[1]；心理辅导室：92万元[2]。", 2),
        ("松塘县一共有几个项目？", "的表中共有10行：", 10),
        ("白鹭县语文教师有几名？", "“语文”的共有2行：王春梅[1]；马晓东[2]。", 2),
        ("白鹭县第三中学教师平均教龄多少年？", "（白鹭县第三中学，4行）平均16年，合计64年：", 4),
        ("白鹭县实验小学谁的教龄最短？", "最小的是5年：赵敏：5年", 1),
        ("河口县石桥镇留守儿童一共多少名？", "（石桥镇，2行）合计87：", 2),
        ("河口县哪所学校留守儿童数最多？", "最大的是51：石桥中学：51", 1),
        ("松塘县小学教师的培训人数一共多少？", "（小学教师，2行）合计180：", 2),
        ("松塘县有几个培训班？", "的表中共有5行：骨干教师研修班", 5),
        ("云山市绿禾餐饮公司日供餐份数合计多少？", "（绿禾餐饮公司，2行）合计1560：", 2),
        ("东风小学三年级一共有多少人？", "（三年级，3行）合计134：", 3),
        ("东风小学四年级哪个班人数最多？", "（四年级，2行）最大的是47：4年2班：47", 1),
        ("东风小学三年级平均每班多少人？", "（三年级，3行）平均约44.67，合计134：", 3),
    ],
)
def test_tables_as_schools_keep_them_are_reckoned_with_their_rows_cited(
    assistant: Assistant, question: str, figure: str, rows: int
) -> None:
    answer = assistant.ask(Question(text=question))
    assert figure in answer.text
    assert len(answer.citations) == rows
    assert all(citation.quote in citation.passage.chunk.text for citation in answer.citations)


def test_each_row_that_was_added_is_cited_as_it_stands_and_so_is_the_total(assistant: Assistant) -> None:
    answer = assistant.ask(Question(text="莱河县2025年教师招聘一共招多少人？"))
    names = [citation.quote.split("\n")[0].split()[0] for citation in answer.citations]
    assert [name[:4] for name in names] == ["莱河一小", "莱河二小", "莱河一中", "合计"]


@pytest.mark.parametrize(
    "question",
    [
        "莱河县女教师一共招多少人",  # the table knows nothing of 女
        "莱河县小学一共招多少人",  # 一小 is one too
        "莱河县哪个乡镇招聘人数最多",  # a town has several rows
        "海门市2023年校舍维修预算一共多少万元",  # another year
        "海门市平均每所学校维修预算多少万元",  # a school has several rows
        "凤台县入学率合计多少",  # shares don't add up
        "凤台县平均入学率是多少",  # nor has their mean a meaning without the weights
        "凤台县一共多少人",  # two columns count people
        "枫江区一共有多少所学校",  # 全区 holds the others without being called a total
        "枫江区教师一共多少人",  # 女教师 are not all
        "枫江区联系电话合计多少",
        "建阳区学校数一共多少",  # 其中
        "长丰县设备采购一共多少元",  # prices don't add up
        "平江县民办学校一共有多少学生",  # a column of 是 and 否
        "平江县寄宿制学校学生数合计多少",
        "松塘县在建项目一共有几个？",
        "柳河县学位一共多少个",  # one figure has words around it
        "云溪县学位一共多少个",  # a row is missing
        "一共多少个学位",  # of which county?
        "云山市学生餐平均每份多少钱？",  # 元, 角, 面议
        "云山市学生餐每份价格合计多少元？",
        "通江县学生餐一共多少元",  # prices, the table's only figures
        "云山市学生餐价格最高的是哪所学校？",
        "河口县实验学校设备一共有多少件？",
        "河口县实验学校设备数量合计多少？",  # 台 and 册
        "河口县实验学校设备总金额是多少？",  # figures are missing
        "青禾县民办学校一共有多少学生？",
        "青禾县2019年学生总数一共是多少？",
        "青禾县新增学生一共多少人？",
        "青禾县学生超过900人的学校有几所？",
        "青禾县学生比教师一共多多少人？",
        "青禾县小学和初中哪个学生最多？",
        "青禾县小学教师占全部教师的比例平均是多少？",
        "青禾县学校平均面积多少？",
        "松塘县超支的项目预算合计多少？",
        "松塘县未完成的项目一共有几个？",
        "松塘县除基建科以外的项目预算合计多少？",
        "白鹭县教龄满十年的教师有几人？",
        "白鹭县男教师有几名？",
        "河口县哪个乡镇留守儿童最多？",
    ],
)
def test_nothing_is_reckoned_in_doubt(assistant: Assistant, question: str) -> None:
    assert not is_reckoned(assistant.ask(Question(text=question)).text)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("青禾县第一小学有多少学生？", "1080"),
        ("青禾县第一中学有几名教师？", "128"),
        ("青禾县第一小学和东关小学哪个学生多？", "1080"),
        ("松塘县校车更新由哪个科室负责？", "安全科"),
        ("松塘县班主任工作坊什么时候开班？", "2025年4月14日"),
        ("参训教师每人每天补助多少元？", "80元"),
        ("松塘县教师培训最多补助多少天？", ""),
        ("白鹭县李建国的职称是什么？", "一级教师"),
        ("云山市第五中学每份餐多少钱？", "6元"),
        ("青禾县学生转学怎么办理？", ""),
        ("学校最多可以招多少学生？", ""),
        ("松塘县预算由谁审批？", ""),
        ("培训平均分多少才合格？", ""),
    ],
)
def test_a_question_for_no_reckoning_is_answered_from_its_row(
    assistant: Assistant, question: str, told: str
) -> None:
    text = assistant.ask(Question(text=question)).text
    assert told in text
    assert not is_reckoned(text)


def test_a_figure_that_a_sentence_tells_stands_before_the_sum_of_a_table(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    page = (
        "<html><body><h1>海棠县2026年教师招聘公告</h1><p>海棠县2026年一共招聘教师30人，第一批如下。</p>"
        "<table border=1><tr><th>岗位</th><th>人数</th></tr>"
        "<tr><td>语文</td><td>8</td></tr><tr><td>数学</td><td>7</td></tr></table></body></html>"
    )
    with assistant_over(tmp_path_factory.mktemp("sentence"), {"海棠.html": page}) as assistant:
        text = assistant.ask(Question(text="海棠县2026年一共招聘教师多少人？")).text
    assert "30人" in text
    assert not is_reckoned(text)


def test_each_sheet_of_a_workbook_is_a_table_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("workbook")
    book = Workbook()
    for title, header, first in (("学生", "学生数", 100), ("图书", "图书册数", 5000)):
        sheet = book.create_sheet(title)
        sheet.append(["学校", header])
        for number in range(1, 13):
            sheet.append([f"第{number}小学", first + number])
    del book["Sheet"]
    book.save(folder / "海棠县学校情况.xlsx")
    with assistant_over(
        folder, {"海棠县学校情况.xlsx": (folder / "海棠县学校情况.xlsx").read_bytes()}
    ) as assistant:
        assert "（12行）合计1278" in told(assistant, "海棠县学生数一共多少？")
        assert "最大的是5012：第12小学：5012" in told(assistant, "海棠县哪所学校图书册数最多？")


def test_a_long_table_is_added_whole_and_told_in_part(tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = "".join(f"第{number}小学,{number * 3}\n" for number in range(1, 51))
    documents = {"海棠县2025年学位表.csv": f"学校,学位\n{rows}"}
    with assistant_over(tmp_path_factory.mktemp("long"), documents) as assistant:
        answer = assistant.ask(Question(text="海棠县2025年学位一共多少个？"))
    assert "（50行）合计3825（以下列出前30行）：" in answer.text
    assert len(answer.citations) == 30


def test_a_name_under_another_that_says_no_more_is_the_column_s(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    page = (
        "<html><body><h1>海棠县2026年重点项目清单</h1><table border=1><tr><th rowspan=2>项目</th>"
        "<th colspan=2>投资（万元）</th></tr><tr><th>总投资</th><th>2026年计划投资</th></tr>"
        "<tr><td>甲校新建</td><td>1500</td><td>700</td></tr>"
        "<tr><td>乙校迁建</td><td>900</td><td>300</td></tr></table></body></html>"
    )
    with assistant_over(tmp_path_factory.mktemp("over"), {"海棠.html": page}) as assistant:
        question = "把海棠县重点项目全加起来，总投资和2026年计划投资合计分别是多少万元"
        text = assistant.ask(Question(text=question)).text
    assert "合计2400万元" in text
    assert "合计1000万元" in text


def test_a_cell_that_joins_words_of_the_title_chooses_no_rows(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    rows = ("甲校新建,海棠县教育局,1500", "乙校迁建,海棠县住建局,900", "丙校扩建,海棠县教育局,50")
    table = "\n".join(("项目,牵头单位,投资（万元）", *rows))
    documents = {"海棠县2026年教育重点项目清单.csv": table}
    with assistant_over(tmp_path_factory.mktemp("joined"), documents) as assistant:
        assert "（3行）合计2450万元" in told(assistant, "海棠县教育重点项目投资一共多少万元？")


def test_two_tables_with_the_same_column_are_not_chosen_between(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    html = "".join(
        f"<p>附件{n}</p><table border=1><tr><th>学校</th><th>学位</th></tr>"
        f"<tr><td>甲{n}校</td><td>{n}0</td></tr><tr><td>乙{n}校</td><td>{n}5</td></tr></table>"
        for n in (1, 2)
    )
    page = f"<html><body><h1>海棠县2025年学位表</h1>{html}</body></html>"
    with assistant_over(tmp_path_factory.mktemp("two"), {"海棠.html": page}) as assistant:
        assert not is_reckoned(assistant.ask(Question(text="海棠县2025年学位一共多少个？")).text)
