"""Which sections stand in which: statutes, lists, decimal numbers, points."""

from __future__ import annotations

from tests.vectorstore.outlines import expected, outline


def test_a_statute_has_chapters_articles_and_items_and_its_references_open_nothing() -> None:
    text = """云山市学校安全条例

（2023年5月10日云山市第十六届人民代表大会常务委员会第三次会议通过）

第一章　总则

第一条　为了保障学校安全，根据有关法律，制定本条例。

第二条　中小学校的安全工作适用本条例；法律另有规定的，从其规定，但依照
第十条规定的情形除外。

第三条　以下用语的含义：
（一）学校，是指全日制中小学校；
（二）校园周边，是指学校围墙以外二百米的范围。
前款所称范围，由教育行政部门划定。

第四条　学校有下列情形之一的，不适用
第三章第二节所列措施：
（一）依照第三条第一款第（二）项规定
备案的；
（二）其他情形。

第二章　职责

第一节　政府职责

第五条　县级以上人民政府应当加强领导。

第五条之一　所有学校应当建立安全制度。

第二节　学校职责

第六条　学校履行下列职责：
（一）建立制度：
1.门卫制度；
2.值班制度；
（二）开展教育。
"""
    assert outline(text) == expected("""
        heading 云山市学校安全条例
          heading 第一章 总则
            item 第一条
            item 第二条
            item 第三条
              item （一）
              item （二） 校园周边，是指学校围墙以外二百米的范围
              text
            item 第四条
              item （一） 依照第三条第一款第（二）项规定
              item （二） 其他情形
          heading 第二章 职责
            heading 第一节 政府职责
              item 第五条
              item 第五条之一
            heading 第二节 学校职责
              item 第六条
                item （一） 建立制度
                  item 1.
                  item 2.
                item （二） 开展教育
        """)


def test_numbers_of_articles_are_one_count_in_any_script() -> None:
    text = """第三编 合同
第一分编 通则
第二十章 附则
第一千零二十四条 民事主体享有名誉权。
任何组织不得侵害他人的名誉权。
第1025条 行为人有下列情形之一的，应当承担责任：
（一）捏造、歪曲事实；
（二）未尽到核实义务。
第１０２６条 本法自公布之日起施行。
"""
    assert outline(text) == expected("""
        heading 第三编 合同
          heading 第一分编 通则
            heading 第二十章 附则
              item 第一千零二十四条
              item 第1025条
                item （一）
                item （二） 未尽到核实义务
              item 第１０２６条
        """)


def test_articles_are_found_where_the_space_behind_their_number_is_lost() -> None:
    text = """云山市校车管理办法
第一章总则
第一条为加强校车管理，制定本办法。
第二条中小学校使用校车适用本办法。
第三条以下单位负责校车管理：教育局、公安局。
第四条所有校车应当登记。违反
第二条规定的，不予登记。
第二章管理
第五条和谐校园建设纳入考核。
"""
    assert outline(text) == expected("""
        heading 云山市校车管理办法
          heading 第一章 总则
            item 第一条
            item 第二条
            item 第三条
            item 第四条
          heading 第二章 管理
            item 第五条
        """)


def test_headings_need_no_full_stop_and_lists_nest_by_their_brackets() -> None:
    text = """关于做好开学工作的通知

各县（市、区）教育局：

一、提高认识。各地要高度重视。

二、抓好落实

一要压实责任，明确分工；二要强化检查，及时整改；三要做好宣传。

各校应做到以下几点：
（1）检查食堂：
①查证照；
②查食材。
（2）检查宿舍。
1）查电路；
2）查门窗。

三、严明纪律：不得提前开学。

（一）纪律要求  各校不得提前开学。
（二）监督举报
⑴设立电话；
⑵设立信箱。
"""
    assert outline(text) == expected("""
        heading 关于做好开学工作的通知
          heading 一、 提高认识
          heading 二、 抓好落实
            item 一要 压实责任
            item 二要 强化检查
            item 三要 做好宣传
            text
            item （1） 检查食堂
              item ①
              item ② 查食材
            item （2） 检查宿舍
              item 1）
              item 2） 查门窗
          heading 三、 严明纪律
            heading （一） 纪律要求
            heading （二） 监督举报
              item ⑴
              item ⑵ 设立信箱
        """)


def test_points_that_are_paragraphs_of_their_own_end_before_the_closing_words() -> None:
    text = """河口县教育简报

第3期

河口县教育局                2024年3月1日

河口县多措并举推进“双减”工作

河口县坚持问题导向，采取多种措施推进“双减”工作，取得明显成效，具体情况如下。

一是加强组织领导。成立领导小组，由县长任组长，教育局局长任副组长，定期召开会议研究部署，形成齐抓共管的工作格局，切实把“双减”工作落到实处。

二是强化作业管理。出台作业管理办法。

三是提升课后服务。全县48所学校开展课后服务。

下一步，河口县将继续推进“双减”工作。
"""
    assert outline(text) == expected("""
        heading 河口县教育简报
        heading 河口县多措并举推进“双减”工作
          item 一是 加强组织领导
          item 二是 强化作业管理
          item 三是 提升课后服务
          text
        """)


def test_members_that_a_dash_begins_are_items_and_a_subtitle_is_none() -> None:
    text = """云山市教育规划
——在全市教育大会上的说明
一、工作方针
——优先发展。确立教育优先发展的地位。
——促进公平。促进教育公平。
二、目标
"""
    assert outline(text).split("\n")[-4:] == [
        "  heading 一、 工作方针",
        "    item —— 优先发展",
        "    item —— 促进公平",
        "  heading 二、 目标",
    ]


def test_traditional_characters_are_read_like_simplified_ones() -> None:
    text = """揚州市教育管理辦法
第一編 總則
第一節 職責
第一條　加強領導。
第二條　落實責任。
"""
    assert outline(text) == expected("""
        heading 揚州市教育管理辦法
          heading 第一編 總則
            heading 第一節 職責
              item 第一條
              item 第二條
        """)


def test_a_list_that_a_colon_introduces_is_inside_its_item_whatever_it_is_numbered_by() -> None:
    text = """云山市通知
一、材料
1.申请人应当提交：
（一）申请表；
（二）身份证明。
2.学校应当核对。
二、时间
六月。
"""
    assert outline(text) == expected("""
        heading 云山市通知
          heading 一、 材料
            item 1. 申请人应当提交
              item （一）
              item （二） 身份证明
            item 2. 学校应当核对
          heading 二、 时间
        """)
