"""results/index.html: every saved run in one table, with its report where there is one."""

from __future__ import annotations

import html
import os
import re
from contextlib import suppress
from pathlib import Path

from engine.errors import DataError
from engine.market.atomic import write_atomically
from engine.results import figures
from engine.results.opened import Opened, open_run
from engine.results.saved import saved_folders

HEAD = ("run", "from", "to", "return a year", "Sharpe", "worst drawdown", "active", "bets", "verdict")
STYLE = (
    ":root{color-scheme:light dark;--ink:#1c1e21;--paper:#fcfcfa;--line:#d9dce0;--link:#0b5fa5}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--paper:#15171a;--line:#363b42;--link:#6cb4f5}}"
    "body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:76rem;padding:1rem;background:var(--paper);"
    "color:var(--ink)}div{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "th,td{padding:.3rem .7rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}"
    "th:first-child,td:first-child,th:last-child,td:last-child{text-align:left}a{color:var(--link)}"
)


def page_name(run: Opened) -> str:
    """The file of a run's page: its name without folders, and the beginning of its id."""
    return f"{re.sub('[^A-Za-z0-9._-]+', '-', run.name)}-{run.id[:8]}.html"


def write_index(results: Path, reports: Path) -> Path:
    """Write the index anew from what is saved; damaged runs are left out, `overweight list` tells of them."""
    rows = []
    for folder in saved_folders(results):
        with suppress(DataError, KeyError, TypeError):
            rows.append(_row(folder, results, reports))
    head = "".join(f"<th scope=col>{name}</th>" for name in HEAD)
    body = "\n".join(rows)
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>overweight: saved runs</title><style>{STYLE}</style><h1>Saved runs</h1>"
        f"<p>{len(rows)} runs. A return without its verdict says nothing.</p>"
        f"<div tabindex=0><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div></html>\n"
    )
    path = results / "index.html"
    write_atomically(path, page.encode())
    return path


def _row(folder: Path, results: Path, reports: Path) -> str:
    run = open_run(folder)
    of, window = run.document["metrics"], run.document["window"]
    page = reports / page_name(run)
    name = html.escape(f"{run.name} {run.id[:8]}")
    if page.is_file():
        where = Path(os.path.relpath(page.resolve(), results.resolve())).as_posix()
        name = f'<a href="{html.escape(where, quote=True)}">{name}</a>'
    episodes = of["episodes"]
    cells = (
        window["from"], window["to"], figures.percent(of["cagr"]), figures.ratio(of["sharpe"], of["sharpe_se"]),
        figures.percent(of["max_drawdown"], 1), figures.signed_percent(of["active_return"]),
        figures.DASH if episodes is None else f"{episodes:.0f}", str(run.document["verdict"]),
    )  # fmt: skip
    return f"<tr><td>{name}</td>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"
