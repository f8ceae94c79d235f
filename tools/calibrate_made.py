"""Computes the constants of made markets from the embedded sample, and says how near made markets come to it.

    python tools/calibrate_made.py [gpr_daily.csv]

Prints `SAMPLE` as it stands in engine/market/made/calibration.py (and `CALM`, given the file of the GPR index), then a
table of moments, sample beside made. What each constant means stands in that module's docstring.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import sys
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.market.made.calibration import Asset, Calibration, Index, Swings
from engine.market.made.market import make_market
from engine.market.made.recipe import Recipe
from engine.market.sources import sample

Array = NDArray[np.float64]
METALS, MINERS = ("gold", "silver"), ("Gold", "Mines", "Steel")
CLASSES = ("calm", "steady", "typical", "lively", "wild")
LAGS = (1, 2, 5, 10, 21, 42, 63)
SHORT, LONG = 5, 63  # lags of the two points that fix the persistence of volatility
DIGITS = 4
MOST_TAILS = 30.0  # beyond this, Student's t is as good as normal
COMPARED = 40  # made markets in the comparison
Record = TypeVar("Record")


def sample_returns() -> dict[str, Array]:
    """Daily simple returns by label on the sessions on which industries and metals both have a price."""
    table = sample.read(None, "sample", set(sample.labels()))  # type: ignore[arg-type]
    levels = table.values[~np.isnan(table.values).any(axis=1)]
    returns = levels[1:] / levels[:-1] - 1.0
    return {label: returns[:, i] for i, label in enumerate(table.columns)}


def calibrate(returns: dict[str, Array]) -> Calibration:
    """Every constant, unrounded."""
    rest = [label for label in returns if label not in METALS + MINERS]
    market = np.mean([returns[label] for label in rest], axis=0)
    metal = np.mean([returns[label] for label in METALS], axis=0)
    metal_fits = [least_squares(returns[label], market) for label in METALS]
    miner_fits = [least_squares(returns[label], market, metal) for label in MINERS]
    equity_fits = [least_squares(returns[label], market) for label in rest]
    metal_rests, miner_rests = [rest for _, rest in metal_fits], [rest for _, rest in miner_fits]
    equity_rests = [rest for _, rest in equity_fits]
    groups = [[market - market.mean()], metal_rests, miner_rests, equity_rests]
    persistence = pooled_persistence(groups)
    swings = all_swings(groups, persistence)
    return Calibration(
        drift=float(market.mean()),
        market_sd=float(market.std()),
        persistence=persistence,
        market_swings=swings[0],
        metal_swings=swings[1],
        miner_swings=swings[2],
        equity_swings=swings[3],
        metals=split(METALS, [(betas[0], 0.0) for betas, _ in metal_fits], metal_rests),
        miners=split(MINERS, [(betas[0], betas[1]) for betas, _ in miner_fits], miner_rests),
        equities=classes([float(betas[0]) for betas, _ in equity_fits], equity_rests),
    )


def least_squares(own: Array, *drivers: Array) -> tuple[Array, Array]:
    """Slopes and residuals, with an intercept."""
    design = np.column_stack([np.ones(len(own)), *drivers])
    betas, *_ = np.linalg.lstsq(design, own, rcond=None)
    slopes = betas[1:].astype(np.float64)
    rest = (own - design @ betas).astype(np.float64)
    return slopes, rest


def split(names: tuple[str, ...], betas: list[tuple[float, float]], rests: list[Array]) -> tuple[Asset, ...]:
    """Residual deviations parted into common and own, so that the residuals' correlations are met."""
    return tuple(
        Asset(
            name,
            float(market),
            float(metals),
            float(rest.std()) * loading,
            float(rest.std()) * math.sqrt(1.0 - loading**2),
        )
        for name, (market, metals), rest, loading in zip(names, betas, rests, one_factor(rests), strict=True)
    )


def one_factor(rests: list[Array]) -> list[float]:
    """Loadings on one common factor whose products are the correlations: of two series alike, of three by triads."""
    table = np.asarray(np.corrcoef(rests))
    if len(rests) == 2:
        return [math.sqrt(float(table[0, 1]))] * 2
    pairs = [(1, 2), (0, 2), (0, 1)]
    return [math.sqrt(table[i, j] * table[i, k] / table[j, k]) for i, (j, k) in enumerate(pairs)]


