"""Files that were kept as a snapshot: the panel of the file, from the store, whatever becomes of the file."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import engine
from engine.config import load
from engine.errors import ConfigError, DataError, NotPulled
from engine.market.assemble import build_panel
from engine.market.panel import Panel
from engine.market.snapshots import list_snapshots
from tests.desk import Desk, made_prices
from tests.market.sources.conftest import Command

ROOT = Path(__file__).parents[3]
WIDE = "source: files, path: prices.csv"


def panel(desk: Desk, entry: str, **changes: object) -> Panel:
    return build_panel(load(desk.config(data=f"{{{entry}}}", **changes)))


def pulled(desk: Desk, data: Command, entry: str, *words: str) -> Command:
    return data("pull", str(desk.config("pull.yaml", data=f"{{{entry}}}")), *words)


def every_shape(desk: Desk) -> None:
    """The same made prices as a wide and a long file, as a folder and as returns; some columns are nobody's."""
    prices = made_prices(labels="CCC AAA ZZZ BBB")
    prices.iloc[:40, 1] = np.nan
    prices.iloc[60:64, 0] = np.nan
    desk.prices(prices)
    desk.prices(prices, "prices.parquet")
    desk.prices(prices.pct_change(fill_method=None), "returns.csv")
    long = prices.melt(ignore_index=False, var_name="symbol", value_name="last").dropna().reset_index()
    long["first"], long["traded"] = long["last"] * 0.99, 1000.0
    long.sample(frac=1, random_state=1).to_csv("long.csv", index=False)
    Path("folder").mkdir()
    for label, rows in long.groupby("symbol"):
        rows.to_csv(f"folder/{label}.csv", index=False)


SHAPES = {
    "wide": WIDE,
    "parquet": "source: files, path: prices.parquet",
    "renamed": "source: files, path: prices.csv, columns: {CCC: ZZZ}",
    "long": "source: files, path: long.csv, label: symbol, price: last, open: first, volume: traded",
    "folder": "source: files, path: folder, price: last, open: first",
    "returns": "source: files, path: returns.csv, kind: returns",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_kept_file_gives_the_panel_of_the_file(shape: str, desk: Desk, data: Command) -> None:
    every_shape(desk)
    entry = f"{SHAPES[shape]}, snapshot: mine"
    assert pulled(desk, data, entry).exit_code == 0
    for to in ("2021-06-30", None):
        file, kept = panel(desk, SHAPES[shape], to=to), panel(desk, entry, to=to)
        assert kept.assets == file.assets == ("AAA", "BBB", "CCC")
        assert dict(kept.digests) == dict(file.digests)
        for name in ("sessions", "prices", "opens", "volumes", "ends", "known"):
            np.testing.assert_array_equal(getattr(kept, name), getattr(file, name))
        assert kept.prices.flags.c_contiguous


def test_values_are_kept_too_with_the_dates_on_which_they_were_known(desk: Desk, data: Command) -> None:
    days = made_prices().index
    stocks = pd.DataFrame({"copper": np.arange(400.0), "tin": 2.0, "out": days + pd.Timedelta(days=3)}, days)
    desk.prices(stocks, "stocks.csv")
    prices = f"prices: {{{WIDE}}}"
    for entry, names in (
        ("kind: values, columns: {cu: copper}", ("cu", "tin")),
        ("column: copper", ("copper",)),
    ):
        file = f"source: files, path: stocks.csv, known: {{column: out}}, {entry}"
        kept = f"{file}, snapshot: stocks"
        assert pulled(desk, data, f"{prices}, stocks: {{{kept}}}").exit_code == 0
        plain, read = (panel(desk, f"{prices}, stocks: {{{one}}}") for one in (file, kept))
        assert tuple(read.series) == tuple(plain.series) == tuple(f"stocks.{name}" for name in names)
        for name, one in read.series.items():
            np.testing.assert_array_equal(one.values, plain.series[name].values)
            np.testing.assert_array_equal(one.visible, plain.series[name].visible)
        assert read.fingerprint == plain.fingerprint


def test_a_run_reads_the_snapshot_until_the_next_pull(desk: Desk, data: Command) -> None:
    entry = f"{WIDE}, snapshot: mine"
    said = pulled(desk, data, entry)
    assert "files/mine" in said.stdout
    assert "new" in said.stdout
    before = panel(desk, entry).fingerprint
    desk.prices(made_prices(1))
    assert panel(desk, entry).fingerprint == before
    assert "unchanged" not in pulled(desk, data, entry).stdout
    after = panel(desk, entry).fingerprint
    assert after == panel(desk, WIDE).fingerprint != before
    assert "400 values changed" in data("diff", "files/mine").stdout
    old = next(one for one in list_snapshots(Path("data/snapshots")) if one.first_pulled == min_pulled())
    assert panel(desk, f"{WIDE}, snapshot: mine@{old.id[:8]}").fingerprint == before
    Path("prices.csv").unlink()
    assert panel(desk, entry).fingerprint == after


def min_pulled() -> str:
    return min(one.first_pulled for one in list_snapshots(Path("data/snapshots")))


def test_the_same_question_has_the_same_id_from_the_file_and_from_the_store(desk: Desk, data: Command) -> None:
    entry = f"{WIDE}, snapshot: mine"
    pulled(desk, data, entry)
    assert engine.run(desk.config(data=f"{{{entry}}}")).id == engine.run(desk.config(data=f"{{{WIDE}}}")).id


def test_a_file_that_lost_rows_is_kept_only_when_accepted(desk: Desk, data: Command) -> None:
    entry = f"{WIDE}, snapshot: mine"
    pulled(desk, data, entry)
    desk.prices(made_prices(sessions=300))
    refused = pulled(desk, data, entry)
    assert refused.exit_code == 3
    assert "prices.csv: found 300 rows to 2021-02-23; expected at least the 400 rows to 2021-07-13" in refused.stderr
    assert len(panel(desk, entry, to=None).sessions) == 400
    assert pulled(desk, data, entry, "--accept-shorter").exit_code == 0
    assert len(panel(desk, entry, to=None, from_=None).sessions) == 300


def test_what_is_wrong_in_the_file_is_told_and_stops_nothing_else(desk: Desk, data: Command) -> None:
    desk.text("date,AAA\n2020-01-01,-1\n", "bad.csv")
    both = f"bad: {{source: files, path: bad.csv, snapshot: bad}}, good: {{{WIDE}, snapshot: good}}"
    said = pulled(desk, data, both)
    assert said.exit_code == 3
    assert said.stderr.startswith("files bad: bad.csv: found `-1` for AAA on 2020-01-01; expected a price above zero")
    assert [one.key for one in list_snapshots(Path("data/snapshots"))] == ["good"]


def test_what_was_never_pulled_is_named_with_the_command(desk: Desk) -> None:
    with pytest.raises(NotPulled) as caught:
        panel(desk, f"{WIDE}, snapshot: mine")
    assert str(caught.value) == (
        "a.yaml:8:51: data.snapshot: found no snapshot of files mine; "
        "expected one that was pulled into data/snapshots; pull: overweight data pull a.yaml"
    )


def test_a_pin_that_fits_nothing_is_refused(desk: Desk, data: Command) -> None:
    pulled(desk, data, f"{WIDE}, snapshot: mine")
    with pytest.raises(ConfigError, match=r"data.snapshot: found 000000, which begins 0 snapshots of files mine"):
        panel(desk, f"{WIDE}, snapshot: mine@000000")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("path: prices.csv, kind: returns", "a.yaml:8:47: data.kind: found `returns`; expected `the default`"),
        ("path: other.csv", "a.yaml:8:29: data.path: found `other.csv`; expected `prices.csv`"),
        ("path: prices.csv, known: {column: out}", "data.known: found `out`; expected `the default`"),
    ],
)
def test_a_key_that_was_changed_after_the_pull_is_not_passed_over(
    now: str, words: str, desk: Desk, data: Command
) -> None:
    pulled(desk, data, f"{WIDE}, snapshot: mine")
    with pytest.raises(ConfigError) as caught:
        panel(desk, f"source: files, {now}, snapshot: mine")
    assert words in str(caught.value)
    assert str(caught.value).endswith("was pulled; pull again: overweight data pull a.yaml")


