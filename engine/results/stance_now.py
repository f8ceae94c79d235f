"""`overweight stance`: what each strategy says now, as a table that one can paste into a mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from engine.answers import load_run
from engine.backtest import backtest
from engine.errors import ConfigError, DataError, Fault
from engine.folder import plain
from engine.judge import Outlook
from engine.result import Result
from engine.results import figures, terminal
from engine.results.compared.compare import cautions
from engine.results.failures import Failure, exit_code
from engine.results.holdings import read_holdings
from engine.results.running import each
from engine.results.stale import refuse_stale
from engine.results.today import said_today, stance_today
from engine.study.now import Line, Now, now_of

#: Trades below this part of equity are left out of the table.
SMALLEST = 5e-5


def show_stances(
    files: Sequence[str],
    overrides: Sequence[str],
    *,
    holdings: Path | None,
    today: dt.date,
    stale_ok: bool,
    as_json: bool,
) -> int:
    """Print what every config says now; the exit code. Nothing is saved, no trial is counted."""
    if holdings is not None and len(files) > 1:
        found = f"--holdings with {len(files)} configs"
        raise ConfigError(Fault("overweight stance", "--holdings", found, "one config", "ask for one at a time"))
    action = partial(_asked, overrides=overrides, holdings=holdings, today=today, stale_ok=stale_ok)
    answers = each(files, action, "asking ")
    if as_json:
        entries = [one.as_json() if isinstance(one, Failure) else _json(*one) for one in answers]
        terminal.put_json(entries[0] if len(files) == 1 else entries)
    else:
        for i, one in enumerate(answer for answer in answers if not isinstance(answer, Failure)):
            terminal.put_drawn(*([""] if i else []), *_lines(*one))
    return exit_code(answers)


def _asked(
    file: str, *, overrides: Sequence[str], holdings: Path | None, today: dt.date, stale_ok: bool
) -> tuple[Result, Now]:
    config = load_run(file, overrides)
    result = backtest(config)
    _refuse_tomorrow(result, today)
    if not stale_ok:
        refuse_stale(result, today)
    held = None if holdings is None else read_holdings(holdings, result.panel, config.base_currency, config.allow_short)
    return result, now_of(result, held)


def _refuse_tomorrow(result: Result, today: dt.date) -> None:
    last = result.panel.sessions[-1]
    if last > np.datetime64(today):
        found = f"data that go on to {last}, after {today}"
        raise DataError(result.config.fault("to", found, "data up to today", f"say `to: {today}`, or another --today"))


def _json(result: Result, now: Now) -> dict[str, Any]:
    document: dict[str, Any] = plain(
        {
            "name": result.name,
            "id": result.id,
            "session": now.session,
            "decided": asdict(now.last),
            "if_decided_today": None if now.today is None else asdict(now.today),
            "traded": now.traded,
            "currency": result.config.base_currency,
            "equity": now.equity,
            "assets": [{**asdict(line), "active": line.active} for line in now.lines],
            "cost": now.cost,
            "last_known": dict(now.known),
            "caveats": [*_debts(now), *result.judgement.caveats],
        }
    )
    return document


def _lines(result: Result, now: Now) -> list[str]:
    """Plain text of one width: it survives a mail."""
    said = [f"{result.name}  data to {now.session}"]
    said.append(f"decided   {stance_today(result)}")
    said += [f"          {line}" for line in said_today(result)]
    state = "traded" if now.traded else "NOT TRADED YET: the trades below are its trades"
    said.append(f"          {state}")
    if now.today is not None:
        said.append(f"if asked  {now.today.day}: {_told(now.today)}")
    if now.known:
        said.append("known     " + ", ".join(f"{name} to {day}" for name, day in _newest(now.known)))
    said += [f"caution   {words}" for words in (*_debts(now), *cautions(result.judgement.caveats))]
    said += ["", *_table(now, result.config.base_currency)]
    return said


def _debts(now: Now) -> list[str]:
    """What is owed before the trades and after them, in the base currency; rounding is no debt."""
    if now.equity <= 0.0:
        return []
    cash = now.equity * (1.0 - sum(line.held for line in now.lines))
    after = cash - sum(line.value for line in now.lines) - now.cost
    before, left = (-one if one < -SMALLEST * now.equity else 0.0 for one in (cash, after))
    if before:
        end = f"after the trades {_part(left, now)}" if left else "the trades pay it back"
        return [f"debt: {_part(before, now)} is owed; {end}"]
    return [f"debt: the trades borrow {_part(left, now)}"] if left else []


def _part(money: float, now: Now) -> str:
    return f"{money:,.2f} ({100.0 * money / now.equity:.1f}% of equity)"


def _told(outlook: Outlook) -> str:
    """Stance, score and distance by name, in figures."""
    if not outlook.stance:
        return "takes no stance"
    parts = []
    for name, stance in outlook.stance.items():
        score, distance = outlook.score.get(name), outlook.distance.get(name)
        words = f"{name} stance {stance:+.2f}"
        words += "" if score is None else f", score {figures.number(score)}"
        parts.append(words + ("" if distance is None else f", {figures.number(distance)} from a change"))
    return "; ".join(parts)


def _newest(known: Mapping[str, str]) -> list[tuple[str, str]]:
    """One entry for each source: its columns arrive together."""
    by_source: dict[str, str] = {}
    for name, day in known.items():
        source = name.partition(".")[0]
        by_source[source] = max(day, by_source.get(source, day))
    return sorted(by_source.items())


def _table(now: Now, currency: str) -> list[str]:
    shown = [line for line in now.lines if any(abs(part) >= SMALLEST for part in (line.target, line.held, line.policy))]
    width = max([5, *(len(line.asset) for line in shown)])
    head = f"{'asset':<{width}}  {'policy':>7}  {'target':>7}  {'active':>7}  {'held':>7}  {'trade':>12}  {'units':>12}"
    rows = [_row(line, width) for line in sorted(shown, key=lambda one: (-abs(one.active), one.asset))]
    trades = [line for line in now.lines if line.value != 0.0]
    cost = f"{now.cost:,.2f}" + (f" ({1e4 * now.cost / now.equity:.1f} bps of equity)" if now.equity > 0 else "")
    total = f"{len(trades)} trades of {sum(abs(line.value) for line in trades):,.2f}, estimated costs {cost}"
    return [head, *rows, "", f"equity {now.equity:,.2f} {currency}; {total}"]


def _row(line: Line, width: int) -> str:
    parts = (line.policy, line.target, line.active, line.held)
    shares = "  ".join(f"{100.0 * one + 0.0:>{7 - 1}.2f}%" for one in parts)
    return f"{line.asset:<{width}}  {shares}  {line.value + 0.0:>12,.2f}  {line.units + 0.0:>12,.3f}"
