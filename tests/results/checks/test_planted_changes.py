"""A catalogue of planted changes: for each, `check` names the right cause and the first day that differs."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import engine
from tests.desk import Desk, made_prices
from tests.results.command import Command

ROOT = Path(__file__).parents[3]
BASELINE = Path("results/baselines/a.json")
AGREE = "check --update --reason 'first figures' a.yaml"
#: Over in odd months, never under; on one day of the planted changes it says otherwise.
SWING = '''"""Over in odd months."""
def score(past):
    return 1.0 if past.today.month % 2 else -1.0
'''


@pytest.fixture(params=[True, False], ids=["run kept", "baseline alone"])
def kept(request: pytest.FixtureRequest) -> bool:
    """Whether the run of the baseline is still on this machine, as on a desk, or not, as in CI."""
    return bool(request.param)


def agree(desk: Desk, overweight: Command, kept: bool = True, **changes: object) -> None:
    """Agrees on what the config answers; where nothing is kept the run goes away again."""
    desk.text(SWING, "strategies/swing.py")
    desk.config(**{"strategy": "swing", "trade": "{commission_bps: 10}", **changes})
    assert overweight(AGREE).code == 0
    if not kept:
        shutil.rmtree("results/runs")


def verdict(overweight: Command, code: int = 1) -> dict[str, Any]:
    said = overweight("check --json")
    assert said.code == code, said.out + said.err
    (entry,) = said.json["checks"]
    assert isinstance(entry, dict)
    return entry


def parting(entry: dict[str, Any], what: str) -> dict[str, Any]:
    (found,) = [one for one in entry["parts"] if one["what"] == what]
    assert isinstance(found, dict)
    return found


def test_a_cost_halved(desk: Desk, overweight: Command, kept: bool) -> None:
    agree(desk, overweight, kept)
    desk.config(strategy="swing", trade="{commission_bps: 5}")
    entry = verdict(overweight)
    assert (entry["verdict"], entry["changed"]) == ("config changed", ["config"])
    assert entry["config"] == ["trade.commission_bps 10 -> 5"]
    assert entry["place"].startswith("a.yaml:9:")
    assert [one["what"] for one in entry["parts"]] == ["equity"]
    parted = parting(entry, "equity")
    if kept:  # the decision of Tuesday the 30th is traded on the 1st, the whole capital bought net of its cost
        assert parted["day"] == "2020-07-01"
        assert parted["was"]["commission"] == pytest.approx(1e6 * 0.001 / 1.001)
        assert parted["now"]["commission"] == pytest.approx(1e6 * 0.0005 / 1.0005)
        assert parted["now"]["equity"] - parted["was"]["equity"] == pytest.approx(1e6 / 1.0005 - 1e6 / 1.001)
    else:
        assert parted["day"] == "2020"
    better = {one["figure"]: one["change"] for one in entry["differences"]}
    assert (better["cagr"], better["costs_bps_a_year"], better["beta"]) == ("better", "better", "moved")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tilt": "{one: {over: 0.1, from: two}}"}, "tilt.one.over 0.2 -> 0.1"),
        ({"hold": "{one: [AAA], two: [CCC]}"}, "hold.one without BBB"),
        ({"every": "quarter_end"}, "every not written -> quarter_end"),
        ({"every": "{sessions: 30}"}, "every not written -> {'sessions': 30}"),
        ({"cash": "{rate: 0.05}"}, "cash not written -> {'rate': 0.05}"),
        ({"to": "2021-05-28"}, "to 2021-06-30 -> 2021-05-28"),
    ],
)
def test_the_baseline_alone_names_the_key_of_a_config_and_both_values(
    desk: Desk, overweight: Command, changes: dict[str, str], said: str
) -> None:
    agree(desk, overweight, kept=False)
    desk.config(**{"strategy": "swing", "trade": "{commission_bps: 10}", **changes})
    entry = verdict(overweight)
    assert (entry["verdict"], entry["config"]) == ("config changed", [said])
    assert entry["place"].startswith("a.yaml:")


def test_a_lag_dropped(desk: Desk, overweight: Command, kept: bool) -> None:
    agree(desk, overweight, kept)
    desk.config(strategy="swing", trade="{commission_bps: 10, after: 0}")
    entry = verdict(overweight)
    # What was not written was a default, which only the kept run knows.
    assert (entry["verdict"], entry["config"]) == (
        "config changed",
        [f"trade.after {1 if kept else 'not written'} -> 0"],
    )
    if not kept:
        return
    assert parting(entry, "holdings")["day"] == "2020-06-30"
    assert parting(entry, "equity")["day"] == "2020-06-30"
    assert [one["what"] for one in entry["parts"]] == ["holdings", "equity"]


def test_one_price_restated(desk: Desk, overweight: Command, kept: bool) -> None:
    agree(desk, overweight, kept)
    prices = made_prices()
    was = prices.loc["2020-11-12", "BBB"]
    prices.loc["2020-11-12", "BBB"] *= 1.01
    desk.prices(prices)
    entry = verdict(overweight)
    assert (entry["verdict"], entry["changed"]) == ("data changed", ["data"])
    assert entry["data"] == {
        "change": "restated", "series": ["BBB"], "first": "2020-11-12", "last": "2020-11-12",
    }  # fmt: skip
    assert entry["cause"] == "data: BBB restated on 2020-11-12"
    # At the end of the year all is as it was, and the baseline alone keeps no more of equity.
    assert [one["day"] for one in entry["parts"] if one["what"] == "equity"] == ["2020-11-12"] * kept
    assert (f"BBB on 2020-11-12: {was:.8g} -> {was * 1.01:.8g}" in entry["notes"]) is kept


def test_a_history_restated_from_a_day_on(desk: Desk, overweight: Command, kept: bool) -> None:
    """As a split that was missed: the marks know the month, the kept run the day."""
    agree(desk, overweight, kept)
    prices = made_prices()
    prices.loc["2020-11-12":, "BBB"] /= 2  # type: ignore[misc]
    desk.prices(prices)
    entry = verdict(overweight)
    assert entry["data"]["series"] == ["BBB"]
    assert (entry["data"]["first"], entry["data"]["last"]) == ("2020-11-12" if kept else "2020-11", "2021")


def test_a_watched_series_restated_where_it_decides_nothing_is_told_and_ok(desk: Desk, overweight: Command) -> None:
    prices = made_prices(labels="AAA BBB CCC DDD")
    desk.prices(prices)
    agree(desk, overweight, watch="{seen: [DDD]}")
    prices.loc["2020-02-03", "DDD"] *= 2
    desk.prices(prices)
    entry = verdict(overweight, code=0)
    assert (entry["verdict"], entry["changed"]) == ("ok", ["data"])
    assert entry["notes"] == ["DDD restated on 2020-02-03: the figures are the same"]


def test_one_days_decision_flipped(desk: Desk, overweight: Command, kept: bool) -> None:
    agree(desk, overweight, kept)
    flipped = SWING.replace("return", 'if str(past.today) == "2020-12-31":\n        return 1.0\n    return')
    desk.text(flipped, "strategies/swing.py")
    entry = verdict(overweight)
    assert (entry["verdict"], entry["changed"]) == ("regression", ["strategy"])
    assert (entry["cause"], entry["place"]) == ("strategy: strategies/swing.py was edited", "strategies/swing.py:1:1")
    assert parting(entry, "targets")["day"] == "2020-12-31"
    if kept:
        assert parting(entry, "targets")["largest"] == [
            {"asset": "CCC", "was": 0.5, "now": 0.3},
            {"asset": "AAA", "was": 0.25, "now": 0.35},
            {"asset": "BBB", "was": 0.25, "now": 0.35},
        ]
        assert parting(entry, "holdings")["day"] == "2021-01-01"  # the next business day of the made prices
        assert parting(entry, "equity")["day"] == "2021-01-01"


def test_a_strategy_edited_without_effect_is_ok(desk: Desk, overweight: Command) -> None:
    agree(desk, overweight)
    desk.text(SWING + "# a remark\n", "strategies/swing.py")
    entry = verdict(overweight, code=0)
    assert (entry["verdict"], entry["cause"], entry["changed"]) == ("ok", None, ["strategy"])


def test_a_strategy_that_reads_by_itself_is_suspected(desk: Desk, overweight: Command) -> None:
    """Nothing that the baseline knows of changed, and yet the figures did."""
    desk.text("1", "secret.txt")
    agree(desk, overweight)
    reads = SWING.replace(
        "def score", "from pathlib import Path\nSECRET = float(Path('secret.txt').read_text())\ndef score"
    )
    desk.text(reads.replace("else -1.0", "else -SECRET"), "strategies/swing.py")
    assert overweight(AGREE.replace("first", "second")).code == 0
    desk.text("-1", "secret.txt")
    entry = verdict(overweight)
    assert parting(entry, "targets")["day"] == "2020-06-30"
    engine.run("a.yaml")  # into the folder of the same id: now it is no witness any more
    assert verdict(overweight)["parts"][0]["day"] == "2020-06-30"
    assert "came to other figures than the baseline" in verdict(overweight)["notes"][0]
    entry = verdict(overweight)
    assert (entry["verdict"], entry["changed"]) == ("regression", [])
    assert entry["cause"].startswith("nothing changed that a baseline knows of")


def test_data_extended_by_a_month_are_compared_up_to_the_baselines_end(desk: Desk, overweight: Command) -> None:
    agree(desk, overweight, to=None)
    last = str(made_prices().index[-1].date())
    desk.prices(made_prices(sessions=421))
    entry = verdict(overweight, code=0)
    assert (entry["verdict"], entry["changed"]) == ("ok", [])
    until = str(made_prices(sessions=421).index[-1].date())
    assert entry["data"] == {"change": "extended", "until": until}
    assert entry["notes"] == [f"data extended to {until}, compared up to {last}"]
    assert engine.run("a.yaml", results=None).metrics["cagr"] != json.loads(BASELINE.read_text())["metrics"]["cagr"][0]


def test_data_extended_and_restated_are_restated(desk: Desk, overweight: Command) -> None:
    agree(desk, overweight, to=None)
    longer = made_prices(sessions=421)
    longer.loc["2020-11-12", "AAA"] *= 1.01
    desk.prices(longer)
    entry = verdict(overweight)
    assert (entry["verdict"], entry["data"]["first"]) == ("data changed", "2020-11-12")


@pytest.mark.parametrize("sessions", [1, 3, 21, 150])
@pytest.mark.parametrize("to", [None, str(made_prices().index[-1].date())])
def test_data_cut_short_are_told_as_sessions_that_are_gone(
    desk: Desk, overweight: Command, kept: bool, to: str | None, sessions: int
) -> None:
    """Also where `to` asks for the days that are gone: the config is as it was, and the data are to blame."""
    agree(desk, overweight, kept, to=to)
    whole = made_prices()
    desk.prices(whole.iloc[:-sessions])
    last, until = (str(frame.index[-1].date()) for frame in (whole.iloc[:-sessions], whole))
    entry = verdict(overweight)
    assert (entry["verdict"], entry["changed"]) == ("data changed", ["data"])
    assert entry["cause"] == f"data: sessions after {last} are gone, up to {until}"
    assert entry["data"] == {"change": "shortened", "until": last, "was": until}
    # What is left is as it was: no decision and no equity of a day that both have parts.
    assert entry["parts"] == []
    assert [one["figure"] for one in entry["differences"] if one["figure"] == "last"] == ["last"]


def test_data_cut_short_and_restated_are_told_as_both(desk: Desk, overweight: Command, kept: bool) -> None:
    agree(desk, overweight, kept, to=None)
    prices = made_prices().iloc[:-21]
    prices.loc["2020-11-12", "BBB"] *= 1.01
    desk.prices(prices)
    entry = verdict(overweight)
    first = "2020-11-12" if kept else "2020-11"
    named = "BBB restated " + ("from 2020-11-12 to 2020-11" if kept else "in 2020-11")
    assert entry["cause"] == f"data: sessions after 2021-06-14 are gone, up to 2021-07-13; {named}"
    assert (entry["data"]["change"], entry["data"]["series"], entry["data"]["first"]) == ("shortened", ["BBB"], first)


def test_a_price_restated_in_the_month_of_the_cut_is_told_by_the_run_that_is_kept(
    desk: Desk, overweight: Command
) -> None:
    agree(desk, overweight, to=None)
    prices = made_prices().iloc[:-21]
    prices.loc["2021-06-08", "BBB"] *= 1.01
    desk.prices(prices)
    assert verdict(overweight)["data"] == {
        "change": "shortened", "until": "2021-06-14", "was": "2021-07-13", "series": ["BBB"],
        "first": "2021-06-08", "last": "2021-06-14",
    }  # fmt: skip


def test_one_series_cut_short_or_gone_on_is_told_as_that(desk: Desk, overweight: Command, kept: bool) -> None:
    """BBB's last rows are gone, the sessions are not: it ends, and later goes on again."""
    agree(desk, overweight, kept, to=None)
    cut = made_prices()
    cut.loc["2021-06-23":, "BBB"] = np.nan  # type: ignore[misc]
    desk.prices(cut)
    entry = verdict(overweight)
    assert entry["cause"] == "data: BBB cut off at the end, from 2021-06 to 2021-07"
    assert (entry["data"]["change"], entry["data"]["series"]) == ("shortened", ["BBB"])
    assert not any(note.startswith("BBB on") for note in entry["notes"])
    agree(desk, overweight, kept, to=None)
    desk.prices(made_prices())
    entry = verdict(overweight)
    assert entry["cause"] == "data: BBB longer at the end, from 2021-06 to 2021-07"
    assert (entry["data"]["change"], entry["data"]["series"]) == ("lengthened", ["BBB"])


