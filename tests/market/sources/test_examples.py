"""Every example config goes the whole way: pulled from its publisher, kept, and run without a network."""

from __future__ import annotations

from pathlib import Path

import pytest

import engine
from tests.loopback import Loopback
from tests.market.sources.conftest import Command

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "configs/sources").glob("*.yaml"))
#: What each of them needs pulled, besides the files beside it.
SERIES = {
    "events": 0,
    "fred": 2 * 2 + 1,
    "french": 2,
    "gpr": 2 * 2 + 1,
    "pinksheet": 2 * 2 + 1,
    "table": 2 * 2,
    "yahoo": 6 * 2,
}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_pulled_kept_and_run(
    path: Path, publishers: Loopback, data: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled = data("pull", str(path))
    if not SERIES[path.stem]:
        assert pulled.exit_code == 2
        assert "a config that reads no published series" in pulled.stderr
    else:
        assert pulled.exit_code == 0, pulled.stderr
        assert len(list(Path("data/snapshots").glob("*/*/*.parquet"))) == SERIES[path.stem]
    asked = len(publishers.requests)
    result = engine.run(path)
    assert len(publishers.requests) == asked, "a run never asks a publisher"
    assert result.equity.gt(0).all()
    assert len(result.trades) > 1
    assert engine.run(path).id == result.id


def test_every_example_is_named_here() -> None:
    assert {path.stem for path in EXAMPLES} == set(SERIES)
