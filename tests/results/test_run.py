"""`overweight run`: one screen for one file, one table for several, one JSON document for a program."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import engine
from tests.desk import Desk, made_prices
from tests.results.command import Command

SWING = '''"""Over in odd months."""
def score(past):
    return 1.0 if past.today.month % 2 else -1.0
'''


def flat(text: str) -> str:
    """Lines as one, to find sentences that were wrapped."""
    return re.sub(r"\s+", " ", text)


def swinging(desk: Desk, **changes: object) -> Path:
    desk.text(SWING, "strategies/swing.py")
    return desk.config(strategy="swing", trade="{commission_bps: 5}", **changes)


def test_the_summary_says_what_the_result_holds(desk: Desk, overweight: Command) -> None:
    result = engine.run(swinging(desk))
    said = overweight("run a.yaml")
    assert (said.code, said.err) == (0, "")
    text, own, policy = flat(said.out), result.metrics, result.portfolios["policy"].figures
    assert text.startswith("a Over in odd months. 2020-06-30 to 2021-06-30, 13 decisions, held against policy ")
    assert "strategy policy matched momentum over" in text
    row = next(line for line in said.out.splitlines() if line.startswith("return a year"))
    earned = {name: f"{100 * (one.figures['cagr'] or 0):.2f}%" for name, one in result.portfolios.items()}
    assert f"policy held {earned.pop('policy_held')} a year, bought once and never rebalanced; Sharpe " in text
    assert row.split()[3:] == [*earned.values()]
    assert f"Sharpe ± se {own['sharpe']:.2f} ± {own['sharpe_se']:.2f} {policy['sharpe']:.2f} ±" in text
    assert f"worst drawdown {100 * own['max_drawdown']:.1f}%" in text
    assert f"turnover a year {100 * own['turnover']:.1f}%" in text
    assert f"costs a year {own['costs_bps_a_year']:.1f} bps" in text
    interval = result.judgement.interval
    assert interval is not None
    assert (
        f"active return {100 * own['active_return']:+.2f}% a year against policy; "
        f"95% interval {100 * interval.low:+.2f}% to {100 * interval.high:+.2f}%"
    ) in text
    assert "bootstrap not measured (--full) phase range not measured (--full)" in text
    assert f"timing {100 * own['timing']:+.2f}% a year over policy matched" in text
    assert f"standing tilt {100 * own['standing_tilt']:+.2f}%" in text
    assert "bets 6 episodes; over on 46% of decisions, under on 0%" in text
    assert "trials 1 variant of this question tried on these data" in text
    assert "verdict too few bets to tell (6; it takes 20)" in text
    assert "caveats - the last decision, of 2021-06-30, is not traded yet" in text
    assert "today 2021-06-30: one neutral, score -1, 2 from entering" in text
    assert f"\nsaved          results/runs/a/{result.id}\n" in said.out
    assert said.out.endswith("\nnext           overweight run --full a.yaml\n")


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no /dev/fd")
def test_a_config_from_a_pipe_runs_and_names_no_next_command(desk: Desk, overweight: Command) -> None:
    file = desk.config()
    reads, writes = os.pipe()
    os.write(writes, (desk.folder / file).read_bytes())
    os.close(writes)
    try:
        said = overweight(f"run /dev/fd/{reads}")
    finally:
        os.close(reads)
    assert said.code == 0, said.err
    assert "\nnext " not in said.out
    assert "\nnext " in overweight("run a.yaml").out


def test_a_dash_says_how_to_read_the_standard_input(desk: Desk, overweight: Command) -> None:
    said = overweight("run -")
    assert said.code == 2
    assert said.err == "-: found the word `-`; expected a YAML file; write /dev/stdin to read the standard input\n"


def test_a_stance_that_is_taken_says_its_points_and_when_it_is_left(desk: Desk, overweight: Command) -> None:
    swinging(desk, to="2021-05-31")
    said = flat(overweight("run a.yaml").out)
    assert "today 2021-05-31: one fully over (+20.0 points), score 1, 1 from leaving" in said


def test_a_part_of_a_stance_says_which_part(desk: Desk, overweight: Command) -> None:
    swinging(desk, stance="{rule: proportional, full_at: 4}")
    said = flat(overweight("run a.yaml").out)
    assert "today 2021-06-30: one under at 25% of its tilt (-5.0 points), score -1 saved" in said


def test_of_many_names_only_those_with_a_stance_are_listed(desk: Desk, overweight: Command) -> None:
    scores = "dict(zip('ABCDEFG', [1, 2, 3, 4, 7, 6, 5]))"
    desk.text(f"def score(past):\n    return {scores}\n", "strategies/many.py")
    desk.prices(made_prices(labels="A B C D E F G H"))
    desk.config(
        strategy="many",
        hold="{one: [A, B, C, D, E, F, G], two: [H]}",
        stance="{rule: rank, top: 2, bottom: 1}",
        tilt="{one: {over: 0.1, under: 0.05, from: same}}",
    )
    said = flat(overweight("run a.yaml").out)
    assert "today 2021-06-30: over E, F; under A; neutral on the other 4 saved" in said


def test_a_name_in_brackets_and_an_old_locale_do_no_harm(desk: Desk, overweight: Command) -> None:
    desk.config("[bold]x.yaml")
    assert overweight("run '[bold]x.yaml'").out.startswith("[bold]x  Always over")
    done = subprocess.run(
        [sys.executable, "-c", "from engine.cli import main; main(['list'])"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    assert b"[bold]x" in done.stdout
    done = subprocess.run(
        [sys.executable, "-c", "from engine.cli import main; main(['compare', '[bold]x'])"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    assert b"Sharpe" in done.stdout
    assert b"? se" in done.stdout


def test_a_strategy_about_weights_says_so_instead_of_a_stance(desk: Desk, overweight: Command) -> None:
    desk.config(strategy="equal_weight", stance=None, tilt=None)
    text = flat(overweight("run a.yaml").out)
    assert "bets none: it states weights, not a stance" in text
    assert "verdict no bets: a baseline" in text
    assert "today 2021-06-30: takes no stance; target weights AAA 33.3%, BBB 33.3%, CCC 33.3%" in text
    assert re.search(r"costs a year \S+ bps \S+ bps \S+ bps - -", text)


def test_another_reference_is_named_and_has_its_column(desk: Desk, overweight: Command) -> None:
    desk.config(against="[CCC, policy]")
    text = overweight("run a.yaml").out
    assert "held against CCC" in text
    assert "a year against CCC;" in text
    assert "over     CCC" in text


def test_the_gravest_caveat_is_the_first_line(desk: Desk, overweight: Command) -> None:
    desk.config(trade="{after: 0}")
    text = flat(overweight("run a.yaml").out)
    caution = "decisions trade at the very close they were made on (`after: 0`), which nobody can do"
    assert text.startswith(f"CAUTION: {caution} a Always over")
    assert text.count(caution) == 1
    desk.config("b.yaml")
    assert flat(overweight("run a.yaml b.yaml").out).startswith(f"CAUTION: a: {caution}")


@pytest.mark.parametrize("columns", [80, 100, 120, 200])
def test_every_screen_fits_its_terminal(
    desk: Desk, overweight: Command, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    swinging(desk, against="[policy, AAA]")
    desk.config("configs/a_rather_long_name_for_it.yaml", data="{source: files, path: ../prices.csv}")
    monkeypatch.setenv("COLUMNS", str(columns))
    for line in ("run a.yaml", "compare a.yaml configs/a_rather_long_name_for_it.yaml", "list", "strategies"):
        shown = overweight(line).out.splitlines()
        wide = [one for one in shown if not one.startswith(("saved", "next"))]
        assert max(map(len, wide)) <= min(columns, 120), line
        assert not any("…" in one for one in shown), line


def test_full_measures_what_takes_long_and_names_another_next_step(desk: Desk, overweight: Command) -> None:
    swinging(desk, every="week_end")
    result = engine.run("a.yaml", full=True, results=None)
    assert result.measured is not None
    said = overweight("run --full a.yaml")
    text, phases = flat(said.out), result.measured.phases
    assert f"phase range {100 * min(phases):+.2f}% to {100 * max(phases):+.2f}% a year against policy" in text
    assert "deciding 0 to 4 sessions later" in text
    assert "not measured" not in text or result.measured.bootstrap is None
    assert said.out.endswith("overweight check --update --reason 'first figures' a.yaml\n")
    lines = said.out.splitlines()
    beside = next(line for line in lines if line.startswith("against policy")).index("the Sharpe ratios")
    assert [line.index("results/runs/") for line in lines if line.startswith("saved")] == [beside]
    assert [line.index("overweight check") for line in lines if line.startswith("next")] == [beside]


def test_full_says_why_nothing_was_drawn(desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.config("still.yaml", strategy="buy_and_hold", with_=None, stance=None, tilt=None)
    assert "bootstrap none: its returns are those of policy" in flat(overweight("run --full still.yaml").out)
    swinging(desk, every="week_end")
    monkeypatch.setitem(sys.modules, "arch.bootstrap", None)
    text = flat(overweight("run --full a.yaml").out)
    assert "bootstrap not measured: it needs `pip install 'overweight[stats]'`" in text


def test_the_next_command_carries_what_this_one_was_given(desk: Desk, overweight: Command) -> None:
    swinging(desk, every="week_end")
    said = overweight("run a.yaml --set with={} --set 'cash={rate: 0.01}' --results elsewhere")
    expected = "overweight run --full a.yaml --set with={} --set 'cash={rate: 0.01}' --results elsewhere"
    next_one = said.out.splitlines()[-1].removeprefix("next           ")
    assert next_one.replace("'with={}'", "with={}") == expected
    last = overweight(next_one.removeprefix("overweight ")).out.splitlines()[-1]
    assert re.fullmatch(r"next +overweight compare [0-9a-f]{16} a.yaml --results elsewhere", last)
    assert overweight(last.partition(" overweight ")[2]).code == 0


def test_a_config_that_came_along_is_called_in_the_next_command_as_it_was_typed(
    desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    swinging(desk)
    along = desk.folder / "installed"
    desk.text((desk.folder / "a.yaml").read_text(encoding="utf-8"), "installed/configs/a.yaml")
    desk.prices(made_prices(), "installed/configs/prices.csv")
    monkeypatch.setattr(sys.modules["engine.config.load"], "SHIPPED", along)
    assert (
        overweight("run configs/a.yaml").out.splitlines()[-1] == "next           overweight run --full configs/a.yaml"
    )
    # One of that name in the working directory hides it, so the whole path is what finds it.
    desk.text("nothing", "configs/a.yaml")
    expected = f"next           overweight run --full {along}/configs/a.yaml"
    assert overweight(f"run {along}/configs/a.yaml").out.splitlines()[-1] == expected


def test_variants_are_counted(desk: Desk, overweight: Command) -> None:
    swinging(desk)
    overweight("run a.yaml")
    text = flat(overweight("run a.yaml --set capital=5").out)
    assert "trials 2 variants of this question tried on these data" in text


def test_several_files_give_one_table_and_where_each_lies(desk: Desk, overweight: Command) -> None:
    first, second = engine.run(swinging(desk)), engine.run(desk.config("b.yaml"))
    text = overweight("run a.yaml b.yaml").out
    assert text.count("active") == 1
    assert text.endswith(f"\nsaved  results/runs/a/{first.id}\nsaved  results/runs/b/{second.id}\n")


def test_json_has_the_controls_that_were_asked_for(desk: Desk, overweight: Command) -> None:
    desk.config(controls="[leave_one_out, circular_shifts]")
    said = overweight("run --json a.yaml").json
    saved = json.loads((desk.folder / said["path"] / "controls.json").read_text())
    assert [*said["controls"]] == ["circular_shifts", "leave_one_out"]
    assert said["controls"] == saved
    assert said["controls"]["circular_shifts"] == {"reason": "its stance never changes"}
    assert said["controls"]["leave_one_out"]["episodes"] == 1


def test_json_of_one_file_is_an_object_and_of_several_an_array(desk: Desk, overweight: Command) -> None:
    result = engine.run(swinging(desk))
    said = overweight("run --json a.yaml")
    one = said.json
    assert (said.code, said.err) == (0, "")
    assert (one["name"], one["id"], one["path"]) == ("a", result.id, f"results/runs/a/{result.id}")
    assert one["metrics"] == dict(result.own.figures)
    assert one["benchmark"] == dict(result.benchmark)
    assert one["verdict"] == "too few bets to tell"
    assert one["caveats"] == list(result.judgement.caveats)
    assert result.judgement.interval is not None
    assert one["active_return_interval"]["low"] == result.judgement.interval.low
    assert overweight("run a.yaml --json").out == said.out
    assert overweight("run --json a.yaml a.yaml").json == [one, one]


def test_a_file_that_fails_does_not_stop_the_others(desk: Desk, overweight: Command) -> None:
    desk.config()
    desk.config("bad.yaml", policy="{one: 0.5, two: 0.6}", frm=3)
    desk.text("date,AAA,BBB,CCC\n2020-01-01,1,1,1\n2020-01-01,1,1,1\n", "twice.csv")
    desk.config("data.yaml", data="{source: files, path: twice.csv}")
    said = overweight("run bad.yaml a.yaml data.yaml nix.yaml")
    assert said.code == 3
    assert "too few bets to tell" in said.out
    assert "\nsaved  results/runs/a/" in said.out
    lines = said.err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["bad.yaml", "bad.yaml", "twice.csv", "nix.yaml"]
    assert all("found" in line and "expected" in line for line in lines)
    assert overweight("run bad.yaml a.yaml").code == 2

    entries = overweight("run --json bad.yaml a.yaml data.yaml nix.yaml").json
    assert [one["name"] for one in entries] == ["bad.yaml", "a", "data.yaml", "nix.yaml"]
    assert entries[0]["error"] == "\n".join(lines[:2])
    assert entries[3] == {"name": "nix.yaml", "error": lines[3]}
    alone = overweight("run --json nix.yaml")
    assert (alone.code, alone.json) == (2, entries[3])


def test_nothing_is_printed_where_nothing_ran(desk: Desk, overweight: Command) -> None:
    said = overweight("run nix.yaml nox.yaml")
    assert (said.code, said.out) == (2, "")


def test_a_results_folder_that_cannot_be_written_is_named(desk: Desk, overweight: Command) -> None:
    desk.config()
    desk.text("", "taken")
    said = overweight("run a.yaml --results taken")
    assert said.code == 2
    assert "taken" in said.err
    assert "`--results FOLDER`" in said.err
    assert json.loads(overweight("run a.yaml --json").out)["name"] == "a"


def test_a_run_that_never_leaves_neutral_says_so(desk: Desk, overweight: Command) -> None:
    desk.config(stance="{rule: threshold, enter: 5, exit: 0}", trade="{commission_bps: 5}")
    said = flat(overweight("run a.yaml").out)
    assert "made of nothing: it held the policy mix throughout bootstrap" in said
    assert "timing none: it held the policy mix throughout policy held" in said
    assert "bets none: its stance never left neutral trials" in said


def test_a_run_that_earns_next_to_nothing_says_so(desk: Desk, overweight: Command) -> None:
    """Half a basis point of tilt is not the policy mix, though no figure of it shows."""
    desk.config(tilt="{one: {over: 0.00005, from: two}}")
    assert "made of nothing that reaches 0.01% a year over policy bootstrap" in flat(overweight("run a.yaml").out)