def test_a_series_cut_short_and_restated_years_before_is_restated(desk: Desk, overweight: Command) -> None:
    agree(desk, overweight, kept=False, to=None)
    cut = made_prices()
    cut.loc["2021-06-23":, "BBB"] = np.nan  # type: ignore[misc]
    cut.loc["2020-11-12", "BBB"] *= 1.01
    desk.prices(cut)
    entry = verdict(overweight)
    assert entry["data"]["change"] == "restated"
    assert entry["cause"] == "data: BBB, BBB end restated from 2020-11 to 2021"


def test_a_strategy_edited_beside_data_cut_short_is_told_by_its_first_decision(
    desk: Desk, overweight: Command, kept: bool
) -> None:
    """The decision of December cannot be the doing of sessions that are gone in June."""
    agree(desk, overweight, kept, to=None)
    desk.prices(made_prices().iloc[:-21])
    flipped = SWING.replace("return", 'if str(past.today) == "2020-12-31":\n        return 1.0\n    return')
    desk.text(flipped, "strategies/swing.py")
    entry = verdict(overweight)
    assert parting(entry, "targets")["day"] == "2020-12-31"
    assert (entry["verdict"], entry["cause"]) == ("regression", "strategy: strategies/swing.py was edited")
    assert "changed besides, data: sessions after 2021-06-14 are gone, up to 2021-07-13" in entry["notes"]


