"""What may be said of a run, a sentence for each line of its summary."""

from __future__ import annotations

import math
from collections.abc import Mapping
from shlex import quote

import numpy as np

from engine.audit.record import Audit
from engine.judge import Figures
from engine.measure.inference import FEWEST_EPISODES, Interval
from engine.portfolio.attribution import attribution_summary
from engine.portfolio.costs import KINDS
from engine.result import Control, Dollar, LeftOut, Result, Spread, Unmeasured
from engine.results import figures

#: The portfolios with and without brakes.
BRAKED = ("strategy", "unbraked")
NOT_MEASURED = "not measured (--full)"
#: What may look odd in prices, by the kind of finding; `{}` is how many there are.
ODD = {
    "agree": "look-alikes {}", "gap": "gaps {}", "hole": "holes in the dates {}", "move": "large moves {}",
    "not positive": "prices of 0 or less {}", "split": "unadjusted splits {}", "stale": "stale prices {}",
    "survivors": "survivors only",
}  # fmt: skip
#: The kinds of cost that every trade may have; the line of costs is for others.
USUAL = ("commission", "half_spread", "slippage")


def active_return(own: Figures, interval: Interval | None, reference: str) -> str:
    """The active return, against what, and its HAC interval."""
    gained = f"{figures.signed_percent(own['active_return'])} a year against {reference}"
    if interval is None or interval.se == 0.0:
        return gained
    return f"{gained}; {interval.level:.0%} interval {figures.span(interval.low, interval.high)}"


def bootstrap(result: Result) -> str:
    """The bootstrap interval of the active return, or why there is none."""
    if result.measured is None:
        return NOT_MEASURED
    interval = result.measured.bootstrap
    if interval is None and not result.own.figures["tracking_error"]:
        return f"none: its returns are those of {result.reference}"
    if interval is None:
        return "not measured: it needs `pip install 'overweight[stats]'`"
    return f"{interval.level:.0%} interval {figures.span(interval.low, interval.high)}"


def phase_range(result: Result) -> str:
    """Lowest and highest active return over the phases of the schedule."""
    if result.measured is None:
        return NOT_MEASURED
    phases = result.measured.phases
    if len(phases) < 2:
        return "none: the schedule has a single phase"
    held = f"{figures.span(min(phases), max(phases))} a year against policy"
    return f"{held}, deciding 0 to {len(phases) - 1} session{'s' * (len(phases) != 2)} later"


def timing(own: Figures) -> str:
    """What moving the weights earned, and what their average earned."""
    if own["timing"] == 0.0 and own["standing_tilt"] == 0.0:
        return "none: it held the policy mix throughout"
    moving, standing = figures.signed_percent(own["timing"]), figures.signed_percent(own["standing_tilt"])
    return f"{moving} a year over policy matched (its own average weights, held still); standing tilt {standing}"


def policy_held(of: Figures) -> str:
    """What the policy mix earned where it was bought once and left alone."""
    return (
        f"{figures.percent(of['cagr'])} a year, bought once and never rebalanced; Sharpe {figures.ratio(of['sharpe'])}"
    )


def brake(result: Result) -> str:
    """What the strategy earned with its brakes and without them."""
    one, other = (figures.signed_percent(result.portfolios[name].figures["active_return"]) for name in BRAKED)
    return f"{one} a year against {result.reference} with it, {other} without"


def control(of: Control) -> str:
    """What one control on request came to."""
    match of:
        case Spread():
            rank = f"it earned more than {of.beaten} of {of.runs}"
            spread = (
                f"mean {figures.signed_percent(of.mean)}, 5% to 95% {figures.span(of.low, of.high)} a year over policy"
            )
            return f"{rank}; {spread}"
        case LeftOut():
            least, most = (" to ".join(dict.fromkeys(days)) for days in (of.lowest_without, of.highest_without))
            low, high = figures.signed_percent(of.lowest), figures.signed_percent(of.highest)
            many = f"{of.episodes} episode{'s' * (of.episodes != 1)}"
            return f"{low} a year over policy without its best of {many} ({least}), {high} without its worst ({most})"
        case Dollar():
            gained, shared = figures.signed_percent(of.dollar), figures.share(of.agreeing)
            return f"{gained} a year over policy against a falling dollar; {shared} of stances agree with it"
        case Unmeasured():
            return f"not measured: {of.reason}"


