"""Accounts of the platforms, each with the real server over the small library behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import uuid4

import pytest

from assistant.setup.settings import Settings
from assistant.web.server import bind
from tests.assistant.web.wechat.accounts import AES_KEY, WECOM_AES_KEY, official, wecom
from tests.assistant.web.wechat.platform_simulator import Platform
from tests.small_library import running_server

Serving = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="session")
def serving(settings: Settings) -> Serving:
    """The server over the small library with other settings, as a context."""

    @contextmanager
    def serve(**changed: object) -> Iterator[str]:
        with bind("127.0.0.1", 0) as free:
            port = free.getsockname()[1]
        with running_server(settings.model_copy(update={**changed, "port": port})) as address:
            yield address

    return serve


@pytest.fixture(scope="package")
def plain_account(serving: Serving) -> Iterator[Platform]:
    """An Official Account in plaintext mode, without a chat model."""
    with serving(**official()) as address:
        yield Platform(address=address, path="/wechat/official", token="token-1", receiver="wx-school")


@pytest.fixture(scope="package")
def safe_account(serving: Serving) -> Iterator[Platform]:
    """An Official Account in safe mode, without a chat model, with a WeCom application beside it."""
    with serving(**official(encrypted=True), **wecom()) as address:
        yield Platform(
            address=address, path="/wechat/official", token="token-1", receiver="wx-school", aes_key=AES_KEY
        )


@pytest.fixture(scope="package")
def application(safe_account: Platform) -> Platform:
    """A WeCom application, without a chat model."""
    return Platform(
        address=safe_account.address,
        path="/wechat/wecom",
        token="token-2",
        receiver="ww-company",
        aes_key=WECOM_AES_KEY,
        signs_plainly=False,
    )


@pytest.fixture
def person() -> str:
    """Somebody who has not written before."""
    return f"o{uuid4().hex}"