def test_an_end_that_was_no_week_end_before_the_holiday_was_known_stays_none(desk: Desk, overweight: Command) -> None:
    """Prices ended on the Thursday before Good Friday; only longer ones tell that it was the week's last session."""
    days = pd.bdate_range("2019-06-03", "2021-04-30", name="date").drop("2021-04-02")
    steps = np.random.default_rng(3).normal(0.0003, 0.01, (len(days), 3))
    prices = pd.DataFrame(100 * np.exp(steps.cumsum(axis=0)), days, ["AAA", "BBB", "CCC"])
    desk.prices(prices.loc[:"2021-04-01"])  # type: ignore[misc]
    agree(desk, overweight, to=None, every="week_end", from_="2020-01-03")
    decisions = json.loads(BASELINE.read_text())["decisions"]
    desk.prices(prices)
    assert len(engine.run("a.yaml", ["to=2021-04-01"], results=None).targets) == decisions + 1
    assert verdict(overweight, code=0)["verdict"] == "ok"


@pytest.mark.parametrize(
    ("numpy", "shift", "code"),
    [("same", 5e-10, 0), ("same", 5e-9, 1), ("2.0.0", 5e-7, 0), ("2.0.0", 5e-6, 1)],
)
def test_a_library_upgrade(desk: Desk, overweight: Command, numpy: str, shift: float, code: int) -> None:
    """With the same libraries figures agree to 1e-9, with others to 1e-6."""
    agree(desk, overweight)
    content = json.loads(BASELINE.read_text())
    now = content["versions"]["numpy"]
    content["versions"]["numpy"] = now if numpy == "same" else numpy
    content["metrics"]["cagr"][0] *= 1 + shift
    BASELINE.write_text(json.dumps(content))
    entry = verdict(overweight, code)
    assert entry["libraries"] == ([] if numpy == "same" else [f"numpy {numpy} -> {now}"])
    if code:
        assert entry["verdict"] == "regression"
        assert (entry["cause"] == f"libraries: numpy {numpy} -> {now}") is (numpy != "same")
    else:
        assert (entry["verdict"], entry["differences"]) == ("ok", [])


