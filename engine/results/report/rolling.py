"""Rolling figures over the last year of sessions: active return, tracking error, volatility and Sharpe ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Vector
from engine.results.report.drawn import Chart, Trace, line
from engine.results.report.series import Curves, rolling_active

PAIR = ("strategy", "policy")


@dataclass(frozen=True, slots=True)
class Rolling:
    """At the places asked for, (K,) each, NaN before there is a full window. volatility, sharpe: by portfolio."""

    active_return: Vector
    tracking_error: Vector
    volatility: Mapping[str, Vector]
    sharpe: Mapping[str, Vector]


def rolling_figures(paths: Curves, places: NDArray[np.intp], window: int) -> Rolling:
    """Each over the last `window` returns, a year of sessions; deviations are sample ones, the Sharpe ratio is over
    cash.
    """
    gains = {name: paths.equity[name][1:] / paths.equity[name][:-1] - 1.0 for name in PAIR}
    full = places >= window
    inside = places[full, None] - window + np.arange(window)

    def at_places(values: Vector) -> Vector:
        whole = np.full(len(places), np.nan)
        whole[full] = values
        return whole

    def deviation(values: Vector) -> Vector:
        spread: Vector = values[inside].std(axis=1, ddof=1) * np.sqrt(window)
        return spread

    excess = {name: one - paths.rate[1:] for name, one in gains.items()}
    sharpe = {}
    for name, one in excess.items():
        spread = one[inside].std(axis=1, ddof=1)
        mean = one[inside].mean(axis=1)
        sharpe[name] = at_places(
            np.divide(mean, spread, out=np.full(len(mean), np.nan), where=spread > 1e-12) * np.sqrt(window)
        )
    return Rolling(
        rolling_active(paths, window)[places],
        at_places(deviation(gains["strategy"] - gains["policy"])),
        {name: at_places(deviation(one)) for name, one in gains.items()},
        sharpe,
    )


def rolling_chart(paths: Curves, places: NDArray[np.intp], window: int) -> Chart | None:
    """Four panels below each other on one axis of days."""
    if len(paths.dates) <= window + 1:
        return None
    found = rolling_figures(paths, places, window)
    active = found.active_return[np.isfinite(found.active_return)]
    panels: list[tuple[str, str, str, list[Trace]]] = [
        ("active return", "+.1%", "+.2%", [line("active return", found.active_return, 2, 3)]),
        ("tracking error", ".1%", ".2%", [line("tracking error", found.tracking_error, 3, 3)]),
        ("volatility", ".0%", ".1%", [line(name, found.volatility[name], i, 3) for i, name in enumerate(PAIR)]),
        ("Sharpe ratio", ".1f", ".2f", [line(name, found.sharpe[name], i, 3) for i, name in enumerate(PAIR)]),
    ]
    traces: list[Trace] = []
    axes = ["y" if i == 0 else f"y{i + 1}" for i in range(len(panels))]
    grid = {"rows": len(panels), "columns": 1, "subplots": [[f"x{axis}"] for axis in axes], "ygap": 0.16}
    layout: dict[str, Any] = {"grid": grid, "hoversubplots": "axis"}
    for i, (title, form, fine, lines) in enumerate(panels):
        axis = axes[i]
        layout[f"yaxis{axis[1:]}"] = {"title": title, "tickformat": form, "hoverformat": fine, "nticks": 5}
        legend = title == "volatility"
        traces += [
            one
            | {
                "yaxis": axis,
                "legendgroup": one["name"],
                "showlegend": legend,
                "legendrank": PAIR.index(one["name"]) if legend else 9,
            }
            | {"hovertemplate": f"%{{y}}<extra>{title}{', ' + one['name'] if len(lines) > 1 else ''}</extra>"}
            for one in lines[::-1]
        ]
    ends = ", ".join(
        f"{name} {_reach(values, form)}"
        for name, values, form in (
            ("tracking error", found.tracking_error, ".1%"),
            ("volatility", found.volatility["strategy"], ".1%"),
            ("Sharpe ratio", found.sharpe["strategy"], ".2f"),
        )
    )
    above = (
        f"Strategy less policy was above zero on {float((active > 0.0).mean()):.0%} of days; " if len(active) else ""
    )
    return Chart(
        "rolling", f"Rolling figures, over {window} sessions", f"{above}the strategy's {ends}.", traces, layout, "tall"
    )


def _reach(values: Vector, form: str) -> str:
    known = values[np.isfinite(values)]
    return f"{known.min():{form}} to {known.max():{form}}" if len(known) else "is not defined"
