"""One folder with all that is bad about files, taken in by the command itself: each is refused or limited
with its reason, the others go in, and memory stays below 2 GB."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from assistant.setup.settings import Settings
from tests.assistant import bad_files, watched
from tests.assistant.watched import Place, Watched
from tests.vectorstore.fetch.web_server import WebServer, redirect

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes and links")

# What is refused, and words of the reason. A member of an archive is refused alone.
REFUSED = {
    "empty.docx": "是空的",
    "cut.docx": "已损坏或不完整",
    "cut.xlsx": "已损坏或不完整",
    "cut.pdf": "已损坏或不完整",
    "cut.zip": "已损坏或不完整",
    "locked.docx": "有密码保护",
    "locked.xlsx": "有密码保护",
    "locked.pdf": "有密码保护",
    "locked.zip/secret.txt": "有密码保护",
    "picture.pdf": "PNG",
    "program.docx": "是程序，不是文档",
    "bomb.docx": "解压后异常庞大",
    "bomb.zip": "解压后异常庞大",
    "escape.zip/../../up.txt": "指向压缩包之外",
    "escape.zip//tmp/absolute.txt": "指向压缩包之外",
    "escape.zip/C:/windows.txt": "指向压缩包之外",
    "escape.zip/link.txt": "是符号链接",
    "escape.zip/inner.zip": "压缩包里的压缩包",
    "laughs.docx": "XML 实体",
    "quadratic.docx": "XML 实体",
    "laughs.xml": "内容是 XML",
    "deep.docx": "嵌套过深",
    "deep.html": "嵌套过深",
    "deep.xml": "内容是 XML",
    "boundless.xlsx": "合并的单元格异常庞大",
    "repeating.html": "超过了 1000 万字",
    "greedy1.html": "时间或内存超出了限制",
    "greedy2.html": "时间或内存超出了限制",
    "long.txt": "超过了 300 万字",
    "long.docx": "超过了 300 万字",
    "huge.txt": "超过了 100 MB",
    "pipe.txt": "不是普通文件",
    "dangling.docx": "它指向的文件不存在",
    "outside.txt": "指向文件夹之外",
    "upward": "指向文件夹之外",
    "公文.txt": "编码不是 UTF-8",
}
SCAN = "scan.pdf"
AGAIN = (
    SCAN,
    "empty.docx",
    "cut.docx",
    "cut.zip",
    "locked.pdf",
    "bomb.docx",
    "laughs.docx",
    "pipe.txt",
    "escape.zip",
)
# What goes in: what is good, what only has the wrong name, and what is odd but can be read.
TAKEN = {
    "good1.txt",
    "good2.docx",
    "good3.pdf",
    "word.pdf",
    "printed.docx",
    "macros.docm",  # its macros are never opened
    "500pages.pdf",
    "utf16.txt",
    "charset.html",
    "escape.zip/good.txt",
    "seed.txt",
}
_MOST_MEMORY = 2_000_000_000
# English that a Chinese sentence may hold: names, suffixes and units.
_FAMILIAR = re.compile(
    r"pip install 'policy-assistant\[ocr\]'|\b(?:UTF|XML|PNG|PDF|MB|zip"
    r"|txt md html mhtml pdf docx doc wps xlsx xls pptx ofd)\b|[\w./:-]+"
    r"\.(?:txt|docx|docm|xlsx|pdf|zip|xml|html)\b|http://[\w.:/-]+|[\d.]+|upward"
)
# Runs in each process that Python starts: as if the extra had never been installed.
_WITHOUT_RECOGNITION = """
import sys
class Hiding:
    def __init__(self, finder):
        self.finder = finder
    def __getattr__(self, name):
        return getattr(self.finder, name)
    def find_spec(self, name, *arguments):
        return None if name.partition(".")[0] == "rapidocr" else self.finder.find_spec(name, *arguments)
sys.meta_path[:] = map(Hiding, sys.meta_path)
"""


@pytest.fixture(scope="module")
def place(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where the commands of this module run."""
    return Place(tmp_path_factory.mktemp("batch"), settings.data_dir / "cache")


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    """Redirects to where no address from outside may lead."""
    with WebServer() as other, WebServer() as redirecting:
        redirecting.answers["/cloud.txt"] = redirect("http://169.254.169.254/latest/meta-data/")
        redirecting.answers["/port.txt"] = redirect(other.url("/secret.txt"))
        yield redirecting
        assert not other.requests


@pytest.fixture(scope="module")
def urls(server: WebServer) -> list[str]:
    """Addresses that lead inside."""
    return [server.url("/cloud.txt"), server.url("/port.txt")]


