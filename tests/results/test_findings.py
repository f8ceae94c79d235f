"""The page of findings: its figures against pandas, its words at their edges, and that the page in docs/ is true."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import engine
from engine.config import load
from engine.measure.inference import Interval
from engine.results.findings import eras, paid, system_name, system_of
from engine.results.findings_page import conclusions, table
from engine.results.findings_record import Earned, System
from tests.desk import Desk, made_prices
from tests.results.command import Command

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/findings.md"
#: Fast ones, of each kind: a thesis, a brake on a control, a baseline, a control.
SAMPLE = ("metals_lead", "always_over_braked", "equal_weight", "momentum_rotation", "claims/sample")


def lines_about(page: str, name: str) -> list[str]:
    """The rows of a config, without the variants: those depend on what this machine has run."""
    rows = [line for line in page.splitlines() if re.match(rf"\| \S+ \| `{name}`", line)]
    return [re.sub(r"\| \d+ (\| (paid|lost|did|not|base))", r"| n \1", row) for row in rows]


def claims_of(page: str, name: str) -> str:
    start = page.index(f"## Claims: `{name}`")
    return page[start : page.find("\n## ", start + 5)].strip() if "\n## " in page[start + 5 :] else page[start:].strip()


def test_the_page_in_docs_says_what_the_command_says_now(root: Path, overweight: Command, tmp_path: Path) -> None:
    files = " ".join(f"configs/{name}.yaml" for name in SAMPLE)
    said = overweight(f"findings {files} --results {tmp_path / 'r'} --out {tmp_path / 'f.md'}")
    assert said.code == 0
    assert said.out == f"{tmp_path / 'f.md'}  4 systems, 1 studies, 0 failures\n"
    now, kept = (tmp_path / "f.md").read_text(encoding="utf-8"), PAGE.read_text(encoding="utf-8")
    for name in SAMPLE[:-1]:
        assert lines_about(now, name) == lines_about(kept, name), f"{name}: make findings"
        assert len(lines_about(now, name)) == 2
    assert claims_of(now, "claims/sample") == claims_of(kept, "claims/sample"), "make findings"


def test_the_page_covers_every_system_and_every_claim() -> None:
    kept = PAGE.read_text(encoding="utf-8")
    assert kept.splitlines()[2].startswith("Made by `overweight findings --out docs/findings.md` (`make findings`)")
    for system in range(1, 14):
        assert re.search(rf"^\| S{system}[ +]", kept, re.MULTILINE), system
    for path in (ROOT / "configs").glob("*.yaml"):
        assert f"`{path.stem}`" in kept
    for claim in range(1, 16):
        assert re.search(rf"^\| C{claim} \|", kept, re.MULTILINE), claim
    assert "could not be run here" not in kept


@pytest.fixture
def two_decades(desk: Desk) -> engine.Result:
    frame = made_prices(3, 1800)
    frame.index = pd.bdate_range("2016-06-01", periods=1800, name="date")
    desk.prices(frame)
    return desk.run(from_="2017-01-31", to="2022-12-30", against="[AAA]")


def test_figures_are_those_of_pandas_against_policy(two_decades: engine.Result) -> None:
    """The config is held against AAA; findings are against policy all the same."""
    found = system_of(two_decades, None)
    own = two_decades.equity
    policy = pd.Series(two_decades.portfolios["policy"].track.equity, own.index)
    growth = own.iloc[-1] ** (252 / (len(own) - 1)) / own.iloc[0] ** (252 / (len(own) - 1))
    other = (policy.iloc[-1] / policy.iloc[0]) ** (252 / (len(own) - 1))
    assert found.whole.active == pytest.approx(growth - other)
    error = (own.pct_change() - policy.pct_change()).std() * np.sqrt(252)
    assert found.ratio == pytest.approx((growth - other) / error)
    before, after = found.eras
    assert (before.era, after.era) == ("before 2022", "from 2022")
    late, late_policy = (one.loc["2021-12-31":] for one in (own, policy))
    years = (len(late) - 1) / 252
    wanted = (late.iloc[-1] / late.iloc[0]) ** (1 / years) - (late_policy.iloc[-1] / late_policy.iloc[0]) ** (1 / years)
    assert after.active == pytest.approx(wanted)
    assert after.interval.se > 0


def test_windows_that_end_before_2022_are_parted_by_decades() -> None:
    days = pd.bdate_range("1978-06-01", "2000-03-01").to_numpy().astype("datetime64[D]")
    found = dict(eras(days))
    assert list(found) == ["1970s", "1980s", "1990s"]  # two months of 2000 are too few
    assert str(days[found["1980s"]][0]) == "1979-12-31"
    assert str(days[found["1980s"]][-1]) == "1989-12-29"
    assert found["1970s"].start == 0
    late = pd.bdate_range("2019-01-01", "2022-02-01").to_numpy().astype("datetime64[D]")
    assert list(dict(eras(late))) == ["before 2022"]


@pytest.mark.parametrize(
    ("said", "active", "words"),
    [
        ("ahead of policy beyond chance", 0.01, "paid"),
        ("behind policy beyond chance", -0.01, "lost"),
        ("cannot be told from chance", 0.01, "not shown to pay"),
        ("cannot be told from chance", 0.0, "did not pay"),
        ("too few bets to tell", 0.05, "not shown to pay"),
        ("too few bets to tell", -0.05, "did not pay"),
        ("no bets: a baseline", 0.05, "baseline"),
        ("cannot be told from chance", None, "did not pay"),
    ],
)
def test_whether_it_paid(said: str, active: float | None, words: str) -> None:
    assert paid(said, active) == words


@pytest.mark.parametrize(
    ("config", "system"),
    [
        ("metals_lead", "S2"), ("hard_asset_rotation_braked", "S3+S4"), ("always_over_braked", "S4"),
        ("overheating_brake", "S4"), ("blend", "S11"), ("equal_weight", "control"), ("etf/broker_steps", "S6"),
    ],
)  # fmt: skip
def test_which_thesis_a_config_acts_on(root: Path, config: str, system: str) -> None:
    assert system_name(load(f"configs/{config}.yaml")) == system


def made(system: str, name: str, active: float, se: float, words: str, said: str, variants: int = 1) -> System:
    interval = Interval(active - 2 * se, active + 2 * se, se, 0.95)
    return System(
        system, name, ("1980-01-01", "2000-01-01"), Earned("", active, interval), 0.1, 30, variants, said, words, (),
        sample=True, hindsight=False, fingerprint="f", question=name, sources=("sample",),
    )  # fmt: skip


def test_what_the_tables_come_to_in_words() -> None:
    chance, few = "cannot be told from chance", "too few bets to tell"
    systems = [
        made("S1", "one", 0.030, 0.010, "paid", "ahead of policy beyond chance", 6),
        made("S2", "two", -0.010, 0.010, "did not pay", chance, 3),
        made("S3+S4", "three", 0.001, 0.010, "not shown to pay", few),
        made("control", "rival", 0.020, 0.005, "paid", "ahead of policy beyond chance"),
    ]
    assert list(conclusions(systems)) == [
        "**paid** (1 of 3): S1 `one` (+3.00%).",
        "**did not pay** (1 of 3): S2 `two` (-1.00%).",
        "**not shown to pay** (1 of 3): S3+S4 `three` (+0.10%, too few bets).",
        "1 of 3 had too few bets to tell anything: neither their gains nor their losses count.",
        "The control `rival` paid: +2.00% a year.",
        # FIELD.md, E7: the best of 10 draws lies 1.5745983 deviations up.
        "The best, `one`, lies 3.0 standard errors above policy. Of 10 variants without any effect the best would lie "
        "1.6 above it, were they independent: so it is more than that.",
    ]
    assert list(conclusions(systems[1:3]))[-1].endswith("so it is no more than the luck of having looked.")


def test_variants_come_from_the_ledger_of_trials(desk: Desk, overweight: Command) -> None:
    desk.config()
    overweight("run a.yaml --set trade.commission_bps=5")
    row = next(line for line in overweight("findings a.yaml").out.splitlines() if "| `a`" in line)
    assert row.split(" | ")[7] == "2"


def test_a_file_that_is_named_twice_counts_once(desk: Desk, overweight: Command) -> None:
    desk.config()
    said = overweight("findings a.yaml ./a.yaml a.yaml b.yaml b.yaml")
    assert said.out.count("| control | `a` | 2020 to 2021 |") == 1
    assert said.out == overweight("findings a.yaml b.yaml").out.replace(
        "a.yaml b.yaml", "a.yaml ./a.yaml a.yaml b.yaml b.yaml"
    )
    assert said.err.count("b.yaml: found no file") == 1


def test_a_file_that_fails_is_on_the_page_and_stops_no_other(desk: Desk, overweight: Command) -> None:
    desk.config()
    desk.config("b.yaml", every="monthly")
    said = overweight("findings a.yaml b.yaml --out deep/f.md")
    assert said.code == 2
    page = Path("deep/f.md").read_text(encoding="utf-8")
    assert "`a`" in page
    assert "## What could not be run here\n\n- `b.yaml`: b.yaml:9:8: every: found the text `monthly`" in page


def test_without_a_single_answer_there_is_no_page(desk: Desk, overweight: Command) -> None:
    said = overweight("findings nofile.yaml")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("nofile.yaml: found no file")
    desk.text("a page of before\n", "f.md")
    said = overweight("findings nofile.yaml other.yaml --out f.md")
    assert (said.code, said.out, said.err.count("found no file")) == (2, "", 2)
    assert Path("f.md").read_text() == "a page of before\n"


def test_what_cannot_be_done_is_told(desk: Desk, overweight: Command) -> None:
    said = overweight("findings")
    assert (said.code, said.err) == (
        2,
        "FILES: found no config here; expected configs/*.yaml or configs/etf/*.yaml or configs/claims/*.yaml; "
        "name files, or go to a folder that has `configs/`\n",
    )
    desk.config()
    said = overweight("findings a.yaml --out prices.csv/f.md")
    assert said.code == 2
    assert said.err.startswith("--out: found `prices.csv/f.md`, a file that cannot be written")


def test_a_table_survives_signs_of_its_own() -> None:
    assert table(["a"], [["x | y\nz"]]) == "| a |\n| --- |\n| x \\| y z |\n"