def check_by(folder: Path) -> tuple[int, dict[str, Any]]:
    """`check --json` by the engine that lies in a folder."""
    code = "import sys; sys.path.insert(0, '.'); from engine.cli import main; main(['check', '--json'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    (entry,) = json.loads(done.stdout)["checks"]
    return done.returncode, entry


def edited(path: Path, pattern: str, by: str) -> None:
    text, count = re.subn(pattern, by, path.read_text(encoding="utf-8"))
    assert count == 1, f"{path.name} no longer has {pattern}"
    path.write_text(text, encoding="utf-8")


def test_edits_of_the_engine_itself(desk: Desk, overweight: Command) -> None:
    """On a copy of the engine: one edit without effect, a metric redefined, the default lag dropped."""
    agree(desk, overweight)
    own = desk.folder / "engine"
    shutil.copytree(ROOT / "engine", own, ignore=shutil.ignore_patterns("__pycache__"))
    edited(own / "judge.py", r"\Z", "# a remark\n")
    code, entry = check_by(desk.folder)
    assert (code, entry["verdict"], entry["changed"]) == (0, "ok", ["engine"])

    edited(
        own / "measure/metrics.py", r"(return formulas\.volatility\(returns\(of\.track\), of\.sess\w+\))", r"\1 * 1.1"
    )
    code, entry = check_by(desk.folder)
    assert (code, entry["verdict"], entry["changed"]) == (1, "engine changed", ["engine", "metrics"])
    assert entry["cause"] == "metrics: defined anew: volatility"
    assert entry["parts"] == []
    ((figure, was, now),) = [(one["figure"], one["was"], one["now"]) for one in entry["differences"]]
    assert (figure, now) == ("volatility", pytest.approx(was * 1.1))

    shutil.copy(ROOT / "engine/measure/metrics.py", own / "measure/metrics.py")
    edited(own / "config/trading.py", r"after: int = Field\(1,", "after: int = Field(0,")
    code, entry = check_by(desk.folder)
    assert (code, entry["verdict"], entry["changed"]) == (1, "engine changed", ["engine"])
    assert parting(entry, "holdings")["day"] == "2020-06-30"


