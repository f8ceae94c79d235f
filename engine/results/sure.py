"""How sure one can be, a sentence for each figure, with what may be concluded from it and what may not.

The figures come as `result.json` and `full.json` have them, so that a summary and a page say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.results import figures

Figures = Mapping[str, Any]
#: What a test has to show before a sentence calls it more than chance.
SIZE = 0.05
#: A haircut beyond this leaves nothing that shows.
NEARLY = 0.995
#: Beyond this a number of years says no more than that.
LONGEST = 1000.0


def record(inference: Figures, reference: str) -> str:
    """The length of the record, and what it shows of the Sharpe ratio and of the information ratio."""
    whole, active = inference["sharpe"], inference["active"]
    if whole is None or whole["psr"] is None:
        return "none: its returns over cash do not move"
    sure = f"Sharpe above zero with confidence {confidence(whole['psr'])}, as holding the market may have"
    said = f"{_years(whole['years'])}; {sure}"
    if active is None or active["psr"] is None:
        return said
    return f"{said}; ahead of {reference} with {confidence(active['psr'])}{_needed(active)}"


def _needed(of: Figures) -> str:
    needed = of["min_track_record_years"]
    if needed is None:
        return ", and no length of such a record would show it"
    if needed <= of["years"]:
        return f", where {_years(needed)} are enough for 95%"
    return f"; 95% takes {_years(needed)} like these"


def deflated(of: Figures) -> str | None:
    """The deflated Sharpe ratio; None for a single trial, which has no luck of choice to take out."""
    if of["trials"] < 2:
        return None
    if of["dsr"] is None:
        return "not deflated: too few of their Sharpe ratios are known"
    luck = "does not explain it, the market may" if of["dsr"] >= 1.0 - SIZE else "may explain it"
    return f"deflated Sharpe {confidence(of['dsr'])}: choosing among them {luck}"


def haircut(of: Figures) -> str | None:
    """What is left of the information ratio once the tries are paid for; None for a single one, or where undefined."""
    cut = of["active"]
    if cut is None or of["trials"] < 2:
        return None
    trials = f"{of['trials']} trials"
    gone, left = figures.share(cut["haircut"]), figures.ratio(cut["sharpe"])
    kept = "nothing is left of the information ratio" if cut["haircut"] > NEARLY else f"information ratio {left}"
    lost = "" if cut["haircut"] > NEARLY else f", {gone} of it gone"
    return f"p {_p(cut['p'])}, for {trials} {_p(cut['adjusted_p'])}; {kept}{lost}{_chance(cut['adjusted_p'])}"


def measured(full: Figures, reference: str) -> Iterator[tuple[str, str]]:
    """Label and sentence of what `--full` measured beside phases and the bootstrap of the active return."""
    if (sharpe := full.get("bootstrap_sharpe")) is not None:
        span = f"{figures.ratio(sharpe['low'])} to {figures.ratio(sharpe['high'])}"
        yield "Sharpe", f"{sharpe['level']:.0%} interval {span}, by bootstrap{_zero(sharpe)}"
    if (drawdown := full.get("bootstrap_drawdown")) is not None:
        span = f"{figures.percent(drawdown['high'], 0)} to {figures.percent(drawdown['low'], 0)}"
        yield "drawdown", f"{span} in {drawdown['level']:.0%} of histories drawn from these sessions; no forecast"
    for name, one in (full.get("alpha") or {}).items():
        yield "alpha", alpha(one, name)
    if (gap := full.get("sharpe_difference")) is not None:
        told = (
            "the two Sharpe ratios differ" if gap["bootstrap_p"] <= SIZE else "the Sharpe ratios cannot be told apart"
        )
        yield f"against {reference}", f"{told} (Ledoit-Wolf p {_p(gap['bootstrap_p'])})"
    if (parting := full.get("parting")) is not None:
        yield "break", broken(parting)
    if (tries := full.get("deflated")) is not None:
        if (said := haircut(tries)) is not None:
            yield "haircut", said
        if (said := deflated(tries)) is not None:
            yield "deflated", said


def alpha(of: Figures, name: str) -> str:
    """What the other portfolio does not explain."""
    test = of["alpha"]
    return (
        f"{figures.signed_percent(test['estimate'])} a year beside {figures.ratio(of['beta'])} times {name}, "
        f"t {test['t']:+.2f}{_chance(test['p'])}"
    )


def broken(of: Figures) -> str:
    """Whether the active return changed, and on which day."""
    before, after = (figures.signed_percent(of[key]) for key in ("before", "after"))
    if of["p"] > SIZE:
        return f"none shown (p {_p(of['p'])}): the same active return throughout fits as well"
    return f"around {of['day']} (p {_p(of['p'])}): {before} a year before, {after} after; one mean tells of neither"


def confidence(value: float) -> str:
    """A probability that never claims to be none or all."""
    return "over 99.9%" if value > 0.999 else "under 0.1%" if value < 0.001 else figures.percent(value, 1)


def _chance(p: float) -> str:
    return "" if p <= SIZE else ": chance alone would do"


def _zero(interval: Figures) -> str:
    return ", zero within" if interval["low"] <= 0.0 <= interval["high"] else ""


def _p(value: float) -> str:
    return "< 0.001" if value < 0.0005 else f"{value:.3f}"


def _years(value: float) -> str:
    if value > LONGEST:
        return f"over {LONGEST:,.0f} years"
    return f"{value:.0f} years" if value >= 10.0 else f"{value:.1f} years"