@pytest.fixture(scope="module")
def folder(place: Place) -> Path:
    """All the bad files, and some good ones."""
    made = place.root / "bad"
    made.mkdir()
    bad_files.make(made)
    return made


@pytest.fixture(scope="module")
def first(place: Place, folder: Path, urls: list[str]) -> Watched:
    """The folder and the addresses taken in, without the extra that recognises scans."""
    hiding = place.root / "hiding"
    hiding.mkdir()
    (hiding / "sitecustomize.py").write_text(_WITHOUT_RECOGNITION, encoding="utf-8")
    return place.run("ingest", str(folder), *urls, modules=hiding)


@pytest.fixture(scope="module")
def second(place: Place, folder: Path, first: Watched) -> Watched:
    """Some of them again, with the extra."""
    assert first.code == 1
    return place.run("ingest", *(str(folder / name) for name in AGAIN))


def refusals(run: Watched) -> dict[str, str]:
    """The reason of each refusal that was printed, by the name of its file."""
    lines = (line.removeprefix("✗ ") for line in run.err.splitlines() if line.startswith("✗ "))
    return {name: reason for name, _, reason in (line.partition("：") for line in lines)}


def test_each_bad_file_is_refused_with_its_reason_and_nothing_else_is(
    first: Watched, urls: list[str]
) -> None:
    assert first.code == 1
    told = refusals(first)
    assert set(told) == {*REFUSED, SCAN, *urls}
    assert [name for name, words in REFUSED.items() if words not in told[name]] == []
    assert all("内部网络" in told[url] for url in urls)


def test_a_scan_without_recognition_names_the_extra_and_how_to_install_it(first: Watched) -> None:
    assert "扫描件" in refusals(first)[SCAN]
    assert "pip install 'policy-assistant[ocr]'" in refusals(first)[SCAN]


def test_reasons_are_chinese_sentences_with_something_to_do_and_no_library_speaks(first: Watched) -> None:
    assert "Traceback" not in first.out + first.err
    for name, reason in refusals(first).items():
        assert len(re.findall(r"[^。]+。|请运行：.+", reason)) >= 2, name
        assert "请" in reason
        assert not re.search("[A-Za-z]{2,}", _FAMILIAR.sub("", reason)), reason


def test_the_others_go_in_whatever_they_are_called(first: Watched, place: Place) -> None:
    listed = json.loads(place.run("list", "--json").out)["documents"]
    assert {document["source"] for document in listed} - {SCAN} == TAKEN
    by_name = {document["source"]: document["title"] for document in listed}
    assert by_name["word.pdf"] == by_name["printed.docx"] == "关于做好改名工作的通知"
    assert by_name["utf16.txt"] == "关于做好编码工作的通知"


def test_what_failed_fails_again_for_the_same_reasons(first: Watched, second: Watched) -> None:
    before, again = refusals(first), refusals(second)
    scanned = {SCAN} if find_spec("rapidocr") else set()
    named = {name for name in before if name.startswith(AGAIN)}
    assert again == {name: before[name] for name in named - scanned}
    assert f"新增 {len(scanned)} 份、更新 0 份、移除 0 份文件，1 份没有变化" in second.err


def test_memory_stays_below_2_gb_for_the_whole_family_of_processes(first: Watched, second: Watched) -> None:
    assert 0 < first.peak < _MOST_MEMORY
    assert 0 < second.peak < _MOST_MEMORY


def test_no_temporary_file_is_left_behind(first: Watched, second: Watched) -> None:
    assert first.left == second.left == []


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see what is being read")
def test_ctrl_c_ends_at_once_and_the_next_run_goes_on(settings: Settings, tmp_path: Path) -> None:
    place, slow = Place(tmp_path, settings.data_dir / "cache"), tmp_path / "slow"
    slow.mkdir()
    (slow / "a.txt").write_text(bad_files.words("阅读"), encoding="utf-8")
    for number in range(6):
        (slow / f"{number}.html").write_bytes(bad_files.greedy_page())
    # as a terminal does, as another program may, and as service managers do
    for kill, number in (
        (os.killpg, signal.SIGINT),
        (os.kill, signal.SIGINT),
        (os.kill, signal.SIGTERM),
    ):
        process = place.start("ingest", str(slow))
        watched.wait_until_it_reads(process)
        kill(process.pid, number)
        ended = place.finish(process)
        assert (ended.code, "Traceback" in ended.err, ended.left) == (128 + number, False, [])
    for page in slow.glob("*.html"):
        page.unlink()
    after = place.run("ingest", str(slow))
    assert (after.code, "新增 1 份" in after.err) == (0, True)
