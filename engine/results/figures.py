"""Figures as people read them: 12.49%, +0.04%, 0.49 ± 0.17. A dash where a figure is not defined."""

from __future__ import annotations

DASH = "-"
#: From here on a number is written with its power of ten, to keep its column narrow.
VAST = 1e5


def percent(value: float | None, digits: int = 2) -> str:
    """A fraction as a percentage: 0.1249 is 12.49%."""
    return DASH if value is None else f"{_fixed(100.0 * value, digits)}%"


def signed_percent(value: float | None, digits: int = 2) -> str:
    """A difference of two fractions, with its sign: +0.04%."""
    return DASH if value is None else f"{_fixed(100.0 * value, digits, '+')}%"


def ratio(value: float | None, se: float | None = None, gap: str = " ") -> str:
    """A ratio, with its standard error where there is one: 0.49 ± 0.17. gap: what stands between the two."""
    if value is None:
        return DASH
    shown = _fixed(value, 2)
    return shown if se is None else f"{shown}{gap}± {_fixed(se, 2)}"


def bps(value: float | None) -> str:
    """Basis points a year: 2.9 bps."""
    return DASH if value is None else f"{_fixed(value, 1)} bps"


def share(value: float | None) -> str:
    """A share without decimals: 7%."""
    return percent(value, 0)


def span(low: float, high: float) -> str:
    """An interval of differences: -0.38% to +0.46%."""
    return f"{signed_percent(low)} to {signed_percent(high)}"


def number(value: float | None) -> str:
    """A score or a distance, in at most three decimals."""
    if value is None:
        return DASH
    shown = _fixed(value, 3)
    return shown if "e" in shown else shown.rstrip("0").rstrip(".")


def _fixed(value: float, digits: int, sign: str = "") -> str:
    """With so many decimals, and no minus before a zero; where the number is very large, 1.2e+09."""
    if abs(value) >= VAST:
        return f"{value:{sign}.1e}"
    return f"{0.0 if abs(value) < 0.5 * 10.0**-digits else value:{sign}.{digits}f}"
