"""Figures as people read them: 12.49%, +0.04%, 0.49 ± 0.17. A dash where a figure is not defined."""

from __future__ import annotations

DASH = "-"


def percent(value: float | None, digits: int = 2) -> str:
    """A fraction as a percentage: 0.1249 is 12.49%."""
    return DASH if value is None else f"{_no_minus_zero(100.0 * value, digits):.{digits}f}%"


def signed_percent(value: float | None, digits: int = 2) -> str:
    """A difference of two fractions, with its sign: +0.04%."""
    return DASH if value is None else f"{_no_minus_zero(100.0 * value, digits):+.{digits}f}%"


def ratio(value: float | None, se: float | None = None, gap: str = " ") -> str:
    """A ratio, with its standard error where there is one: 0.49 ± 0.17. gap: what stands between the two."""
    if value is None:
        return DASH
    shown = f"{_no_minus_zero(value, 2):.2f}"
    return shown if se is None else f"{shown}{gap}± {se:.2f}"


def bps(value: float | None) -> str:
    """Basis points a year: 2.9 bps."""
    return DASH if value is None else f"{_no_minus_zero(value, 1):.1f} bps"


def share(value: float | None) -> str:
    """A share without decimals: 7%."""
    return percent(value, 0)


def span(low: float, high: float) -> str:
    """An interval of differences: -0.38% to +0.46%."""
    return f"{signed_percent(low)} to {signed_percent(high)}"


def number(value: float | None) -> str:
    """A score or a distance, in at most three decimals."""
    return DASH if value is None else f"{_no_minus_zero(value, 3):.3f}".rstrip("0").rstrip(".")


def _no_minus_zero(value: float, digits: int) -> float:
    return 0.0 if abs(value) < 0.5 * 10.0**-digits else value
