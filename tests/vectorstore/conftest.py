"""A data folder with two generations, for the tests of generations."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.vectorstore.stored_library import articles, run, write


@pytest.fixture(scope="module")
def two_generations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder: the first generation says 甲, the second and current one 乙."""
    root = tmp_path_factory.mktemp("generations")
    run(root / "data", write(root / "seeds", a=articles("每学年安排一次，甲方案", "经费由县级财政承担")))
    run(root / "data", write(root / "seeds", a=articles("每学年安排一次，乙方案", "经费由县级财政承担")))
    return root / "data"


@pytest.fixture
def data_dir(two_generations: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(two_generations, tmp_path / "data"))
