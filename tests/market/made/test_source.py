"""A made market as a config asks for it: `data: {source: made, ...}`."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.config import Config, load
from engine.errors import ConfigError
from engine.market.assemble import build_panel
from engine.market.made.index import make_index
from engine.market.made.market import make_market
from engine.market.made.recipe import LeadLag, Recipe, ShockResponse
from engine.market.sources import read_source

SENTENCE = """\
strategy: always_over
hold: {miners: [miner_1, miner_2], equities: [equity_1, equity_2]}
policy: {miners: 0.5, equities: 0.5}
stance: {rule: threshold, enter: 1, exit: 0}
tilt: {miners: {over: 0.2, from: equities}}
from: 1985-06-28
data:
"""
PRICES = "prices: {source: made, seed: 7, sessions: 400}\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A config with these entries of `data`, and other keys."""
    monkeypatch.chdir(tmp_path)

    def write(data: str, more: str = "") -> Config:
        Path("a.yaml").write_text(SENTENCE + textwrap.indent(data, "  ") + more, encoding="utf-8")
        return load("a.yaml")

    return write


def faults_of(work) -> list[str]:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError) as caught:
        work()
    return str(caught.value).splitlines()


def test_the_table_is_the_market_of_the_recipe(config) -> None:  # type: ignore[no-untyped-def]
    table = read_source(config(PRICES), "prices", {"miner_1", "equity_2", "SPY"})
    market = make_market(Recipe(7, sessions=400))
    assert table.columns == ("miner_1", "equity_2")
    assert table.kind == "prices"
    assert np.array_equal(table.dates, market.sessions)
    columns = [market.labels.index(label) for label in table.columns]
    assert np.array_equal(table.values, market.levels()[:, columns])
    assert table.offered == market.labels
    assert table.caveats == ("prices is a made market (seed 7), no real one: no effect is planted",)


def test_every_word_reaches_the_recipe(config) -> None:  # type: ignore[no-untyped-def]
    data = """\
prices:
  source: made
  seed: 3
  from: 1990-01-06
  to: 1995-06-30
  market: {metals: 1, miners: 2, equities: 3, shocks_per_year: 5}
  effect:
    lead_lag: {delay_sessions: 10, strength: 0.25}
    shocks: {move: -0.04, half_life_sessions: 8, flips_on: 1992-01-01}
gpr: {source: made, shocks_of: prices}
"""
    made = config(data)
    labels = {"metal_1", "miner_1", "miner_2", "equity_1", "equity_2", "equity_3"}
    table = read_source(made, "prices", labels)
    days = np.array(["1990-01-08", "1995-06-30"], dtype="datetime64[D]")
    recipe = Recipe(
        3, len(table.dates), days[0].astype(object), 1, 2, 3, 5.0,
        LeadLag(10, 0.25), ShockResponse(-0.04, 8.0, np.datetime64("1992-01-01").astype(object)),
    )  # fmt: skip
    assert table.dates[[0, -1]].tolist() == days.tolist()
    assert np.array_equal(table.values, make_market(recipe).levels())
    assert table.caveats == (
        "prices is a made market (seed 3), no real one: miners follow 25% of metals' moves 10 sessions late "
        "and a shock moves miners by -4.0%, the other way from 1992-01-01",
    )
    index = read_source(made, "gpr", set())
    assert (index.columns, index.kind) == (("GPRD",), "values")
    assert np.array_equal(index.values[:, 0], make_index(recipe).values)
    assert index.caveats == ("gpr is the index of a made market (seed 3), no real one",)


def test_a_made_market_that_says_nothing_has_35_years_from_1985(config) -> None:  # type: ignore[no-untyped-def]
    table = read_source(config("{source: made}\n"), "prices", {"metal_1"})
    assert (len(table.dates), str(table.dates[0])) == (8820, "1985-01-01")
    assert len(table.offered) == 20


def test_the_null_is_one_word_away(config) -> None:  # type: ignore[no-untyped-def]
    config("prices: {source: made, seed: 7, sessions: 400, effect: {lead_lag: {delay_sessions: 5, strength: 0.5}}}\n")
    late, null = load("a.yaml"), load("a.yaml", ["data.prices.effect=none"])
    labels = {"metal_1", "miner_1", "equity_1"}
    with_effect, without = read_source(late, "prices", labels), read_source(null, "prices", labels)
    assert np.array_equal(without.values, read_source(config(PRICES), "prices", labels).values)
    assert np.array_equal(with_effect.values[:, [0, 2]], without.values[:, [0, 2]])
    assert not np.array_equal(with_effect.values[:, 1], without.values[:, 1])


def test_the_index_is_seen_when_it_was_known(config) -> None:  # type: ignore[no-untyped-def]
    gpr = "gpr: {source: made, shocks_of: prices, known: {weekday: monday, after_days: 1}}\n"
    panel = build_panel(config(PRICES + gpr, "watch: {threats: {series: gpr}}\n"))
    series = panel.series["gpr.GPRD"]
    seen = panel.sessions[series.visible[series.visible < len(panel.sessions)]]
    assert (seen >= series.dates[: len(seen)]).all()
    assert len(series.values) > 500


def test_a_config_runs_on_a_made_market(config) -> None:  # type: ignore[no-untyped-def]
    config(PRICES)
    result = engine.run("a.yaml")
    assert np.isfinite(result.ledger.equity).all()


