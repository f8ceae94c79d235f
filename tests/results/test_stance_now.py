"""`overweight stance`: what is said now is what the backtest says; trades and costs by hand; stale data refused."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import engine
from engine.backtest import backtest
from engine.config import load
from engine.market.snapshots import Origin, list_snapshots, save
from engine.market.table import Table
from engine.results.data.pull import pull_series
from engine.results.stance_now import show_stances
from engine.study.now import Holdings, now_of
from tests.desk import Desk, made_prices

#: The last session of the desk's prices is 2021-07-13.
NEXT_DAY = dt.date(2021, 7, 14)


def asked(path: Path, *, holdings: str | None = None, today: dt.date = NEXT_DAY, stale_ok: bool = False) -> int:
    held = None if holdings is None else Path(holdings)
    return show_stances([str(path)], [], holdings=held, today=today, stale_ok=stale_ok, as_json=True)


def answer(path: Path, capsys: pytest.CaptureFixture[str], holdings: str | None = None) -> dict[str, object]:
    capsys.readouterr()
    assert asked(path, holdings=holdings) == 0
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


def test_trades_lead_from_holdings_to_the_last_target_and_costs_are_paid(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    path = desk.config(to=None, trade="{commission_bps: 10, half_spread_bps: 5, commission_per_order: 2}")
    desk.text("asset,shares\nAAA,100\ncash,5000\n", "h.csv")
    said = answer(path, capsys, "h.csv")
    result = engine.run(path, results=None)
    prices = dict(zip(result.panel.assets, result.panel.prices[-1], strict=True))
    worth = 100 * prices["AAA"] + 5000
    assert said["equity"] == pytest.approx(worth)
    rows = {row["asset"]: row for row in said["assets"]}  # type: ignore[attr-defined]
    # After the trades each weight holds of what is left after all costs.
    left = worth - sum(0.0015 * abs(row["value"]) + 2 for row in rows.values())
    for label, target in result.targets.iloc[-1].items():
        held = 100 * prices["AAA"] if label == "AAA" else 0.0
        assert rows[label]["target"] == target
        assert held + rows[label]["value"] == pytest.approx(target * left)
        assert rows[label]["units"] == pytest.approx(rows[label]["value"] / prices[label])
    assert said["cost"] == pytest.approx(worth - left)
    assert rows["AAA"]["policy"] == 0.25


@pytest.mark.parametrize(("quoted", "unit"), [("GBP", 1.0), ("GBp", 0.01)])
@pytest.mark.parametrize("base", ["USD", "GBP"])
def test_holdings_in_another_currency_are_counted_in_the_base_currency(
    desk: Desk, capsys: pytest.CaptureFixture[str], base: str, quoted: str, unit: float
) -> None:
    """By hand: shares times their own price times the rate; `cash` is money in the base currency."""
    frame = made_prices()
    rate = np.linspace(1.0, 1.5, len(frame))
    desk.prices(frame[["AAA", "BBB"]], "us.csv")
    desk.prices(frame[["CCC"]], "uk.csv")
    desk.prices(pd.DataFrame({"GBPUSD": rate, "USDGBP": 1 / rate}, frame.index), "fx.csv")
    london = f"{{source: files, path: uk.csv, currency: {quoted}}}"
    data = f"{{us: {{source: files, path: us.csv}}, uk: {london}, fx: {{source: files, path: fx.csv}}}}"
    fx = "{GBP: GBPUSD}" if base == "USD" else "{USD: USDGBP}"
    path = desk.config(to=None, data=data, fx=fx, base_currency=base)
    desk.text("asset,shares\nAAA,100\nCCC,300\ncash,5000\n", "h.csv")
    said = answer(path, capsys, "h.csv")
    dollars, pounds = (1.0, 1.5) if base == "USD" else (1 / 1.5, 1.0)
    aaa, ccc = 100 * frame["AAA"].iloc[-1] * dollars, 300 * frame["CCC"].iloc[-1] * unit * pounds
    assert said["currency"] == base
    assert said["equity"] == pytest.approx(aaa + ccc + 5000)
    rows = {row["asset"]: row for row in said["assets"]}  # type: ignore[attr-defined]
    assert rows["CCC"]["held"] == pytest.approx(ccc / (aaa + ccc + 5000))
    assert rows["CCC"]["price"] == pytest.approx(frame["CCC"].iloc[-1] * unit * pounds)
    # The trade in units is in shares of what is quoted, whatever the money.
    assert rows["CCC"]["units"] * frame["CCC"].iloc[-1] * unit * pounds == pytest.approx(rows["CCC"]["value"])
    assert ccc + rows["CCC"]["value"] == pytest.approx(rows["CCC"]["target"] * (said["equity"] - said["cost"]))  # type: ignore[operator]
    show_stances([str(path)], [], holdings=Path("h.csv"), today=NEXT_DAY, stale_ok=False, as_json=False)
    assert f"equity {said['equity']:,.2f} {base}; " in capsys.readouterr().out


def test_a_row_named_after_a_currency_is_told_that_cash_is_in_the_base_currency(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    path = desk.config(to=None, base_currency="USD")
    desk.text("asset,shares\nAAA,100\nEUR,5000\n", "h.csv")
    assert asked(path, holdings="h.csv") == 2
    said = capsys.readouterr().err
    assert said.startswith("h.csv:3: asset: found `EUR`; expected `cash`, in USD, or an asset that the config holds; ")


def test_without_holdings_it_is_the_simulated_portfolio_and_a_traded_decision_leaves_drift_alone(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    said = answer(desk.config(to=None), capsys)
    result = engine.run("a.yaml", results=None)
    assert said["traded"] is True
    assert said["equity"] == pytest.approx(float(result.equity.iloc[-1]))
    held = {row["asset"]: row["held"] for row in said["assets"]}  # type: ignore[attr-defined]
    assert held == pytest.approx(result.weights.iloc[-1].to_dict())
    assert said["decided"]["day"] == str(result.targets.index[-1].date())  # type: ignore[index]


def test_what_it_would_say_today_is_what_a_run_that_decides_today_says(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.text(
        "from engine.signals import momentum\n\ndef score(past, *, sleeve: str):\n"
        "    return momentum(past.sleeve(sleeve), 60)\n",
        "strategies/own.py",
    )
    changes = {
        "strategy": "own",
        "with_": "{sleeve: one}",
        "to": None,
        "stance": "{rule: threshold, enter: 0, exit: 0}",
    }
    said = answer(desk.config(**changes), capsys)
    daily = engine.run(desk.config("b.yaml", **changes, every="daily"), results=None)
    assert said["if_decided_today"]["day"] == "2021-07-13"  # type: ignore[index]
    assert said["if_decided_today"]["score"]["one"] == daily.outlook.score["one"]  # type: ignore[index]
    assert answer(Path("b.yaml"), capsys)["if_decided_today"] is None


def test_tranches_hold_the_mean_of_their_targets(desk: Desk) -> None:
    result = backtest(load(desk.config(to=None, every="{sessions: 4}", tranches=2)))
    rows = [int(np.flatnonzero(result.setting.tranche == part)[-1]) for part in (0, 1)]
    target = [line.target for line in now_of(result).lines]
    np.testing.assert_allclose(target, result.own.targets[rows].mean(axis=0))


def test_nothing_to_trade_where_the_target_is_held(desk: Desk) -> None:
    result = backtest(load(desk.config(to=None)))
    units = result.own.targets[-1] * 1000.0 / result.panel.known[-1]
    now = now_of(result, Holdings(units, 0.0))
    assert [abs(line.value) < 1e-9 for line in now.lines] == [True] * 3
    assert now.cost == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("to", "message"),
    [
        (
            None,
            "a.yaml:7:7: data: found data that end on 2021-07-13, 6 business days before 2021-07-21; expected at most "
            "5, for what is to be traded on; add later rows to `prices.csv`, or say --stale-ok",
        ),
        (
            "2021-07-12",
            "a.yaml:8:7: data: found data that end on 2021-07-12, 7 business days before 2021-07-21; expected at most "
            "5, for what is to be traded on; add later rows to `prices.csv` and leave `to: 2021-07-12` out, "
            "or say --stale-ok",
        ),
    ],
)
def test_stale_data_are_refused(desk: Desk, capsys: pytest.CaptureFixture[str], to: str | None, message: str) -> None:
    path, late = desk.config(to=to), dt.date(2021, 7, 21)
    assert asked(path, today=late) == 3
    assert json.loads(capsys.readouterr().out)["error"] == message
    assert asked(path, today=late, stale_ok=True) == 0


def cure_told(path: Path, today: dt.date, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """The key that is blamed, and the cure."""
    assert asked(path, today=today) == 3
    error: str = json.loads(capsys.readouterr().out)["error"]
    return error.split(": ")[1], error.rpartition("to be traded on; ")[2].removesuffix(", or say --stale-ok")


def test_leaving_to_out_is_said_alone_where_it_helps(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    told = cure_told(desk.config(to="2021-06-30"), NEXT_DAY, capsys)
    assert told == ("to", "leave `to: 2021-06-30` out")
    assert asked(desk.config(to=None)) == 0


def test_the_sample_does_not_go_on(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    keys = {"hold": "{one: [Gold], two: [Banks]}", "from_": "2012-06-29", "data": "{source: sample}"}
    words = "name prices of your own or a publisher's in `data` (the sample does not go on)"
    path = desk.config(**keys, to=None)
    assert cure_told(path, dt.date(2024, 1, 2), capsys) == ("data", words)
    path = desk.config(**keys, to="2012-12-31")
    assert cure_told(path, dt.date(2024, 1, 2), capsys)[1] == f"{words} and leave `to: 2012-12-31` out"


def test_a_watched_label_that_ends_is_the_one_to_bring_up_to_date(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = made_prices()
    desk.prices(frame.rename(columns={"AAA": "OLD"})[["OLD"]][:-10], "old.csv")
    data = "{new: {source: files, path: prices.csv}, old: {source: files, path: old.csv}}"
    path = desk.config(watch="{metals: [OLD]}", data=data, to=None)
    assert cure_told(path, NEXT_DAY, capsys) == ("data", "add later rows to `old.csv`")


def test_what_was_pulled_is_pulled_again(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = desk.folder / "store"
    monkeypatch.setenv("OVERWEIGHT_SNAPSHOTS", str(store))
    frame = made_prices()
    for label in frame:
        days, values = frame.index.to_numpy().astype("datetime64[D]"), frame[[label]].to_numpy()
        facts = {"currency": "USD"}
        origin = Origin("made for the test", dt.datetime(2021, 7, 14, tzinfo=dt.UTC), "test", facts=facts)
        save(Table(days, (str(label),), values, "prices", "here"), "yahoo", str(label), origin, store)
    path = desk.config(data="{source: yahoo}", to=None)
    told = cure_told(path, dt.date(2021, 8, 4), capsys)
    assert told == ("data", "pull newer data (`overweight data pull a.yaml`)")
    (pin,) = (one.id[:8] for one in list_snapshots(store, "yahoo", "AAA"))
    path = desk.config(data=f"{{source: yahoo, snapshot: {{AAA: '{pin}'}}}}", to=None)
    told = cure_told(path, dt.date(2021, 8, 4), capsys)
    assert told[1].endswith(" and take the pinned `snapshot` out")


def test_a_kept_file_is_kept_anew(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that is told is the one that works, overrides and pins included."""
    monkeypatch.setenv("OVERWEIGHT_SNAPSHOTS", str(desk.folder / "store"))
    later = dt.date(2021, 8, 4)
    path = desk.config("my a.yaml", data="{source: files, path: prices.csv, snapshot: mine}", to=None)
    assert pull_series(str(path), [], store=None, accept_shorter=False, as_json=True) == 0
    first = json.loads(capsys.readouterr().out)[0]["snapshots"][0]["id"][:6]
    assert cure_told(path, later, capsys)[1] == (
        "add later rows to `prices.csv` and keep them (`overweight data pull 'my a.yaml'`)"
    )
    desk.prices(made_prices(sessions=415))
    assert pull_series(str(path), [], store=None, accept_shorter=False, as_json=True) == 0
    assert asked(path, today=later) == 0
    capsys.readouterr()
    pinned = desk.config(data=f"{{source: files, path: prices.csv, snapshot: mine@{first}}}", to=None)
    assert cure_told(pinned, later, capsys)[1].endswith(f" and say `snapshot: mine` in place of `mine@{first}`")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            "h.csv:1: found an empty file; expected the columns asset, shares; write a first line `asset,shares`, then",
        ),
        ("label,n\nAAA,1\n", "h.csv:1: found the columns label, n; expected the columns asset, shares; write a first"),
        (
            "asset,shares\nAAB,1\n",
            "h.csv:2: asset: found `AAB`; expected `cash`, in USD, or an asset that the config holds; did",
        ),
        (
            "asset,shares\nAAA,1\nAAA,2\n",
            "h.csv:3: asset: found `AAA` a second time; expected each once; add the two up",
        ),
        (
            "asset,shares\nAAA,-1\n",
            "h.csv:2: shares: found the number -1; expected 0 or more; check the sign, or write",
        ),
        ('asset,shares\nAAA,"1,200"\n', "h.csv:2: shares: found `1,200`; expected a number; write it without"),
        ("asset,shares\nAAA,1,2\n", "h.csv:2: found 3 cells; expected 2 cells; give an asset and a number"),
        ("asset,shares\n", "h.csv: found holdings worth nothing; expected a portfolio; add its rows, and `cash`"),
    ],
)
def test_holdings_that_cannot_be_are_told(
    desk: Desk, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    desk.text(text, "h.csv")
    assert asked(desk.config(to=None), holdings="h.csv") == 2
    assert json.loads(capsys.readouterr().out)["error"].startswith(message)


def test_a_missing_file_a_study_and_several_configs_are_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.config(to=None)
    assert asked(path, holdings="no.csv") == 2
    assert "no.csv: found a file that cannot be read (no such file" in capsys.readouterr().out
    desk.text("base: a.yaml\nsweep: {over: {capital: [1]}}\n", "s.yaml")
    assert asked(Path("s.yaml")) == 2
    assert "sweep: found a study, `sweep`; expected a run; name the run" in capsys.readouterr().out
    with pytest.raises(engine.errors.ConfigError, match="--holdings: found --holdings with 2 configs; expected one"):
        show_stances(["a", "b"], [], holdings=Path("h"), today=NEXT_DAY, stale_ok=True, as_json=False)


def test_the_text_is_one_width(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    show_stances([str(desk.config(to=None))], [], holdings=None, today=NEXT_DAY, stale_ok=False, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("asset"))
    assert {len(line) for line in lines[start : start + 4]} == {len(lines[start])}
    assert lines[0] == "a  data to 2021-07-13"


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"rebalance": "on_change"},
        {"rebalance": "{band: 0.02}"},
        {"trade": "{smallest_trade: 0.01}"},
        {"trade": "{lots: 10, commission_bps: 5}"},
        {"trade": "{turnover_cap: 0.001}"},
        {"every": "once", "stance": None, "tilt": None, "strategy": "buy_and_hold"},
    ],
    ids=str,
)
def test_pending_trades_are_those_that_the_run_makes_once_it_knows_the_next_session(
    desk: Desk, change: dict[str, object]
) -> None:
    """The run to the decision day says what it will trade; at unchanged prices a session more trades just that."""
    frame = pd.read_csv(desk.folder / "prices.csv", index_col=0, parse_dates=True).loc[:"2021-06-30"]
    still = frame.iloc[[-1]].set_axis(frame.index[-1:] + pd.offsets.BDay(1))
    desk.prices(pd.concat([frame, still]))
    capital = {"capital": 1_000_000}
    pending = backtest(load(desk.config(**{"to": "2021-06-30", **capital, **change})))
    later = engine.run(desk.config("b.yaml", **{"to": "2021-07-01", **capital, **change}), results=None)
    made = later.trades[later.trades["date"] == "2021-07-01"].set_index("asset")["units"]
    said = {line.asset: line.units for line in now_of(pending).lines if line.units != 0.0}
    assert said == pytest.approx(made.to_dict())
    if not change:
        assert len(said) == 3


