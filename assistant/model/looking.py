"""What a chat model may look up besides its passages, by langchain's tools or by other words.

All that it reads is evidence with a label, like the passages that it had, and stays within what
whoever asks may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

from assistant.evidence import in_reading_order
from assistant.model.shown import name, show
from assistant.types import Evidence
from vectorstore.errors import Message
from vectorstore.index.holdings import Holdings
from vectorstore.text import count_tokens
from vectorstore.types import Chunk, Passage, Scope

if TYPE_CHECKING:
    from langchain_core.messages import ToolCall
    from langchain_core.tools import BaseTool

_MOST_LOOKS = 3
_MOST_LISTED = 40  # titles at once
_LONGEST_WORDS = 100

_SEARCH, _SECTION, _LIST = "search", "read_section", "list_documents"
_NO_SUCH_TOOL = "没有这个工具。"
_NOT_CALLED_SO = "参数不对，没有查。"
_NOTHING_NEW = "没有新的资料。"
_NO_SUCH_LABEL = "没有这个编号。"
_SEARCHED = Message("检索“{}”", "searched “{}”")
_READ = Message("读“{}”", "read “{}”")
_LISTED = Message("看文件目录", "looked at the list of documents")
_TRIED = Message("试用 {}", "tried {}")


class Looking:
    """Looks things up for one answer; what it finds is added to ``evidence``.

    ``find`` gives the passages for words, best first, ``passage`` a chunk as one. Of what is added there are
    ``most_tokens`` at most.
    """

    def __init__(
        self,
        evidence: Evidence,
        holdings: Holdings,
        scope: Scope,
        find: Callable[[str], Sequence[Passage]],
        passage: Callable[[Chunk], Passage],
        most_tokens: int,
    ) -> None:
        self.evidence = evidence
        self.left = _MOST_LOOKS
        self._holdings, self._scope = holdings, scope
        self._find, self._passage = find, passage
        self._tokens = most_tokens

    @cached_property
    def tools(self) -> Sequence[BaseTool]:
        """What a model that knows tools may call."""
        from langchain_core.tools import StructuredTool

        described = (
            (self._search_words, _SEARCH, "资料里没有所问的内容时，在全部文件里再检索一次。"),
            (self._read_section, _SECTION, "读某一条资料所在的整节；资料是表格的一行时，读整张表。"),
            (self._list_documents, _LIST, "列出有哪些文件。"),
        )
        return [
            StructuredTool.from_function(
                function, name=called, description=text, handle_validation_error=_NOT_CALLED_SO
            )
            for function, called, text in described
        ]

    def look(self, calls: Iterable[ToolCall]) -> tuple[str, list[Message]]:
        """Do what a model wants, as often as is left: what it reads then, and what was done, for people."""
        read: list[str] = []
        done: list[Message] = []
        for call in list(calls)[: self.left]:
            self.left -= 1
            done.append(self._told(call))
            tool = next((tool for tool in self.tools if tool.name == call["name"]), None)
            found = tool.invoke(call["args"]) if tool else _NO_SUCH_TOOL
            read.append(f"{done[-1].zh}：\n{found}")
        return "\n\n".join(read), done

    def look_for(self, words: str) -> tuple[str, list[Message]]:
        """Search once, for a model that knows no tools; nothing may be looked up after it."""
        self.left = 1
        return self.look([{"name": _SEARCH, "args": {"words": words}, "id": None, "type": "tool_call"}])

    def _told(self, call: ToolCall) -> Message:
        if call["name"] == _LIST:
            return _LISTED
        if call["name"] == _SEARCH:
            return _about(_SEARCHED, str(call["args"].get("words", "")))
        passage = self._labelled(call["args"].get("label")) if call["name"] == _SECTION else None
        return _about(_READ, _heading_of(passage)) if passage else _about(_TRIED, str(call["name"]))

    def _search_words(self, words: Annotated[str, "文件里会用的说法，不超过 30 字"]) -> str:
        return self._shown(self._find(words[:_LONGEST_WORDS]) if words.strip() else ())

    def _read_section(self, label: Annotated[int, "资料的编号"]) -> str:
        passage = self._labelled(label)
        if passage is None:
            return _NO_SUCH_LABEL
        section = self._holdings.siblings_of(passage.chunk)
        allowed = self._holdings.places_in(self._scope)
        near = sorted(section, key=lambda chunk: abs(chunk.ordinal - passage.chunk.ordinal))
        return self._shown(self._passage(one) for one in near if self._holdings.is_in(one.id, allowed))

    def _list_documents(self, words: Annotated[str, "地方、年份或标题里的词；留空为全部"] = "") -> str:
        lines = [name(head) for head in self._holdings.heads_in(self._scope)]
        meant = [line for line in lines if all(word in line for word in words.split())]
        listed = (*meant[:_MOST_LISTED], *(("……",) if len(meant) > _MOST_LISTED else ()))
        return "\n".join((f"共 {len(meant)} 份。", *listed))

    def _labelled(self, label: object) -> Passage | None:
        passages = self.evidence.passages
        number = int(str(label)) if str(label).isdecimal() else 0
        return passages[number - 1] if 1 <= number <= len(passages) else None

    def _shown(self, passages: Iterable[Passage]) -> str:
        """The passages that are new, with their labels, as far as there is room."""
        known = {passage.chunk.id for passage in self.evidence.passages}
        added: list[Passage] = []
        for passage in passages:
            size = count_tokens(passage.chunk.text)
            if passage.chunk.id in known or size > self._tokens:
                continue
            self._tokens -= size
            known.add(passage.chunk.id)
            added.append(passage)
        before = self.evidence.passages
        ranked = [replace(one, rank=len(before) + at) for at, one in enumerate(added, start=1)]
        new = in_reading_order(ranked)
        self.evidence = replace(self.evidence, passages=(*before, *new))
        return show(new, first=len(before) + 1) or _NOTHING_NEW


def _about(told: Message, words: str) -> Message:
    return Message(told.zh.format(words[:_LONGEST_WORDS]), told.en.format(words[:_LONGEST_WORDS]))


def _heading_of(passage: Passage) -> str:
    return passage.chunk.path[-1] if passage.chunk.path else passage.head.title
