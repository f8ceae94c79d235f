"""Claims on a page: each with its figures, what was claimed, the verdict, and what the verdict hangs on."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.results.claims import claimed_of, interval_of, sensitive, shown
from engine.results.opened import Opened
from engine.results.report.drawn import Chart, Trace, cut
from engine.results.report.studied.shown import Shown
from engine.results.report.tables import Cell, PageTable
from engine.study.claims.parts import RATIO

TONES = {"holds": "good", "does not hold": "bad"}
#: A chart of more ratios than this cannot be read.
MOST = 24


def claims_shown(study: Opened) -> Shown:
    """The parts of its page."""
    found = study.document["figures"]
    claims = dict(sorted(found["claims"].items(), key=lambda one: _numbered(one[0])))
    asked = [f"{len(claims)} claims, each measured on the data as it is meant, and in the other ways it could be."]
    told = [(name, f"{one['claim']} ({one['source']}): {one['verdict']}") if one.get("source") else
            (name, f"{one['claim']}: {one['verdict']}") for name, one in claims.items()]  # fmt: skip
    chart = _ratios(claims)
    return Shown(
        asked, claims_verdict(found), told, [] if chart is None else [chart], [_measured(claims), _hangs(claims)]
    )


def claims_verdict(found: Mapping[str, Any]) -> str:
    """Its line, from the figures alone."""
    return ", ".join(f"{count} {words}" for words, count in found["verdicts"].items() if count)


def _numbered(name: str) -> tuple[str, int, str]:
    """C2 before C11."""
    letters = name.rstrip("0123456789")
    number = name[len(letters) :]
    return (letters, int(number), name) if number else (name, 0, name)


def _measured(claims: Mapping[str, Any]) -> PageTable:
    rows = [
        [
            Cell(name if i == 0 else ""),
            Cell(part["what"], "words"),
            Cell(shown(part["value"], part["unit"])),
            Cell(interval_of(part)),
            Cell(claimed_of(part)),
            Cell(part["verdict"], TONES.get(part["verdict"], "")),
            Cell(part["note"].removeprefix(part["what"]).strip(), "words"),
        ]
        for name, one in claims.items()
        for i, part in enumerate(one["parts"])
    ]
    head = ["claim", "of what", "measured", "95% interval", "claimed", "verdict", "note"]
    return PageTable("measured", "Measured against what is claimed", head, rows)


def _hangs(claims: Mapping[str, Any]) -> PageTable:
    rows = [[Cell(name), Cell(one["verdict"], TONES.get(one["verdict"], "")), Cell(sensitive(one), "words")]
            for name, one in claims.items()]  # fmt: skip
    return PageTable("hangs", "What the verdicts hang on", ["claim", "verdict", "measured otherwise"], rows)


def _ratios(claims: Mapping[str, Any]) -> Chart | None:
    """Parts that are ratios, such as betas, with their intervals: they share a scale."""
    parts = [(f"{name}: {cut(part['what'], 28)}", part) for name, one in claims.items() for part in one["parts"]
             if part["unit"] == RATIO and part["interval"] is not None and part["value"] is not None]  # fmt: skip
    if not 1 < len(parts) <= MOST:
        return None
    from_below = parts[::-1]
    values = [part["value"] for _, part in from_below]
    trace: Trace = {
        "type": "scatter", "mode": "markers", "x": [round(value, 4) for value in values],
        "y": [html.escape(label) for label, _ in from_below],
        "error_x": {
            "type": "data", "symmetric": False, "color": "@own",
            "array": [round(part["interval"][1] - part["value"], 4) for _, part in from_below],
            "arrayminus": [round(part["value"] - part["interval"][0], 4) for _, part in from_below],
        },
        "marker": {"color": "@own", "size": 9}, "hovertemplate": "%{y}: %{x:.2f}<extra></extra>",
        "text": [part["verdict"] for _, part in from_below],
    }  # fmt: skip
    layout = {
        "xaxis": {"type": "linear", "title": "ratio, with its 95% interval"},
        "yaxis": {"type": "category"}, "showlegend": False, "hovermode": "closest",
    }  # fmt: skip
    low, high = float(np.min(values)), float(np.max(values))
    alt = f"{len(parts)} ratios from {low:.2f} to {high:.2f}, in the table below with what was claimed of them."
    return Chart("ratios", "Ratios with their intervals", alt, [trace], layout, "usual")