def test_reading_the_same_numbers_otherwise_needs_a_pull_and_then_runs(desk: Desk, data: Command) -> None:
    entry = f"{WIDE}, snapshot: mine"
    pulled(desk, data, entry)
    other = f"{WIDE}, format: wide, snapshot: mine"
    with pytest.raises(ConfigError, match=r"data.format: found `wide`; expected `the default`"):
        panel(desk, other)
    assert pulled(desk, data, other).exit_code == 0
    assert panel(desk, other).fingerprint == panel(desk, WIDE).fingerprint


def test_a_damaged_snapshot_is_refused(desk: Desk, data: Command) -> None:
    entry = f"{WIDE}, snapshot: mine"
    pulled(desk, data, entry)
    (kept,) = list_snapshots(Path("data/snapshots"))
    content = bytearray(kept.path.read_bytes())
    content[len(content) // 3] ^= 1
    kept.path.write_bytes(content)
    with pytest.raises(DataError, match="a file that was changed or damaged after it was pulled"):
        panel(desk, entry)


def test_a_label_that_is_nowhere_is_looked_for_among_all_that_were_kept(desk: Desk, data: Command) -> None:
    pulled(desk, data, f"{WIDE}, snapshot: mine")
    with pytest.raises(ConfigError, match=r"`BBC`, which no source has; .* did you mean `BBB`"):
        panel(desk, f"{WIDE}, snapshot: mine", hold="{one: [AAA, BBC], two: [CCC]}")


def test_a_kept_panel_needs_no_pandas(desk: Desk, data: Command) -> None:
    pulled(desk, data, f"{WIDE}, snapshot: mine")
    desk.config(data=f"{{{WIDE}, snapshot: mine}}")
    code = (
        "import sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from engine.config import load\n"
        "from engine.market.assemble import build_panel\n"
        "build_panel(load('a.yaml'))\n"
        "print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_wide_panel_is_held_in_memory_once(desk: Desk, data: Command) -> None:
    """Its array is the one that the file was read into; what is made beside it on the way is a third of it at most."""
    rng = np.random.default_rng(0)
    labels = [f"A{i:03}" for i in range(400)]
    prices = pd.DataFrame(rng.lognormal(4, 0.1, (4000, 400)), pd.bdate_range("2000-01-03", periods=4000), labels)
    prices.iloc[:2000, ::2] = np.nan
    prices.iloc[3900:, 1::10] = np.nan
    desk.prices(prices.rename_axis("date"), "wide.parquet")
    entry = "source: files, path: wide.parquet, snapshot: wide"
    assert pulled(desk, data, entry).exit_code == 0
    keys = {"hold": f"{{all: [{', '.join(labels)}]}}", "policy": "{all: 1.0}", "stance": None, "tilt": None}
    config = load(desk.config(data=f"{{{entry}}}", from_=None, to=None, **keys))
    build_panel(config)
    tracemalloc.start()
    read = build_panel(config)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1.34 * read.prices.nbytes
    np.testing.assert_array_equal(read.prices, prices.to_numpy())
    assert read.known.shape == read.prices.shape
