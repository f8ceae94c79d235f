"""Beta, capture, regimes and catching up: against statsmodels and hand work, and planted truth against none."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from engine.study.claims.estimates import _spans, capture
from engine.study.claims.hac import UNDEFINED, difference_of, lags_of, mean_of, slope
from engine.study.claims.overlap import overlapping_slope
from tests.desk import Desk, made_prices
from tests.study.claims.asked import parts

sm = pytest.importorskip("statsmodels.api")
STATS = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("lags", [0, 3, 11])
def test_slope_and_error_are_those_of_statsmodels(lags: int) -> None:
    x, y = np.random.default_rng(lags).normal(size=(2, 200)).cumsum(axis=1)
    fit = sm.OLS(y, sm.add_constant(x)).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False})
    found = slope(x, y, lags, 30.0)
    assert (found.value, found.error) == (pytest.approx(fit.params[1]), pytest.approx(fit.bse[1]))
    assert found.interval() == pytest.approx(STATS.t.interval(0.95, 30, loc=fit.params[1], scale=fit.bse[1]), rel=1e-6)


def test_means_of_chosen_months_are_those_of_a_regression_on_both_kinds() -> None:
    rng = np.random.default_rng(5)
    chosen, y = (rng.random(150) < 0.4).astype(float), rng.normal(size=150)
    fit = sm.OLS(y, np.column_stack([chosen, 1 - chosen])).fit(
        cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": False}
    )
    found, gap = mean_of(chosen, y, 4), difference_of(chosen, y, 4)
    assert (found.value, found.error) == (pytest.approx(fit.params[0]), pytest.approx(fit.bse[0]))
    test = fit.t_test([1, -1])
    assert (gap.value, gap.error) == (pytest.approx(test.effect.item()), pytest.approx(test.sd.item()))


def test_what_does_not_vary_has_no_slope() -> None:
    assert slope(np.ones(9), np.arange(9.0), 1) is UNDEFINED
    assert mean_of(np.zeros(9), np.arange(9.0), 1) is UNDEFINED
    assert slope(np.empty(0), np.empty(0), 1) is UNDEFINED
    assert [lags_of(n) for n in (10, 100, 629)] == [2, 4, 6]


def test_capture_by_hand() -> None:
    """The two worst of ten months fell by 10% and 6%; the asset fell by 5% and rose by 1%."""
    market = np.array([0.01, -0.10, 0.02, 0.03, -0.06, 0.00, 0.01, 0.04, -0.02, 0.02])
    own = np.array([0.02, -0.05, 0.01, 0.00, 0.01, 0.02, 0.00, 0.03, -0.09, 0.05])
    found = capture(own, market, 0.2)
    assert found.value == pytest.approx(-0.02 / -0.08)
    left = np.array([-0.05 + 0.10 * 0.25, 0.01 + 0.06 * 0.25])
    assert found.error == pytest.approx(left.std(ddof=1) / np.sqrt(2) / 0.08)
    assert found.df == 1
    assert capture(own, np.abs(market) + 0.01, 0.2) is UNDEFINED  # a market that never falls
    assert capture(own, market, 0.1) is UNDEFINED  # one month


def test_the_interval_of_a_capture_covers_as_often_as_it_says() -> None:
    rng, inside = np.random.default_rng(11), 0
    for _ in range(400):
        market = rng.normal(0, 0.05, 240)
        low, high = capture(0.7 * market + rng.normal(0, 0.04, 240), market, 0.1).interval()
        inside += low <= 0.7 <= high
    assert 0.92 <= inside / 400 <= 0.975


def monthly(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.resample("ME").last().pct_change().dropna()


def test_beta_and_capture_of_a_file_are_those_of_pandas(desk: Desk) -> None:
    frame = made_prices(3, 800)
    desk.prices(frame)
    beta, worst = parts(desk, "measure: capture\nof: [AAA]\nversus: BBB\nworst: 0.2\nclaimed: '< 1'")
    # 2020-01-01 and 800 business days: the last one is 2023-01-24, in a month that is not over.
    moves = monthly(frame.loc[:"2022-12-31"])
    assert beta.value == pytest.approx(moves["AAA"].cov(moves["BBB"]) / moves["BBB"].var())
    low = moves.nsmallest(int(0.2 * len(moves)), "BBB")
    assert worst.value == pytest.approx(low["AAA"].mean() / low["BBB"].mean())
    assert (beta.observations, worst.observations) == (35, 7)


REGIME = """\
measure: regime
of: [AAA]
versus: BBB
when:
  - {series: CCC, over_months: 2, change: falling}