def classes(betas: list[float], rests: list[Array]) -> tuple[Asset, ...]:
    """Five classes of equities by beta."""
    parts = np.array_split(np.argsort(betas, kind="stable"), len(CLASSES))
    squares = np.array([float((rest**2).mean()) for rest in rests])
    return tuple(
        Asset(name, float(np.array(betas)[part].mean()), 0.0, 0.0, math.sqrt(float(squares[part].mean())))
        for name, part in zip(CLASSES, parts, strict=True)
    )


def comovement(one: Array, other: Array, lag: int = 0) -> float:
    """log(E|x(t) y(t+lag)| / E|x|E|y|), the covariance of the log volatilities where the rest is independent."""
    one, other = np.abs(one), np.abs(other)
    product = float((one[: len(one) - lag] * other[lag:]).mean())
    return math.log(product / float(one.mean() * other.mean()))


def pooled(group: list[Array], lag: int) -> float:
    """The mean comovement of a group's series with themselves."""
    return float(np.mean([comovement(series, series, lag) for series in group]))


def pooled_persistence(groups: list[list[Array]]) -> float:
    """From the mean over groups at a short and a long lag."""
    short, long = (float(np.mean([pooled(group, lag) for group in groups])) for lag in (SHORT, LONG))
    return float((long / short) ** (1.0 / (LONG - SHORT)))


def all_swings(groups: list[list[Array]], persistence: float) -> list[Swings]:
    """Variances by least squares of the comovement over lags on persistence**lag; the shared loadings by triads."""
    powers = persistence ** np.array(LAGS)
    variances = [float(powers @ np.array([pooled(group, lag) for lag in LAGS]) / (powers @ powers)) for group in groups]
    market, metals, miners, equities = groups

    def between(one: list[Array], other: list[Array]) -> float:
        return float(np.mean([comovement(a, b) for a in one for b in other]))

    with_miners, with_equities = between(market, miners), between(market, equities)
    loading = math.sqrt(with_miners * with_equities / between(miners, equities))
    loadings = [loading, between(market, metals) / loading, with_miners / loading, with_equities / loading]
    return [
        Swings(variance, min(loading, math.sqrt(variance)), tails(group, variance))
        for group, variance, loading in zip(groups, variances, loadings, strict=True)
    ]


def tails(group: list[Array], variance: float) -> float:
    """Degrees of freedom for which E z^2 / (E|z|)^2 is what volatility does not explain."""
    ratio = float(np.mean([(one**2).mean() / np.abs(one).mean() ** 2 for one in group])) / math.exp(variance)
    low, high = 2.1, MOST_TAILS
    if student_ratio(high) >= ratio:
        return high
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if student_ratio(middle) > ratio else (low, middle)
    return low


def student_ratio(freedom: float) -> float:
    """E z^2 / (E|z|)^2 of Student's t; pi/2 for the normal."""
    root = math.sqrt((freedom - 2.0) / math.pi)
    return (root * math.exp(math.lgamma((freedom - 1.0) / 2.0) - math.lgamma(freedom / 2.0))) ** -2


