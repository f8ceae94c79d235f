"""The words beside the figures: what may be concluded and what may not."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from engine.results import sure
from tests.desk import Desk
from tests.results.command import Command

SURE: dict[str, Any] = {"sharpe": 0.5, "psr": 0.998, "years": 34.0, "min_track_record_years": 11.5}


@pytest.mark.parametrize(
    ("active", "said"),
    [
        (None, ""),
        ({**SURE, "psr": 0.61, "min_track_record_years": 90.0},
         "; ahead of policy with 61.0%; 95% takes 90 years like these"),
        ({**SURE, "psr": 0.51, "min_track_record_years": 2e9},
         "; ahead of policy with 51.0%; 95% takes over 1,000 years like these"),
        ({**SURE, "psr": 0.0001, "min_track_record_years": None},
         "; ahead of policy with under 0.1%, and no length of such a record would show it"),
        ({**SURE, "psr": 0.99999, "min_track_record_years": 2.5},
         "; ahead of policy with over 99.9%, where 2.5 years are enough for 95%"),
    ],
)  # fmt: skip
def test_a_record_in_words(active: dict[str, Any] | None, said: str) -> None:
    whole = "34 years; Sharpe above zero with confidence 99.8%, as holding the market may have"
    assert sure.record({"sharpe": SURE, "active": active}, "policy") == whole + said
    assert sure.record({"sharpe": None, "active": active}, "policy").startswith("none: its returns over cash")


def test_trials_in_words() -> None:
    assert sure.deflated({"trials": 1, "dsr": 0.9}) is None
    assert sure.deflated({"trials": 2, "dsr": None}) == "not deflated: too few of their Sharpe ratios are known"
    explained, luck = (sure.deflated({"trials": 9, "dsr": dsr}) for dsr in (0.97, 0.9))
    assert explained == "deflated Sharpe 97.0%: choosing among them does not explain it, the market may"
    assert luck == "deflated Sharpe 90.0%: choosing among them may explain it"


def test_a_haircut_in_words() -> None:
    cut = {"p": 0.0008, "adjusted_p": 0.008, "sharpe": 0.593, "haircut": 0.21}
    said = sure.haircut({"trials": 10, "active": cut})
    assert said == "p 0.001, for 10 trials 0.008; information ratio 0.59, 21% of it gone"
    gone = sure.haircut({"trials": 9, "active": {"p": 0.3, "adjusted_p": 1.0, "sharpe": 0.0, "haircut": 1.0}})
    assert gone == "p 0.300, for 9 trials 1.000; nothing is left of the information ratio: chance alone would do"
    assert sure.haircut({"trials": 9, "active": None}) is None
    assert sure.haircut({"trials": 1, "active": cut}) is None


def test_what_full_measured_in_words() -> None:
    full = {
        "bootstrap_sharpe": {"low": -0.1, "high": 0.8, "level": 0.95},
        "bootstrap_drawdown": {"low": -0.6, "high": -0.25, "level": 0.95},
        "alpha": {"policy": {"alpha": {"estimate": 0.02, "t": 2.5, "p": 0.01}, "beta": 1.1}},
        "sharpe_difference": {"bootstrap_p": 0.03},
        "parting": {"day": "2001-02-03", "p": 0.001, "before": 0.03, "after": -0.01},
        "deflated": {"trials": 2, "dsr": 0.5, "active": None},
    }
    assert list(sure.measured(full, "policy")) == [
        ("Sharpe", "95% interval -0.10 to 0.80, by bootstrap, zero within"),
        ("drawdown", "-25% to -60% in 95% of histories drawn from these sessions; no forecast"),
        ("alpha", "+2.00% a year beside 1.10 times policy, t +2.50"),
        ("against policy", "the two Sharpe ratios differ (Ledoit-Wolf p 0.030)"),
        ("break", "around 2001-02-03 (p 0.001): +3.00% a year before, -1.00% after; one mean tells of neither"),
        ("deflated", "deflated Sharpe 50.0%: choosing among them may explain it"),
    ]
    assert list(sure.measured({"phases": [], "bootstrap": None}, "policy")) == []  # as older runs have it
    assert sure.broken({**full["parting"], "p": 0.4}).startswith("none shown (p 0.400)")  # type: ignore[dict-item]


def test_the_summary_and_the_page_say_the_same(desk: Desk, overweight: Command) -> None:
    pytest.importorskip("arch")
    pytest.importorskip("jinja2")
    desk.config(every="month_end")
    said = " ".join(overweight("run --full a.yaml --set tilt.one.over=0.1").out.split())
    told = " ".join(overweight("run --full a.yaml").out.split())
    assert "record 1.0 years; Sharpe above zero with confidence" in told
    assert "trials 1 variant of this question tried on these data audit" in said
    assert "trials 2 variants of this question tried on these data; deflated Sharpe" in told
    page = overweight("report a.yaml").out.split()[1]
    text = (desk.folder / page).read_text()
    for label in ("record", "Sharpe", "drawdown", "alpha", "against policy", "break", "haircut", "deflated"):
        assert f">{label}<" in text
    result = desk.run(every="month_end")
    assert sure.record(asdict(result.judgement.sureness), "policy") in text
