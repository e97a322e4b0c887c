"""Questions about a document itself, and the chunks outside its body that answer them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vectorstore.text import fold
from vectorstore.types import Chunk, SectionKind

_ABOUT = re.compile(
    r"文号|落款|题名|索引号|(?:印发|发布|成文|生成|发文|公布|发出|挂出|挂网|挂上网|"
    r"上网)[^，。？?]{0,6}(?:日期|时间|的?是?哪[天年月]|几号)|"
    r"(?:哪[天年月]|几号|什么时候|何时|啥时候)[^，。？?]{0,6}(?:印发|发布|发文|公布|印的|发的|出的|"
    r"挂)|第几期|"
    r"(?:哪个|哪家|什么|谁|哪)[^，。？?]{0,8}(?:编的|编发|编印|发的文|印发的|发布的|发文机关|主办)|"
    r"发文(?:机关|单位)|发布机构|"
    r"收意见|征求意见(?!稿)|哪[份个][^，。？?]{0,6}征求意见|反馈(?:意见|截止)|意见[^，。？?]{0,8}(?:寄|发|交|提|反馈|截止)|(?:寄|发)(?:到|"
    r"给)[^，。？?]{0,6}(?:哪|邮箱|地址)|"
    r"document number|issued (?:on|by)|published"
)
_OF_ANOTHER = re.compile(r"依据|根据|上级|省里|市里|国家|部里|引用|提到|参照|按照[^，。？?]{0,12}文")
_NUMBER = re.compile(r"文号|document number")
_IMPRINT = 3  # chunks at the end among which an imprint stands


def is_about_document(question: str) -> bool:
    """Whether the question asks for something that stands in a letterhead, an imprint or a notice."""
    return bool(_ABOUT.search(fold(question)))


def asks_own_number(question: str) -> bool:
    """Whether it asks for the document's own number, and not for that of one it cites."""
    text = fold(question)
    return bool(_NUMBER.search(text)) and not _OF_ANOTHER.search(text)


def letterhead(chunks: Sequence[Chunk]) -> list[Chunk]:
    """The chunks of one document outside its body: what stands before its first chapter, and its imprint."""
    body = next((i for i, chunk in enumerate(chunks) if chunk.kind is SectionKind.HEADING), len(chunks))
    head = [chunk for chunk in chunks[:body] if chunk.kind in (SectionKind.TEXT, SectionKind.ITEM)]
    imprint = [
        chunk for chunk in chunks[max(body, len(chunks) - _IMPRINT) :] if chunk.kind is SectionKind.TEXT
    ]
    return [*head, *imprint]
