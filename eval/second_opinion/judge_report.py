"""What the judge said, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from eval.outcomes.storage import write_json
from eval.questions.splits import Split, is_in
from eval.second_opinion.judge import Judged
from eval.second_opinion.judge_labels import Verdict


def counts(judged: Judged, split: Split) -> dict[Verdict, int]:
    """How many cases of ``split`` have each verdict."""
    found = Counter(one.verdict for case_id, one in judged.judgements.items() if is_in(case_id, split))
    return {verdict: found[verdict] for verdict in Verdict}


def write_judged(judged: Judged, folder: Path) -> None:
    """Write judge.json into the folder of a run. Raises StorageUnusable."""
    write_json(folder / "judge.json", judged_json(judged))


def judged_json(judged: Judged) -> dict[str, object]:
    """What the judge said, as JSON values: judge.json of a run."""
    return {
        **judged.made_with,
        "agreement": {
            "labels": judged.labels,
            "agreed": judged.agreed,
            "kappa": None if judged.agreement is None else round(judged.agreement, 4),
        },
        "verdicts": {split.value: counts(judged, split) for split in Split},
        "errors": dict(judged.errors),
        "cases": {case_id: one.model_dump(mode="json") for case_id, one in judged.judgements.items()},
    }


def print_judged(judged: Judged, say: Callable[[str], None]) -> None:
    """Say how the verdicts fall, on each half, and how far they agree with the hand labels."""
    for split in Split:
        listed = " · ".join(f"{verdict} {count}" for verdict, count in counts(judged, split).items())
        say(f"judge {split}: {listed}")
    agreement = "–" if judged.agreement is None else f"{judged.agreement:.2f}"
    say(f"judge kappa {agreement} ({judged.agreed}/{judged.labels})")
    for reason, count in judged.errors.items():
        say(f"judge errors {count} × {reason}")
