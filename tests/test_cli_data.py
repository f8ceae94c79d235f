"""`overweight data`: what each command prints, its JSON, its exit code, and that its own example works."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.errors import NotPulled
from engine.market.publishers import fred, yahoo
from tests.desk import Desk, made_prices
from tests.loopback import Loopback
from tests.market.sources import world
from tests.market.sources.conftest import Command, data, publishers

__all__ = ["data", "publishers"]
COMMANDS = ("pull", "list", "show", "verify", "diff")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_ends_in_an_example(command: str, data: Command) -> None:
    text = data(command, "--help")
    assert text.exit_code == 0
    assert text.stdout.rstrip().splitlines()[-1].strip().startswith(f"Example: overweight data {command}")


def test_pull_tells_each_series_and_only_what_failed_is_asked_again(publishers: Loopback, data: Command) -> None:
    publishers.plant(world.path_of(yahoo.address("GDX")), "404")
    first = data("pull", "yahoo", "XME", "GDX", "SPY")
    assert first.exit_code == 3
    assert first.stderr.startswith("yahoo GDX: https://query2.finance.yahoo.com")
    assert "found 404 Not Found" in first.stderr
    assert "yahoo/XME " in first.stdout
    assert "1 of 3 failed (yahoo); the same command asks again for these alone" in first.stdout
    publishers.heal()
    second = data("pull", "yahoo", "XME", "GDX", "SPY")
    assert second.exit_code == 0
    assert second.stdout.count("pulled before") == 2
    third = data("pull", "yahoo", "XME", "GDX", "SPY")
    assert third.stdout.count("unchanged") == 6


def test_pull_as_json_is_one_document(publishers: Loopback, data: Command) -> None:
    publishers.plant(world.path_of(yahoo.address("GDX")), "404")
    answer = data("pull", "yahoo", "XME", "GDX", "--json")
    said: list[dict[str, Any]] = json.loads(answer.stdout)
    assert [(one["name"], one["state"]) for one in said] == [("XME", "new"), ("GDX", "failed")]
    assert [kept["key"] for kept in said[0]["snapshots"]] == ["XME", "XME.actions"]
    assert said[0]["snapshots"][0]["rows"] == len(world.closes())
    assert "404" in said[1]["error"]


def test_what_shrank_is_kept_only_when_accepted(publishers: Loopback, data: Command) -> None:
    data("pull", "yahoo", "XME")
    publishers.files[world.path_of(yahoo.address("XME"))] = world.chart("XME", 100)
    refused = data("pull", "yahoo", "XME")
    assert refused.exit_code == 3
    assert "expected at least the" in refused.stderr
    assert data("pull", "yahoo", "XME", "--accept-shorter").exit_code == 0
    assert "100" in data("list").stdout


WRONG = {
    ("pull", "yaho", "XME"): (
        "data pull SOURCE: found `yaho`; expected yahoo or french or gpr or pinksheet or fred, or a config (.yaml); "
        "did you mean `yahoo`?\n"
    ),
    (
        "pull",
        "yahoo",
    ): "data pull KEY: found nothing; expected what to pull from yahoo; name it: overweight data",
    (
        "pull",
        "fred",
    ): "data pull KEY: found nothing; expected what to pull from fred; name it: overweight data",
    ("pull", "french", "50"): (
        "data pull KEY: found `50`; expected a data set of french: 5, 10, 12, 17, 30, 38, 48, 49, "
        "factors_3, factors_5, momentum; write for example 49, 49.monthly or factors_5\n"
    ),
    ("pull", "gpr", "weekly"): (
        "data pull KEY: found `weekly`; expected daily, monthly, daily.xls or monthly.xls; write for example daily\n"
    ),
    ("pull", "pinksheet", "annual"): "data pull KEY: found `annual`; expected monthly, all there is; leave it out\n",
    ("show", "yahoo/XME"): (
        "yahoo/XME: found nothing in the store data/snapshots; expected a snapshot; pull something:"
    ),
    ("verify", "nix.yaml"): "nix.yaml",
}


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_what_cannot_be_is_refused_with_the_cure(words: tuple[str, ...], desk: Desk, data: Command) -> None:
    answer = data(*words)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert answer.stderr.startswith(WRONG[words])


def test_list_shows_every_snapshot_with_its_id(publishers: Loopback, data: Command) -> None:
    assert "no snapshot under data/snapshots; pull one: overweight data pull gpr" in data("list").stdout
    data("pull", "gpr")
    data("pull", "fred", "DFII10")
    (first, second) = json.loads(data("list", "--json").stdout)
    assert [first["source"], second["source"]] == ["fred", "gpr"]
    plain = data("list").stdout
    assert first["id"][:12] in plain
    assert "gpr/daily.base_1985_2019" in plain


def test_show_tells_whence_when_and_the_ends(publishers: Loopback, data: Command) -> None:
    data("pull", "yahoo", "XME")
    plain = data("show", "yahoo/XME").stdout
    assert "https://query2.finance.yahoo.com" in plain
    assert "currency: USD" in plain
    assert "2003-01-02" in plain
    said = json.loads(data("show", "yahoo/XME", "--json").stdout)
    assert (said["labels"], said["quality"]) == (["XME"], {})
    assert json.loads(data("show", said["id"][:8], "--json").stdout)["id"] == said["id"]
    missed = data("show", "yahoo/XMF")
    assert missed.exit_code == 2
    assert missed.stderr.endswith("did you mean `yahoo/XME`?\n")


def test_diff_tells_what_the_publisher_changed(publishers: Loopback, data: Command) -> None:
    path = world.path_of(fred.ADDRESS)
    publishers.files[path] = b"observation_date,A\n2024-01-02,1.0\n2024-01-03,2.0\n"
    data("pull", "fred", "A")
    alone = data("diff", "fred/A")
    assert alone.exit_code == 2
    assert "found one snapshot; expected two to compare" in alone.stderr
    publishers.files[path] = b"observation_date,A\n2024-01-02,1.0\n2024-01-03,2.5\n2024-01-04,3.0\n"
    data("pull", "fred", "A")
    lines = data("diff", "fred/A").stdout.splitlines()
    assert lines[1:] == [
        "added rows: 1, from 2024-01-04 to 2024-01-04",
        "A: 1 value changed from 2024-01-03 to 2024-01-03; most on 2024-01-03, 2 to 2.5",
    ]
    said = json.loads(data("diff", "fred/A", "--json").stdout)
    assert said["restated"]
    assert said["changes"][0]["largest"] == 0.5
    same = data("diff", said["before"]["id"], said["before"]["id"])
    assert same.stdout.splitlines()[1] == "they say the same"


def test_verify_re_hashes_the_whole_store(publishers: Loopback, data: Command) -> None:
    data("pull", "yahoo", "XME", "SPY")
    good = data("verify")
    assert (good.exit_code, good.stdout) == (0, "data/snapshots: 4 snapshots as they were pulled, 0 damaged\n")
    one = next(Path("data/snapshots/yahoo/XME").glob("*.parquet"))
    one.write_bytes(one.read_bytes()[:100])
    bad = data("verify")
    assert bad.exit_code == 3
    assert "found a file that was changed or damaged after it was pulled" in bad.stderr
    states = [entry["state"] for entry in json.loads(data("verify", "--json").stdout)]
    assert sorted(states) == ["damaged", "good", "good", "good"]


def test_verify_tells_what_is_odd_in_a_configs_data(desk: Desk, data: Command) -> None:
    frame = made_prices()
    frame.iloc[150:, 0] *= 0.6
    frame.iloc[100:104, 1] = float("nan")
    desk.prices(frame)
    desk.config()
    answer = data("verify", "a.yaml")
    assert answer.exit_code == 0, "what is odd is no failure"
    assert "BBB  2020-05-20  4 sessions without a value, at most 4 in a row" in answer.stdout
    said = json.loads(data("verify", "a.yaml", "--json").stdout)
    assert said[0]["counts"] == {"gap": 1, "move": 1}
    assert [one["label"] for one in said[0]["findings"]] == ["BBB", "AAA"]


def test_verify_tells_all_that_a_run_counts(desk: Desk, data: Command) -> None:
    """Five held labels live to the end, one that is only watched does not: survivors, seen in what is held alone."""
    frame = made_prices(labels="AAA BBB CCC DDD EEE FFF")
    frame.iloc[150:, 0] *= 0.6
    frame.iloc[300:, 5] = float("nan")
    desk.prices(frame)
    held = {"hold": "{one: [AAA, BBB, CCC], two: [DDD, EEE]}", "watch": "{sixth: [FFF]}", "to": "2021-02-01"}
    counted = desk.run(**held).manifest["data"]["quality"]
    assert counted == {"move": 1, "survivors": 1}
    said = json.loads(data("verify", "a.yaml", "--json").stdout)
    assert [one["counts"] for one in said] == [{"move": 1}, {"survivors": 1}]
    assert "a.yaml held: 5 labels" in data("verify", "a.yaml").stdout


def test_verify_fails_where_the_data_cannot_be_used(desk: Desk, data: Command) -> None:
    desk.text("date,AAA,BBB,CCC\n2020-01-02,1,1,1\n2020-01-02,1,1,1\n")
    desk.config()
    answer = data("verify", "a.yaml")
    assert answer.exit_code == 3
    assert answer.stderr.startswith("prices.csv: found the date 2020-01-02 twice (data row 2)")


def test_verify_holds_gaps_against_an_exchange(publishers: Loopback, data: Command) -> None:
    pytest.importorskip("exchange_calendars", reason="needs the extra: sources")
    data("pull", "yahoo", "XME")
    # Made sessions are all weekdays: none of New York's is missing.
    assert "nothing looks wrong" in data("verify", "yahoo/XME", "--calendar", "XNYS").stdout
    unknown = data("verify", "yahoo/XME", "--calendar", "XNYZ")
    assert unknown.exit_code == 2
    assert "--calendar: found `XNYZ`, which is no exchange" in unknown.stderr


def test_a_pull_of_a_config_beside_other_prices_asks_for_tickers(desk: Desk, data: Command) -> None:
    desk.config(data="{y: {source: yahoo}, own: {source: files, path: prices.csv}}")
    answer = data("pull", "a.yaml")
    assert answer.exit_code == 2
    assert "data.y.tickers: found nothing, and another source of prices" in answer.stderr


def test_a_pull_of_a_blend_brings_what_its_parts_and_references_read(
    publishers: Loopback, desk: Desk, data: Command
) -> None:
    """Each once, also where a part blends again, or is a reference that names the blend."""
    desk.config("quick.yaml", hold="{one: [XME], two: [SPY]}", data="{source: yahoo}")
    desk.config("ref.yaml", hold="{one: [GDX], two: [SPY]}", data="{source: yahoo}", against="[a.yaml]")
    desk.config("inner.yaml", strategy=None, stance=None, blend="{quick: 1}", data="{source: files, path: prices.csv}")
    own = "{source: files, path: prices.csv, snapshot: mine}"
    desk.config(strategy=None, stance=None, blend="{inner: 1, quick: 0.5}", data=own, against="[policy, ref.yaml]")
    answer = data("pull", "a.yaml", "--json")
    assert answer.exit_code == 0
    said = sorted((one["source"], one["name"]) for one in json.loads(answer.stdout))
    assert said == [("files", "mine"), ("yahoo", "GDX"), ("yahoo", "SPY"), ("yahoo", "XME")]


def test_a_cure_that_pulls_says_what_was_set(desk: Desk, data: Command) -> None:
    """As it is printed, it mends what it is about, in a folder whose name has a space."""
    path = str(desk.config("my configs/a.yaml", data="{source: files, path: ../prices.csv}"))
    asked = ["data.prices.snapshot=mine", "data.prices.date=date"]
    with pytest.raises(NotPulled) as caught:
        engine.run(path, asked)
    pulling = str(caught.value).rpartition("pull: ")[2]
    assert pulling == (
        "overweight data pull 'my configs/a.yaml' --set data.prices.snapshot=mine --set data.prices.date=date"
    )
    assert data(*shlex.split(pulling)[2:]).exit_code == 0
    engine.run(path, asked)
    wrong = data("pull", "yahoo", "XME", "--set", "capital=5")
    assert (wrong.exit_code, wrong.stderr) == (
        2,
        "data pull --set: found `yahoo`; expected a config (.yaml), whose keys it overrides; leave it out, or name a "
        "config\n",
    )


def test_the_help_reads_neither_pandas_nor_numpy() -> None:
    code = "import engine.cli_data, sys; print(sorted({'pandas', 'numpy', 'numba', 'pyarrow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
