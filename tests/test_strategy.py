"""A strategy file's parameters are the schema of `with:`; what it does wrong is named with file, line and day."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import engine
from engine.cli import app
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


def test_a_file_edited_within_a_second_is_read_as_it_is_now(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python keeps a compiled copy, and takes it for the file's own where size and time are the same."""
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    path = desk.folder / "strategies/mine.py"
    desk.text("def score(past):\n    return 1.0\n", "strategies/mine.py")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    assert read_strategy(path).function(None) == 1.0
    path.write_text("def score(past):\n    return 2.0\n")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    assert read_strategy(path).function(None) == 2.0


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


ON = "score on 2020-06-30 with none: found "
FAILURES = {
    "raises": (
        "def score(past, *, n: int = 3):\n    x = past.session\n    return 1 / 0\n",
        "strategies/mine.py:3: found ZeroDivisionError: division by zero while deciding on 2020-06-30 with none; "
        "expected an answer; mend the strategy file",
    ),
    "raises in a library": (
        "import math\ndef score(past):\n    return root(-1.0)\n\ndef root(x):\n    return math.sqrt(x)\n",
        "strategies/mine.py:6: found ValueError: {math} while deciding on 2020-06-30 with none; "
        "expected an answer; mend the strategy file",
    ),
    "answers text": (
        'def score(past):\n    return "over"\n',
        f"strategies/mine.py:1: {ON}'over'; expected a number, None or a mapping; mend the strategy file",
    ),
    "answers an array": (
        "import numpy as np\ndef score(past):\n    return np.ones(400)\n",
        f"strategies/mine.py:2: {ON}array([1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1....; "
        "expected a number, None or a mapping; mend the strategy file",
    ),
    "answers what cannot be shown": (
        "class Odd:\n    def __repr__(self):\n        raise ValueError\ndef score(past):\n    return Odd()\n",
        f"strategies/mine.py:4: {ON}a Odd; expected a number, None or a mapping; mend the strategy file",
    ),
    "answers a complex number": (
        "import numpy as np\ndef score(past):\n    return np.complex128(1)\n",
        f"strategies/mine.py:2: {ON}{{complex}}; expected a number, None or a mapping; mend the strategy file",
    ),
    "answers a number beyond all floats": (
        "def score(past):\n    return 10**400\n",
        f"strategies/mine.py:1: {ON}100000000000000000000000000000000000000000000000000000000...; "
        "expected a number, None or a mapping; mend the strategy file",
    ),
    "names what is no text": (
        'def score(past):\n    return {1: 0.5, "one": 1.0}\n',
        f"strategies/mine.py:1: {ON}{{1: 0.5, 'one': 1.0}}; expected a number, None or a mapping; "
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
    "takes a parameter by place": (
        "x = 1\ndef score(past, lookback=3):\n    return 1.0\n",
        "strategies/mine.py:2: found a function of (past, lookback); expected `past` alone, then `*`, then parameters "
        "with types and defaults; write for example `score(past, *, lookback: int = 252)`",
    ),
    "takes nothing": (
        "def score():\n    return 1.0\n",
        "strategies/mine.py:1: found a function that takes no `past`; expected `past` alone, then `*`, then parameters "
        "with types and defaults; write for example `score(past, *, lookback: int = 252)`",
    ),
    "has a type that is not there": (
        "from __future__ import annotations\ndef score(past, *, n: Whole = 3):\n    return 1.0\n",
        "strategies/mine.py:2: found NameError: name 'Whole' is not defined while reading its parameters; "
        "expected an answer; mend the strategy file",
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
        f"strategies/mine.py:1: {ON}inf; expected a number, None or a mapping; mend the strategy file",
    ),
    "is a truth value": (
        "def score(past):\n    return True\n",
        f"strategies/mine.py:1: {ON}True; expected a number, None or a mapping; mend the strategy file",
    ),
    "names one that is not there": (
        'def score(past):\n    return {"one": 1.0, "zzz": 1.0}\n',
        f"strategies/mine.py:1: {ON}a score for `zzz`; expected scores for tilted sleeves (one), or for assets in "
        "them; mend the strategy file",
    ),
    "names sleeves and assets": (
        'def score(past):\n    return {"one": 1.0} if past.today.month < 9 else {"AAA": 1.0}\n',
        f"strategies/mine.py:1: {ON}a score for `one`; expected scores for tilted sleeves (one), or for assets in "
        "them; mend the strategy file",
    ),
    "asks for a sleeve that is not there": (
        'def score(past):\n    level = past.sleeve("three")[-1]\n    return level\n',
        "strategies/mine.py:2: found no sleeve `three` while deciding on 2020-06-30 with none; "
        "expected one of: one, two; name it under `hold:` or `watch:`",
    ),
    "asks for a sleeve by number": (
        "def score(past):\n    return past.sleeve(1)[-1]\n",
        "strategies/mine.py:2: found no sleeve `1` while deciding on 2020-06-30 with none; "
        "expected one of: one, two; name it under `hold:` or `watch:`",
    ),
    "always NaN": (
        'def score(past):\n    return float("nan")\n',
        "a.yaml:1:11: strategy: found no answer of strategies/mine.py:1 on 2020-06-30 with none, nor on any session "
        "after it; expected an answer on every decision day; give data that go on longer, or a shorter `lookback`",
    ),
    "NaN in between": (
        'def score(past):\n    return float("nan") if past.today.month == 9 else 1.0\n',
        "strategies/mine.py:1: score on 2020-09-30 with none: found nan, after answers before; expected a number, or "
        "None; mend the strategy file",
    ),
    "a sleeve that is not tilted": (
        'def score(past):\n    return {"two": 1.0}\n',
        f"strategies/mine.py:1: {ON}a score for `two`; expected scores for tilted sleeves (one), or for assets in "
        "them; mend the strategy file",
    ),
    "explains nothing": (
        "def score(past):\n    return 1.0\n\ndef explain(past):\n    return [1]\n",
        "strategies/mine.py:4: found [1] while explaining 2021-06-30 with none; expected a mapping of names to words "
        "and numbers; mend `explain` in the strategy file",
    ),
    "raises while it explains": (
        "def score(past):\n    return 1.0\n\ndef explain(past):\n    return {}[1]\n",
        "strategies/mine.py:5: found KeyError: 1 while explaining 2021-06-30 with none; expected an answer; "
        "mend the strategy file",
    ),
}


def refusal_of(call: Callable[[], object]) -> str:
    """What the running Python itself says of a mistake, which differs between its versions."""
    try:
        return repr(call())
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("name", FAILURES)
def test_a_strategy_that_fails_is_named_with_file_line_and_day(desk: Desk, name: str) -> None:
    source, message = FAILURES[name]
    said = {"{math}": refusal_of(lambda: math.sqrt(-1.0)), "{complex}": refusal_of(lambda: np.complex128(1))}
    for word, meaning in said.items():
        message = message.replace(word, meaning)
    assert refused(desk, source).replace(f"{desk.folder}/", "") == message


def test_a_failure_names_the_parameters_that_were_given(desk: Desk) -> None:
    source = "def score(past, *, n: int, name: str):\n    return 1 / 0 if n else {}[name]\n"
    message = refused(desk, source, with_="{n: 3, name: one}")
    assert "division by zero while deciding on 2020-06-30 with n=3, name=one; expected" in message
    assert message.endswith("an answer; mend its parameters, or the strategy file")
    message = refused(desk, "def score(past, *, n: int):\n    return [n]\n", with_="{n: 3}")
    assert "mine.py:1: score on 2020-06-30 with n=3: found [3]; expected" in message


def test_a_file_that_is_no_text_is_refused(desk: Desk) -> None:
    desk.text("", "strategies/mine.py")
    (desk.folder / "strategies/mine.py").write_bytes(b"# \xff\n")
    with pytest.raises(StrategyError) as caught:
        desk.run(strategy="mine")
    assert str(caught.value).replace(f"{desk.folder}/", "") == (
        "strategies/mine.py: found a file that cannot be read (it is no UTF-8); expected a strategy file; "
        "check its rights, and save it as UTF-8"
    )


def test_a_name_inside_a_parameter_is_found_there(desk: Desk) -> None:
    source = "def score(past, *, roles: dict):\n    return past.sleeve(roles['lead'])[-1]\n"
    message = refused(desk, source, with_="{roles: {lead: onne}}")
    assert message == "a.yaml:9:15: with.roles: found no sleeve `onne`; expected one of: one, two; did you mean `one`?"


def test_other_runs_of_the_command_still_finish(desk: Desk) -> None:
    desk.text("def score(past):\n    return 1 / 0\n", "strategies/mine.py")
    desk.config("bad.yaml", strategy="mine")
    desk.config("good.yaml")
    done = CliRunner().invoke(app, ["run", "bad.yaml", "good.yaml"])
    assert done.exit_code == 2
    assert "mine.py:2: found ZeroDivisionError" in done.stderr
    assert "deciding on 2020-06-30" in done.stderr
    assert "good" in done.stdout
    assert [path.name for path in (desk.folder / "results/runs").iterdir()] == ["good"]


WEIGHTS = {
    '{"AAA": 0.8, "CCC": 0.4}': "found weights that sum to 1.2; expected a sum of at most 1",
    '{"AAA": -0.1}': "found a negative weight for AAA; expected weights of 0 or more",
    '{"ZZZ": 0.1}': "found `ZZZ`; expected assets held: AAA, BBB, CCC",
    "0.5": "found 0.5; expected a mapping of asset to weight",
    '{"AAA": None}': "found None for `AAA`; expected a mapping of asset to weight",
    '{"AAA": "a fifth"}': "found {'AAA': 'a fifth'}; expected a mapping of asset to weight",
}


@pytest.mark.parametrize("answer", WEIGHTS)
def test_weights_that_cannot_be_held_are_refused(desk: Desk, answer: str) -> None:
    message = refused(desk, f"def weights(past):\n    return {answer}\n", stance=None, tilt=None)
    assert message.replace(f"{desk.folder}/", "") == (
        f"strategies/mine.py:1: weights on 2020-06-30 with none: {WEIGHTS[answer]}; "
        "mend the strategy file, or the table it reads"
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


def test_what_was_new_on_the_first_session_is_not_new_on_the_second(desk: Desk) -> None:
    desk.text("date,index\n2019-12-30,5\n2020-01-01,7\n", "index.csv")
    desk.text('def score(past):\n    return float(past.new("shocks").sum())\n', "strategies/mine.py")
    result = desk.run(
        strategy="mine",
        every="daily",
        from_=None,
        watch="{shocks: {series: index.index}}",
        data="{prices: {source: files, path: prices.csv}, index: {source: files, path: index.csv, kind: values}}",
    )
    assert result.opinions["score one"].iloc[:3].tolist() == [5.0, 7.0, 0.0]


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


def test_a_config_of_another_folder_says_where_its_strategy_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strategies are those of the working directory: a config that is run from elsewhere is told where to."""
    desk.text("def score(past):\n    return 1.0\n", "strategies/of_mine.py")
    desk.config("configs/deep/a.yaml", strategy="of_mine")
    monkeypatch.chdir(desk.folder / "configs")
    with pytest.raises(ConfigError) as caught:
        engine.run("deep/a.yaml")
    told = f"; run it in {desk.folder.resolve()}, which has strategies/of_mine.py: they are looked for there"
    assert str(caught.value).splitlines()[0].endswith(told)
