"""What leaves the machine, how the chat model is set and whether it replies, versions, and the checks."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from assistant.asking.keys import is_loopback
from assistant.model.endpoint.providers import OPENAI
from assistant.setup.settings import Settings
from assistant.upkeep.doctor import Check, examine, examine_chat_model, examine_waiting
from assistant.web.admin.access.gate import GuardedRoute, TheAdministration, admin_page, look_of
from assistant.web.dependencies import TheAssistant, TheWorkers, in_worker
from vectorstore.errors import Language, Message

router = APIRouter(include_in_schema=False, route_class=GuardedRoute)

_OPENAI_ADDRESS = "https://api.openai.com/v1"
_SHORTEST_SHOWN = 12  # characters of a key; of a shorter one its end would tell too much
_WORDS = {
    "title": Message("系统", "System"),
    "privacy": Message("哪些内容会离开这台机器", "What leaves this machine"),
    "model": Message("对话模型", "Chat model"),
    "no_model": Message(
        "没有设置，直接用文件原文作答。设置环境变量 OPENAI_MODEL 等即启用。",
        "None is set: answers are made of the documents' own sentences. OPENAI_MODEL and its kin set one.",
    ),
    "name": Message("名称", "Name"),
    "address": Message("地址", "Address"),
    "key": Message("密钥", "Key"),
    "seconds": Message("最长时间（秒）", "Seconds at most"),
    "test": Message("测试", "Test"),
    "test_says": Message(
        "向模型发一句“你好”，看多久答复。", "Sends the model one greeting and times its reply."
    ),
    "checks": Message("检查", "Checks"),
    "examine": Message("检查安装", "Check the installation"),
    "examine_says": Message(
        "检查软件包、数据目录、索引和各个接口，可能要几十秒。",
        "Looks at packages, data folder, index and endpoints; may take half a minute.",
    ),
    "version": Message("程序版本", "Version"),
    "generation": Message("当前索引", "Index in use"),
    "data": Message("数据目录", "Data folder"),
}
_NOTHING = Message(
    "没有：提问、文件和对话记录都只在这台机器上。",
    "Nothing: questions, documents and conversations stay on this machine.",
)
_SENT = Message(
    "按现在的设置，{}。其余内容都只在这台机器上。", "With these settings, {}. All else stays here."
)
_TO_MODEL = Message(
    "提问和检索到的原文片段会发给对话模型（{}）",
    "questions and the passages found go to the chat model ({})",
)
_TO_EMBEDDING = Message(
    "文件全文和提问会发给向量接口（{}）",
    "all text of documents and questions go to the embedding endpoint ({})",
)
_TO_RERANK = Message(
    "提问和检索到的原文片段会发给重排接口（{}）",
    "questions and the passages found go to the rerank endpoint ({})",
)
_THROUGH_WECHAT = Message(
    "公众号里的提问和回答经过微信的服务器（{}）",
    "questions and answers in the Official Account pass WeChat's servers ({})",
)
_THROUGH_WECOM = Message(
    "企业微信里的提问和回答经过企业微信的服务器（{}）",
    "questions and answers in WeCom pass its servers ({})",
)
_TO_CALLBACK = Message(
    "程序要求回送的回答会发往其地址（{}）", "answers that programs want called back go to them ({})"
)


def _place(address: str) -> str:
    """Scheme, host and path of an address, without any name, password or key in it."""
    try:
        parts = urlsplit(address)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # no address at all; calling it says so
        return "?"
    return f"{parts.scheme}://{host}{port}{parts.path}"


def _is_here(address: str) -> bool:
    """Whether an address is of this machine."""
    try:
        return is_loopback(urlsplit(address).hostname or "")
    except ValueError:
        return False


def _model_address(settings: Settings) -> str:
    """Where the chat model is; of a package only the provider is known."""
    if settings.model_provider != OPENAI:
        return settings.model_provider
    return _place((settings.openai_base_url or "").strip() or _OPENAI_ADDRESS)


def privacy(settings: Settings, language: Language) -> str:
    """One sentence on what is sent to other machines with these settings."""
    asked = (
        (_TO_MODEL, _model_address(settings) if settings.openai_model else ""),
        (
            _TO_EMBEDDING,
            settings.embedding_base_url or _OPENAI_ADDRESS if settings.embedding == "endpoint" else "",
        ),
        (_TO_RERANK, settings.rerank_url or ""),
        (_THROUGH_WECHAT, settings.wechat_api_url if settings.wechat_official_token else ""),
        (
            _THROUGH_WECOM,
            settings.wecom_api_url if settings.wecom_token or settings.wecom_bot_token else "",
        ),
        (_THROUGH_WECOM, settings.wecom_bot_url if settings.wecom_bot_id else ""),
        *((_TO_CALLBACK, url) for url in settings.callback_urls if settings.callback_secret),
    )
    sent = [
        words.in_language(language).format(_place(address) if "//" in address else address)
        for words, address in asked
        if address and not _is_here(address)
    ]
    joint = "；" if language == "zh" else "; "
    return _SENT.in_language(language).format(joint.join(sent)) if sent else _NOTHING.in_language(language)


def masked(key: str) -> str:
    """A key by which only those who have it know it."""
    return f"••••{key[-4:]}" if len(key) >= _SHORTEST_SHOWN else "••••" if key else "—"


def _version() -> str:
    try:
        return version("policy-assistant")
    except PackageNotFoundError:  # run from a checkout
        return "—"


def _page(
    request: Request, settings: Settings, generation: str | None, checks: Sequence[Check] = ()
) -> Response:
    language, key = look_of(request).language, settings.openai_api_key
    return admin_page(
        request,
        "system.html",
        _WORDS,
        privacy=privacy(settings, language),
        model=settings.openai_model or "",
        address=_model_address(settings),
        key=masked(key.get_secret_value().strip() if key else ""),
        seconds=settings.model_seconds,
        version=_version(),
        generation=generation or "—",
        data=str(settings.data_dir.resolve()),
        checks=[
            (
                check.hint is None,
                check.name.in_language(language),
                check.found.in_language(language),
                check.hint.in_language(language) if check.hint else "",
            )
            for check in checks
        ],
    )


@router.get("/admin/system")
async def show_system(
    request: Request, administration: TheAdministration, assistant: TheAssistant, workers: TheWorkers
) -> Response:
    """The settings that matter, with no secret in them, and what waits to be published."""
    settings = administration.settings
    check = await in_worker(workers, lambda: examine_waiting(settings))
    return _page(request, settings, assistant.generation, [check] if check.hint else [])


@router.post("/admin/system/model")
async def test_model(
    request: Request, administration: TheAdministration, assistant: TheAssistant, workers: TheWorkers
) -> Response:
    """Ask the chat model for one short reply."""
    settings = administration.settings
    check = await in_worker(workers, lambda: examine_chat_model(settings))
    return _page(request, settings, assistant.generation, [check])


@router.post("/admin/system/checks")
async def check_installation(
    request: Request, administration: TheAdministration, assistant: TheAssistant, workers: TheWorkers
) -> Response:
    """All that the command ``doctor`` looks at."""
    settings = administration.settings
    checks = await in_worker(workers, lambda: tuple(examine(settings)))
    return _page(request, settings, assistant.generation, checks)
