"""The constants of made markets, as `tools/calibrate_made.py` computes them from the embedded sample.

The sample: 8,830 daily simple returns, 1978 to 2012, the sessions on which both industries and metals have a price.
Nothing here is fitted to how well any strategy does.

How each constant is found, in terms of the sample:

- market: F, the mean return of the 46 industries other than Gold, Mines and Steel; `market_sd` and `drift` are its
  standard deviation and mean. Every asset of a made market has that one drift, so that in a null market the
  expected active return of any rule is zero before costs.
- metals: least squares of gold and of silver on F; the residuals' deviation is split into a part common to all
  metals and one of each metal's own, so that any two correlate as gold and silver do.
- miners: least squares of Gold, Mines and Steel on F and on M, the mean of the metals; the residuals are split
  likewise, so that all three correlations are met.
- equities: least squares of the 46 industries on F; five classes of equal size by beta, each with its mean beta
  and the root mean square of its residual deviations. Equities have nothing in common beside F.
- swings: with r = s * exp(h) * z, where h is Gaussian and z independent,
  E|r(t) r(t+k)| / (E|r|)^2 = exp(cov(h(t), h(t+k))), whatever the distribution of z. That gives the variance of log
  volatility, its persistence and what two groups' volatilities share, without a look at fourth moments, which one
  day in 1987 dominates. What is left of E r^2 / (E|r|)^2 gives the degrees of freedom of Student's t.

How near it comes (8,830 sessions, 2 metals, 3 miners, 46 equities; sample beside the mean of 40 made markets, whose
scatter is in brackets; the script prints the whole table and a test holds it):

                                         sample         made
    deviation of the market, % a day      1.06        1.06 (0.74 to 1.28)
    of gold / Gold                        1.23 / 2.46  1.25 / 2.46
    of Mines / Steel                      1.74 / 1.76  1.73 / 1.74
    correlation gold, silver               .72         .72
    Gold, Mines / Mines, Steel             .43 / .76   .43 / .76
    Gold / Mines with the metals           .61 / .26   .62 / .26
    Gold / Mines with the market           .18 / .71   .18 / .70
    two equities                           .57         .55 (.49 to .62)
    autocorrelation of squares, lag 1 market / equities  .16 / .19   .17 / .18
    the same, lag 63                       .06 / .07   .08 / .09
    kurtosis of metals / miners            8.5 / 14    9.5 / 8.5 (6 to 18)
    kurtosis of market / equities          19 / 14     12 (8 to 28) / 9.0 (7 to 18)
    skew of the market                    -.7          .0   not aimed at
    autocorrelation of returns, lag 1      .05         .00  not aimed at
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asset:
    """What an asset is like: betas to the market and to the mean of the metals, daily deviations of the rest.

    common: of the part it shares with the others of its group. own: of the part that is its alone.
    """

    like: str
    market: float
    metals: float
    common: float
    own: float


@dataclass(frozen=True, slots=True)
class Swings:
    """How the volatility of a group moves.

    variance: of log volatility. shared: loading of log volatility on the factor that all groups share (its square
    is at most the variance). tails: degrees of freedom of Student's t.
    """

    variance: float
    shared: float
    tails: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything that makes a made market resemble the sample.

    drift, market_sd: daily mean and deviation of the market. persistence: of log volatility, from session to session.
    """

    drift: float
    market_sd: float
    persistence: float
    market_swings: Swings
    metal_swings: Swings
    miner_swings: Swings
    equity_swings: Swings
    metals: tuple[Asset, ...]
    miners: tuple[Asset, ...]
    equities: tuple[Asset, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """The geopolitical index on calm days: log(1 + index) is a level, a weekday's part, a slow part and noise.

    weekdays: seven, Monday first. persistence: of the slow part from day to day. slow, noise: deviations of the two.
    From GPRD of Caldara and Iacoviello, 1985 to 2026 (their weekdays, and autocovariances at 5 and 60 days).
    """

    level: float
    weekdays: tuple[float, ...]
    persistence: float
    slow: float
    noise: float


SAMPLE = Calibration(
    drift=0.0005369,
    market_sd=0.01062,
    persistence=0.9925,
    market_swings=Swings(variance=0.2929, shared=0.5412, tails=9.863),
    metal_swings=Swings(variance=0.243, shared=0.3129, tails=8.811),
    miner_swings=Swings(variance=0.2007, shared=0.4289, tails=12.64),
    equity_swings=Swings(variance=0.2144, shared=0.3762, tails=9.231),
    metals=(
        Asset("gold", market=-0.005841, metals=0.0, common=0.01038, own=0.0065),
        Asset("silver", market=0.1184, metals=0.0, common=0.01619, own=0.01013),
    ),
    miners=(
        Asset("Gold", market=0.3666, metals=1.012, common=0.006031, own=0.01823),
        Asset("Mines", market=1.147, metals=0.2769, common=0.01127, own=0.002875),
        Asset("Steel", market=1.326, metals=0.1192, common=0.004518, own=0.009176),
    ),
    equities=(
        Asset("calm", market=0.7608, metals=0.0, common=0.0, own=0.009812),
        Asset("steady", market=0.9229, metals=0.0, common=0.0, own=0.00852),
        Asset("typical", market=0.9986, metals=0.0, common=0.0, own=0.008177),
        Asset("lively", market=1.093, metals=0.0, common=0.0, own=0.007706),
        Asset("wild", market=1.251, metals=0.0, common=0.0, own=0.01178),
    ),
)

CALM = Index(
    level=4.527,
    weekdays=(0.09575, 0.1468, 0.1016, 0.03967, 0.06442, -0.1285, -0.3197),
    persistence=0.9905,
    slow=0.3522,
    noise=0.3071,
)
