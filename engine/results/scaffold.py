"""`overweight new strategy NAME`: a strategy, a config that runs it and a test that can fail, to start from."""

from __future__ import annotations

import keyword
import re
import unicodedata
from pathlib import Path

from engine.errors import ConfigError, Fault
from engine.market.atomic import write_atomically
from engine.results import terminal
from engine.strategy import strategy_files

NAME = "[a-z][a-z0-9_]{0,79}"
#: Letters that are spelled out in a suggested name; of others, only their marks are taken off.
SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa"})

STRATEGY = '''"""Overweight a sleeve while it has risen more than another over the lookback."""

from engine.signals import momentum


def score(past, *, sleeve: str, versus: str, lookback: int = 126):
    """Return of `sleeve` over `lookback` sessions less that of `versus`; above 0 it leads."""
    return momentum(past.sleeve(sleeve), lookback) - momentum(past.sleeve(versus), lookback)
'''

CONFIG = """\
# Hold a tenth in miners; 20 points more while they have outrun the market over half a year.
strategy: {name}
with:     {{sleeve: miners, versus: equities, lookback: 126}}
hold:
  miners:   [Gold, Mines, Steel]
  equities: [Food, Hshld, Drugs, Chems, Mach, Autos, Oil, Util, Telcm, Chips, Trans, Rtail, Banks, Insur]
policy:   {{equities: 0.90, miners: 0.10}}
stance:   {{rule: threshold, enter: 0.0, exit: 0.0, sides: over}}
tilt:     {{miners: {{over: 0.20, from: equities}}}}
every:    month_end
from:     1979-01-31
to:       2012-12-31
trade:    {{after: 1, at: close, commission_bps: 1, half_spread_bps: 2, slippage_bps: 2}}
cash:     {{rate: 0.05}}
data:     {{source: sample}}
"""

TEST = '''"""{name}: its score against a calculation by hand, and its decisions against a shorter history."""

import pandas as pd
import pytest

import engine

CONFIG = "configs/{name}.yaml"


@pytest.fixture(scope="module")
def result():
    """The config, run once; nothing is saved."""
    return engine.run(CONFIG, results=None)


def test_the_score_is_what_pandas_says(result):
    """The last score: half a year's return of the miners less that of the equities, each rebalanced daily."""
    prices = pd.DataFrame(result.panel.prices, result.panel.sessions, list(result.panel.assets))
    day = result.opinions.index[-1]

    def half_a_year(sleeve):
        daily = prices[list(result.config.hold[sleeve].members)].pct_change().mean(axis=1)
        return (1.0 + daily.loc[:day].iloc[-126:]).prod() - 1.0

    expected = half_a_year("miners") - half_a_year("equities")
    assert result.opinions.loc[day, "score miners"] == pytest.approx(expected, rel=1e-9)


def test_what_comes_later_changes_no_decision(result):
    """With the last years taken away, the decisions before them are the same."""
    shorter = engine.run(CONFIG, ["to=1999-12-31"], results=None)
    decisions = shorter.targets.index[:-1]
    pd.testing.assert_frame_equal(shorter.targets.loc[decisions], result.targets.loc[decisions])
'''


def new_strategy(name: str) -> int:
    """Write strategies/NAME.py, configs/NAME.yaml and tests/test_NAME.py into the working directory.

    Raises ConfigError where the name is no Python name, a strategy has it, or any of the files is there already: then
    none is written.
    """
    _refuse_name(name)
    texts = {
        Path("strategies") / f"{name}.py": STRATEGY,
        Path("configs") / f"{name}.yaml": CONFIG.format(name=name),
        Path("tests") / f"test_{name}.py": TEST.format(name=name),
    }
    there = [path for path in texts if path.exists()]
    if there:
        raise ConfigError(
            Fault(str(there[0]), "", "a file of that name", "none yet", "choose another name, or move it away")
        )
    for path in texts:
        if path.parent.exists() and not path.parent.is_dir():
            raise ConfigError(Fault(str(path.parent), "", "a file", "a folder, or nothing", "move it away"))
    for path, text in texts.items():
        write_atomically(path, text.encode())
    lines = [f"wrote  {path}" for path in texts]
    terminal.put_drawn(
        *lines,
        "",
        f"run it   overweight run configs/{name}.yaml",
        f"test it  pytest tests/test_{name}.py",
        "then change the idea: the strategy's parameters are the schema of `with:` in the config",
    )
    return 0


def _refuse_name(name: str) -> None:
    def refuse(found: str, expected: str, cure: str) -> ConfigError:
        return ConfigError(Fault("overweight new strategy", "NAME", found, expected, cure))

    if not re.fullmatch(NAME, name):
        latin = unicodedata.normalize("NFKD", name.lower().translate(SPELLED)).encode("ascii", "ignore").decode()
        tidy = re.sub("[^a-z0-9]+", "_", latin).strip("_")
        good = re.fullmatch(NAME, tidy) and not keyword.iskeyword(tidy)
        cure = f"write `{tidy}`" if good else "write for example gold_leads"
        raise refuse(f"`{name}`", "small letters, digits and `_`, a letter first", cure)
    if keyword.iskeyword(name):
        raise refuse(f"`{name}`, a word that Python keeps for itself", "another name", f"write for example `{name}_1`")
    there = strategy_files().get(name)
    if there is not None and there.parent != Path.cwd() / "strategies":
        raise refuse(
            f"`{name}`, a strategy that came along, which the new one would hide",
            "a name that no strategy has",
            f"write for example `my_{name}`",
        )
