"""Saved runs: finding one by its folder, id or name, and reading what it came to."""

from __future__ import annotations

import difflib
from pathlib import Path

from engine.errors import ConfigError, DataError, Fault
from engine.results import shape
from engine.results.outcome import Outcome, outcome_of

SHORTEST_ID = 6
#: More saved runs of one name than this are counted, not listed.
LISTED = 5


def saved_folders(results: Path) -> list[Path]:
    """Every folder of a saved run, by name, then id; unfinished ones are left out."""
    runs = results / "runs"
    found = [path.parent for path in runs.rglob("result.json")]
    return sorted(folder for folder in found if not folder.name.startswith("."))


def find_saved(wanted: str, results: Path) -> Path:
    """The folder of the one saved run that is meant. Raises ConfigError where none is, or several are."""
    if (Path(wanted) / "result.json").is_file():
        return Path(wanted)
    folders = saved_folders(results)
    named = [folder for folder in folders if name_of(folder, results) == wanted.strip("/")]
    by_id = [folder for folder in folders if len(wanted) >= SHORTEST_ID and folder.name.startswith(wanted)]
    found = named or by_id
    if len(found) == 1:
        return found[0]
    raise ConfigError(_several(wanted, found, results) if found else _none(wanted, folders, results))


def name_of(folder: Path, results: Path) -> str:
    """The name of a saved run: its folder below `runs`, without the id."""
    return folder.parent.relative_to(results / "runs").as_posix()


def read_outcome(folder: Path) -> Outcome:
    """What a saved run came to. Raises DataError where its `result.json` is damaged."""
    path = folder / "result.json"
    try:
        return outcome_of(shape.read_json(path.read_text(encoding="utf-8")), folder)
    except OSError as error:
        found = f"a file that cannot be read ({error.strerror})"
    except ValueError as error:
        found = f"a damaged or outdated file ({error})"
    cure = "run its config again, or remove the folder"
    raise DataError(Fault(str(path), "", found, "what `overweight run` writes", cure))


def _several(wanted: str, found: list[Path], results: Path) -> Fault:
    newest = sorted(found, key=lambda folder: (-(folder / "result.json").stat().st_mtime, folder.name))
    ids = ", ".join(folder.name for folder in newest[:LISTED])
    more = f" and {len(newest) - LISTED} more" if len(newest) > LISTED else ""
    name = name_of(newest[0], results)
    config = next((one for one in (f"configs/{name}.yaml", f"{name}.yaml") if Path(one).is_file()), "its config")
    current = f"`overweight compare {config}`" if config != "its config" else "comparing its config"
    return Fault(
        wanted, "", f"{len(found)} saved runs", "one",
        f"name one by its id, newest first: {ids}{more}; {current} runs the current one",
    )  # fmt: skip


def _none(wanted: str, folders: list[Path], results: Path) -> Fault:
    names = sorted({name_of(folder, results) for folder in folders})
    close = difflib.get_close_matches(wanted, names, n=1)
    cure = f"did you mean `{close[0]}`?" if close else "`overweight list` shows the saved runs"
    return Fault(
        wanted, "", f"neither a file nor a saved run under {results}",
        f"a config file, or the folder, name or id ({SHORTEST_ID} digits or more) of a saved run", cure,
    )  # fmt: skip
