"""Checks of the installation, one line each: what is right, what is not, and what to do about it."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from langchain_core.messages import HumanMessage

from assistant.asking.keys import Keys, is_loopback
from assistant.build import build_cross_encoder, build_embedder, build_reranker
from assistant.model.endpoint.llm import build_chat_model
from assistant.setup.logs import start_logging
from assistant.setup.settings import Settings
from assistant.upkeep.bot_state import kept_state, told_state
from vectorstore.errors import Message, PolicyAssistantError
from vectorstore.index.generations import open_current
from vectorstore.library.ingest import waiting

_WAITING = Message("待发布", "Unpublished")
_NAMED = 3  # of the documents that wait
PACKAGES = ("chromadb", "fastapi", "gradio", "langchain-core", "langchain-openai", "tiktoken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line: what was looked at and what was found; with a hint where it is not as it should be."""

    name: Message
    found: Message
    hint: Message | None = None


def examine(settings: Settings) -> Iterator[Check]:
    """All checks, as they are done. An error of ours becomes its check's finding."""
    checks: tuple[tuple[Message, Callable[[Settings], Message]], ...] = (
        (Message("Python", "Python"), _python),
        (Message("软件包", "Packages"), _packages),
        (Message("数据目录", "Data folder"), _data_folder),
        (Message("索引", "Index"), _index),
        (_WAITING, _waiting),
        (Message("向量模型", "Embedding"), _embedding),
        (Message("阅读模型", "Reading"), _reading),
        (Message("重排接口", "Reranking"), _reranker),
        (Message("数据库", "Database"), _database),
        (Message("接口密钥", "Keys of the API"), _keys),
        (Message("聊天里的链接", "Links in chats"), _links),
        (Message("企业微信智能机器人", "WeCom AI bot"), _long_connection),
    )
    for name, check in checks:
        yield _done(name, check, settings)
    yield examine_chat_model(settings)


def examine_waiting(settings: Settings) -> Check:
    """Whether documents are stored that the published index does not answer from yet."""
    return _done(_WAITING, _waiting, settings)


def examine_chat_model(settings: Settings) -> Check:
    """Whether the chat model replies, and how soon."""
    return _done(Message("对话模型", "Chat model"), _chat_model, settings)


def _done(name: Message, check: Callable[[Settings], Message], settings: Settings) -> Check:
    try:
        return Check(name=name, found=check(settings))
    except PolicyAssistantError as error:
        return Check(name=name, found=error.message, hint=error.hint)


def _python(_: Settings) -> Message:
    found = f"{platform.python_version()} ({platform.system()} {platform.machine()})"
    return Message(found, found)


def _packages(_: Settings) -> Message:
    try:
        found = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    except PackageNotFoundError as error:
        raise PolicyAssistantError(
            Message(f"缺少软件包 {error.name}。", f"The package {error.name} is missing."),
            Message("请运行 pip install .", "Run pip install ."),
        ) from error
    return Message(found, found)


def _data_folder(settings: Settings) -> Message:
    start_logging(settings.data_dir)
    found = str(settings.data_dir.resolve())
    return Message(f"{found} 可写", f"{found} can be written")


def _index(settings: Settings) -> Message:
    with open_current(settings.data_dir, build_embedder(settings).model) as generation:
        documents, chunks = len(generation.database.documents()), generation.manifest.chunks
        if generation.notices:
            raise PolicyAssistantError(
                generation.notices[0],
                Message("请运行 policy-assistant ingest。", "Run policy-assistant ingest."),
            )
    return Message(
        f"{documents} 份文件，{chunks} 个片段，校验无误（{generation.name}）",
        f"{documents} documents, {chunks} chunks, checksums right ({generation.name})",
    )


def _waiting(settings: Settings) -> Message:
    found = waiting(settings.data_dir)
    if not found.added and not found.removed:
        return Message("没有", "nothing")
    names = found.added[:_NAMED] + ("…",) * (len(found.added) > _NAMED)
    counts = len(found.added), found.removed
    raise PolicyAssistantError(
        Message(
            "索引里还缺 {} 份已存下的文件，还留着 {} 份已移除的文件".format(*counts)
            + f"{'：' if names else ''}{'、'.join(names)}。",
            "The index lacks {} documents that are stored and has {} that are removed".format(*counts)
            + f"{': ' if names else ''}{', '.join(names)}.",
        ),
        Message(
            "请检查磁盘空间和向量接口，再运行 policy-assistant ingest；在此之前按已发布的索引回答。",
            "Check the disk and the embedding endpoint, then run policy-assistant ingest; until then the"
            " published index answers.",
        ),
    )


