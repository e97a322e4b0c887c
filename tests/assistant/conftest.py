"""A small library of invented documents, the real assistant over it, and the real server over that."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from assistant import cli
from assistant.library import prepare_library
from assistant.settings import Settings
from assistant.web.server import bind, create_app, server_config
from tests.assistant.commands import Command, Run

LUNCH = """云山市学生午餐补助办法

云教发〔2024〕5号

云山市教育局 2024年3月8日

第一条 为改善学生营养，制定本办法。
第二条 午餐补助由云山市教育局负责，市财政局配合。
第三条 农村义务教育阶段学生每人每天补助5元，全年按200天计算。
第四条 各学校应当每学期公示一次补助的使用情况。
第五条 本办法自2024年9月1日起施行。
"""

READING = """河口县中小学阅读行动方案（征求意见稿）

一、总体要求
到2026年，全县中小学生人均年阅读量达到12本。
二、主要任务
（一）建设班级图书角
每个班级的图书角不少于100册图书，由县教育体育局牵头，县文化馆配合。
（二）开展阅读活动
每年4月举办一次全县阅读节。
三、意见反馈
请于2025年5月10日前将意见发送至河口县教育体育局。
"""


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the two documents."""
    folder = tmp_path_factory.mktemp("seeds")
    (folder / "lunch.txt").write_text(LUNCH, encoding="utf-8")
    (folder / "reading.txt").write_text(READING, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def settings(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a library that is built already, on a port that is free."""
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    chosen = Settings(
        data_dir=tmp_path_factory.mktemp("data"),
        seeds_dir=seeds,
        port=port,
        openai_api_key=None,
        openai_model=None,
    )
    prepare_library(chosen, lambda *_: None)
    return chosen


@pytest.fixture(scope="session")
def server(settings: Settings) -> Iterator[str]:
    """The address of the server, over real HTTP."""
    running = uvicorn.Server(server_config(create_app(settings)))
    with bind(settings.host, settings.port) as listening:
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        while not running.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.05)
        yield f"http://{settings.host}:{settings.port}"
        running.should_exit = True
        running.force_exit = True
        thread.join()


@pytest.fixture
def client(server: str) -> Iterator[httpx.Client]:
    """An HTTP client of the server."""
    with httpx.Client(base_url=server, timeout=30) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _loggers() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers, root.level = handlers, level


@pytest.fixture
def command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """Runs ``policy-assistant`` in this process, over the small library, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("POLICY_ASSISTANT_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("POLICY_ASSISTANT_SEEDS_DIR", str(settings.seeds_dir))

    def run(*arguments: str, **environment: str) -> Run:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["policy-assistant", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Run(code if isinstance(code, int) else 0, out, err)

    return run
