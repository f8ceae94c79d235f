"""A walk-forward against runs on markets that end where the choice was made, and one candidate against a plain run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.config import load
from engine.study.walk import forward
from engine.study.walk.candidates import run_candidates
from engine.study.walk.forward import Walked
from engine.study.walk.study import walk_forward_of
from engine.study.walk.windows import Fold, folds_of
from tests.desk import Desk, made_prices

STRATEGY = """
def score(past, *, sleeve: str = "one", window: int = 20):
    levels = past.sleeve(sleeve)
    return 100 * (levels[-1] / levels[-window] - 1)
"""
WINDOWS = "{train_sessions: 120, test_sessions: 60, embargo_sessions: 7}"
OVER = "{with.window: [5, 20, 45], stance.enter: [0.5, 3]}"
TRAIN, TEST, EMBARGO = 120, 60, 7


def base(desk: Desk, **changes: object) -> Path:
    desk.text(STRATEGY, "strategies/trend.py")
    given = {
        "strategy": "trend",
        "every": "week_end",
        "stance": "{rule: threshold, enter: 1, exit: 0}",
        "trade": "{after: 1, commission_bps: 3}",
        "from": "2020-04-30",
        "to": "2021-06-30",
    }
    return desk.config(**(given | changes))


def walked(desk: Desk, over: str = OVER, windows: str = WINDOWS, **changes: object) -> Walked:
    base(desk, **changes)
    desk.text(f"base: a.yaml\nwalk_forward: {windows}\nsweep: {{over: {over}}}\n", "walk.yaml")
    return walk_forward_of(load("walk.yaml"))


def variant(found: Walked, place: int) -> list[str]:
    """What makes a plain run of a candidate."""
    return [f"{key}={value}" for key, value in found.candidates.variants.values(place).items()]


def sharpe(equity: np.ndarray) -> float:
    returns = equity[1:] / equity[:-1] - 1
    return float(returns.mean() / returns.std(ddof=1))


def choices_by_hand(desk: Desk, found: Walked) -> list[int]:
    """The best candidate of each training window, each one run by itself on prices that end with that window."""
    prices, best = made_prices(), []
    days = prices.index
    first = days.get_loc("2020-05-01")
    for number in range(len(found.folds)):
        end = first + TRAIN + number * TEST
        begin = end - TRAIN
        desk.prices(prices.iloc[: end + 1])
        figures = []
        for place in range(found.candidates.variants.count):
            equity = engine.run("a.yaml", [*variant(found, place), f"to={days[end]:%Y-%m-%d}"], results=None).equity
            assert equity.index[-1] == days[end]
            figures.append(sharpe(equity[days[begin] :].to_numpy()))
        best.append(int(np.argmax(figures)))
    desk.prices(prices)
    return best


def test_a_planted_leak_at_the_seam_is_caught(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training that reaches over the embargo, or into the test window, chooses otherwise than the cut market does."""
    honest = choices_by_hand(desk, walked(desk))
    assert [*walked(desk).chosen] == honest
    assert len({*honest}) > 1
    for ahead in (EMBARGO, TEST):

        def leaking(*args: object, ahead: int = ahead) -> tuple[Fold, ...]:
            found = folds_of(*args)  # type: ignore[arg-type]
            return tuple(replace(one, end=min(one.end + ahead, one.until), start=one.start + ahead) for one in found)

        monkeypatch.setattr(forward, "folds_of", leaking)
        assert [*walked(desk).chosen] != honest