def test_metrics_that_moved_with_the_money_are_not_called_defined_anew(desk: Desk, overweight: Command) -> None:
    """A cost halved, by an engine with one more metric: nobody knows of any metric that it is defined otherwise."""
    agree(desk, overweight)
    content = json.loads(BASELINE.read_text())
    content["definitions"] = "0" * 16
    BASELINE.write_text(json.dumps(content))
    assert verdict(overweight, code=0)["changed"] == ["metrics"]
    desk.config(strategy="swing", trade="{commission_bps: 5}")
    entry = verdict(overweight)
    assert entry["verdict"] == "config changed"
    assert "changed besides, metrics: defined by other code" in entry["notes"]


def test_a_part_of_a_blend_that_changed_is_named_as_such(desk: Desk, overweight: Command) -> None:
    desk.text(SWING, "strategies/swing.py")
    desk.config("part.yaml", strategy="swing", stance="{rule: threshold, enter: 1, exit: 0, sides: both}")
    desk.config("a.yaml", strategy=None, stance=None, blend="{part.yaml: 1.0}")
    assert overweight(AGREE).code == 0
    assert verdict(overweight, code=0)["verdict"] == "ok"
    desk.config("part.yaml", strategy="swing", stance="{rule: threshold, enter: 1, exit: 0, sides: over}")
    entry = verdict(overweight)
    assert (entry["verdict"], entry["changed"]) == ("regression", ["strategy"])
    assert entry["cause"] == "strategy: a part of the blend, or what it reads, is another one"
    assert parting(entry, "targets")["day"] == "2020-06-30"


