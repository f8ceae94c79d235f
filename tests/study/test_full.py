"""What `--full` measures: figures against their parts, planted effects, and what the ledger of trials adds."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import engine
from engine.measure.inference import deflated_sharpe
from engine.measure.track import excess_returns, returns
from engine.result import Result
from engine.study.bootstrap import active_return_bootstrap, own_bootstrap
from engine.study.full import deflated, measure_fully
from engine.trials import Tried
from tests.desk import Desk, made_prices


def asked(desk: Desk, **changes: object) -> Result:
    desk.prices(made_prices(sessions=500))
    return desk.run(every="month_end", **changes)


def test_full_json_has_every_figure_and_result_json_the_cheap_ones(desk: Desk) -> None:
    pytest.importorskip("arch")
    asked(desk)
    result = engine.run("a.yaml", full=True)
    assert result.path is not None
    assert result.measured is not None
    full = json.loads((result.path / "full.json").read_text())
    assert set(full) == {
        "phases", "bootstrap", "bootstrap_sharpe", "bootstrap_drawdown", "deflated", "alpha", "sharpe_difference",
        "parting",
    }  # fmt: skip
    assert all(full[name] for name in full)
    said = json.loads((result.path / "result.json").read_text())["inference"]
    own = result.own.figures
    assert said["sharpe"]["sharpe"] == own["sharpe"]
    assert said["sharpe"]["se_lo"] == pytest.approx(own["sharpe_se"])
    assert said["active_return"]["estimate"] == pytest.approx(own["active_return"])
    gaps = returns(result.own.track) - returns(result.portfolios["policy"].track)
    assert said["active"]["sharpe"] == pytest.approx(gaps.mean() / gaps.std(ddof=1) * math.sqrt(252))
    assert full["bootstrap_sharpe"]["low"] < own["sharpe"] < full["bootstrap_sharpe"]["high"]
    assert full["bootstrap_drawdown"]["low"] < full["bootstrap_drawdown"]["high"] <= 0.0
    earlier = gaps[result.own.track.sessions[1:] < np.datetime64(full["parting"]["day"])]
    assert full["parting"]["before"] == pytest.approx(252 * earlier.mean())
    assert full["alpha"]["policy"]["beta"] == pytest.approx(own["beta"])
    excess = excess_returns(result.own.track).mean() - own["beta"] * excess_returns(
        result.portfolios["policy"].track
    ).mean()  # fmt: skip
    assert full["alpha"]["policy"]["alpha"]["estimate"] == pytest.approx(252 * excess)


def test_alpha_stands_over_everything_it_is_held_against(desk: Desk) -> None:
    result = asked(desk, against="[policy, AAA]")
    measured = measure_fully(result, Tried(1, None))
    assert list(measured.alpha) == ["policy", "AAA"]


def test_the_reference_itself_differs_in_nothing(desk: Desk) -> None:
    result = asked(desk, strategy="buy_and_hold", stance=None, tilt=None)
    measured = measure_fully(result, Tried(1, None))
    assert (measured.bootstrap, measured.sharpe_difference, measured.parting, measured.deflated.active) == (None,) * 4
    assert measured.alpha == {}
    assert result.judgement.sureness.active is None
    assert result.judgement.sureness.active_return is None


def test_every_further_trial_costs_certainty(desk: Desk) -> None:
    result = asked(desk)
    record = result.judgement.sureness.sharpe
    assert record is not None
    one = deflated(result, Tried(1, None))
    assert one.dsr == pytest.approx(record.psr)
    assert one.sharpe is not None
    assert one.sharpe.haircut == pytest.approx(0.0, abs=1e-9)
    many = deflated(result, Tried(40, 0.25))
    n = len(returns(result.own.track))
    assert many.dsr == deflated_sharpe(
        record.sharpe / math.sqrt(252), n, trials=40, trial_variance=0.25 / 252,
        skew=record.skew, kurtosis=record.kurtosis,
    )  # fmt: skip
    assert (many.dsr or 0) < (one.dsr or 0)
    assert many.sharpe is not None
    assert many.sharpe.adjusted_p == pytest.approx(min(40 * one.sharpe.p, 1.0))
    assert deflated(result, Tried(40, None)).dsr is None


def test_the_ledger_says_how_many_were_tried_and_how_far_they_spread(desk: Desk) -> None:
    asked(desk)
    sharpes = [engine.run("a.yaml", [f"tilt.one.over={over}"]).metrics["sharpe"] for over in (0.1, 0.2, 0.3)]
    measured = engine.run("a.yaml", ["tilt.one.over=0.3"], full=True).measured
    assert measured is not None
    assert measured.deflated.trials == 3
    assert measured.deflated.variance == pytest.approx(np.var(sharpes, ddof=1))
    first = engine.run("a.yaml", ["tilt.one.over=0.4"], full=True, results="elsewhere").measured
    assert first is not None
    assert (first.deflated.trials, first.deflated.variance) == (1, None)


def test_bootstraps_see_what_is_planted() -> None:
    pytest.importorskip("arch")
    rng = np.random.default_rng(8)
    market = rng.normal(0.0004, 0.01, 1500)
    better = market + 0.0005 + rng.normal(0.0, 0.002, 1500)
    found = active_return_bootstrap(better, market, 252, repetitions=300)
    assert found is not None
    assert 0.0 < found.low < math.expm1(252 * 0.0009) - math.expm1(252 * 0.0004) < found.high
    own = own_bootstrap(better, np.zeros(1500), 252, repetitions=300)
    assert own is not None
    # Independent returns: the bootstrap's spread of the Sharpe ratio is Lo's standard error.
    assert own.sharpe.se == pytest.approx(math.sqrt(252 / 1500), rel=0.15)
    cash = own_bootstrap(better + 0.001, np.full(1500, 0.001), 252, repetitions=300)
    assert cash is not None
    assert cash.sharpe.low == pytest.approx(own.sharpe.low)
    always = own_bootstrap(np.abs(market), np.zeros(1500), 252, repetitions=50)
    assert always is not None
    assert (always.drawdown.low, always.drawdown.high) == (0.0, 0.0)
    assert own_bootstrap(np.zeros(100), np.zeros(100), 252) is None
    assert active_return_bootstrap(market, market, 252) is None


def test_the_first_loss_is_part_of_the_deepest_drawdown() -> None:
    """20 sessions of -1%, give or take a hair: in every order the portfolio ends 0.99^20 - 1 below where it began."""
    pytest.importorskip("arch")
    hair = np.tile([1e-7, -1e-7], 10)
    found = own_bootstrap(-0.01 + hair, np.zeros(20), 252, repetitions=50)
    assert found is not None
    assert (found.drawdown.low, found.drawdown.high) == pytest.approx((0.99**20 - 1,) * 2, abs=1e-5)
