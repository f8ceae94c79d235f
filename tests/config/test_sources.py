"""Entries of `data`: defaults by publisher, one code or a code by label, and what is refused at its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from engine.config import load
from engine.errors import ConfigError

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "configs/sources").glob("*.yaml"))
HEAD = "strategy: always_over\nhold: {one: [AAA], two: [BBB]}\npolicy: {one: 0.5, two: 0.5}\n"
Write = Callable[[str], Path]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.chdir(tmp_path)

    def write(entry: str) -> Path:
        Path("a.yaml").write_text(f"{HEAD}data: {entry}\n", encoding="utf-8")
        return Path("a.yaml")

    return write


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_written_out_with_its_defaults_loads_to_the_same(path: Path, tmp_path: Path) -> None:
    resolved = load(path).resolved()
    (tmp_path / "again.yaml").write_text(yaml.safe_dump(resolved), encoding="utf-8")
    assert load(tmp_path / "again.yaml").resolved() == resolved


RULES = {
    "{source: gpr}": {"weekday": "monday", "after_days": 1},
    "{source: gpr, frequency: monthly}": {"month_end_plus_business_days": 10},
    "{source: gpr, known: {lag_days: 9}}": {"lag_days": 9},
    "{source: pinksheet}": {"month_end_plus_business_days": 3},
    "{source: fred, series: DGS10}": {"lag_sessions": 1},
    "{source: french, portfolios: 49}": None,
    "{source: yahoo}": None,
}


@pytest.mark.parametrize("entry", RULES)
def test_each_publisher_has_its_own_release_rule(data: Write, entry: str) -> None:
    assert load(data(f"{{x: {entry}}}")).resolved()["data"]["x"]["known"] == RULES[entry]


def test_a_currency_may_be_given_by_label(data: Write) -> None:
    config = load(data("{source: yahoo, currency: {RIO.L: GBp, NHY.OL: NOK, default: EUR}}"))
    entry = config.data["prices"]
    assert [entry.currency_of(label) for label in ("RIO.L", "NHY.OL", "SPY")] == ["GBp", "NOK", "EUR"]
    assert load(data("{source: sample}")).data["prices"].currency_of("Gold") == "USD"
    partly = load(data("{source: yahoo, currency: {RIO.L: GBp}}")).data["prices"]
    assert partly.currency_of("SPY") == "USD"


WRONG = {
    "{source: yahoo, currency: {RIO.L: pence}}": "a.yaml:4:33: data.currency.RIO.L: found the text `pence`; expected a "
    "currency code; write for example USD, EUR, or GBp for London pence",
    "{source: yahoo, currency: 5}": "a.yaml:4:33: data.currency: found the number 5; expected a currency code",
    "{source: yahoo, snapshot: {XME: latest}}": "data.snapshot.XME: found the text `latest`; expected the id of a",
    "{source: yahoo, tickers: []}": "data.tickers: found an empty list; expected at least one entry",
    "{source: yahoo, ticker: [XME]}": "a.yaml:4:23: data.ticker: found an unknown key; expected a key that has a "
    "meaning here; did you mean `tickers`?",
    "{source: gpr, frequency: weekly}": "data.frequency: found the text `weekly`; expected `daily` or `monthly`",
    "{source: french, factors: 4}": "data.factors: found the number 4",
    "{source: events}": "data: found neither `path` nor `calendar`; expected one of the two",
    "{source: table}": "data.path: found nothing",
    "{source: files, path: a.csv, snapshot: 1f0c9a}": "a.yaml:4:46: data.snapshot: found the text `1f0c9a`; expected a "
    "name of your own for the snapshot, and an id if one is pinned; write for example `miners`, or `miners@1f0c9a` for "
    "one that `overweight data list` shows",
    "{source: files, path: a.csv, snapshot: miners@latest}": "found the text `miners@latest`; expected a name of your",
    "{source: fredd, series: A}": "data.source: found the text `fredd`",
}


@pytest.mark.parametrize("entry", WRONG)
def test_an_entry_that_cannot_be_is_refused_at_its_place(data: Write, entry: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(data(entry))
    assert WRONG[entry] in str(caught.value)
