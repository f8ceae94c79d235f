"""A report in words: what was asked, what came of it, and what a reader must know before believing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from engine.measure.inference import Interval
from engine.result import Dollar, LeftOut, Spread, Unmeasured
from engine.results import figures, sentences, sure
from engine.results.opened import Opened

#: Metrics in the table of figures: label, metric, how it is written.
ROWS = (
    ("return a year", "cagr", figures.percent),
    ("volatility", "volatility", figures.percent),
    ("Sharpe", "sharpe", figures.ratio),
    ("its standard error", "sharpe_se", figures.ratio),
    ("worst drawdown", "max_drawdown", figures.percent),
    ("active return", "active_return", figures.signed_percent),
    ("tracking error", "tracking_error", figures.percent),
    ("information ratio", "information_ratio", figures.ratio),
    ("turnover a year", "turnover", figures.percent),
    ("costs a year", "costs_bps_a_year", figures.bps),
)
#: Portfolios in the order in which they are read; others follow by name.
ORDER = ("strategy", "unbraked", "policy", "policy_matched", "policy_held", "momentum", "always_over")
SCHEDULES = {"daily": "every session", "week_end": "at each week's end", "month_end": "at each month's end",
             "quarter_end": "at each quarter's end", "once": "once"}  # fmt: skip
#: What a control may have come to; its figures tell which.
CONTROLS = (Spread, LeftOut, Dollar, Unmeasured)
SIDES = {"over": "over only", "under": "under only", "both": "both ways"}


def metric_called(metric: str, first: bool = False) -> str:
    """A metric in words: `active return`, `Sharpe`. first: it begins a sentence."""
    words = metric.replace("_", " ").replace("sharpe", "Sharpe")
    return words[:1].upper() + words[1:] if first else words


def asked(config: Mapping[str, Any]) -> list[str]:
    """The question as sentences, each from the keys that the config has."""
    return [sentence for sentence in (_holds(config), _decides(config), _tilts(config), _trades(config)) if sentence]


def _holds(config: Mapping[str, Any]) -> str:
    policy = config.get("policy") or {}
    mix = ", ".join(f"{100.0 * weight:g}% {name}" for name, weight in policy.items() if weight)
    return f"Neutral mix: {mix}." if mix else ""


def _decides(config: Mapping[str, Any]) -> str:
    every = config["every"]
    when = SCHEDULES.get(every, str(every)) if isinstance(every, str) else _block(every)
    name = config.get("strategy") or "a blend of " + ", ".join(config.get("blend") or {})
    given = _block(config.get("with") or {})
    return f"Decides {when} by {name}{f' with {given}' if given else ''}."


def _tilts(config: Mapping[str, Any]) -> str:
    stance, tilt = config.get("stance"), config.get("tilt") or {}
    if not tilt:
        return ""
    moves = []
    for name, one in tilt.items():
        under = one.get("under")
        down = "" if under is None else f", {100.0 * under:g} points under"
        moves.append(f"{name} {100.0 * one['over']:g} points over{down}, from {one['from']}")
    rule = ""
    if stance:
        rest = _block({key: value for key, value in stance.items() if key not in ("rule", "sides")})
        rule = f" Stance by {stance['rule']} ({rest}), {SIDES.get(stance.get('sides', ''), 'by rank')}."
    return f"At full stance {'; '.join(moves)}.{rule}"


def _trades(config: Mapping[str, Any]) -> str:
    trade = config.get("trade") or {}
    bps = {key.removesuffix("_bps").replace("_", "-"): trade.get(key) for key in
           ("commission_bps", "half_spread_bps", "slippage_bps")}  # fmt: skip
    costs = ", ".join(
        f"{name} {value:g} bps" for name, value in bps.items() if isinstance(value, (int, float)) and value
    )
    after = trade.get("after", 1)
    when = "at once, on the close it decided on" if after == 0 else f"{after} session{'s' * (after != 1)} later"
    paying = f"paying {costs}" if costs else "without costs by rate"
    return f"Trades {when}, at the {trade.get('at', 'close')}, {paying}."


def _block(values: Mapping[str, Any]) -> str:
    given = {key: value for key, value in values.items() if value is not None}
    return ", ".join(
        f"{key} {value:g}" if isinstance(value, float) else f"{key} {value}" for key, value in given.items()
    )


def figure_table(document: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Heads and rows: the strategy beside what it must beat."""
    portfolios = document["portfolios"]
    names = sorted(portfolios, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    rows = [[label, *(words(portfolios[name].get(key)) for name in names)] for label, key, words in ROWS]
    return [name.replace("_", " ") for name in names], rows


def told(run: Opened, trials: int, full: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Label and sentence: how sure one can be, and of what."""
    document = run.document
    own = document["metrics"]
    interval = document.get("active_return_interval")
    held = None if interval is None else Interval(**{key: interval[key] for key in ("low", "high", "se", "level")})
    yield "active return", sentences.active_return(own, held, document["reference"])
    yield "timing", sentences.timing(own)
    if (inference := document.get("inference")) is not None:
        yield "record", sure.record(inference, document["reference"])
    yield "policy held", sentences.policy_held(document["portfolios"]["policy_held"])
    if "unbraked" in document["portfolios"]:
        with_it, without = (document["portfolios"][name] for name in sentences.BRAKED)
        gained = figures.signed_percent(with_it["active_return"])
        yield "brake", f"{gained} a year with it, {figures.signed_percent(without['active_return'])} without"
    yield "bets", sentences.bets(own, document.get("best_episode_share"))
    yield from _without_effect(document.get("controls") or {})
    yield "trials", sentences.trials(trials)
    audit = document.get("audit")
    if audit:
        failed = [check["name"] for check in audit["checks"] if check["verdict"] == "fail"]
        passed = f"passed, {audit['asked']} decisions asked again without the future"
        yield "audit", f"FAILED: {', '.join(failed)}" if failed else passed
    if full is None:
        yield "phases, bootstrap", sentences.NOT_MEASURED
        return
    phases = full.get("phases") or []
    if len(phases) > 1:
        yield (
            "phase range",
            f"{figures.span(min(phases), max(phases))} a year over {len(phases)} phases of the schedule",
        )
    drawn = full.get("bootstrap")
    if drawn:
        yield "bootstrap", f"{drawn['level']:.0%} interval {figures.span(drawn['low'], drawn['high'])}"
    yield from sure.measured(full, document["reference"])


def _without_effect(controls: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """What the same rule earns where the effect does not exist: the controls that the config asked for."""
    for name, values in controls.items():
        kind = next((one for one in CONTROLS if {each.name for each in fields(one)} == set(values)), None)
        if kind is not None:
            yield name.replace("_", " "), sentences.control(kind(**values))
    if not controls:
        yield "no effect", "not measured here: `overweight null` runs the same config where there is nothing to find"


def quality(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the look over the prices found, where it found anything."""
    found = document["manifest"]["data"]["quality"]
    return [("data", sentences.quality(found, "FILE"))] if found else []


def said_today(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the strategy itself has to say of its last decision."""
    said = document["outlook"].get("said") or {}
    return [(name, value if isinstance(value, str) else figures.number(value)) for name, value in said.items()]


def today(document: Mapping[str, Any]) -> str:
    """What it says on its last decision day, and how far its score is from changing that."""
    outlook = document["outlook"]
    if not outlook["stance"]:
        return f"{outlook['day']}: takes no stance, states weights"
    parts = []
    for name, stance in list(outlook["stance"].items())[:6]:
        score, distance = outlook["score"].get(name), outlook["distance"].get(name)
        said = f"{name} {'neutral' if stance == 0.0 else f'stance {stance:+.2f}'}"
        said += "" if score is None else f", score {figures.number(score)}"
        parts.append(said if distance is None else f"{said}, {figures.number(distance)} from a change")
    more = f" and {len(outlook['stance']) - 6} more" if len(outlook["stance"]) > 6 else ""
    return f"{outlook['day']}: {'; '.join(parts)}{more}"
