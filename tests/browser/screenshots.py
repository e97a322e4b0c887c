"""Pictures of the page for the documentation: ``python -m tests.browser.screenshots`` writes docs/images/.

Taken over the documents in seeds/, in Debian's Chromium, so that they show what a fresh installation shows.
"""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from assistant.setup.settings import Settings
from tests.browser.conftest import ARGUMENTS
from tests.small_library import build_library, running_server

FOLDER = Path(__file__).parents[2] / "docs" / "images"
DESK = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=780)
ROW = "聊城乡村学校饮水改善工程由哪个部门牵头？"
FACT = "聊城“十四五”期间要打造多少个强镇筑基试点？"
COLOURS = 128


def opened(browser: Browser, address: str, size: ViewportSize, *, dark: bool = False) -> Page:
    """A fresh page of that size, ready to be asked."""
    context = browser.new_context(
        base_url=address,
        locale="zh-CN",
        viewport=size,
        device_scale_factor=1.5,
        color_scheme="dark" if dark else "light",
    )
    page = context.new_page()
    page.goto("/")
    page.wait_for_selector("#shelf .shelf", state="attached")
    page.wait_for_selector("#chat .example")
    return page


def asked(page: Page, question: str) -> Page:
    """The page with the question answered, and what to ask next."""
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#chat .next")
    return page


def read(page: Page) -> Page:
    """The page with the first citation open in the original."""
    page.locator("#chat a.cite").first.click()
    page.frame_locator("#original iframe").locator("mark").first.wait_for()
    page.wait_for_timeout(500)
    return page


def save(page: Page, name: str) -> None:
    """Write a picture of what is seen, in few colours: the repository keeps it."""
    picture = Image.open(BytesIO(page.screenshot()))
    FOLDER.mkdir(exist_ok=True)
    picture.convert("RGB").quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)
    page.context.close()


def main() -> None:
    """All pictures."""
    with TemporaryDirectory() as data, sync_playwright() as playwright:
        settings = build_library(Settings().seeds_dir, Path(data))
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        with running_server(settings) as address:
            save(opened(browser, address, DESK), "empty")
            save(read(asked(opened(browser, address, DESK), ROW)), "answer")
            save(asked(opened(browser, address, PHONE), FACT), "phone")
            save(read(asked(opened(browser, address, PHONE, dark=True), ROW)), "phone-dark")
            library = opened(browser, address, DESK)
            library.goto("/documents")
            save(library, "library")
        browser.close()


if __name__ == "__main__":
    main()
