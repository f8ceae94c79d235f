"""Figures as people read them."""

from __future__ import annotations

import pytest

from engine.results import figures


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (figures.percent(0.1248574928931141), "12.49%"),
        (figures.percent(-0.55251864, 1), "-55.3%"),
        (figures.percent(None), "-"),
        (figures.percent(-0.000001), "0.00%"),
        (figures.signed_percent(0.00038447), "+0.04%"),
        (figures.signed_percent(-0.0000001), "+0.00%"),
        (figures.signed_percent(None), "-"),
        (figures.ratio(0.49069, 0.17166), "0.49 ± 0.17"),
        (figures.ratio(0.49069, 0.17166, "\n"), "0.49\n± 0.17"),
        (figures.ratio(-0.001), "0.00"),
        (figures.ratio(None, 0.17), "-"),
        (figures.ratio(1234567890.0, 2e6), "1.2e+09 ± 2.0e+06"),
        (figures.percent(-123456.0), "-1.2e+07%"),
        (figures.signed_percent(123456.0), "+1.2e+07%"),
        (figures.number(1e6), "1.0e+06"),
        (figures.bps(2.90200873870752), "2.9 bps"),
        (figures.bps(None), "-"),
        (figures.share(0.06862745), "7%"),
        (figures.span(-0.003785, 0.004554), "-0.38% to +0.46%"),
        (figures.number(0.4591636476), "0.459"),
        (figures.number(2.0), "2"),
        (figures.number(-0.0001), "0"),
        (figures.number(100.0), "100"),
        (figures.number(None), "-"),
    ],
)
def test_figures_are_rounded_signed_and_have_a_unit(shown: str, expected: str) -> None:
    assert shown == expected