def test_what_a_resolved_config_says_is_the_same_market(config) -> None:  # type: ignore[no-untyped-def]
    import yaml

    made = config(PRICES + "gpr: {source: made, shocks_of: prices}\n")
    Path("b.yaml").write_text(yaml.safe_dump(made.resolved()), encoding="utf-8")
    assert load("b.yaml").resolved() == made.resolved()


FAULTY = [
    (
        "{source: made, seed: -1}",
        "a.yaml:8:24: data.seed: found the number -1; expected a number of at least 0; change the number",
    ),
    (
        "{source: made, effect: non}",
        "a.yaml:8:26: data.effect: found the text `non`; expected `none` or a block such as "
        "{lead_lag: {delay_sessions: 5, strength: 0.5}}; did you mean `none`?",
    ),
    (
        "{source: made, effect: {lead_lag: {delay_sessions: 0, strength: 0.5}}}",
        "a.yaml:8:54: data.effect.lead_lag.delay_sessions: found the number 0; "
        "expected a number of at least 1; change the number",
    ),
    (
        "{source: made, effect: {lead_lag: {delay_sessions: 5}}}",
        "a.yaml:8:37: data.effect.lead_lag.strength: found nothing; "
        "expected the part of a metal move that reaches miners late; add `strength: 0.5`",
    ),
    (
        "{source: made, effect: {leadlag: {delay_sessions: 5}}}",
        "a.yaml:8:27: data.effect.leadlag: found an unknown key; "
        "expected a key that has a meaning here; did you mean `lead_lag`?",
    ),
    (
        "{source: made, market: {miners: 0}}",
        "a.yaml:8:35: data.market.miners: found the number 0; expected a number of at least 1; change the number",
    ),
    (
        "{source: made, sessions: 1}",
        "a.yaml:8:28: data.sessions: found the number 1; expected a number of at least 2; change the number",
    ),
    (
        "{source: made, from: 1990-01-01, to: 1990-01-03}",
        "a.yaml:8:40: data.to: found 1990-01-03; expected a week after `from` (1990-01-01) or later; give a later `to`",
    ),
    (
        "{source: made, from: 1990-01-01, to: 2990-01-03}",
        "a.yaml:8:40: data.to: found 365245 days; expected at most 150000 days; give an earlier `to`",
    ),
    (
        "{source: made, sessions: 400, to: 1999-01-01}",
        "a.yaml:8:37: data.to: found `to` and `sessions`; expected one of them; take one away",
    ),
    (
        "{source: made, from: 1990-02-30}",
        "a.yaml:8:24: data.from: found 1990-02-30, a day that does not exist; expected a day; look at month and day",
    ),
    (
        "{source: made, shocks_of: x, seed: 7}",
        "a.yaml:8:38: data.seed: found `seed` beside `shocks_of`; expected `shocks_of` alone; "
        "take `seed` away here: the index is that of `x`",
    ),
]


@pytest.mark.parametrize(("entry", "fault"), FAULTY)
def test_a_faulty_entry_is_refused_in_words(config, entry: str, fault: str) -> None:  # type: ignore[no-untyped-def]
    assert faults_of(lambda: config(f"{entry}\n")) == [fault]


READ = [
    (
        PRICES + "gpr: {source: made, shocks_of: price}\n",
        "a.yaml:9:34: data.gpr.shocks_of: found `price`, which is no made market of `data`; "
        "expected `prices`; write `shocks_of: prices`",
    ),
    (
        "prices: {source: sample}\ngpr: {source: made, shocks_of: prices}\n",
        "a.yaml:9:34: data.gpr.shocks_of: found `prices`, which is no made market of `data`; "
        "expected the name of one; add `prices: {source: made, seed: 0}`",
    ),
    (
        PRICES + "gpr: {source: made, shocks_of: gpr}\n",
        "a.yaml:9:34: data.gpr.shocks_of: found `gpr`, which is no made market of `data`; "
        "expected `prices`; write `shocks_of: prices`",
    ),
]


@pytest.mark.parametrize(("data", "fault"), READ)
def test_an_index_of_no_made_market_is_refused(config, data: str, fault: str) -> None:  # type: ignore[no-untyped-def]
    assert faults_of(lambda: read_source(config(data), "gpr", set())) == [fault]


@pytest.mark.parametrize("day", ["1985-01-01", "1986-12-01"])
def test_a_flip_outside_of_the_market_is_refused(config, day: str) -> None:  # type: ignore[no-untyped-def]
    data = f"prices: {{source: made, sessions: 400, effect: {{shocks: {{move: 0.1, flips_on: {day}}}}}}}\n"
    assert faults_of(lambda: read_source(config(data), "prices", {"miner_1"})) == [
        f"a.yaml:8:80: data.prices.effect.shocks.flips_on: found {day}; expected a day after 1985-01-01, "
        "up to 1986-07-14, where the market ends; move it inside, or make the market longer"
    ]


def test_a_last_day_before_the_first_session_is_refused(config) -> None:  # type: ignore[no-untyped-def]
    made = config("prices: {source: made, to: 1980-01-01}\n")
    assert faults_of(lambda: read_source(made, "prices", {"miner_1"})) == [
        "a.yaml:8:30: data.prices.to: found 1980-01-01; expected a day after 1985-01-01; give a later `to`"
    ]


def test_a_label_that_was_not_made_is_named(config) -> None:  # type: ignore[no-untyped-def]
    made = config("prices: {source: made, sessions: 400, market: {equities: 1}}\n")
    (fault,) = faults_of(lambda: build_panel(made))
    assert "`equity_2`, which no source has" in fault
    assert "did you mean `equity_1`?" in fault
