"""Outlines of documents in official style, written for these tests; each keeps every guarantee."""

from __future__ import annotations

from tests.vectorstore.guarantees import understood
from tests.vectorstore.outlines import expected, outline, sketch

NOTICE = """云山市教育局文件

云教基字〔2024〕12号

云山市教育局
关于印发《云山市作业管理办法》的通知

各县（市、区）教育局，市直各学校：

现将《云山市作业管理办法》印发给你们，请认真贯彻落实。

附件：1.云山市作业管理办法
2.作业公示表

云山市教育局
2024年3月8日

附件1

云山市作业管理办法

第一条 为减轻学生负担，制定本办法。
第二条 小学一、二年级不布置书面家庭作业。
一、二年级的课后练习在校内完成。

附件2

作业公示表

序号
班级
内容
1
三年级1班
口算二十道
2
三年级2班
阅读一篇
3
四年级1班
作文一篇
"""


def test_a_notice_ends_with_its_signature_and_each_annex_has_its_own_title() -> None:
    assert outline(NOTICE) == expected("""
        text
        heading 关于印发《云山市作业管理办法》的通知
          text 附件：
            item 2. 作业公示表
          text
        heading 附件1 云山市作业管理办法
          item 第一条
          item 第二条
        heading 附件2 作业公示表
          table 作业公示表
            row 1 三年级1班
            row 2 三年级2班
            row 3 四年级1班
        """)


def test_addressees_letterhead_and_date_are_no_headings() -> None:
    titles = [section.title for top in understood(NOTICE).sections for section in top.walk()]
    assert not any("各县" in title or "文件" in title or "〔" in title for title in titles)


def test_a_draft_follows_the_notice_that_announces_it_and_has_decimal_numbers() -> None:
    text = """关于公开征求《云山市课后服务实施细则（征求意见稿）》意见的公告

为进一步规范课后服务，我局起草了《云山市课后服务实施细则（征求意见稿）》，现公开征求意见。
一、征求意见时间：2024年5月6日至2024年6月5日。
二、反馈方式：电子邮件。

云山市教育局
2024年5月6日

云山市课后服务实施细则
（征求意见稿）

一、总则
1.1 目的
为规范课后服务，制定本细则。
1.2 适用范围
1.2.1 本细则适用于义务教育学校。
1.2.2 高中可参照执行，教师比例为
1.05以内。
二、要求
2.1 课时
每天不少于2课时。
"""
    assert outline(text) == expected("""
        heading 关于公开征求《云山市课后服务实施细则（征求意见稿）》意见的公告
          heading 一、 征求意见时间
          heading 二、 反馈方式
          text
        heading 云山市课后服务实施细则（征求意见稿）
          heading 一、 总则
            item 1.1 目的
            item 1.2 适用范围
              item 1.2.1 本细则适用于义务教育学校
              item 1.2.2 高中可参照执行，教师比例为
          heading 二、 要求
            item 2.1 课时
        """)


def test_printed_pages_part_nothing_and_long_headings_go_on_below() -> None:
    text = """云山市人民政府办公室文件
云政办发〔2024〕15号

云山市人民政府办公室关于印发云山市学前教育
提升行动计划（2024—2027年）的通知

各县（市、区）人民政府，市政府各部门、各直属
机构：
现将《云山市学前教育提升行动计划（2024—
2027年）》印发给你们，请认真组织实施。
云山市人民政府办公室
2024年5月20日

云山市学前教育提升行动计划
（2024—2027年）

一、重点任务
（一）推进县域学前教育普及普惠督导评估和
优质发展
1.新建幼儿园。坚持公益普惠，坚持政府主导，到
— 1 —
2027年新建幼儿园50所。
2.改造幼儿园。改造农村幼儿园30所。
（二）加强师资建设
3.配齐教师。按照国家标准配齐教职工。
— 2 —
二、保障措施
加强组织领导，落实经费。

附件：云山市学前教育任务分工表
— 3 —
附件
云山市学前教育任务分工表
序号 任务 单位
1 新建幼儿园 市教育局
2 改造幼儿园 市财政局
"""
    assert outline(text) == expected("""
        text
        heading 云山市人民政府办公室关于印发云山市学前教育提升行动计划（2024—2027年）的通知
          text
        heading 云山市学前教育提升行动计划（2024—2027年）
          heading 一、 重点任务
            heading （一） 推进县域学前教育普及普惠督导评估和优质发展
              item 1. 新建幼儿园
              item 2. 改造幼儿园
            heading （二） 加强师资建设
              item 3. 配齐教师
          heading 二、 保障措施
          text 附件：
        heading 附件 云山市学前教育任务分工表
          table 云山市学前教育任务分工表
            row 1 新建幼儿园
            row 2 改造幼儿园
        """)


def test_several_documents_one_after_the_other_each_begin_anew() -> None:
    text = """云山市教育局关于表彰先进教师的决定

各学校：
经研究，决定表彰张三等10名同志。
云山市教育局
2024年9月1日

云山市教育局关于开展教师培训的通知

各学校：
现就有关事项通知如下。
一、培训对象
全体在职教师。
"""
    assert outline(text) == expected("""
        heading 云山市教育局关于表彰先进教师的决定
          text
        heading 云山市教育局关于开展教师培训的通知
          heading 一、 培训对象
        """)


def test_a_list_of_documents_in_the_body_makes_no_titles() -> None:
    text = """云山市学校管理意见

一、建立以下制度

校长负责制度
教师考核办法
学生管理规定
后勤保障措施

各校要抓好落实，确保各项制度落地见效，并于年底前报送总结。

二、其他

按照国家规定执行。
"""
    assert outline(text) == expected("""
        heading 云山市学校管理意见
          heading 一、 建立以下制度
          heading 二、 其他
        """)


def test_a_web_page_is_left_with_its_document() -> None:
    text = """首页 > 政务公开 > 通知公告
您当前的位置：首页 > 通知
云山市教育局关于做好招生工作的通知
发布时间：2024-04-10 来源：云山市教育局
各市直学校：
现将有关事项通知如下。
一、招生原则
字体端正，规范书写。
二、报名办法
扫描件发送至邮箱。
主办单位：云山市教育局
三、工作要求
上一年级学生不得重复报名。
云山市教育局
2024年4月10日
【打印】【关闭】
上一篇：关于放假的通知
主办：云山市教育局 网站标识码：0000000001 云ICP备00000000号
"""
    document = understood(text)
    assert document.text[: document.sections[0].start].count("\n") == 2
    assert document.text[document.sections[-1].end :].startswith("\n【打印】")
    assert sketch(document.sections) == expected("""
        heading 云山市教育局关于做好招生工作的通知
          heading 一、 招生原则
          heading 二、 报名办法
          heading 三、 工作要求
          text
        """)


def test_headings_of_markdown_nest_by_their_depth() -> None:
    text = """# 云山市数字校园建设指南

> 本指南由云山市教育局编制。

## 总体要求

到2025年，数字校园覆盖率达到100%。

## 二、任务分工

### （一）网络

- 千兆到校

### 设备

**1.经费保障。** 市财政安排专项经费。

**2.人员保障。** 每校配备1名管理员。
"""
    assert outline(text) == expected("""
        heading 云山市数字校园建设指南
          heading 总体要求
          heading 二、 任务分工
            heading （一） 网络
            heading 设备
              item 1. 经费保障
              item 2. 人员保障
        """)


def test_a_text_without_any_structure_is_one_section() -> None:
    assert outline("今天召开会议，研究有关工作。会议决定继续推进。") == "text"
    assert outline(" \n\n ") == ""