def _embedding(settings: Settings) -> Message:
    embedder = build_embedder(settings)
    embedder.embed_query("政策")  # the first call loads the model
    started = time.perf_counter()
    dimension = len(embedder.embed_query("教育"))
    milliseconds = (time.perf_counter() - started) * 1000
    notices = embedder.notices
    return Message(
        f"{embedder.model}，{dimension} 维，每个问题 {milliseconds:.0f} 毫秒"
        + "".join(f"；{notice.zh}" for notice in notices),
        f"{embedder.model}, {dimension} dimensions, {milliseconds:.0f} ms a question"
        + "".join(f"; {notice.en}" for notice in notices),
    )


def _reading(settings: Settings) -> Message:
    cross_encoder = build_cross_encoder(settings)
    if cross_encoder is None:
        return Message("已关闭，按检索得分选句", "off, sentences are chosen by what search scores")
    cross_encoder.try_out()  # the first call loads the model
    started = time.perf_counter()
    pairs = cross_encoder.try_out()
    milliseconds = (time.perf_counter() - started) * 1000 / pairs
    return Message(
        f"版本 {cross_encoder.version}，每个短段 {milliseconds:.0f} 毫秒",
        f"version {cross_encoder.version}, {milliseconds:.0f} ms a short passage",
    )


def _reranker(settings: Settings) -> Message:
    reranker = build_reranker(settings)
    if reranker is None:
        return Message(
            "未设置，按本机的排序（设置 POLICY_ASSISTANT_RERANK_URL 即启用）",
            "none set, passages are put in order here (POLICY_ASSISTANT_RERANK_URL sets one)",
        )
    started = time.perf_counter()
    reranker.order("政策", ["教育", "政策"])
    milliseconds = (time.perf_counter() - started) * 1000
    found = f"{reranker.model}, {milliseconds:.0f} ms"
    return Message(found, found)


def _database(settings: Settings) -> Message:
    if settings.database is None:
        return Message(
            "未设置，对话和密钥存在数据目录（多台服务器共用时设置 POLICY_ASSISTANT_DATABASE）",
            "none set, conversations and keys are in the data folder (POLICY_ASSISTANT_DATABASE sets one)",
        )
    from assistant.history.postgresql import PostgresStore

    with closing(PostgresStore(settings.database)) as store:
        started = time.perf_counter()
        with store.writing():
            milliseconds = (time.perf_counter() - started) * 1000
        return Message(
            f"PostgreSQL {store.where}，可写，{milliseconds:.0f} 毫秒",
            f"PostgreSQL {store.where}, can be written, {milliseconds:.0f} ms",
        )


def _keys(settings: Settings) -> Message:
    with closing(Keys(settings.data_dir, settings.database)) as kept:
        keys = kept.all()
    if keys:
        names = "、".join(key.name for key in keys)
        return Message(f"{len(keys)} 个：{names}", f"{len(keys)}: {', '.join(key.name for key in keys)}")
    if not is_loopback(settings.host):
        raise PolicyAssistantError(
            Message("没有密钥，其他程序用不了接口。", "There are none, so no program can use the API."),
            Message("请运行 policy-assistant keys create 名称。", "Run policy-assistant keys create NAME."),
        )
    return Message("没有，只有本机的程序可用接口", "none: programs on this machine alone can use the API")


def _links(settings: Settings) -> Message:
    tokens = (
        settings.wechat_official_token,
        settings.wecom_token,
        settings.wecom_bot_token,
        settings.wecom_bot_id,
    )
    if settings.public_url:
        return Message(settings.public_url, settings.public_url)
    if any(tokens):
        raise PolicyAssistantError(
            Message("没有设置对外的网址。", "The address that people reach the server at is not set."),
            Message(
                "请设置 POLICY_ASSISTANT_PUBLIC_URL，否则聊天里的出处链接可能打不开。",
                "Set POLICY_ASSISTANT_PUBLIC_URL, or links to sources in chats may not open.",
            ),
        )
    return Message("用请求所到的网址", "the address that a request came to")


def _long_connection(settings: Settings) -> Message:
    if settings.wecom_bot_id is None:
        return Message(
            "未设置长连接（设置 POLICY_ASSISTANT_WECOM_BOT_ID 和 …_SECRET 即启用）",
            "no long connection (POLICY_ASSISTANT_WECOM_BOT_ID and …_SECRET set one)",
        )
    return told_state(kept_state(settings.data_dir, settings.wecom_bot_id.strip()))


def _chat_model(settings: Settings) -> Message:
    model = build_chat_model(settings)
    if model is None:
        return Message(
            "未设置，直接用原文作答（设置 OPENAI_MODEL 即启用）",
            "none set, answers are made of the documents' own sentences (OPENAI_MODEL sets one)",
        )
    started = time.perf_counter()
    with closing(model.stream([HumanMessage("你好")])) as pieces:
        for _ in pieces:
            pass
    seconds = time.perf_counter() - started
    return Message(f"{model.name}，{seconds:.1f} 秒答复", f"{model.name}, replied in {seconds:.1f} s")
