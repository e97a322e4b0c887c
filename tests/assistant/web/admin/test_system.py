"""What the system page tells: where data goes, how the chat model is set, and no secret."""

from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from assistant.setup.settings import Settings
from assistant.web.admin.system import masked, privacy
from assistant.web.server import bind
from tests.assistant.web.admin.conftest import PASSWORD
from tests.assistant.web.admin.person import Person
from tests.chat_model.replies import refuses
from tests.chat_model.server import ModelServer
from tests.small_library import running_server

PAGES = ["/admin", "/admin/use", "/admin/system", "/admin/job", "/admin/nothing", "/admin/login"]
KEY = "sk-very-secret-0123456789"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_secret(person: Person, path: str) -> None:
    page = person.get(path).text
    for secret in (PASSWORD, KEY, "rerank-very-secret", "SecretStr"):
        assert secret not in page


def test_without_endpoints_nothing_leaves_the_machine(person: Person) -> None:
    assert "没有：提问、文件和对话记录都只在这台机器上。" in person.get("/admin/system").text


@pytest.mark.parametrize(
    ("changed", "said", "unsaid"),
    [
        ({"openai_model": "m"}, "https://api.openai.com/v1", "向量接口"),
        (
            {"openai_model": "m", "openai_base_url": "https://me:secret@example.com:8443/v1?key=secret"},
            "https://example.com:8443/v1",
            "secret",
        ),
        ({"openai_model": "m", "openai_base_url": "http://127.0.0.1:11434/v1"}, "没有：", "127.0.0.1"),
        ({"openai_model": "m", "model_provider": "deepseek"}, "deepseek", "openai"),
        (
            {"embedding": "endpoint", "embedding_base_url": "https://vectors.example/v1"},
            "文件全文和提问会发给向量接口（https://vectors.example/v1）",
            "对话模型",
        ),
        ({"rerank_url": "http://10.0.0.5/rerank"}, "重排接口（http://10.0.0.5/rerank）", "没有："),
        ({"rerank_url": "http://[broken"}, "重排接口", "broken"),
        (
            {"wechat_official_token": SecretStr("t0ken")},
            "公众号里的提问和回答经过微信的服务器（https://api.weixin.qq.com）",
            "t0ken",
        ),
        (
            {"wecom_bot_token": SecretStr("t0ken")},
            "企业微信的服务器（https://qyapi.weixin.qq.com）",
            "公众号",
        ),
        (
            {"wecom_bot_id": "aib", "wecom_bot_secret": SecretStr("s3cret")},
            "企业微信的服务器（wss://openws.work.weixin.qq.com）",
            "s3cret",
        ),
        (
            {"callback_urls": ("https://bot.example/in",), "callback_secret": SecretStr("s" * 24)},
            "回答会发往其地址（https://bot.example/in）",
            "没有：",
        ),
        ({"callback_urls": ("https://bot.example/in",)}, "没有：", "bot.example"),
    ],
)
def test_one_sentence_tells_what_leaves_the_machine(
    settings: Settings, changed: dict[str, object], said: str, unsaid: str
) -> None:
    told = privacy(settings.model_copy(update=changed), "zh")

    assert said in told
    assert unsaid not in told


def test_of_a_key_only_its_end_is_shown_and_of_a_short_one_nothing() -> None:
    assert masked(KEY) == "••••6789"
    assert masked("short-key") == "••••"
    assert masked("") == "—"


def test_the_chat_model_is_tested_by_a_button(settings: Settings) -> None:
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    with ModelServer() as model:
        model.queue("你好！", refuses(401))
        chosen = settings.model_copy(
            update={
                "port": port,
                "admin_password": SecretStr(PASSWORD),
                "openai_api_key": SecretStr(KEY),
                "openai_base_url": model.base_url,
                "openai_model": "scripted",
            }
        )
        with (
            running_server(chosen) as address,
            httpx.Client(base_url=address, follow_redirects=True) as client,
        ):
            person = Person(client, PASSWORD)
            page = person.get("/admin/system").text
            assert "••••6789" in page
            assert "秒答复" in person.post("/admin/system/model").text
            refused = person.post("/admin/system/model").text
    assert "✗" in refused
    assert "OPENAI_API_KEY" in refused
    assert KEY not in page + refused


def test_the_installation_is_checked(person: Person) -> None:
    page = person.post("/admin/system/checks").text

    assert page.count("✓") >= 5
    assert "校验无误" in page


@pytest.mark.parametrize("path", PAGES)
def test_every_page_speaks_english_where_it_is_asked_to(person: Person, path: str) -> None:
    page = person.get(f"{path}?lang=en").text

    assert '<html lang="en">' in page
    assert "Log out" in page
    assert 'href="/admin/use?lang=en"' in page
    for chinese in ("退出", "资料库", "使用情况", "没有"):
        assert chinese not in page