"""


def test_a_regime_is_the_mean_over_its_months(desk: Desk) -> None:
    frame = made_prices(4, 1500)
    desk.prices(frame)
    inside, against = parts(desk, REGIME)
    ended = frame.resample("ME").last()
    falling = ended["CCC"].diff(2).dropna() < 0
    moves = ended.pct_change().dropna()
    relative = (moves["AAA"] - moves["BBB"]).loc[falling.index]
    assert inside.value == pytest.approx(relative[falling].mean())
    assert against.value == pytest.approx(relative[falling].mean() - relative[~falling].mean())
    spells = int((falling & ~falling.shift(1, fill_value=False)).sum())
    assert inside.observations == spells
    assert inside.note == f"{int(falling.sum())} of {len(falling)} months, in {spells} spells"


@pytest.mark.parametrize(
    ("condition", "months"),
    [
        ("{series: CCC, over_months: 1, change: rising}", lambda v: v.diff() > 0),
        ("{series: CCC, over_months: 1, change: stable, within: 2}", lambda v: v.diff().abs() <= 2),
        ("{series: CCC, as: yearly_change, over_months: 3, change: falling}", lambda v: v.pct_change(12).diff(3) < 0),
    ],
)
def test_conditions_are_what_they_say(desk: Desk, condition: str, months) -> None:
    frame = made_prices(4, 1500)
    desk.prices(frame)
    inside, _ = parts(desk, REGIME.replace("{series: CCC, over_months: 2, change: falling}", condition))
    ended = frame.resample("ME").last()
    wanted = months(ended["CCC"]).iloc[1:]
    moves = ended.pct_change().dropna()
    relative = (moves["AAA"] - moves["BBB"])[wanted]
    assert inside.value == pytest.approx(relative.mean())


def test_a_planted_regime_is_found(desk: Desk) -> None:
    frame = made_prices(6, 2600)
    ended = frame.resample("ME").last()
    falling = (ended["CCC"].diff(2) < 0).reindex(frame.index, method="bfill").fillna(False)
    noise = np.random.default_rng(1).normal(0, 0.004, len(frame))
    frame["AAA"] = frame["BBB"] * np.exp(0.0015 * falling.to_numpy() + noise).cumprod()
    desk.prices(frame)
    inside, against = parts(desk, REGIME)
    assert (inside.verdict, against.verdict) == ("holds", "holds")
    # 260.89 business days a year.
    assert inside.low < np.exp(0.0015 * 260.89 / 12) - 1 < inside.high


def brute(x: np.ndarray, steps: np.ndarray, ahead: int) -> tuple[float, float]:
    """Slope of the sums on x, and Hodrick's error, by loops."""
    n = len(x)
    y = np.array([steps[t : t + ahead].sum() for t in range(n)])
    fit = np.polyfit(x, y, 1)[0]
    around, errors = x - x.mean(), steps - steps.mean()
    total = 0.0
    for s in range(len(steps)):
        total += (errors[s] * sum(around[s - j] for j in range(ahead) if 0 <= s - j < n)) ** 2
    return float(fit), float(np.sqrt(total) / (around @ around))


def test_overlapping_slope_by_loops() -> None:
    rng = np.random.default_rng(2)
    x, steps = rng.normal(size=60), rng.normal(size=62)
    value, error = brute(x, steps, 3)
    found = overlapping_slope(x, steps, 3, 0)
    assert found.error == pytest.approx(error)
    assert found.df == pytest.approx(60 / 3 - 2)
    around, y = x - x.mean(), np.convolve(steps, np.ones(3), "valid")
    bias = sum(
        -(1 + 2 * (around[k:] @ around[:-k]) / (around @ around)) * (around[k:] @ (y - y.mean())[:-k]) for k in (1, 2)
    )
    assert found.value == pytest.approx(value - bias / 60 / (around @ around))
    assert overlapping_slope(x[:5], steps[:7], 3, 0) is UNDEFINED
    assert overlapping_slope(np.ones(60), steps, 3, 0) is UNDEFINED


def gaps_and_moves(rng: np.random.Generator, effect: float) -> tuple[np.ndarray, np.ndarray]:
    """A gap made of the last six steps, which the next step closes in part."""
    steps, gap = np.zeros(306), np.zeros(306)
    noise = rng.normal(0, 0.05, 306)
    for t in range(6, 306):
        gap[t] = -noise[t - 6 : t].sum() / 0.12
        steps[t] = noise[t] + effect * gap[t]
    return gap[6:-2], steps[6:]


