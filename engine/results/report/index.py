"""results/index.html: every saved run and study, each with its report where there is one."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from engine.errors import DataError
from engine.market.atomic import write_atomically
from engine.results import figures
from engine.results.opened import Opened, open_run
from engine.results.report.studied.kinds import verdict_of
from engine.results.report.studied.saved import open_study, study_folders
from engine.results.saved import saved_folders

RUNS = ("run", "verdict", "active return", "bets", "return a year", "Sharpe ± se", "worst drawdown", "from", "to")
STUDIES = ("study", "kind", "verdict")
STYLE = (
    ":root{color-scheme:light dark;--ink:#1c1e21;--paper:#fcfcfa;--line:#d9dce0;--link:#0b5fa5;--soft:#5a6068}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--paper:#15171a;--line:#363b42;--link:#6cb4f5;"
    "--soft:#a7adb5}}"
    "body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:84rem;padding:1rem;background:var(--paper);"
    "color:var(--ink)}h1{font-size:1.7rem}h2{font-size:1.3rem;margin-top:2.5rem}"
    "div{overflow-x:auto}div:focus-visible,a:focus-visible{outline:3px solid var(--link);outline-offset:2px}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.94rem}"
    "th,td{padding:.3rem .7rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;"
    "vertical-align:top}thead th{color:var(--soft)}"
    "th:first-child,.runs th:nth-child(2),.runs td:nth-child(2),.studies th,.studies td{text-align:left}"
    ".runs td:nth-child(2){white-space:normal;min-width:11rem}"
    ".studies td:last-child{white-space:normal;min-width:18rem}tbody th{font-weight:400}"
    "a{color:var(--link)}p{color:var(--soft)}small{color:var(--soft)}"
)


def is_study(one: Opened) -> bool:
    """Whether what was opened is a study; otherwise it is a run."""
    return "kind" in one.document


def page_name(one: Opened) -> str:
    """The file of a page: the name of its run or study without folders, and the beginning of its id."""
    return f"{re.sub('[^A-Za-z0-9._-]+', '-', one.name)}-{one.id[:8]}.html"


def write_index(results: Path, reports: Path) -> Path:
    """Write the index anew from what is saved; damaged runs are left out, `overweight list` tells of them."""
    runs, studies = [], []
    for folder in saved_folders(results):
        with suppress(DataError, KeyError, TypeError):
            runs.append(_run_row(open_run(folder), results, reports))
    for folder in study_folders(results):
        with suppress(DataError, KeyError, TypeError):
            studies.append(_study_row(open_study(folder), results, reports))
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>overweight: saved runs</title><style>{STYLE}</style><h1>Saved runs</h1>"
        f"<p>{len(runs):,} run{'s' * (len(runs) != 1)}. A return without its verdict says nothing.</p>"
        f"{_table('Runs', RUNS, runs, 'runs')}"
        + (f"<h2>Studies</h2>{_table('Studies', STUDIES, studies, 'studies')}" if studies else "")
        + "</html>\n"
    )
    path = results / "index.html"
    write_atomically(path, page.encode())
    return path


def _table(title: str, head: Sequence[str], rows: Sequence[str], name: str) -> str:
    heads = "".join(f"<th scope=col>{one}</th>" for one in head)
    body = "\n".join(rows)
    return (
        f"<div tabindex=0 role=region aria-label={title}><table class={name}><thead><tr>{heads}</tr></thead>"
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _run_row(run: Opened, results: Path, reports: Path) -> str:
    of, window = run.document["metrics"], run.document["window"]
    episodes = of["episodes"]
    cells = (
        str(run.document["verdict"]), figures.signed_percent(of["active_return"]),
        figures.DASH if episodes is None else f"{episodes:.0f}", figures.percent(of["cagr"]),
        figures.ratio(of["sharpe"], of["sharpe_se"]), figures.percent(of["max_drawdown"], 1),
        window["from"], window["to"],
    )  # fmt: skip
    return _row(run, results, reports, cells)


def _study_row(study: Opened, results: Path, reports: Path) -> str:
    kind = str(study.document["kind"]).replace("_", " ")
    return _row(study, results, reports, (kind, verdict_of(study)))


def _row(one: Opened, results: Path, reports: Path, cells: Sequence[str]) -> str:
    page = reports / page_name(one)
    name = html.escape(one.name)
    if page.is_file():
        where = Path(os.path.relpath(page.resolve(), results.resolve())).as_posix()
        name = f'<a href="{html.escape(where, quote=True)}">{name}</a>'
    name += f" <small>{html.escape(one.id[:8])}</small>"
    return f"<tr><th scope=row>{name}</th>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"
