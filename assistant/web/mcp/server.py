"""The server of the tools, over any transport: what they are called, take and say of themselves."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field

from assistant.saying.forms.sentences import apology
from assistant.web.mcp import tools
from assistant.web.mcp.tools import MOST_CHARACTERS, MOST_LISTED, Call
from vectorstore.errors import Language, Message, PolicyAssistantError

logger = logging.getLogger(__name__)

_INSTRUCTIONS = (
    "政策文件库：回答只依据库中文件，句后 [1] 对应依据；没有依据时如实说明，请勿自行补充。转述时保留出处。\n"
    "A library of policy documents. Answers rest on its documents alone, [1] marks their sources; where there"
    " is no basis the answer says so: add nothing of your own, and keep the sources."
)
_ASK = (
    "依据库中的政策文件回答一个问题，注明出处；找不到依据时说明原因，不作推测。"
    "每次独立作答，不记得上一次：问题要写完整。用对话模型时可能需要一分钟。\n"
    "Answers one question from the policy documents of the library, with sources, or says why it can't."
    " Each call stands alone: ask in full. May take a minute where a chat model is used."
)
_SEARCH = (
    "检索与问题有关的原文片段，按相关程度排列，不作回答；排在前面不等于能回答问题。\n"
    "Finds passages near to a question, best first, without an answer; what is near need not answer it."
)
_LIST = (
    f"列出库中的文件及其编号，一次最多 {MOST_LISTED} 份。\n"
    f"Lists the documents of the library with their ids, {MOST_LISTED} at a time at most."
)
_READ = (
    f"读一份文件从 start 到 end 的原文，一次最多 {MOST_CHARACTERS} 字；用于查看引文的上下文。\n"
    f"Reads the text of a document, characters start to end, {MOST_CHARACTERS} at a time at most: to see what"
    " stands around a citation."
)
_READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_FAILED = Message(
    "出错了，原因已记入日志，请稍后再试。",
    "Something went wrong; the cause is in the log. Try again later.",
)

AnyContext = Context[Any, Any]
Asked = Annotated[str, Field(description="完整的问题 The question, in full")]
Region = Annotated[
    str, Field(max_length=200, description="只查这个地区，如“某省某市”；空为不限 Only this region")
]
DocumentIds = Annotated[
    tuple[str, ...],
    Field(max_length=200, description="只查这些文件的编号；空为不限 Only documents of these ids"),
]
DocumentId = Annotated[str, Field(max_length=200, description="文件编号 Id of the document")]
Limit = Annotated[int, Field(ge=1, le=50, description="最多几条 How many passages at most")]
Offset = Annotated[int, Field(ge=0, description="跳过几份 How many documents to skip")]
Start = Annotated[int, Field(ge=0, description="从第几个字起，首字为 0 First character, from 0")]
End = Annotated[int | None, Field(ge=0, description="到第几个字之前 Where to end")]


def build_server(begin: Callable[[AnyContext], Call], language: Language) -> MCPServer[Any]:
    """The server. ``begin`` tells of each call what it may do; what it raises is told to the caller."""
    server = MCPServer[Any](
        "policy-assistant",
        title=Message("政策助手", "Policy Assistant").in_language(language),
        instructions=_INSTRUCTIONS,
        version=_version(),
    )
    offered = _Offered(begin, language)
    for tool, title, description in (
        (offered.ask, "政策问答 Ask", _ASK),
        (offered.search, "检索原文 Search", _SEARCH),
        (offered.list_documents, "文件目录 List documents", _LIST),
        (offered.read_document, "读原文 Read a document", _READ),
    ):
        server.add_tool(tool, title=title, description=description, annotations=_READ_ONLY)
    return server


class _Offered:
    """The tools as a client sees them: their names and arguments are those of the methods."""

    def __init__(self, begin: Callable[[AnyContext], Call], language: Language) -> None:
        self._begin = begin
        self._language = language

    async def ask(
        self, context: AnyContext, question: Asked, region: Region = "", documents: DocumentIds = ()
    ) -> CallToolResult:
        return await self._done(context, lambda call: tools.ask(call, question, region, documents))

    async def search(
        self, context: AnyContext, question: Asked, region: Region = "", limit: Limit = 10
    ) -> CallToolResult:
        return await self._done(context, lambda call: tools.search(call, question, region, limit))

    async def list_documents(
        self, context: AnyContext, region: Region = "", offset: Offset = 0
    ) -> CallToolResult:
        return await self._done(context, lambda call: tools.list_documents(call, region, offset))

    async def read_document(
        self, context: AnyContext, document_id: DocumentId, start: Start = 0, end: End = None
    ) -> CallToolResult:
        return await self._done(context, lambda call: tools.read_document(call, document_id, start, end))

    async def _done(
        self, context: AnyContext, work: Callable[[Call], Awaitable[CallToolResult]]
    ) -> CallToolResult:
        """What goes wrong is a result too, which the model that called reads."""
        try:
            return await work(self._begin(context))
        except PolicyAssistantError as error:
            return _error(apology(error, self._language))
        except Exception:
            logger.exception("A tool failed")
            return _error(_FAILED.in_language(self._language))


def _error(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def _version() -> str:
    try:
        return version("policy-assistant")
    except PackageNotFoundError:  # a checkout that is not installed
        return ""
