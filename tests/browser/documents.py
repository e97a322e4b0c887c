"""Documents that are hard to show: tables with merged cells, and text that would be markup or a script."""

from __future__ import annotations

TABLE = """<html><body><h1>云山市教育局重点工作任务分工</h1>
<p>云山市教育局 2024年5月6日</p>
<p>一、总体要求</p><p>各科室要抓好落实。</p>
<p>二、任务分工</p>
<table><thead><tr><th>序号</th><th>类别</th><th>任务</th><th>牵头科室</th><th>配合科室</th></tr></thead>
<tr><td>1</td><td rowspan=3>基础教育</td><td>新建幼儿园12所</td><td rowspan=2>学前教育科</td>
<td>财务科</td></tr>
<tr><td>2</td><td>培训园长300人</td><td></td></tr>
<tr><td>3</td><td>改造食堂40个</td><td colspan=2>安全科</td></tr>
<tr><td colspan=5>职业教育</td></tr>
<tr><td>4</td><td>实训</td><td>建设基地2个</td><td>职成科</td><td>xx科</td></tr></table>
<p>三、工作要求</p><p>按月调度，年底考核。</p></body></html>"""

HOSTILE_LINES = (
    "<script>window.attacked = true</script>",
    '<img src=x onerror="window.attacked = true"> ![图](http://192.0.2.1/a.png)',
    "[点这里](javascript:alert(1)) **粗** `码` {{ 7 * 7 }} {% raw %} &lt;b&gt;",
    "</main></mark><iframe src=http://192.0.2.1/></iframe>",
)
HOSTILE = "云山市网络安全通知\n\n云山市教育局 2023年4月5日\n\n一、要求\n" + "\n".join(HOSTILE_LINES) + "\n"

_CHAPTERS = ("校舍安全", "食品安全", "交通安全", "消防安全", "网络安全", "应急处置")
_DUTY = "各学校要按照要求开展检查，发现问题立即整改，并在五个工作日内报告教育局。"
LONG = "云山市学校安全工作规定\n\n云山市教育局 2022年9月1日\n\n" + "\n".join(
    f"{number}、{title}\n"
    + "\n".join(f"（{each}）{title}第{each}类检查\n{_DUTY * 3}" for each in "一二三四五六七")
    for number, title in zip("一二三四五六", _CHAPTERS, strict=True)
)
