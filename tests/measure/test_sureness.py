"""How sure a run is: against statsmodels, by hand, and by how often its intervals cover what was planted."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from engine.measure.inference import Interval
from engine.measure.sureness import against_zero, alpha_over, interval_against_zero, sharpe_record


def test_alpha_equals_statsmodels_with_its_hac_errors() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        api = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(3)
    market, noise = rng.normal(0.0004, 0.01, 900), rng.standard_t(4, 900) * 0.005
    own = 0.0002 + 0.8 * market + noise + 0.4 * np.append(0.0, noise[:-1])
    lags = math.floor(4 * 9 ** (2 / 9))
    design = api.add_constant(market)
    fit = api.OLS(own, design).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False})
    found = alpha_over(own, market, 252)
    assert found is not None
    assert found.beta == pytest.approx(fit.params[1], rel=1e-10)
    assert found.alpha.estimate == pytest.approx(252 * fit.params[0], rel=1e-10)
    assert found.alpha.se == pytest.approx(252 * fit.bse[0], rel=1e-10)
    assert found.alpha.t == pytest.approx(fit.tvalues[0], rel=1e-10)
    assert found.alpha.p == pytest.approx(fit.pvalues[0], rel=1e-8)


def test_alpha_is_none_where_there_is_nothing_to_explain_or_to_explain_with() -> None:
    market = np.random.default_rng(4).normal(0.0, 0.01, 50)
    assert alpha_over(2.0 * market, market, 252) is None
    assert alpha_over(market, np.full(50, 0.001), 252) is None
    assert alpha_over(market[:9], market[:9] ** 2, 252) is None
    with pytest.raises(ValueError, match="all must be finite"):
        alpha_over(np.full(50, np.nan), market, 252)


def test_a_record_by_hand() -> None:
    """Five returns around 2%: mean 2, deviations -2 -1 0 1 2 percent, so sd sqrt(2.5) and a kurtosis of 34/20."""
    found = sharpe_record(np.array([0.0, 0.01, 0.02, 0.03, 0.04]), 12)
    assert found is not None
    ratio = 2 / math.sqrt(2.5)
    assert found.sharpe == pytest.approx(ratio * math.sqrt(12))
    assert found.se_lo == pytest.approx(math.sqrt((1 + ratio**2 / 2) / 5 * 12))
    assert (found.skew, found.kurtosis) == (pytest.approx(0.0, abs=1e-12), pytest.approx(34 / 20))
    spread = 1 + (34 / 20 - 1) / 4 * ratio**2
    assert found.se_mertens == pytest.approx(math.sqrt(spread / 5 * 12))
    assert found.psr == pytest.approx(0.5 * (1 + math.erf(ratio * 2 / math.sqrt(spread) / math.sqrt(2))))
    assert found.years == pytest.approx(5 / 12)
    assert found.min_track_record_years == pytest.approx((1 + spread * (1.6448536269514722 / ratio) ** 2) / 12)


def test_a_record_that_lost_has_no_length_and_one_that_stands_still_is_none() -> None:
    lost = sharpe_record(-np.array([0.0, 0.01, 0.02]), 252)
    assert lost is not None
    assert lost.min_track_record_years is None
    assert (lost.psr or 0) < 0.5
    assert sharpe_record(np.full(9, 0.01), 252) is None
    assert sharpe_record(np.array([0.01]), 252) is None


def test_an_estimate_against_zero() -> None:
    found = against_zero(1.959963984540054, -1.0)
    assert found is None
    found = against_zero(-1.959963984540054, 1.0)
    assert found is not None
    assert (found.t, found.p) == (pytest.approx(-1.96, abs=1e-4), pytest.approx(0.05))
    again = interval_against_zero(Interval(-0.01, 0.05, 0.01, 0.95))
    assert again is not None
    assert again.t == pytest.approx(2.0)
    assert interval_against_zero(None) is None
    assert interval_against_zero(Interval(0.0, 0.0, 0.0, 0.95)) is None
