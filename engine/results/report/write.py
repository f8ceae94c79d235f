"""`overweight report`: pages written to a folder, the plotly script once beside them, and the index of all runs."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from engine.errors import ConfigError, Fault
from engine.market.atomic import write_atomically
from engine.results import terminal
from engine.results.compared.comparing import outcome_of_any
from engine.results.failures import Failure, exit_code
from engine.results.opened import Opened, open_run
from engine.results.outcome import Outcome
from engine.results.report.index import page_name, write_index
from engine.results.report.page import Beside, comparison_page, run_page
from engine.results.report.shots import take_shots
from engine.results.running import each
from engine.results.wanted import expanded
from engine.trials import TRIALS, trials_recorded


def report(runs: Sequence[str], *, out: Path | None, embed: bool, png: bool, as_json: bool, results: Path) -> int:
    """Write a page for each run, one that compares them where there are several, and the index; the exit code."""
    folder = results / "reports" if out is None else out
    answers = each(expanded(runs, results), partial(_opened, results=results), "")
    opened = [one for one in answers if isinstance(one, Opened)]
    written: list[Path] = []
    if opened:
        script = _script(folder, embed)
        pages = [folder / page_name(one) for one in opened]
        for one, path in zip(opened, pages, strict=True):
            _write(path, run_page(one, _beside(one, results, folder), script))
        written += pages
        if len(opened) > 1:
            labels = _labels(opened)
            links = [(label, path.name) for label, path in zip(labels, pages, strict=True)]
            written.append(folder / "comparison.html")
            _write(written[-1], comparison_page(opened, labels, links, script))
        if png:
            written += take_shots(written)
        written.append(write_index(results, folder))
    if as_json:
        terminal.put_json({"written": [str(path) for path in written],
                           "failed": [one.as_json() for one in answers if isinstance(one, Failure)]})  # fmt: skip
    else:
        terminal.put_drawn(*(f"wrote  {path}" for path in written))
    return exit_code(answers)


def _opened(wanted: str, results: Path) -> Opened:
    outcome: Outcome = outcome_of_any(wanted, results)
    assert outcome.path is not None
    return open_run(outcome.path)


def _labels(runs: Sequence[Opened]) -> list[str]:
    names = [one.name for one in runs]
    return [one.name if names.count(one.name) == 1 else f"{one.name} {one.id[:6]}" for one in runs]


def _beside(run: Opened, results: Path, folder: Path) -> Beside:
    full = None
    with suppress(OSError, ValueError):
        full = json.loads((run.folder / "full.json").read_text(encoding="utf-8"))
    return Beside(trials_recorded(results / TRIALS, run.name), full, _studies(run, results, folder))


def _studies(run: Opened, results: Path, folder: Path) -> list[tuple[str, str]]:
    """Pictures of saved studies of the same strategy: words, and where the page lies from here."""
    found = []
    for path in sorted((results / "studies").rglob("study.json")):
        with suppress(OSError, ValueError, KeyError):
            study: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if study["base"].get("strategy") != run.document["config"].get("strategy"):
                continue
            for picture in sorted(path.parent.glob("*.html")):
                where = Path(_relative(picture, folder)).as_posix()
                found.append((f"{study['kind'].replace('_', ' ')} {study['name']}: {picture.stem}", where))
    return found


def _relative(path: Path, folder: Path) -> str:
    return os.path.relpath(path.resolve(), folder.resolve())


def _script(folder: Path, embed: bool) -> str:
    """The tag that brings plotly: from a file beside the pages, written once, or inside the page."""
    try:
        import plotly
        from plotly.offline import get_plotlyjs
    except ImportError:
        cure = 'install it: pip install "overweight[report]"'
        raise ConfigError(Fault("overweight report", "", "no plotly", "the extra `report`", cure)) from None
    if embed:
        return f"<script>{get_plotlyjs()}</script>"
    path = folder / f"plotly-{plotly.__version__}.min.js"
    if not path.is_file():
        _write(path, get_plotlyjs())
    return f'<script src="{html.escape(path.name)}"></script>'


def _write(path: Path, text: str) -> None:
    write_atomically(path, text.encode())
