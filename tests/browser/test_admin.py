"""The administration pages in a browser: an upload from file to library, and whom they shut out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect
from pydantic import SecretStr

from tests.browser.accessibility import serious_violations
from tests.browser.watched import WatchedPages, watched

PASSWORD = "a password of ours"
BUS = "云山市校车安全管理细则\n\n云山市教育局 2025年2月3日\n\n第一条 校车每学期检修两次。\n"


@pytest.fixture(scope="module")
def office(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose administration is open to those with the password."""
    from tests.small_library import build_library, running_server

    folder = tmp_path_factory.mktemp("office")
    shutil.copytree(seeds, folder, dirs_exist_ok=True)
    built = build_library(folder, tmp_path_factory.mktemp("office-data"))
    with running_server(built.model_copy(update={"admin_password": SecretStr(PASSWORD)})) as address:
        yield address


def log_in(page: Page) -> None:
    page.goto("/admin")
    page.get_by_label("管理密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("资料库")


def choose(page: Page, name: str) -> None:
    file = FilePayload(name=name, mimeType="text/plain", buffer=BUS.encode())
    page.get_by_label("上传文件").set_input_files(file)
    page.get_by_role("button", name="上传并预览").click()


def asked_by_a_teacher(pages: WatchedPages) -> None:
    """The chat answers from the new document, and says that it is a draft."""
    page = pages.open()
    while "校车安全管理细则" not in page.request.get("/api/documents").text():
        page.wait_for_timeout(100)  # a new index is noticed within seconds
    page.goto("/")
    expect(page.locator("#shelf .shelf")).to_be_attached()
    page.locator("#question textarea").fill("云山市的校车每学期检修几次？")
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat .answer .text")).to_contain_text("检修两次")
    expect(page.locator("#chat .badges li")).to_contain_text(["征求意见稿"])
    page.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_is_uploaded_corrected_saved_and_removed(browser: Browser, office: str, scripts: bool) -> None:
    with watched(browser, office, scripts=scripts) as pages:
        page = pages.open()
        log_in(page)
        choose(page, "校车.txt")
        expect(page.get_by_role("heading", level=2)).to_contain_text("云山市校车安全管理细则")

        page.get_by_text("更正这份文件的信息").click()
        page.get_by_label("状态").select_option("征求意见稿")
        page.get_by_role("button", name="更正").click()
        expect(page.get_by_role("heading", level=2)).to_contain_text("征求意见稿")
        page.get_by_role("button", name="保存入库").click()

        expect(page.get_by_text("新增 1 份")).to_be_visible()
        if scripts:
            asked_by_a_teacher(pages)
        page.get_by_role("link", name="返回资料库").click()
        item = page.get_by_role("listitem").filter(has_text="校车.txt")
        expect(item).to_contain_text("征求意见稿")
        item.get_by_role("link", name="移除").click()
        page.get_by_role("button", name="移除").click()
        expect(page.get_by_text("移除 1 份")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious_and_nothing_scrolls_sideways(
    browser: Browser, office: str, dark: bool
) -> None:
    with watched(browser, office, phone=True, dark=dark) as pages:
        page = pages.open()
        page.goto("/admin/login")
        assert serious_violations(page) == []
        log_in(page)
        page.request.post("/api/ask", data={"question": "农村学生每人每天补助多少元？"})
        assert serious_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        choose(page, "预览.txt")
        expect(page.get_by_role("button", name="保存入库")).to_be_visible()
        page.get_by_text("更正这份文件的信息").click()
        page.get_by_text("最前面的片段").click()
        assert serious_violations(page) == []
        for path in ("/admin/use", "/admin/system", "/admin/job"):
            page.goto(path)
            for summary in page.locator("summary").all():
                summary.click()
            assert serious_violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page.goto("/admin")
        page.get_by_role("link", name="预览与修改").first.click()
        assert serious_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
