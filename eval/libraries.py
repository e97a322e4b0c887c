"""The libraries of documents that can be measured: the two that ship, and any folder.

The seeds are measured in the library of the settings, with all else that it
holds. Every other library has a place of its own below ``data_dir/eval``: no
other document plays a part, and the next run embeds again only what changed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.commands.terminal import show_progress, show_report, tell
from assistant.setup.settings import Settings
from eval.documents import NAMES
from eval.errors import OptionsInvalid, RunUnusable
from eval.judging.metrics import Metric, make_metrics
from eval.outcomes.baseline import BASELINE
from eval.outcomes.storage import writing
from eval.questions.cases import SHIPPED_CASES
from eval.questions.seeds import load_seeds
from vectorstore.errors import Message

if TYPE_CHECKING:
    from vectorstore.types import Document

SEEDS, INVENTED = "seeds", "invented"
SHIPPED_LIBRARIES = Path(__file__).resolve().parent / "libraries"
_PLACE = "eval"  # below data_dir
_NOTE = "documents-folder.txt"  # where the documents of a library stand, for later looks at its runs
_STORE = "library.sqlite"
_CACHE = "cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library that is measured.

    ``key`` is its name in the settings of a run: one folder has one key.
    ``settings`` are those of an assistant over it; ``cases`` are those that
    ship with it, None for a folder of the user's.
    """

    key: str
    settings: Settings
    baseline: Path
    cases: Path | None = None

    @property
    def documents(self) -> Path:
        """The folder that it is taken in from."""
        return self.settings.seeds_dir


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What replies are held against: the documents' texts and what each is called, by name in the library."""

    texts: Mapping[str, str]
    names: Mapping[str, Sequence[str]]

    @property
    def digest(self) -> str:
        """A short name of all texts: numbers over other documents can't be compared."""
        digest = hashlib.sha256()
        for source, text in sorted(self.texts.items()):
            digest.update(f"{source}\n{hashlib.sha256(text.encode()).hexdigest()}\n".encode())
        return digest.hexdigest()[:16]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All metrics, judging by these documents."""
        return make_metrics(self.texts, self.names)


def library_name(key: str) -> str:
    """What tables call the library of that key: the name of the folder that its documents are in."""
    return key if key in (SEEDS, INVENTED) else key.rpartition("-")[0]


def shipped_library(name: str, settings: Settings) -> Library:
    """The library of that name. Raises OptionsInvalid where there is none."""
    if name == SEEDS:
        return Library(key=SEEDS, settings=settings, baseline=BASELINE, cases=SHIPPED_CASES)
    folder = SHIPPED_LIBRARIES / name
    if name != INVENTED or not (folder / "documents").is_dir():
        raise OptionsInvalid(
            Message(f"这里没有文件库 {name}。", f"There is no library {name} here."),
            Message(
                f"可选 {SEEDS}；{INVENTED} 的文件在源代码目录里才有。也可用 --documents 指定文件夹。",
                f"There is {SEEDS}; {INVENTED} needs its documents, as in a checkout. Or use --documents.",
            ),
        )
    return Library(
        key=name,
        settings=_settings_of(name, folder / "documents", settings),
        baseline=folder / "baseline.json",
        cases=folder / "cases",
    )


def folder_library(folder: Path, settings: Settings) -> Library:
    """The library of the documents in ``folder``. Raises OptionsInvalid where there is no such folder."""
    if not folder.is_dir():
        raise OptionsInvalid(
            Message(f"没有文件夹 {folder}。", f"There is no folder {folder}."),
            Message("请用 --documents 指定有文件的文件夹。", "Name a folder of documents with --documents."),
        )
    place = folder.resolve()
    key = f"{place.name}-{hashlib.sha256(str(place).encode()).hexdigest()[:8]}"
    own = _settings_of(key, place, settings)
    return Library(key=key, settings=own, baseline=own.data_dir / "baseline.json")


def library_of_run(made_with: Mapping[str, object], settings: Settings) -> Library:
    """The library that a run with these settings measured. Raises RunUnusable where it is gone."""
    key = str(made_with.get("library") or SEEDS)  # runs of before had the seeds alone
    try:
        if key in (SEEDS, INVENTED):
            return shipped_library(key, settings)
        note = settings.data_dir / _PLACE / key / _NOTE
        return folder_library(Path(note.read_text(encoding="utf-8")), settings)
    except (OSError, OptionsInvalid) as error:
        raise RunUnusable(
            Message(f"找不到这次评测的文件库 {key}。", f"The library {key} of the run can't be found."),
            Message(
                "请在评测时的设置下运行，并保留它的文件夹。",
                "Use the settings of the run, and keep the folder of its documents.",
            ),
        ) from error


def note_folder(library: Library) -> None:
    """Note below data_dir where the documents stand. Raises StorageUnusable."""
    if library.key != SEEDS:
        data = library.settings.data_dir
        with writing(data):
            data.mkdir(parents=True, exist_ok=True)
            (data / _NOTE).write_text(str(library.documents), encoding="utf-8")


def take_in_documents(library: Library) -> None:
    """Bring the library up to date with its folder; progress, and files that can't be read, go to stderr.

    Raises what taking in raises.
    """
    from assistant.commands.startup import prepare
    from assistant.upkeep.library import take_in  # here, since measuring a server needs none of it

    if library.key == SEEDS:
        prepare(library.settings)
        return
    note_folder(library)
    _share_cache(library.settings)
    language = library.settings.language
    with show_progress(language, reading=True) as on_progress:
        report = take_in(library.settings, [library.documents], on_progress=on_progress)
    show_report(report, language)


def read_material(library: Library, *, as_stored: bool = True) -> Material:
    """The documents of a library: as it holds them, or, if it does not or should not, as the files are.

    Raises CasesInvalid, UnreadableFile, and what opening the library raises.
    """
    if library.key == SEEDS:
        return Material(texts=load_seeds(library.documents), names=NAMES)
    stored = library.settings.data_dir / _STORE
    documents = tuple(_stored(stored) if as_stored and stored.is_file() else _read(library))
    return Material(texts={one.source: one.text for one in documents}, names=_names(documents))


def _settings_of(key: str, documents: Path, settings: Settings) -> Settings:
    """The same settings for a library of its own, whose catalog is the one among its documents."""
    place = settings.data_dir / _PLACE / key
    return settings.model_copy(update={"data_dir": place, "seeds_dir": documents})


def _share_cache(settings: Settings) -> None:
    """The converted embedding model is kept once; where links can't be made, once for each library."""
    shared = settings.data_dir.parent.parent / _CACHE
    own = settings.data_dir / _CACHE
    with suppress(OSError):
        shared.mkdir(parents=True, exist_ok=True)
        if not own.exists():
            own.symlink_to(shared.resolve(), target_is_directory=True)


def _stored(path: Path) -> tuple[Document, ...]:
    from vectorstore.store.database import Database

    with closing(Database(path)) as database:
        return database.documents()


def _read(library: Library) -> Iterator[Document]:
    from assistant.upkeep.library import Preview, preview

    language = library.settings.language
    for one in preview(library.settings, [library.documents]):
        if isinstance(one, Preview):
            yield one.document
        else:
            tell(f"✗ {one.source}：{one.message.in_language(language)}{one.hint.in_language(language)}")


def _names(documents: Sequence[Document]) -> dict[str, tuple[str, ...]]:
    """Titles and places that are those of one document only: others don't tell which one is meant."""
    from vectorstore.places import names_of_region

    names: dict[str, set[str]] = {}
    for document in documents:
        heads = (document.head, *document.parts)
        titles = {name for head in heads for name in (head.title, *head.aliases) if name}
        names[document.source] = titles | {name for head in heads for name in names_of_region(head.region)}
    count = Counter(name for one in names.values() for name in one)
    return {source: tuple(sorted(name for name in one if count[name] == 1)) for source, one in names.items()}