def test_two_causes_at_once_are_both_told_with_their_days(desk: Desk, overweight: Command, kept: bool) -> None:
    """A cost halved, and a price restated: whoever changes a config means to move figures, the price stands beside."""
    agree(desk, overweight, kept)
    prices = made_prices()
    prices.loc["2020-11-12", "BBB"] *= 1.01
    desk.prices(prices)
    desk.config(strategy="swing", trade="{commission_bps: 5}")
    entry = verdict(overweight)
    assert (entry["verdict"], entry["changed"]) == ("config changed", ["config", "data"])
    assert entry["notes"][0] == "changed besides, data: BBB restated on 2020-11-12"
    assert parting(entry, "equity")["day"] == ("2020-07-01" if kept else "2020")


@pytest.mark.parametrize("day", ["2021-05-12", "2020-11-12"])
def test_a_price_restated_after_the_runs_part_is_not_the_cause(
    desk: Desk, overweight: Command, kept: bool, day: str
) -> None:
    """The strategy decides otherwise from August 2020 on; what became of a later price cannot have done that."""
    agree(desk, overweight, kept)
    prices = made_prices()
    prices.loc[day, "BBB"] *= 1.01
    desk.prices(prices)
    desk.text(SWING.replace("% 2", "% 3"), "strategies/swing.py")
    entry = verdict(overweight)
    assert (entry["verdict"], entry["cause"]) == ("regression", "strategy: strategies/swing.py was edited")
    assert parting(entry, "targets")["day"] == "2020-08-31"
    assert entry["notes"][0] == f"changed besides, data: BBB restated on {day}"


def test_a_price_restated_before_the_runs_part_is_blamed_first(desk: Desk, overweight: Command, kept: bool) -> None:
    agree(desk, overweight, kept)
    prices = made_prices()
    prices.loc["2020-07-15", "BBB"] *= 1.01
    desk.prices(prices)
    desk.text(SWING.replace("% 2", "% 3"), "strategies/swing.py")
    entry = verdict(overweight)
    assert (entry["verdict"], entry["cause"]) == ("data changed", "data: BBB restated on 2020-07-15")
    assert entry["notes"][0] == "changed besides, strategy: strategies/swing.py was edited"


def test_a_session_that_is_gone_is_named(desk: Desk, overweight: Command) -> None:
    agree(desk, overweight)
    desk.prices(made_prices().drop(pd.Timestamp("2020-11-12")))
    entry = verdict(overweight)
    assert entry["cause"] == "data: AAA, BBB, CCC, cash restated on 2020-11-12"
    assert entry["notes"] == ["sessions that are gone: 2020-11-12"]
    assert overweight("check --update --reason again a.yaml").code == 0
    desk.prices(made_prices())
    assert verdict(overweight)["notes"] == ["sessions that are new: 2020-11-12"]


def test_commands_to_type_hold_names_with_spaces(desk: Desk, overweight: Command) -> None:
    """What is printed is pasted into a shell, which takes it apart: `shlex.split` does as a shell does."""
    agree(desk, overweight)
    Path("a.yaml").rename("my a.yaml")
    renamed = overweight("check").out.rpartition("the same question: ")[2]
    update, remove = renamed.split(" && ")
    assert shlex.split(update) == ["overweight", "check", "--update", "--reason", "renamed from a", "my a.yaml"]
    assert overweight(update.removeprefix("overweight ")).code == 0
    assert shlex.split(remove) == ["rm", "results/baselines/a.json"]
    Path("results/baselines/a.json").unlink()
    desk.config("my a.yaml", strategy="swing", trade="{commission_bps: 5}")
    moved = overweight("check").out.splitlines()[-1].removeprefix("what is meant is agreed on by: overweight ")
    assert overweight(moved.replace("...", "dearer")).code == 0
    Path("my a.yaml").unlink()
    assert overweight("check").err.endswith("`rm 'results/baselines/my a.json'`\n")
    desk.config("one more.yaml", strategy="swing")
    missing = overweight("check 'one more.yaml'").out.rpartition("agree on one: ")[2]
    assert shlex.split(missing)[-1] == "one more.yaml"


