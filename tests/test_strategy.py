"""A strategy file's parameters are the schema of `with:`; what it does wrong is named with file, line and day."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import ConfigError, StrategyError
from engine.strategy import read_strategy, strategy_files
from tests.desk import Desk

SCORED: dict[str, object] = {"strategy": "mine"}


def refused(desk: Desk, source: str, **changes: object) -> str:
    desk.text(source, "strategies/mine.py")
    with pytest.raises(ConfigError) as caught:
        desk.run(**(SCORED | changes))
    return str(caught.value)


def test_a_strategy_in_the_working_directory_is_found_first(desk: Desk) -> None:
    desk.text('"""Never."""\ndef score(past):\n    return 0.0\n', "strategies/always_over.py")
    assert strategy_files()["always_over"].parent.parent == desk.folder
    assert desk.run().metrics["share_over"] == 0.0
    assert "metals_lead" in strategy_files()


def test_every_shipped_strategy_has_a_thesis_and_typed_keyword_parameters() -> None:
    for path in strategy_files().values():
        strategy = read_strategy(path)
        assert strategy.thesis.endswith(".")
        assert all(parameter.type is not Any for parameter in strategy.parameters)


PARAMETERS = {
    "{lagging: one, leading: two, versus: two, lokback: 3}": (
        "a.yaml:9:58: with.lokback: found unknown parameter `lokback`; expected a parameter of metals_lead: lagging, "
        "leading, versus, lookback, gap_sessions, lead, condition; did you mean `lookback`?"
    ),
    "{lagging: one, leading: two}": (
        "a.yaml:9:7: with: found no `versus`; expected every parameter metals_lead requires; "
        "add `versus:` under `with:`"
    ),
    "{lagging: one, leading: two, versus: two, lookback: 1.5}": (
        "a.yaml:9:59: with.lookback: found `1.5`; expected a whole number; write a whole number"
    ),
    "{lagging: one, leading: twoo, versus: two}": (
        "a.yaml:9:31: with.leading: found no sleeve `twoo`; expected one of: one, two; did you mean `two`?"
    ),
}


@pytest.mark.parametrize("given", PARAMETERS)
def test_parameters_are_checked_where_they_stand(desk: Desk, given: str) -> None:
    with pytest.raises(ConfigError) as caught:
        desk.run(strategy="metals_lead", with_=given)
    found = str(caught.value).splitlines()[0]
    assert found == PARAMETERS[given]


def test_an_unknown_strategy_is_named_with_the_nearest(desk: Desk) -> None:
    with pytest.raises(ConfigError) as caught:
        desk.run(strategy="allways_over")
    assert str(caught.value).startswith("a.yaml:1:11: strategy: found `allways_over`; expected one of ")
    assert str(caught.value).endswith("did you mean `always_over`?")


FAILURES = {
    "raises": (
        "def score(past, *, n: int = 3):\n    x = past.session\n    return 1 / 0\n",
        "strategies/mine.py:3: found ZeroDivisionError: division by zero while deciding on 2020-06-30 with none; "
        "expected an answer; mend the strategy file",
    ),
    "answers text": (
        'def score(past):\n    return "over"\n',
        "strategies/mine.py: score on 2020-06-30: found 'over'; expected a number, None or a mapping; "
        "mend the strategy file",
    ),
    "does not load": (
        "def score(past:\n",
        "strategies/mine.py:1: found SyntaxError: '(' was never closed (mine.py, line 1) while loading the file; "
        "expected an answer; mend the strategy file",
    ),
    "defines nothing": (
        '"""Nothing."""\n',
        "strategies/mine.py: found neither `score` nor `weights`; expected one function `score(past, ...)` or "
        "`weights(past, ...)`; define just one",
    ),
    "leaves the process": (
        "import sys\ndef score(past):\n    sys.exit(0)\n",
        "strategies/mine.py:3: found SystemExit: 0 while deciding on 2020-06-30 with none; expected an answer; "
        "mend the strategy file",
    ),
    "leaves while loading": (
        "import sys\nsys.exit(0)\n",
        "strategies/mine.py:2: found SystemExit: 0 while loading the file; expected an answer; mend the strategy file",
    ),
    "is infinite": (
        'def score(past):\n    return float("inf")\n',
        "strategies/mine.py: score on 2020-06-30: found inf; expected a number, None or a mapping; "
        "mend the strategy file",
    ),
    "is a truth value": (
        "def score(past):\n    return True\n",
        "strategies/mine.py: score on 2020-06-30: found True; expected a number, None or a mapping; "
        "mend the strategy file",
    ),
    "names one that is not there": (
        'def score(past):\n    return {"one": 1.0, "zzz": 1.0}\n',
        "a.yaml:5:7: tilt: found a score for `zzz`; expected scores for tilted sleeves, or for assets in them; "
        "tilt the sleeve that holds it, or let the strategy score a sleeve",
    ),
    "always NaN": (
        'def score(past):\n    return float("nan")\n',
        "a.yaml:1:11: strategy: found no score from mine on 2020-06-30, nor on any session after it; expected a score "
        "on every decision day; give data that go on longer, or a shorter `lookback`",
    ),
    "a sleeve that is not tilted": (
        'def score(past):\n    return {"two": 1.0}\n',
        "a.yaml:5:7: tilt: found a score for `two`; expected scores for tilted sleeves, or for assets in them; "
        "tilt the sleeve that holds it, or let the strategy score a sleeve",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_strategy_that_fails_is_named_with_file_line_and_day(desk: Desk, name: str) -> None:
    source, message = FAILURES[name]
    assert refused(desk, source).replace(f"{desk.folder}/", "") == message


WEIGHTS = {
    '{"AAA": 0.8, "CCC": 0.4}': "found weights that sum to 1.2; expected a sum of at most 1",
    '{"AAA": -0.1}': "found a negative weight for AAA; expected weights of 0 or more",
    '{"ZZZ": 0.1}': "found `ZZZ`; expected assets held: AAA, BBB, CCC",
    "0.5": "found 0.5; expected a mapping of asset to weight",
}


@pytest.mark.parametrize("answer", WEIGHTS)
def test_weights_that_cannot_be_held_are_refused(desk: Desk, answer: str) -> None:
    message = refused(desk, f"def weights(past):\n    return {answer}\n", stance=None, tilt=None)
    assert message.replace(f"{desk.folder}/", "") == (
        f"strategies/mine.py: weights on 2020-06-30: {WEIGHTS[answer]}; mend the strategy file, or the table it reads"
    )


def test_a_stance_and_a_strategy_about_weights_exclude_each_other(desk: Desk) -> None:
    assert "a stance for mine, which answers weights" in refused(desk, "def weights(past):\n    return {}\n")
    message = refused(desk, "def score(past):\n    return 1.0\n", stance=None, tilt=None)
    assert "no stance for mine, which answers scores" in message


def test_may_enter_keeps_a_stance_but_opens_none(desk: Desk) -> None:
    desk.text(
        "from engine.signals import Score\ndef score(past):\n    return Score(2.0, may_enter=past.today.month == 9)\n",
        "strategies/mine.py",
    )
    stance = desk.run(strategy="mine").opinions["stance one"]
    assert stance.loc[:"2020-08-31"].eq(0).all()
    assert stance.loc["2020-09-30":].eq(1).all()


def test_history_is_evaluated_once_a_day_and_series_arrive_when_known(desk: Desk) -> None:
    desk.text("date,index\n2020-07-03,5\n2020-07-11,7\n2020-08-01,9\n", "index.csv")
    desk.text(
        "calls = []\n"
        "def signal(past, name):\n"
        "    calls.append(past.session)\n"
        "    return float(past.sleeve(name)[-1])\n"
        "def score(past):\n"
        '    path = past.history(signal, "one")\n'
        '    assert (path == past.sleeve("one")).all() and len(calls) == past.session + 1\n'
        '    return float(past.new("shocks").sum())\n',
        "strategies/mine.py",
    )
    result = desk.run(
        strategy="mine",
        watch="{shocks: {series: index.index}}",
        data="{prices: {source: files, path: prices.csv}, index: {source: files, path: index.csv, kind: values}}",
    )
    assert result.opinions["score one"].iloc[:4].tolist() == [0.0, 12.0, 9.0, 0.0]


def test_errors_of_a_strategy_are_its_own_kind(desk: Desk) -> None:
    desk.text("def score(past):\n    raise RuntimeError('no')\n", "strategies/mine.py")
    with pytest.raises(StrategyError):
        desk.run(strategy="mine")


def test_a_rank_needs_a_mapping(desk: Desk) -> None:
    message = refused(desk, "def score(past):\n    return 1.0\n", stance="{rule: rank, top: 1}")
    assert "found one score, 1.0; expected a mapping of scores, as `rule: rank` ranks" in message


def test_a_rank_that_chooses_every_member_has_nobody_to_take_from(desk: Desk) -> None:
    with pytest.raises(ConfigError) as caught:
        desk.run(
            strategy="momentum_rotation", with_="{sleeve: one}", stance="{rule: rank, top: 2}",
            tilt="{one: {over: 0.2, from: same}}",
        )  # fmt: skip
    assert str(caught.value) == (
        "a.yaml:5:31: tilt.one.from: found `same`, though the rank may choose 2 of the 2 members of one; "
        "expected members left to take from; rank fewer than 2, or name another sleeve"
    )


def test_faults_of_parameters_and_of_assets_are_told_together(desk: Desk) -> None:
    with pytest.raises(ConfigError) as caught:
        desk.run(with_="{nope: 1}", hold="{one: [AAA, BBx], two: [CCC]}")
    assert [fault.key for fault in caught.value.faults] == ["with.nope", "hold.one"]


def test_weights_may_name_cash(desk: Desk) -> None:
    desk.text('def weights(past):\n    return {"AAA": 0.6, "cash": 0.4}\n', "strategies/mine.py")
    result = desk.run(strategy="mine", stance=None, tilt=None)
    assert result.targets.iloc[0].tolist() == [0.6, 0.0, 0.0]
