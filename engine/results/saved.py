"""Saved runs: finding one by its folder, id or name, and reading what it came to."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from shlex import quote

from engine.errors import ConfigError, DataError, Fault
from engine.results import shape
from engine.results.outcome import Outcome, outcome_of

#: Fewer digits of an id name nothing.
SHORTEST_ID = 4
#: More saved runs of one name than this are counted, not listed.
LISTED = 5


def saved_folders(results: Path, runs: str = "runs") -> list[Path]:
    """Every folder of a saved run, by name, then id; unfinished ones are left out.

    A folder with tables and no `result.json` is one too: a damaged one, of which whoever reads it is told.
    """
    found = []
    for folder, below, files in os.walk(results / runs):
        below[:] = [name for name in below if not name.startswith(".")]
        if _of_run(files):
            found.append(Path(folder))
            below.clear()
    return sorted(found)


def is_run_folder(path: Path) -> bool:
    """Whether a folder is that of one run, also of a damaged one."""
    return path.is_dir() and _of_run(os.listdir(path))


def _of_run(files: Iterable[str]) -> bool:
    return any(name == "result.json" or name.endswith(".parquet") for name in files)


def find_saved(wanted: str, results: Path) -> Path:
    """The folder of the one saved run that is meant: by its folder, name, id, or `name/id`; ids may be cut short.

    Raises ConfigError where none is, or several are.
    """
    if is_run_folder(Path(wanted)):
        return Path(wanted)
    folders = saved_folders(results)
    name, _, cut = wanted.strip("/").rpartition("/")
    named = [folder for folder in folders if name_of(folder, results) == wanted.strip("/")]
    found = named or [folder for folder in folders if _has_id(folder, wanted)]
    found = found or [folder for folder in folders if name_of(folder, results) == name and _has_id(folder, cut)]
    if len(found) == 1:
        return found[0]
    raise ConfigError(_several(wanted, found, results) if found else _none(wanted, folders, results))


def _has_id(folder: Path, cut: str) -> bool:
    return len(cut) >= SHORTEST_ID and folder.name.startswith(cut)


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
    newest = sorted(found, key=lambda folder: (-_written(folder), folder.name))
    names = {name_of(folder, results) for folder in found}
    shown = [folder.name if len(names) == 1 else f"{name_of(folder, results)}/{folder.name}" for folder in newest]
    more = f" and {len(newest) - LISTED} more" if len(newest) > LISTED else ""
    cure = f"name one by its id, newest first: {', '.join(shown[:LISTED])}{more}"
    if names == {wanted.strip("/")}:
        current = f"`overweight compare {quote(config)}`" if (config := _config_of(wanted)) else "comparing its config"
        cure += f"; {current} runs the current one; `{results / 'runs' / wanted}` stands for all"
    return Fault(wanted, "", f"{len(found)} saved runs", "one", cure)


def _written(folder: Path) -> float:
    path = folder / "result.json"
    return path.stat().st_mtime if path.exists() else 0.0


def _config_of(name: str) -> str:
    """The config that a run of this name is made from, "" where it does not lie where configs do."""
    name = name.strip("/")
    return next((one for one in (f"configs/{name}.yaml", f"{name}.yaml") if Path(one).is_file()), "")


def _none(wanted: str, folders: list[Path], results: Path) -> Fault:
    if any((results / "studies" / wanted.strip("/")).glob("*/study.json")):
        cure = f"`overweight report {quote(wanted)}` shows it; name runs here"
        return Fault(wanted, "", "a saved study", "a config file, or a saved run", cure)
    names = sorted({name_of(folder, results) for folder in folders})
    close = difflib.get_close_matches(wanted, names, n=1)
    cure = f"did you mean `{close[0]}`?" if close else "`overweight list` shows the saved runs"
    if config := _config_of(wanted):
        cure = f"name its config, which runs it: `{config}`"
    return Fault(
        wanted, "", f"neither a file nor a saved run under {results}",
        f"a config file, or the folder, name or id ({SHORTEST_ID} digits or more) of a saved run", cure,
    )  # fmt: skip
