"""What a notebook shows: a table and a picture, escaped, of what the result says."""

from __future__ import annotations

import re

import numpy as np
import pytest

import engine
from engine.shown import lines_svg, table_html
from tests.desk import Desk


def test_a_result_shows_its_verdict_its_figures_and_both_paths(desk: Desk) -> None:
    result = desk.run()
    shown = result._repr_html_()
    assert f"a: {result.judgement.words}" in shown
    assert f"<td>sharpe</td><td>{result.metrics['sharpe']:.4g}</td>" in shown
    assert shown.count("<polyline") == 2


def test_a_comparison_shows_itself_and_is_a_frame(desk: Desk) -> None:
    one = desk.run()
    compared = engine.compare(one, desk.config("b.yaml", every="week_end"))
    assert list(compared.metrics.index) == ["a", "b"]
    assert compared.metrics.loc["a"].dropna().to_dict() == one.metrics.dropna().to_dict()
    shown = compared._repr_html_()
    assert shown.count("<polyline") == 2
    assert "<td>every</td><td>month_end</td><td>week_end</td>" in shown
    assert engine.compare(one).details is None


def test_a_result_that_was_not_saved_is_saved_to_be_compared(desk: Desk) -> None:
    one = engine.run(desk.config(), results=None)
    assert engine.compare(one, one.config.path).outcomes[0].path is not None


def test_points_of_a_line_by_hand() -> None:
    shown = lines_svg("t", {"<x>": np.array([1.0, 2.0, 4.0]), "flat": np.ones(3)})
    first, second = (re.findall(r"[\d.]+,[\d.]+", points) for points in re.findall('points="(.*?)"', shown))
    assert first == ["4.0,176.0", "320.0,90.0", "636.0,4.0"]
    assert second == ["4.0,176.0", "320.0,176.0", "636.0,176.0"]
    assert "&lt;x&gt;" in shown
    assert lines_svg("t", {}) == ""
    assert len(re.findall(r"[\d.]+,[\d.]+", lines_svg("t", {"long": np.arange(1.0, 9001.0)}))) <= 640


def test_cells_are_escaped() -> None:
    assert "<i>" not in table_html(["<i>"], [["<i>"]])


def test_what_cannot_be_compared_is_told(desk: Desk) -> None:
    with pytest.raises(engine.errors.ConfigError, match="nothing: found neither a file nor a saved run"):
        engine.compare("nothing")
