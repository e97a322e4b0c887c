"""What docs/bots.md tells to copy works as it stands, over real HTTP to the library of the seeds."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assistant.setup.settings import Settings
from assistant.web.delivery.callback import signed
from tests.small_library import running_server, with_settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "bots.md").read_text(encoding="utf-8")
PUBLISHED = "http://127.0.0.1:7860"


def blocks(language: str) -> list[str]:
    found = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found


@pytest.fixture(scope="module")
def address(seed_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(with_settings(seed_settings, tmp_path_factory.mktemp("bots"))) as running:
        yield running


def test_the_python_client_of_the_page_prints_an_answer_with_its_source(address: str, tmp_path: Path) -> None:
    program = blocks("python")[0].replace(PUBLISHED, address)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "市教育体育局" in done.stdout
    assert "[1]" in done.stdout


def test_the_node_client_of_the_page_prints_an_answer(address: str) -> None:
    packages = ROOT / "tests" / "npm"
    if not (packages / "node_modules" / "openai").is_dir():
        pytest.skip("npm ci --prefix tests/npm")
    done = subprocess.run(
        ["node", "--input-type=module", "-e", blocks("js")[0].replace(PUBLISHED, address)],
        cwd=packages,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "市教育体育局" in done.stdout


def test_the_commands_of_the_page_are_answered(address: str) -> None:
    calls = [shlex.split(line) for line in "".join(blocks("sh")).splitlines() if line.startswith("curl")]
    assert calls
    for call in calls:
        url = next(word for word in call if word.startswith(PUBLISHED)).replace(PUBLISHED, address)
        body = call[call.index("-d") + 1] if "-d" in call else None
        headers = {"content-type": "application/json"} if body else {}
        response = httpx.request("POST" if body else "GET", url, content=body, headers=headers, timeout=30)
        assert response.status_code == 200, response.text


def test_the_bots_settings_name_what_the_server_serves(address: str) -> None:
    served = {model["id"] for model in httpx.get(f"{address}/v1/models").json()["data"]}
    for block in blocks("json"):
        chosen = json.loads(block)
        assert chosen["model"] in served
        assert f"{PUBLISHED}/v1" in chosen.values()


@pytest.mark.parametrize("name", ["wecom_bot_id", "wechat_official_app_id"])
def test_the_settings_of_an_account_are_taken_as_they_stand(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = (block for block in blocks("toml") if name in block)
    (tmp_path / "policy-assistant.toml").write_text(example, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("POLICY_ASSISTANT_CONFIG", raising=False)
    assert getattr(Settings(), name) == tomllib.loads(example)[name]


def test_the_check_of_a_callback_on_the_page_knows_ours_from_others() -> None:
    defined: dict[str, object] = {}
    exec(blocks("python")[1], defined)
    is_genuine = defined["is_genuine"]
    assert callable(is_genuine)
    secret, body = b"a secret of the tests' own", "正文".encode()
    headers = signed(secret, "message-1", body)
    assert is_genuine(headers, body, secret)
    assert not is_genuine(headers, body + b" ", secret)
    assert not is_genuine(headers, body, b"another secret")
    assert not is_genuine({**headers, "webhook-timestamp": "1"}, body, secret)
