"""`event_study:` from a YAML to its figures, against the same study done by hand with pandas, statsmodels and scipy."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from engine.config import load
from engine.market.sources.sample import FOLDER
from engine.study.events.outcome import EventOutcome
from engine.study.events.study import event_study_of
from engine.study.events.words import caveats_of

STATS = pytest.importorskip("scipy.stats")
FOOD = ("Food", "Hshld", "Drugs", "Chems", "Mach", "Autos", "Oil", "Util", "Telcm", "Chips", "Trans", "Rtail",
        "Banks", "Insur")  # fmt: skip
MINERS = ("Gold", "Mines", "Steel")


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    """Daily returns of the industries, by day."""
    frame = pq.read_table(FOLDER / "industries_daily.parquet").to_pandas().set_index("date") / 10_000
    frame.index = pd.DatetimeIndex(frame.index)
    return frame


@pytest.fixture(scope="module")
def dated() -> pd.DataFrame:
    """The calendar, one row for each day, known when the last of its events was."""
    path = Path(__file__).parents[2] / "configs/events/geopolitical.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = pd.DataFrame(csv.DictReader(file))
    rows["known_from"] = pd.to_datetime(rows["known_from"])
    rows["sign"] = rows["sign"].astype(int)
    return rows


def on_sessions(days: pd.Series, sessions: pd.DatetimeIndex) -> list[int]:
    """Each known day's own session, or the next one."""
    found = [int(np.searchsorted(sessions, day)) for day in days]
    return [day for day in found if day < len(sessions)]


def far_apart(days: list[int], width: int) -> list[int]:
    kept: list[int] = []
    for day in sorted(days):
        if not kept or day - kept[-1] >= width:
            kept.append(day)
    return kept


def by_hand(own: np.ndarray, market: np.ndarray, days: list[int], hull: int, window: tuple[int, int]) -> pd.DataFrame:
    """CAR and its forecast-error deviation of every event, by statsmodels; the estimation window ends before `hull`."""
    sm: ModuleType = pytest.importorskip("statsmodels.api")
    rows = []
    for day in days:
        learn = slice(day + hull - 260, day + hull - 10)
        answer = slice(day + window[0], day + window[1] + 1)
        fit = sm.OLS(own[learn], sm.add_constant(market[learn])).fit()
        design = sm.add_constant(market[answer], has_constant="add")
        summed = design.sum(axis=0)
        variance = len(design) * fit.scale + summed @ fit.cov_params() @ summed
        rows.append((float(np.sum(own[answer] - fit.predict(design))), math.sqrt(variance), fit.resid))
    return pd.DataFrame(rows, columns=["car", "sd", "residuals"])


@pytest.fixture(scope="module")
def wars(sample: pd.DataFrame) -> EventOutcome:
    return event_study_of(load(Path(__file__).parents[2] / "configs/studies/geopolitical.yaml"))


@pytest.fixture(scope="module")
def same_wars(sample: pd.DataFrame, dated: pd.DataFrame) -> pd.DataFrame:
    known = dated.groupby("date")["known_from"].max()
    days = far_apart(on_sessions(known, sample.index), 26)
    own, market = (sample[list(names)].mean(axis=1).to_numpy() for names in (MINERS, FOOD))
    found = by_hand(own, market, days, -5, (0, 20))
    found.index = sample.index[days]
    return found


def test_the_sample_study_is_the_one_done_by_hand(wars: EventOutcome, same_wars: pd.DataFrame) -> None:
    effect, cars = wars.effect(), same_wars["car"]
    assert effect.events == effect.pairs == len(cars) == 52
    assert effect.mean_car == pytest.approx(cars.mean(), rel=1e-9)
    assert effect.share_up == (cars > 0).mean()
    scar = cars / same_wars["sd"]
    # No estimation window is short of 250 sessions, so the variance of a SCAR is 248 / 246.
    assert effect.tests["patell"].value == pytest.approx(scar.sum() / math.sqrt(52 * 248 / 246), rel=1e-9)
    assert effect.tests["bmp"].value == pytest.approx(STATS.ttest_1samp(scar, 0).statistic, rel=1e-9)
    assert effect.tests["bmp"].p_value == pytest.approx(STATS.ttest_1samp(scar, 0).pvalue, rel=1e-9)
    plain = STATS.ttest_1samp(cars, 0)
    assert effect.tests["cross_sectional_t"].p_value == pytest.approx(plain.pvalue, rel=1e-9)
    assert effect.tests["sign"].p_value == pytest.approx(STATS.binomtest(int((cars > 0).sum()), 52).pvalue, rel=1e-9)


def test_its_interval_and_what_it_could_have_seen(wars: EventOutcome, same_wars: pd.DataFrame) -> None:
    effect, cars = wars.effect(), same_wars["car"]
    # Windows lie apart, but what teaches one event lies in the window of another: r is a little below zero.
    r = effect.correlation
    assert -0.01 < r < 0
    error = cars.std(ddof=1) / math.sqrt(52) * math.sqrt((1 + 51 * r) / (1 - r))
    assert effect.standard_error == pytest.approx(error, rel=1e-9)
    low, high = STATS.t.interval(0.95, 51, loc=cars.mean(), scale=error)
    assert (effect.low, effect.high) == (pytest.approx(low, rel=1e-7), pytest.approx(high, rel=1e-7))
    assert effect.smallest_visible == pytest.approx((STATS.t.ppf(0.975, 51) + STATS.t.ppf(0.8, 51)) * error, rel=1e-7)
    adjusted = effect.tests["bmp"].value * math.sqrt((1 - r) / (1 + 51 * r))
    assert effect.tests["adjusted_bmp"].value == pytest.approx(adjusted, rel=1e-9)
    assert effect.by_event == effect.tests["adjusted_bmp"]