def bets(own: Figures, best: float | None) -> str:
    """Episodes, how often it was over and under, and how much hangs on the best one."""
    episodes = own["episodes"]
    if episodes is None:
        return "none: it states weights, not a stance"
    if episodes == 0:
        return "none: its stance never left neutral"
    count = f"{int(episodes)} episode{'s' * (episodes != 1)}"
    over, under = figures.share(own["share_over"]), figures.share(own["share_under"])
    sides = f"over on {over} of decisions, under on {under}"
    if best is None:
        return f"{count}; {sides}"
    if best > 1.0:
        return f"{count}; {sides}; the best one made {best:.1f} times the whole active return, the rest lost"
    return f"{count}; {sides}; the best one made {figures.share(best)} of the active return"


def trials(count: int) -> str:
    """How many variants of the question were looked at."""
    if count == 0:
        return "not counted"
    return f"{count} variant{'s' * (count != 1)} of this question tried on these data"


def audit(short: Audit) -> str:
    """What came of asking some decisions again."""
    if short.verdict == "none":
        return "none: there is no strategy file to ask again"
    again = f"{short.asked} decision{'s' * (short.asked != 1)} asked again without the future"
    if short.verdict == "fail":
        failed = [one.name for one in short.checks if one.verdict == "fail"]
        return f"FAILED ({', '.join(failed)}), {again}; overweight audit tells more"
    return f"passed, {again}, in reverse, by the file loaded anew"


def verdict(words: str, bets: float | None) -> str:
    """The verdict; where bets are too few, how many there were and how many it takes."""
    if bets is None or bets >= FEWEST_EPISODES:
        return words
    return f"{words} ({int(bets)}; it takes {FEWEST_EPISODES})"


def attribution(result: Result) -> str:
    """What the active return over policy was made of, a year."""
    effects = attribution_summary(result.attribution, result.config.sessions_per_year)["effects"]
    if any(math.isnan(value) for value in effects.values()):
        return "none: it lost everything, or the window is too short for a year's figure"
    named = {
        "allocation": "allocation",
        "selection": "selection",
        "interaction": "interaction",
        "active_trading": "trading at the open",
        "active_costs": "costs",
    }
    told = [
        f"{word} {figures.signed_percent(effects[key])}" for key, word in named.items() if abs(effects[key]) >= 5e-5
    ]
    if not told:
        same = np.array_equal(result.own.ledger.equity, result.portfolios["policy"].ledger.equity)
        return "nothing: it held the policy mix throughout" if same else "nothing that reaches 0.01% a year over policy"
    return f"{'; '.join(told)} a year over policy"


def costs(result: Result) -> str | None:
    """Each kind of cost that was paid, a year; None where there are none but the three of every trade."""
    paid = result.own.ledger.costs
    kinds = [i for i in range(len(KINDS)) if paid[:, i].any()]
    if all(KINDS[i] in USUAL for i in kinds):
        return None
    equity = result.own.ledger.equity
    before = equity + paid.sum(axis=1)
    year = result.config.sessions_per_year / max(len(equity) - 1, 1)
    a_year = {KINDS[i]: float((paid[1:, i] / before[1:]).sum()) * 1e4 * year for i in kinds}
    return ", ".join(f"{kind.replace('_', ' ')} {figures.bps(value)}" for kind, value in a_year.items()) + " a year"


def currency(result: Result) -> str:
    """What changes of exchange rates added over the window, of the capital."""
    earned = float(result.own.ledger.currency.sum()) / result.config.capital
    return f"{figures.signed_percent(earned)} of the capital came from exchange rates"


def quality(found: Mapping[str, int], file: str) -> str:
    """What looks odd in the prices held, in short, and what tells which. found: findings by kind; file: the config."""
    said = ", ".join(ODD.get(kind, f"{kind} {{}}").format(count) for kind, count in found.items())
    return f"{said} (overweight data verify {quote(file)} tells which)"
