"""What is meant by the words after `compare` and `report`: configs, saved runs by name, id or folder, patterns of them.

A pattern and a folder stand for everything that they match or hold; a name, an id and a file for one thing each.
"""

from __future__ import annotations

import fnmatch
import glob
import re
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from engine.config.endings import ENDINGS
from engine.errors import ConfigError, Fault
from engine.results.saved import is_run_folder, name_of, saved_folders

#: How a config of a run begins some line, and how a study does, which is no run.
OF_RUNS = re.compile(r"^(strategy|blend|extends)\s*:", re.M)
OF_STUDIES = re.compile(r"^(base|sweep|walk_forward|event_study|claims)\s*:", re.M)


def expanded(wanted: Sequence[str], results: Path) -> list[str]:
    """Words with patterns and folders replaced by the configs and folders of runs that they stand for.

    Raises ConfigError with a fault for each that stands for nothing, or for things of two kinds.
    """
    found, faults = list[str](), list[Fault]()
    for one in wanted:
        answer = _meant(one, results)
        if isinstance(answer, Fault):
            faults.append(answer)
        else:
            found += answer
    if faults:
        raise ConfigError(*faults)
    return found


def is_config(wanted: str) -> bool:
    """Whether a word is the name of a config file, which need not be there."""
    return wanted.endswith(ENDINGS)


def _meant(wanted: str, results: Path) -> list[str] | Fault:
    path = Path(wanted)
    if is_config(wanted) and not _is_pattern(wanted):
        return [wanted]
    if path.is_dir() and not is_run_folder(path) and not (path / "study.json").is_file():
        return _in_folder(wanted, results)
    if path.exists() or not _is_pattern(wanted):
        return [wanted]
    # A name may have brackets in it, and is itself then.
    if any(name_of(folder, results) == wanted for folder in saved_folders(results)):
        return [wanted]
    return _matched(wanted, results)


def _is_pattern(wanted: str) -> bool:
    return bool({"*", "?", "["} & {*wanted})


def _in_folder(folder: str, results: Path) -> list[str] | Fault:
    """The runs below a folder, or its configs; a saved run may have the same name as a folder that lies here."""
    if not _is_path(folder) and _named(folder.strip("/"), results):
        return Fault(
            folder, "", "a folder, and saved runs of that name", "one of the two",
            f"write `./{folder}` for the folder, or `{results / 'runs' / folder}` for the runs",
        )  # fmt: skip
    runs, configs = _runs_below(folder), _configs_below(folder)
    if runs and configs:
        found = f"{len(runs)} saved runs and {len(configs)} configs in one folder"
        return Fault(folder, "", found, "a folder of either", "name the folder of the ones that are meant")
    expected = "a folder of configs, of a saved run, or of several"
    return runs or configs or Fault(folder, "", "a folder without any of them", expected, _look(folder))


def _matched(pattern: str, results: Path) -> list[str] | Fault:
    """Files and folders that a pattern matches, or saved runs whose name it does; folders and runs would be a guess.

    Configs beside matching runs are not meant: `metals*` is a pattern of names, `metals*.yaml` one of configs.
    """
    runs = [] if _is_path(pattern) or is_config(pattern) else _named(pattern, results)
    paths = [path for path in sorted(glob.glob(pattern, recursive=True)) if not runs or Path(path).is_dir()]
    files = [one for path in paths for one in _at(path)]
    if files and runs and {*map(_real, files)} != {*map(_real, runs)}:
        return Fault(
            pattern, "", f"{len(paths)} folders, and {len(runs)} saved runs by name", "one of the two",
            f"write `./{pattern}` for the folders, or `{results / 'runs' / pattern}` for the runs",
        )  # fmt: skip
    expected = "a pattern of configs, of folders of runs, or of names of saved runs"
    return files or runs or Fault(pattern, "", "nothing that matches", expected, _look(pattern))


def _at(path: str) -> list[str]:
    """What a path that a pattern matched brings: a config itself, a folder what lies in it, anything else nothing."""
    if Path(path).is_dir():
        return _runs_below(path) or _configs_below(path)
    return [path] if is_config(path) and _is_run(Path(path)) else []


def _named(pattern: str, results: Path) -> list[str]:
    """Saved runs whose name matches, or whose name and id do: `metals*`, `etf/*`, `metals_lead/3f*`."""
    return [
        str(folder)
        for folder in saved_folders(results)
        if fnmatch.fnmatchcase(name := name_of(folder, results), pattern)
        or fnmatch.fnmatchcase(f"{name}/{folder.name}", pattern)
    ]


def _runs_below(folder: str) -> list[str]:
    return [str(path) for path in saved_folders(Path(folder), runs="")]


def _configs_below(folder: str) -> list[str]:
    """Configs of runs; studies, calendars and whatever else is YAML are none."""
    return [path.as_posix() for path in sorted(Path(folder).rglob("*")) if is_config(path.name) and _is_run(path)]


def _is_run(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return OF_RUNS.search(text) is not None and OF_STUDIES.search(text) is None


def _is_path(wanted: str) -> bool:
    """Whether a word can only be a path."""
    return wanted.startswith((".", "/", "~"))


def _real(path: str) -> str:
    return str(Path(path).resolve())


def _look(wanted: str) -> str:
    return f"`overweight list` shows the saved runs, `ls {_typed(wanted)}` the files"


def _typed(pattern: str) -> str:
    """As it is typed into a shell: quoted where it has to be, but for wildcards, which the shell expands."""
    parts = re.split(r"([*?\[\]]+)", pattern)
    return "".join(part if i % 2 else quote(part) for i, part in enumerate(parts) if part)