def test_a_renamed_config_is_led_to_its_baseline(desk: Desk, overweight: Command) -> None:
    agree(desk, overweight)
    Path("a.yaml").rename("b.yaml")
    command = 'overweight check --update --reason "renamed from a" b.yaml && rm results/baselines/a.json'
    missing = (
        "b  baseline missing  no results/baselines/b.json; results/baselines/a.json, whose config is gone, agreed on "
        f"the same question: {command}\n"
    )
    for line in ("check", "check b.yaml"):
        said = overweight(line)
        assert (said.code, said.out) == (1, missing)
    desk.config("b.yaml", strategy="swing", trade="{commission_bps: 5}")
    assert "agree on one: overweight check" in overweight("check b.yaml").out
    said = overweight("check")
    assert said.code == 2
    assert said.err.endswith(
        "restore the config; where it was renamed, agree on it anew; "
        "then remove the baseline: `rm results/baselines/a.json`\n"
    )


@pytest.mark.parametrize("which", ["hash", "metric"])
def test_a_baseline_edited_by_hand_is_suspected(desk: Desk, overweight: Command, kept: bool, which: str) -> None:
    agree(desk, overweight, kept)
    content = json.loads(BASELINE.read_text())
    if which == "hash":
        content["targets"]["hash"] = "0" * 16
    else:
        content["metrics"]["cagr"][0] += 0.01
    BASELINE.write_text(json.dumps(content))
    entry = verdict(overweight)
    assert (entry["verdict"], entry["changed"]) == ("regression", [])
    assert entry["cause"].endswith("was the baseline edited by hand?")
    assert entry["parts"] == []


def test_series_that_change_places_with_equal_figures_are_told_and_ok(desk: Desk, overweight: Command) -> None:
    agree(desk, overweight)
    prices = made_prices()
    prices[["AAA", "BBB"]] = prices[["BBB", "AAA"]].to_numpy()
    desk.prices(prices)
    entry = verdict(overweight, code=0)
    assert entry["notes"] == ["AAA, BBB restated from 2020-01 to 2021: the figures are the same"]


EDGE = '''"""Over while it says so; on one day it stands on the threshold of 1."""
def score(past, *, there: float):
    return {"2020-10-30": there, "2021-01-29": -1.0}.get(str(past.today), 0.5)
'''


@pytest.mark.parametrize(
    ("before", "after", "edge"), [(1 - 4e-9, 1 + 4e-9, True), (1.0, 1 - 9e-9, True), (0.9, 1.1, False)]
)
def test_a_knife_edge_is_a_warning_that_names_the_day(
    desk: Desk, overweight: Command, before: float, after: float, edge: bool
) -> None:
    """The decision on the edge is kept until the end of January: all that differs hangs on that one score."""
    desk.text(EDGE, "strategies/edge.py")
    desk.config(strategy="edge", with_=f"{{there: {before!r}}}")
    assert overweight(AGREE).code == 0
    desk.config(strategy="edge", with_=f"{{there: {after!r}}}")
    entry = verdict(overweight, code=0 if edge else 1)
    if edge:
        assert (entry["verdict"], entry["cause"]) == ("drift", "decisions on a knife edge")
        assert entry["notes"][0].startswith("knife edge on 2020-10-30: the score of one, ")
        assert entry["differences"] == []
    else:
        assert entry["verdict"] == "config changed"
        assert parting(entry, "targets")["day"] == "2020-10-30"


def test_beside_a_knife_edge_another_difference_still_fails(desk: Desk, overweight: Command) -> None:
    desk.text(EDGE, "strategies/edge.py")
    desk.config(strategy="edge", with_=f"{{there: {1 - 4e-9!r}}}", trade="{commission_bps: 10}")
    assert overweight(AGREE).code == 0
    desk.config(strategy="edge", with_=f"{{there: {1 + 4e-9!r}}}", trade="{commission_bps: 5}")
    entry = verdict(overweight)
    assert entry["verdict"] == "config changed"
    assert entry["notes"][0].startswith("knife edge on 2020-10-30")
    assert "targets" not in [one["figure"] for one in entry["differences"]]
