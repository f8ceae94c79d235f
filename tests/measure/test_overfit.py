"""Overfitting against its exact cases and published figures."""

from __future__ import annotations

import itertools
import math
from statistics import NormalDist

import numpy as np
import pytest

from engine.measure.overfit import harvey_liu, probability_of_overfitting


def noise(seed: int, sessions: int = 320, variants: int = 20) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 0.01, (sessions, variants))


def test_sixteen_blocks_are_halved_in_12870_ways_and_one_dominant_variant_is_never_overfitted() -> None:
    found = noise(1)
    found[:, 7] += 0.05
    answer = probability_of_overfitting(found)
    assert (answer.pbo, answer.splits, answer.loss) == (0.0, math.comb(16, 8), 0.0)


def test_variants_that_sum_to_nothing_are_overfitted_in_every_split() -> None:
    """Each column's mean over all sessions is taken out: what is best in one half is worst in the other."""
    found = noise(2)
    found -= found.mean(axis=0)
    answer = probability_of_overfitting(found, performance="mean")
    assert answer.pbo == 1.0
    assert answer.degradation == pytest.approx(-1.0)


@pytest.mark.parametrize("performance", ["mean", "sharpe"])
def test_every_split_by_hand(performance: str) -> None:
    """Four blocks, five variants, worked out split by split with numpy's own mean and standard deviation."""
    found = noise(3, sessions=41, variants=5)
    answer = probability_of_overfitting(found, blocks=4, performance=performance)  # type: ignore[arg-type]
    parts = found[1:].reshape(4, 10, 5)
    logits = []
    for half in itertools.combinations(range(4), 2):
        rest = [one for one in range(4) if one not in half]
        here, there = (np.concatenate([parts[one] for one in some]) for some in (half, rest))
        first, second = (
            one.mean(axis=0) / (one.std(axis=0, ddof=1) if performance == "sharpe" else 1.0) for one in (here, there)
        )
        rank = 1 + int((second < second[first.argmax()]).sum())
        logits.append(math.log((rank - 0.5) / (5 - rank + 0.5)))
    np.testing.assert_allclose(answer.logits, logits, rtol=1e-9)
    assert answer.pbo == pytest.approx(np.mean(np.array(logits) <= 0))


def test_skill_is_told_from_luck() -> None:
    """FIELD: columns re-centred but for one with an annual Sharpe ratio of 2 give 0.04 to 0.15; of 3, below 0.01."""
    for sharpe, most in ((2.0, 0.25), (3.0, 0.02)):
        found = noise(4, sessions=992, variants=100)
        found -= found.mean(axis=0)
        found[:, 0] += sharpe * 0.01 / math.sqrt(252)
        assert probability_of_overfitting(found).pbo <= most


@pytest.mark.parametrize(
    ("returns", "blocks"), [(np.zeros((40, 1)), 4), (np.full((40, 3), np.nan), 4), (noise(5), 5), (noise(5)[:20], 16)]
)
def test_impossible_questions_are_refused(returns: np.ndarray, blocks: int) -> None:
    with pytest.raises(ValueError, match="probability_of_overfitting: "):
        probability_of_overfitting(returns, blocks)


@pytest.mark.parametrize(("trials", "sharpe", "haircut"), [(10, 0.593, 0.21), (50, 0.460, 0.39), (200, 0.315, 0.58)])
def test_haircut_harvey_liu_2015(trials: int, sharpe: float, haircut: float) -> None:
    answer = harvey_liu(0.75, 20.0, trials)
    assert answer.p == pytest.approx(0.000796, abs=5e-7)
    assert answer.sharpe == pytest.approx(sharpe, abs=6e-4)
    assert answer.haircut == pytest.approx(haircut, abs=6e-3)


def test_one_trial_pays_nothing_and_a_loss_stays_a_loss() -> None:
    assert harvey_liu(0.75, 20.0, 1).sharpe == pytest.approx(0.75)
    assert harvey_liu(-0.75, 20.0, 10).sharpe == pytest.approx(-harvey_liu(0.75, 20.0, 10).sharpe)
    assert harvey_liu(0.1, 1.0, 1000).haircut == 1.0


def test_false_discoveries_equal_statsmodels() -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    ratios = np.array([0.1, 0.9, 0.4, 0.75, 1.2])
    p = [2 * (1 - 0.5 * (1 + math.erf(one * math.sqrt(20) / math.sqrt(2)))) for one in ratios]
    expected = multitest.multipletests(p, method="fdr_by")[1]
    found = [harvey_liu(float(one), 20.0, 5, ratios).adjusted_p for one in ratios]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize(("years", "trials"), [(0.0, 1), (1.0, 0)])
def test_a_haircut_needs_years_and_trials(years: float, trials: int) -> None:
    with pytest.raises(ValueError, match="harvey_liu: "):
        harvey_liu(1.0, years, trials)


def test_equal_variants_share_their_rank() -> None:
    """Whichever of two equal columns is best in one half, it ranks between both in the other: log odds of 0."""
    own = noise(9, variants=1)
    answer = probability_of_overfitting(np.hstack([own, own]), blocks=4)
    assert answer.logits.tolist() == [0.0] * 6
    assert answer.pbo == 1.0


def test_a_smaller_p_is_never_adjusted_to_more_than_a_larger_one() -> None:
    """Ratios of 2.00 and 2.01 over a year: c(2) = 1.5, so 1.5 p(2.00), not 3 p(2.01), is what the best one pays."""
    normal = NormalDist()
    found = harvey_liu(2.01, 1.0, 2, np.array([2.01, 2.0]))
    assert found.adjusted_p == pytest.approx(1.5 * 2 * normal.cdf(-2.0), rel=1e-12)