@pytest.mark.parametrize("effect", [0.0, 0.01])
def test_the_slope_has_no_bias_and_its_interval_covers(effect: float) -> None:
    """Plain least squares is above the truth."""
    rng = np.random.default_rng(8)
    found, plain, outside = [], [], 0
    # What a gap adds over three steps: its own, and what is left of it a step and two steps later.
    truth = effect * (1 + 5 / 6 + 4 / 6)
    for _ in range(500):
        x, steps = gaps_and_moves(rng, effect)
        one = overlapping_slope(x, steps, 3, 6)
        low, high = one.interval()
        outside += not low <= truth <= high
        found.append(one.value)
        plain.append(np.polyfit(x, np.convolve(steps, np.ones(3), "valid"), 1)[0])
    spread = np.std(found)
    assert abs(np.mean(found) - truth) < 0.12 * spread
    assert np.mean(plain) - np.mean(found) > 0.1 * spread
    assert 0.02 <= outside / 500 <= 0.075


CATCH_UP = "measure: catch_up\nof: [AAA]\nversus: BBB\nmarket: CCC\nclaimed: '> 0'\n"


def closing_market(seed: int, years: int, half_life: float) -> pd.DataFrame:
    """AAA is what BBB and CCC imply, and a gap of its own, half of which closes in so many sessions (inf: never)."""
    rng = np.random.default_rng(seed)
    driver, market, own = rng.normal(0, [[0.012], [0.01], [0.01]], (3, years * 252))
    kept, gap = 0.5 ** (1 / half_life), np.zeros(years * 252)
    for t in range(1, len(gap)):
        gap[t] = kept * gap[t - 1] + own[t]
    logs = np.column_stack([0.8 * driver.cumsum() + 0.5 * market.cumsum() + gap, driver.cumsum(), market.cumsum()])
    days = pd.bdate_range("1980-01-01", periods=len(gap), name="date")
    return pd.DataFrame(100 * np.exp(logs), days, ["AAA", "BBB", "CCC"])


def test_a_planted_catch_up_is_found_and_none_is_not(desk: Desk) -> None:
    desk.prices(closing_market(0, 250, 21))
    (truth,) = parts(desk, CATCH_UP)
    assert truth.high - truth.low < 0.03
    for seed in (1, 2, 3):
        desk.prices(closing_market(seed, 35, 21))
        (planted,) = parts(desk, CATCH_UP)
        desk.prices(closing_market(seed, 35, np.inf))
        (null,) = parts(desk, CATCH_UP)
        assert planted.verdict == "holds"
        assert planted.low < truth.value < planted.high
        assert null.verdict == "cannot tell"
        assert 0 < null.smallest < truth.value


def test_a_split_parts_the_windows_and_too_few_of_them_tell_nothing(desk: Desk) -> None:
    desk.prices(closing_market(1, 35, 63))
    whole, (before, after) = parts(desk, CATCH_UP), parts(desk, CATCH_UP + "split: 2011-12-31")
    months = [int(part.note.split(", ")[1].split()[0]) for part in (*whole, before, after)]
    # The months whose three months ahead lie across the split belong to neither.
    assert months[1] + months[2] + 3 - 1 <= months[0] <= months[1] + months[2] + 3
    assert before.what == "AAA to 2011-12-31"
    late = parts(desk, CATCH_UP + "split: 2012-06-29")[1]
    assert (late.verdict, late.note.split("; ")[1]) == ("cannot tell", "too few to tell: 4 independent, it takes 6")


def test_the_month_that_ends_on_the_split_is_before_it() -> None:
    days = np.array(["2020-01-31", "2020-02-28", "2020-03-31", "2020-04-30", "2020-05-29"], "datetime64[D]")
    assert _spans(None, days, 1) == [("", 1, 5)]
    on = dt.date(2020, 3, 31)
    assert _spans(on, days, 1) == [(f"to {on}", 1, 3), (f"after {on}", 3, 5)]
    before = dt.date(2020, 3, 30)
    assert _spans(before, days, 1) == [(f"to {before}", 1, 2), (f"after {before}", 2, 5)]
    early = dt.date(2019, 1, 1)
    assert _spans(early, days, 1) == [(f"to {early}", 1, 1), (f"after {early}", 1, 5)]


def test_months_that_have_too_little_before_them_are_not_measurable(desk: Desk) -> None:
    (part,) = parts(desk, "measure: catch_up\nof: [AAA]\nversus: BBB\nlookback: 900\n")
    assert (part.verdict, part.note) == ("not measurable on this data", "AAA has no month with 900 sessions before it")
