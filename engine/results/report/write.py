"""`overweight report`: pages written to a folder, the plotly script once beside them, and the index of all runs."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from engine.answers import answer
from engine.config.endings import ENDINGS
from engine.errors import ConfigError, DataError, Fault
from engine.market.atomic import write_atomically
from engine.results import terminal
from engine.results.each import each
from engine.results.failures import Failure, attempt, exit_code, tell
from engine.results.opened import Opened, open_run
from engine.results.report.comparison import comparison_page
from engine.results.report.index import is_study, page_name, write_index
from engine.results.report.page import Beside, run_page
from engine.results.report.shots import take_shots
from engine.results.report.studied.saved import find_study, open_study, studies_of
from engine.results.report.study_page import study_page
from engine.results.saved import find_saved
from engine.results.wanted import expanded
from engine.study.answered import Studied
from engine.trials import TRIALS, trials_recorded


def report(runs: Sequence[str], *, out: Path | None, embed: bool, png: bool, as_json: bool, results: Path) -> int:
    """Write a page for each run and study, one that compares runs where there are several, and the index; the exit
    code.
    """
    folder = results / "reports" if out is None else out
    answers = each(expanded(runs, results), partial(_opened, results=results), "")
    opened = [one for one in answers if isinstance(one, Opened)]
    answers = [*answers]
    written: list[Path] = []
    if opened:
        script = _script(folder, embed)
        for one in opened:
            done = attempt(one.name, partial(_put_page, one, folder, results, script))
            if isinstance(done, Failure):
                tell([done])
                answers.append(done)
            else:
                written.append(done)
        several = [one for one in opened if not is_study(one) and (folder / page_name(one)) in written]
        if len(several) > 1:
            done = attempt("comparison", partial(_put_comparison, several, folder, script))
            if isinstance(done, Failure):
                tell([done])
                answers.append(done)
            else:
                written.append(done)
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
    """A file is answered and saved; anything else is looked for among saved studies, then among saved runs."""
    if wanted.endswith(ENDINGS):
        answered = answer(wanted, results=results)
        assert answered.path is not None
        return open_study(answered.path) if isinstance(answered, Studied) else open_run(answered.path)
    study = find_study(wanted, results)
    return open_run(find_saved(wanted, results)) if study is None else open_study(study)


def _put_page(one: Opened, folder: Path, results: Path, script: str) -> Path:
    """Raises DataError where what was saved lacks a part of the page."""
    path = folder / page_name(one)
    try:
        if is_study(one):
            page = study_page(one, _pictures(one, folder), script)
        else:
            page = run_page(one, _beside(one, results, folder), script)
    except (KeyError, TypeError) as error:
        found = f"a damaged or outdated result ({type(error).__name__}: {error})"
        cure = "run its file again, or remove the folder"
        raise DataError(Fault(str(one.folder), "", found, "what `overweight run` writes", cure)) from None
    _write(path, page)
    return path


def _put_comparison(runs: Sequence[Opened], folder: Path, script: str) -> Path:
    labels = _labels(runs)
    links = [(label, page_name(one)) for label, one in zip(labels, runs, strict=True)]
    path = folder / "comparison.html"
    _write(path, comparison_page(runs, labels, links, script))
    return path


def _labels(runs: Sequence[Opened]) -> list[str]:
    names = [one.name for one in runs]
    return [one.name if names.count(one.name) == 1 else f"{one.name} {one.id[:6]}" for one in runs]


def _beside(run: Opened, results: Path, folder: Path) -> Beside:
    full = None
    with suppress(OSError, ValueError):
        full = json.loads((run.folder / "full.json").read_text(encoding="utf-8"))
    studies = [(study, _where(study, folder)) for study in studies_of(run, results)]
    return Beside(trials_recorded(results / TRIALS, run.name), full, studies)


def _where(study: Opened, folder: Path) -> str:
    """Where a study's own page lies from here; where there is none yet its picture, or nothing."""
    if (folder / page_name(study)).is_file():
        return page_name(study)
    return next((where for _, where in _pictures(study, folder)), "")


def _pictures(study: Opened, folder: Path) -> list[tuple[str, str]]:
    """The pages that were saved with a study: words, and where each lies from here."""
    return [
        (f"the {path.stem} that was saved with it", Path(_relative(path, folder)).as_posix())
        for path in sorted(study.folder.glob("*.html"))
    ]


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
