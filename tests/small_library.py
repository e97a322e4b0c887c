"""A small library of invented documents, and the real server over one."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from assistant.errors import PortInUse
from assistant.setup.settings import Settings
from assistant.upkeep.library import prepare_library
from assistant.web.door.room import Limits
from assistant.web.server import bind, create_app, server_config

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


def build_library(seeds: Path, data: Path) -> Settings:
    """Settings of a library of the documents in ``seeds``, built, for a server on a port that is free."""
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    chosen = Settings(data_dir=data, seeds_dir=seeds, port=port, openai_api_key=None, openai_model=None)
    prepare_library(chosen, lambda *_: None)
    return chosen


def with_settings(settings: Settings, data: Path, **changes: object) -> Settings:
    """The same library, copied to a folder of its own and served otherwise, with nothing asked yet."""
    ignored = shutil.ignore_patterns("history*", "keys*")
    shutil.copytree(settings.data_dir, data, ignore=ignored, dirs_exist_ok=True)
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    kept = settings.model_dump() | {"data_dir": data, "port": port} | changes
    return Settings(**kept)


def _bound(settings: Settings) -> socket.socket:
    """At the port of the settings, or at another: one that was free a while ago may be taken by now."""
    try:
        return bind(settings.host, settings.port)
    except PortInUse:
        return bind(settings.host, 0)


@contextmanager
def running_server(settings: Settings, limits: Limits = Limits()) -> Iterator[str]:
    """The address of the server, over real HTTP, until the block ends."""
    with _bound(settings) as listening, ThreadPoolExecutor(1) as pool:
        # The app is made in the thread as well: making it needs an event loop, and a test that drives
        # a browser has one running in the main thread.
        made = pool.submit(lambda: uvicorn.Server(server_config(create_app(settings, limits))))
        running = made.result()
        ended = pool.submit(running.run, [listening])
        try:
            while not running.started:
                assert not ended.done(), "the server did not start"
                time.sleep(0.05)
            yield f"http://{settings.host}:{listening.getsockname()[1]}"
        finally:
            running.should_exit = True
            running.force_exit = True