def calibrate_index(path: Path) -> Index:
    """The geopolitical index on its calm days, from a CSV with the columns `date` and GPRD."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [(row["date"], float(row["GPRD"])) for row in csv.DictReader(file) if row["GPRD"]]
    logs = np.log1p([value for _, value in rows])
    weekday = np.array([dt.date.fromisoformat(day[:10]).weekday() for day, _ in rows])
    means = np.array([logs[weekday == day].mean() for day in range(7)])
    rest = logs - means[weekday]
    short, long = (float((rest[lag:] * rest[:-lag]).mean()) for lag in (5, 60))
    persistence = (long / short) ** (1.0 / 55.0)
    slow = short / persistence**5
    level = float(means.mean())
    noise = math.sqrt(float((rest**2).mean()) - slow)
    return Index(level, tuple(float(mean) - level for mean in means), persistence, math.sqrt(slow), noise)


def rounded(record: Record) -> Record:
    """A record with all its numbers cut to DIGITS significant digits."""
    if isinstance(record, float):
        return float(f"{record:.{DIGITS}g}")  # type: ignore[return-value]
    if isinstance(record, tuple):
        return tuple(rounded(part) for part in record)  # type: ignore[return-value]
    if is_dataclass(record) and not isinstance(record, type):
        changes = {field.name: rounded(getattr(record, field.name)) for field in fields(record)}
        return replace(record, **changes)
    return record


def moments(metals: Array, miners: Array, equities: Array) -> dict[str, float]:
    """What sample and made markets are compared by; (T, 2), (T, 3) and (T, n) returns. Kurtosis is 3 for the normal."""
    market, metal = equities.mean(axis=1), metals.mean(axis=1)
    named = dict(zip(("gold", "silver", *MINERS, "market"), [*metals.T, *miners.T, market], strict=True))
    found = {f"deviation of {name}, %": 100.0 * float(one.std()) for name, one in named.items()}
    found["deviation of an equity, %"] = 100.0 * float(equities.std(axis=0).mean())
    pairs = [("gold", "silver"), ("Gold", "Mines"), ("Gold", "Steel"), ("Mines", "Steel")]
    found |= {f"correlation {a}, {b}": correlation(named[a], named[b]) for a, b in pairs}
    for name in MINERS:
        found[f"correlation {name}, metals"] = correlation(named[name], metal)
        found[f"correlation {name}, market"] = correlation(named[name], market)
    found["correlation metals, market"] = correlation(metal, market)
    table = np.asarray(np.corrcoef(equities.T))
    found["correlation of two equities"] = float(table[np.triu_indices(len(table), 1)].mean())
    groups = {"metals": [*metals.T], "miners": [*miners.T], "market": [market], "equities": [*equities.T]}
    for name, group in groups.items():
        found[f"kurtosis of {name}"] = float(np.median([kurtosis(one) for one in group]))
    for what, power in (("size", 1), ("square", 2)):
        for lag in (1, 10, 63):
            for name, group in groups.items():
                sizes = [np.abs(one - one.mean()) ** power for one in group]
                key = f"autocorrelation of {what}, {name}, lag {lag}"
                found[key] = float(np.mean([correlation(one[lag:], one[:-lag]) for one in sizes]))
    for name, group in groups.items():
        key = f"autocorrelation of return, {name}, lag 1"
        found[key] = float(np.mean([correlation(one[1:], one[:-1]) for one in group]))
        found[f"skew of {name}"] = float(np.mean([(((one - one.mean()) / one.std()) ** 3).mean() for one in group]))
    return found


def correlation(one: Array, other: Array) -> float:
    """Pearson's."""
    return float(np.corrcoef(one, other)[0, 1])


def kurtosis(series: Array) -> float:
    """Fourth moment over squared second; 3 for the normal."""
    return float((((series - series.mean()) / series.std()) ** 4).mean())


def sample_moments(returns: dict[str, Array]) -> dict[str, float]:
    """The sample's."""
    rest = [label for label in returns if label not in METALS + MINERS]
    metals, miners, equities = (np.column_stack([returns[name] for name in k]) for k in (METALS, MINERS, rest))
    return moments(metals, miners, equities)


def made_moments(seeds: range) -> dict[str, Array]:
    """Of made null markets as long and as broad as the sample, by seed."""
    markets = [make_market(Recipe(seed, sessions=8830, equities=46)) for seed in seeds]
    each = [moments(one.group("metal"), one.group("miner"), one.group("equity")) for one in markets]
    return {key: np.array([one[key] for one in each]) for key in each[0]}


def print_comparison() -> None:
    """Each moment: the sample's, then mean, smallest and largest of made markets."""
    made = made_moments(range(COMPARED))
    print(f"{'':<48}{'sample':>8}{'made':>8}{'least':>8}{'most':>8}")
    for key, value in sample_moments(sample_returns()).items():
        one = made[key]
        print(f"{key:<48}{value:8.3f}{one.mean():8.3f}{one.min():8.3f}{one.max():8.3f}")


def main(arguments: list[str]) -> int:
    """Print the constants and the comparison."""
    print("SAMPLE =", rounded(calibrate(sample_returns())))
    if arguments:
        print("CALM =", rounded(calibrate_index(Path(arguments[0]))))
    print_comparison()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
