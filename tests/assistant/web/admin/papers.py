"""Documents that the tests of the administration upload."""

from __future__ import annotations

BUS = """云山市校车安全管理细则

云教发〔2025〕9号

云山市教育局 2025年2月3日

第一条 为保障校车安全，制定本细则。
第二条 每辆校车应当配备照管人员2名。
第三条 校车行驶速度不得超过每小时60公里。
"""
DORMITORY = """云山市学生宿舍管理规定

云山市教育局 2025年6月1日

第一条 宿舍每间不超过6人。
第二条 宿舍熄灯时间为晚上10点。
"""