def test_eras_are_held_against_each_other(wars: EventOutcome, same_wars: pd.DataFrame) -> None:
    early, late = same_wars["car"][:"2003"], same_wars["car"]["2004":]
    assert [wars.effect(era=era).events for era in ("to 2003", "2004 on")] == [len(early), len(late)]
    assert wars.effect(era="2004 on").mean_car == pytest.approx(late.mean(), rel=1e-9)
    found = wars.difference()
    assert (found.earlier, found.later) == ("to 2003", "2004 on")
    welch = STATS.ttest_ind(late, early, equal_var=False)
    assert found.of.difference == pytest.approx(late.mean() - early.mean(), rel=1e-9)
    assert found.of.welch.p_value == pytest.approx(welch.pvalue, rel=1e-9)
    assert found.of.permuted_p == pytest.approx(welch.pvalue, abs=0.04)


def test_other_windows_learn_from_the_same_sessions(sample: pd.DataFrame, wars: EventOutcome) -> None:
    own, market = (sample[list(names)].mean(axis=1).to_numpy() for names in (MINERS, FOOD))
    days = wars.around.placed.days.tolist()
    for window in ((-5, -1), (0, 1)):
        again = by_hand(own, market, days, -5, window)["car"]
        assert wars.effect(window=window).mean_car == pytest.approx(again.mean(), rel=1e-9)


@pytest.fixture(scope="module")
def which(sample: pd.DataFrame) -> EventOutcome:
    return event_study_of(load(Path(__file__).parents[2] / "configs/studies/which_miner.yaml"))


def test_assets_that_share_their_days_are_pooled(
    sample: pd.DataFrame, dated: pd.DataFrame, which: EventOutcome
) -> None:
    known = dated[dated["sign"] == 1].groupby("date")["known_from"].max()
    days = sorted(set(on_sessions(known, sample.index)))
    market = sample[list(FOOD)].mean(axis=1).to_numpy()
    found = {name: by_hand(sample[name].to_numpy(), market, days, 0, (0, 5)) for name in MINERS}
    cars = pd.DataFrame({name: one["car"] for name, one in found.items()})
    scars = pd.DataFrame({name: one["car"] / one["sd"] for name, one in found.items()})
    pooled = which.effect()
    assert (pooled.unit, pooled.events, pooled.pairs) == ("pooled", len(days), 3 * len(days))
    assert pooled.mean_car == pytest.approx(cars.mean(axis=1).mean(), rel=1e-9)
    for name in MINERS:
        assert which.effect(name).mean_car == pytest.approx(cars[name].mean(), rel=1e-9)
    within = [np.corrcoef(np.vstack(list(rows)))[np.triu_indices(3, 1)].mean() for rows in zip(
        *(one["residuals"] for one in found.values()), strict=True)]  # fmt: skip
    assert pooled.within_events == pytest.approx(np.mean(within), rel=1e-9)
    n, r = 3 * len(days), pooled.correlation
    # Within an event as above; two events that overlap share a little more.
    assert r == pytest.approx(np.mean(within) * 2 / (n - 1), abs=0.003)
    bmp = STATS.ttest_1samp(scars.to_numpy().ravel(), 0).statistic
    assert pooled.tests["bmp"].value == pytest.approx(bmp, rel=1e-9)
    assert pooled.tests["adjusted_bmp"].value == pytest.approx(bmp * math.sqrt((1 - r) / (1 + (n - 1) * r)), rel=1e-9)
    assert abs(pooled.tests["adjusted_bmp"].value) < 0.8 * abs(bmp)
    # Overlapping windows were kept: no sign is flipped.
    assert pooled.sign_flip is None


def test_what_is_left_out_is_said(wars: EventOutcome, which: EventOutcome, dated: pd.DataFrame) -> None:
    assert len(wars.events) == dated["date"].nunique() == len(wars.left_out) + 52
    said = caveats_of(wars)
    assert said[0] == "dates chosen with hindsight: 52 of the 52 events measured (geopolitical)"
    assert said[1].startswith("day zero is the session on which an event came out, or the next one; a decision could")
    assert "10 of 94 events are left out: their window overlaps that of an event before" in said
    assert not any(line.startswith("dates chosen") for line in said[1:])
    kept = caveats_of(which)
    assert any(line.startswith("the windows of 2 of 47 events overlap the one before: the adjusted") for line in kept)
    together = (
        "the 3 units share the day of an event (their returns correlate by 0.33): Patell, BMP and signs take every "
    )
    assert together + "pair for itself and find far too much; the adjusted tests do not" in kept


def test_no_such_effect(wars: EventOutcome, which: EventOutcome) -> None:
    for asked in ({"unit": "Steel"}, {"window": (0, 3)}, {"era": "now"}):
        with pytest.raises(KeyError):
            wars.effect(**asked)
    with pytest.raises(KeyError):
        which.difference()