def test_debt_is_a_caveat_in_figures(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Cash below zero, and a target above one: what is owed before the trades, and after them."""
    path = desk.config(to=None)
    desk.text("asset,shares\nAAA,100\ncash,-1000\n", "h.csv")
    worth = 100 * float(engine.run(path, results=None).panel.prices[-1][0]) - 1000
    said = answer(path, capsys, "h.csv")["caveats"]
    words = f"debt: 1,000.00 ({100 * 1000 / worth:.1f}% of equity) is owed; the trades pay it back"
    assert isinstance(said, list)
    assert said[0] == words
    show_stances(["a.yaml"], [], holdings=Path("h.csv"), today=NEXT_DAY, stale_ok=False, as_json=False)
    assert f"caution   {words}\n" in capsys.readouterr().out
    desk.text("asset,shares\nAAA,100\ncash,1000\n", "h.csv")
    assert "debt" not in str(answer(path, capsys, "h.csv")["caveats"])
    lent = desk.config("b.yaml", to=None, policy="{one: 0.7, two: 0.5, cash: -0.2}", limits="{gross: 1.2}", tilt=None,
                       stance=None, strategy="buy_and_hold")  # fmt: skip
    worth = 100 * float(engine.run(path, results=None).panel.prices[-1][0]) + 1000
    said = answer(lent, capsys, "h.csv")["caveats"]
    assert isinstance(said, list)
    assert said[0] == f"debt: the trades borrow {0.2 * worth:,.2f} (20.0% of equity)"
    desk.text(f"asset,shares\nCCC,{1.5 * worth / 100}\ncash,-1000\n", "h.csv")
    said = answer(lent, capsys, "h.csv")["caveats"]
    assert isinstance(said, list)
    assert re.match(r"debt: 1,000.00 \(.*% of equity\) is owed; after the trades .* \(20.0% of equity\)", said[0])
