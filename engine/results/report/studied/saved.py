"""Saved studies: all of them, the one that is meant, and those on the same base as a run."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.errors import ConfigError, DataError, Fault
from engine.results import shape
from engine.results.opened import Opened
from engine.results.report.studied.kinds import SHOWN
from engine.results.saved import SHORTEST_ID

#: Kinds that the page of a run shows where they stand on the same base.
BESIDE_RUN = ("event_study", "sweep", "walk_forward")


def study_folders(results: Path) -> list[Path]:
    """Every folder of a saved study, by name, then id; unfinished ones are left out."""
    found = [path.parent for path in (results / "studies").rglob("study.json")]
    return sorted(folder for folder in found if not folder.name.startswith("."))


def open_study(folder: Path) -> Opened:
    """Open the folder of a saved study. Raises DataError where its `study.json` is damaged or of no kind known here."""
    path = folder / "study.json"
    try:
        document = shape.mapping(shape.read_json(path.read_text(encoding="utf-8")), "")
        for key in ("name", "kind", "id", "question", "base", "figures", "caveats"):
            shape.part(document, key, lambda value, _: value)
    except OSError as error:
        raise DataError(_damaged(path, f"a file that cannot be read ({error.strerror})")) from None
    except ValueError as error:
        raise DataError(_damaged(path, f"a damaged or outdated file ({error})")) from None
    if document["kind"] not in SHOWN:
        raise DataError(_damaged(path, f"a study of kind `{document['kind']}`"))
    return Opened(folder, document)


def find_study(wanted: str, results: Path) -> Path | None:
    """The folder of the study that a folder, an id or a name means; of several of one name the latest. None: none."""
    if (Path(wanted) / "study.json").is_file():
        return Path(wanted)
    folders = study_folders(results)
    named = [one for one in folders if one.parent.relative_to(results / "studies").as_posix() == wanted.strip("/")]
    by_id = [one for one in folders if len(wanted) >= SHORTEST_ID and one.name.startswith(wanted)]
    if not named and len(by_id) > 1:
        ids = ", ".join(one.name for one in by_id)
        raise ConfigError(Fault(wanted, "", f"{len(by_id)} saved studies", "one", f"write more of its id: {ids}"))
    return max(named or by_id, key=_written, default=None)


def studies_of(run: Opened, results: Path) -> list[Opened]:
    """Of each kind and name the latest study on the same base as a run: what a page of the run shows as well."""
    latest: dict[tuple[str, str], Opened] = {}
    for folder in sorted(study_folders(results), key=_written):
        with suppress(DataError):
            study = open_study(folder)
            if study.document["kind"] in BESIDE_RUN and _is_beside(study.document, run.document):
                latest[study.document["kind"], study.name] = study
    return [latest[key] for key in sorted(latest)]


def _is_beside(study: Mapping[str, Any], run: Mapping[str, Any]) -> bool:
    """Whether a study varies the run's own strategy on the same assets, or measures the events that it acts on."""
    base, config = study["base"], run["config"]
    if study["kind"] != "event_study" or base.get("tilt"):
        same = [(one.get("strategy"), one.get("blend"), one.get("hold")) for one in (base, config)]
        return bool(same[0] == same[1])
    return bool(_events_of(study) & {_source_words(one) for one in config["data"].values()})


def _events_of(study: Mapping[str, Any]) -> set[str]:
    """The source of the events of an event study, as a word that may be compared."""
    events, base = study["question"]["event_study"]["events"], study["base"]
    name = events.get("calendar") or events.get("shocks")
    watched = (base.get("watch") or {}).get(name)
    source = (watched.get("series") if isinstance(watched, Mapping) else None) or name or ""
    entry = base["data"].get(source.partition(".")[0])
    return set() if entry is None else {_source_words(entry)}


def _source_words(entry: Mapping[str, Any]) -> str:
    """Which calendar, or which column of which file, whatever is chosen of it."""
    return " ".join(str(entry.get(key)) for key in ("source", "calendar", "path", "column"))


def _written(folder: Path) -> tuple[int, str]:
    return (folder / "study.json").stat().st_mtime_ns, folder.name


def _damaged(path: Path, found: str) -> Fault:
    return Fault(str(path), "", found, "what `overweight run` writes", "run its file again, or remove the folder")
