"""What goes wrong around ingest: other writers, kills, full disks. Nothing is lost by any of it."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from tests.vectorstore.stored_library import MODEL, articles, run, texts_found, write
from vectorstore.errors import LibraryBusy, StorageUnusable
from vectorstore.index.generations import open_current
from vectorstore.index.published import current_name
from vectorstore.text import search_terms


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return tmp_path / "seeds"


def test_a_data_folder_that_can_not_be_is_storage_unusable(tmp_path: Path, seeds: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageUnusable) as caught:
        run(tmp_path / "file" / "data", write(seeds, a=articles("甲")))
    assert str(tmp_path / "file") in caught.value.message.zh


_HOLD = """
import sys, time
from pathlib import Path
from tests.vectorstore.stored_library import run, understand, SourceFile
def slow(file):
    print("reading", flush=True)
    time.sleep(60)
run(Path(sys.argv[1]), [SourceFile(path=Path(sys.argv[2]), source="a.txt")], understand=slow)
"""


def test_a_second_writer_is_told_at_once_who_the_first_is(data_dir: Path, seeds: Path) -> None:
    files = write(seeds, a=articles("甲"))
    command = [sys.executable, "-c", _HOLD, str(data_dir), str(files[0].path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "reading\n"
        started = time.monotonic()
        with pytest.raises(LibraryBusy) as caught:
            run(data_dir, files)
        assert time.monotonic() - started < 20  # the first one holds it for a minute
        assert str(first.pid) in caught.value.message.zh
        first.kill()
    assert run(data_dir, files).added == ("a.txt",)
    assert not (data_dir / "ingest.pid").exists()


def test_a_writer_of_the_same_process_is_kept_out_too(data_dir: Path, seeds: Path) -> None:
    files = write(seeds, a=articles("甲"))
    data_dir.mkdir()
    with FileLock(data_dir / "ingest.lock"), pytest.raises(LibraryBusy):
        run(data_dir, files)
    run(data_dir, files)


# Takes 25 documents in, of which so many have changed, for ever: each run publishes a new generation.
_INGEST_FOR_EVER = """
import itertools, sys
from pathlib import Path
from tests.vectorstore.stored_library import articles, run, write
data_dir, seeds = Path(sys.argv[1]), Path(sys.argv[2])
print("ready", flush=True)
changed = range(int(sys.argv[4]))
for number in itertools.count(int(sys.argv[3])):
    texts = {f"f{i}": articles(*(f"{i}之{j}，第{number}版" for j in range(4))) for i in changed}
    run(data_dir, write(seeds, **texts))
    print(number, flush=True)
"""


_VERSION = re.compile(r"(\d+)之\d，第(\d+)版")


def versions(data_dir: Path, changed: int) -> set[int]:
    """The versions of so many documents that the current index answers from; each chunk must be held once."""
    with open_current(data_dir, MODEL) as generation:
        chunks = generation.database.chunks()
        assert len(chunks) == generation.keywords.size == generation.exact.size == 100
        assert generation.notices == ()
        found = [match.groups() for chunk in chunks if (match := _VERSION.search(chunk.text))]
        for number, version in set(found):
            terms = search_terms(f"第{version}版")
            assert all(generation.keywords.document_frequency(term) for term in terms), (number, version)
        return {int(version) for number, version in found if int(number) < changed}


# Of 25 documents one goes beside the index that is there, all make a new one.
@pytest.mark.parametrize("changed", [1, 25])
def test_killed_at_any_moment_an_old_or_new_index_answers_whole_and_the_next_run_works(
    data_dir: Path, seeds: Path, changed: int
) -> None:
    texts = {f"f{i}": articles(*(f"{i}之{j}，第0版" for j in range(4))) for i in range(25)}
    run(data_dir, write(seeds, **texts))
    moments = random.Random(20_261)
    acknowledged = 0
    for _ in range(4):
        numbers = (str(acknowledged + 1), str(changed))
        command = [sys.executable, "-c", _INGEST_FOR_EVER, str(data_dir), str(seeds), *numbers]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(moments.uniform(0.05, 1.2))
            os.kill(child.pid, signal.SIGKILL)
            printed = child.stdout.read().split()
        acknowledged = int(printed[-1]) if printed else acknowledged
        # What was acknowledged is there; what was not is there whole or not at all.
        assert versions(data_dir, changed) in ({acknowledged}, {acknowledged + 1})
    run(data_dir, write(seeds, **{name: text.replace("第0版", "第999版") for name, text in texts.items()}))
    assert versions(data_dir, 25) == {999}
    assert len([path for path in (data_dir / "index").iterdir() if path.is_dir()]) == 2


_FULL_DISK = """
import resource, sys
from pathlib import Path
from tests.vectorstore.stored_library import articles, run, write
from vectorstore.errors import StorageUnusable
data_dir, seeds, limit = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
files = write(seeds, f0=articles("很长" * int(sys.argv[4])))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    run(data_dir, files)
except StorageUnusable as error:
    print(error)
    sys.exit(42)
"""


# The library is what does not fit, then Chroma's file.
@pytest.mark.parametrize(("limit", "length"), [(150_000, 50_000), (100_000, 10)])
def test_a_full_disk_is_told_plainly_and_the_index_before_still_answers(
    data_dir: Path, seeds: Path, limit: int, length: int
) -> None:
    run(data_dir, write(seeds, f0=articles("甲")))
    before = current_name(data_dir)
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(data_dir), str(seeds), str(limit), str(length)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (42, "")
    assert "磁盘空间" in done.stdout
    with open_current(data_dir, MODEL) as generation:
        assert generation.name == before
        assert texts_found(generation, "甲")[0] == "第一条 甲"
    assert run(data_dir, write(seeds)).generation != before
