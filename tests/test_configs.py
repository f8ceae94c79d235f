"""Every config of the repository runs: on the embedded sample, and on reference data where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.answers import answer
from engine.config import load
from engine.market.catalogue import needed_by
from engine.results.studies import drawn
from engine.study.answered import Studied

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT.parent / "shared/data/reference"
CONFIGS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "configs").rglob("*.yaml"))


@pytest.mark.parametrize("name", CONFIGS)
def test_every_config_runs(root: Path, name: str) -> None:
    if ("etf" in Path(name).parts or name == "configs/claims/all.yaml") and not REFERENCE.is_dir():
        pytest.skip("needs ../shared/data/reference")
    if name.startswith("configs/sources/") and needed_by(load(name)):
        pytest.skip("needs a pull; tests/market/sources/test_examples.py runs it on made data")
    result = answer(name, results=None)
    if isinstance(result, Studied):
        json.dumps(result.document(), allow_nan=False)
        assert drawn(result)
        return
    assert result.audit.verdict == "pass"
    assert result.equity.gt(0).all()
    own = result.own.ledger
    np_sum = own.weights.sum(axis=1) + own.cash / own.equity
    assert abs(np_sum - 1).max() < 1e-12
    assert result.metrics["cagr"] > 0