def test_one_session_too_many_is_caught(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day after training makes one tilt the best; only who looks a day ahead knows."""
    prices = made_prices()
    end = prices.index.get_loc("2020-05-01") + TRAIN
    for column, drift in (("AAA", -0.002), ("BBB", -0.002), ("CCC", 0.0)):
        prices[column] = 100 * np.exp(np.random.default_rng(1).normal(drift, 0.002, len(prices)).cumsum())
    prices.loc[prices.index[end + 1] :, ["AAA", "BBB"]] *= 1.9
    desk.prices(prices)
    how = {"strategy": "always_over", "over": "{tilt.one.over: [0.0, 0.4]}"}
    windows = WINDOWS.replace("7", "0")
    assert walked(desk, windows=windows, **how).chosen[0] == 0

    def late(*args: object) -> tuple[Fold, ...]:
        return tuple(replace(one, end=one.end + 1) for one in folds_of(*args))  # type: ignore[arg-type]

    monkeypatch.setattr(forward, "folds_of", late)
    assert walked(desk, windows=windows, **how).chosen[0] == 1


def test_no_target_moves_when_the_future_is_cut_off(desk: Desk) -> None:
    """What the one run held up to any day needs no price after it."""
    whole = walked(desk)
    prices = made_prices()
    days = whole.candidates.setting.panel.sessions
    for cut in (whole.folds[1].known, whole.folds[1].known + 1, whole.folds[2].known + 9):
        desk.prices(prices.loc[: str(days[cut])])
        part = walked(desk, to=str(days[cut]))
        last = int((whole.stitched.setting.decisions <= cut).sum())
        np.testing.assert_array_equal(part.stitched.setting.decisions[:last], whole.stitched.setting.decisions[:last])
        np.testing.assert_array_equal(part.stitched.targets[:last], whole.stitched.targets[:last])
        n = int((part.stitched.ledger.sessions <= days[cut]).sum())
        np.testing.assert_array_equal(part.stitched.ledger.equity[:n], whole.stitched.ledger.equity[:n])


@pytest.mark.parametrize("anchored", ["true", "false"])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rebalance": "on_change"},
        {"rebalance": "{band: 0.03}"},
        {"tranches": "4", "every": "{sessions: 20}"},
        {"trade": "{after: 0, slippage_bps: 4}"},
    ],
    ids=lambda changes: next(iter(changes), "plain"),
)
def test_with_one_candidate_it_is_the_plain_run_bit_for_bit(desk: Desk, changes: dict[str, str], anchored: str) -> None:
    windows = WINDOWS.replace("}", f", anchored: {anchored}}}")
    found = walked(desk, "{with.window: [33]}", windows, **changes)
    plain = engine.run("a.yaml", ["with.window=33"], results=None)
    own = plain.own
    assert np.array_equal(found.stitched.targets, own.targets)
    for name in ("equity", "cash", "units", "weights", "costs", "traded"):
        assert np.array_equal(getattr(found.stitched.ledger, name), getattr(own.ledger, name)), name
    assert len(found.folds) >= 3


def test_it_is_one_run_whose_parameters_are_dated(desk: Desk) -> None:
    """Whose decision stands on which day, from the days on which choices were known; and one portfolio by hand."""
    found = walked(desk, trade="{after: 1}", every="daily")
    days = found.candidates.setting.panel.sessions
    first = int(np.searchsorted(days, np.datetime64("2020-04-30")))
    known = [first + TRAIN + EMBARGO + TEST * number for number in range(3)]
    assert [fold.known for fold in found.folds] == known
    decisions, targets = found.stitched.setting.decisions, found.stitched.targets
    runs = {-1: engine.run("a.yaml", results=None)}
    runs |= {place: engine.run("a.yaml", variant(found, place), results=None) for place in set(found.chosen)}
    for i, day in enumerate(decisions):
        place = [-1, *found.chosen][sum(day >= one for one in known)]
        assert found.stitched.chosen[i] == place
        np.testing.assert_array_equal(targets[i], runs[place].own.targets[i])
    prices, ledger = made_prices().loc[:"2021-06-30"].to_numpy(), found.stitched.ledger
    equity, units, cash = [1e6], np.zeros(3), 1e6
    rate = found.candidates.setting.panel.cash_rate
    for day in range(first + 1, len(days)):
        cash *= 1 + rate[day]
        worth = cash + units @ prices[day]
        hit = np.flatnonzero(decisions + 1 == day)
        if len(hit):
            units = targets[hit[0]] * worth / prices[day]
            cash = worth - units @ prices[day]
        equity.append(worth)
    np.testing.assert_allclose(ledger.equity, equity, rtol=1e-10)


def test_a_stance_taken_before_its_turn_is_in_force_in_it(desk: Desk) -> None:
    """Between two thresholds a candidate stands as its own path left it, not neutral as one that begins anew."""
    found = walked(desk, "{with.window: [5, 20], stance.exit: [-3, 0]}")
    fresh = 0
    for fold, place in zip(found.folds, found.chosen, strict=True):
        config = [*variant(found, place), f"from={found.candidates.setting.panel.sessions[fold.known]}"]
        anew = engine.run("a.yaml", config, results=None).own.targets
        at = int(np.searchsorted(found.stitched.setting.decisions, fold.known))
        fresh += not np.array_equal(anew[0], found.stitched.targets[at])
    assert fresh > 0


def test_on_change_the_first_decision_of_another_candidate_trades(desk: Desk) -> None:
    """Both candidates always say the same, of another size: without a trade at the seam the old size would stay."""
    found = walked(desk, "{tilt.one.over: [0.1, 0.4]}", strategy="always_over", rebalance="on_change")
    changed = [fold.known for fold, one, other in zip(
        found.folds, (-1, *found.chosen), found.chosen, strict=False) if one != other]  # fmt: skip
    decided = found.stitched.setting.decisions
    due = {int(decided[decided >= known][0]) + 1 for known in changed}
    assert {*found.stitched.ledger.rebalances.tolist()} == {int(decided[0]) + 1, *due}
    assert len(due) >= 1


def test_windows_by_hand() -> None:
    assert folds_of(10, 100, train=40, test=20, embargo=5, anchored=False) == (
        Fold(10, 50, 55, 75), Fold(30, 70, 75, 95), Fold(50, 90, 95, 100),
    )  # fmt: skip
    assert [(one.start, one.end) for one in folds_of(10, 100, 40, 20, 5, anchored=True)] == [
        (10, 50),
        (10, 70),
        (10, 90),
    ]
    assert folds_of(10, 55, 40, 20, 5, anchored=False) == ()


def test_a_short_rest_in_which_nothing_is_decided_is_no_fold(desk: Desk) -> None:
    """The last choice then stands to the end."""
    windows = "{train_sessions: 120, test_sessions: 58, embargo_sessions: 7}"
    found = walked(desk, windows=windows, every="month_end", to="2021-04-28")
    assert found.folds[-1].until == found.candidates.last
    assert found.folds[-1].until - found.folds[-1].known > 58


def test_all_candidates_share_one_market(desk: Desk) -> None:
    base(desk)
    desk.text(f"base: a.yaml\nwalk_forward: {WINDOWS}\nsweep: {{over: {OVER}}}\n", "walk.yaml")
    found = run_candidates(load("walk.yaml"))
    assert [one.number for one in found.all] == [0, 1, 2, 3, 4, 5]
    for one in found.all:
        plain = engine.run("a.yaml", [f"{k}={v}" for k, v in found.variants.values(one.number).items()], results=None)
        assert np.array_equal(one.track.equity, plain.own.track.equity)
