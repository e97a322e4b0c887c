"""What the seed documents are called in answers: names that stand in one of them only."""

from __future__ import annotations

from collections.abc import Mapping

# Chinese names are proven by `eval check`: each stands in its own file and in no other. Latin ones
# are for answers in English. The compilation holds items of many places, which these can't tell apart.
NAMES: Mapping[str, tuple[str, ...]] = {
    "000_15dd79d3a7ca0816.txt": ("江西", "协同提质", "Jiangxi"),
    "001_f6852c3283297a95.txt": ("扩优提质行动计划实施方案",),
    "002_ee662da8a4842322.txt": ("江苏", "扬州", "Jiangsu", "Yangzhou"),
    "003_61f240f2d86e1f2b.txt": ("聊城", "乡村教育振兴先行区", "Liaocheng"),
    "004_3165b1e1fe2a6d7c.txt": (
        "工作要点",
        "大兴安岭",
        "荣成",
        "威海",
        "河北",
        "Rongcheng",
        "Weihai",
        "Hebei",
    ),
}
