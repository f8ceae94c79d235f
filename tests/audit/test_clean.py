"""No clean strategy is accused: neither the catalogue's, nor any that the repository brings."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.audit.record import Audit
from engine.backtest import backtest
from engine.config import load
from engine.study.audit import audit
from tests.audit.clean import CLEAN, Clean
from tests.audit.world import config_of, market
from tests.desk import Desk

ROOT = Path(__file__).parent.parent.parent
REFERENCE = ROOT.parent / "shared/data/reference"
CONFIGS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "configs").glob("*.yaml"))
ETF = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "configs/etf").glob("*.yaml"))
#: Those that the other checks of the whole audit may take for something else.
ODD = [
    one
    for one in CLEAN
    if one.name
    in (
        "momentum in tranches", "momentum on news", "momentum bought once", "its own past", "the mean of all the past",
        "a seeded bootstrap", "each of its assets", "policy weights", "what has risen most", "the calendar",
    )
]  # fmt: skip
#: Of the sample's configs those whose whole audit takes a second; `heavy` has them all.
QUICK = ("metals_lead", "from_file")
#: Parameters that change what a file does.
VARIANTS = [
    ("metals_lead", ["with.condition=enter"]),
    ("metals_lead", ["trade.after=0", "every={sessions: 63}", "tranches=3"]),
    ("metal_over_miner", ["with.rising=252", "with.beta_sessions=63"]),
    ("momentum_rotation", ["stance.top=1", "stance.bottom=1", "with.skip=0"]),
    ("overheating_brake", ["with.measure=trend", "with.gain=0.2", "with.release=0.1"]),
    ("safe_haven", ["every=month_end", "with.swing_sessions=63"]),
]


def accused(found: Audit) -> list[str]:
    return [f"{one.name} {one.verdict}: {one.words}" for one in found.checks if one.verdict in ("warn", "fail")]


def test_the_catalogue_is_long() -> None:
    assert len(CLEAN) >= 30
    assert len(ODD) == 10


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("clean", CLEAN, ids=str)
def test_an_honest_strategy_is_not_accused_by_a_run(desk: Desk, clean: Clean) -> None:
    market(desk)
    short = backtest(config_of(desk, clean.source, clean.files, **clean.changes)).audit
    assert accused(short) == []
    assert short.verdict == "pass"


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("clean", ODD, ids=str)
def test_an_honest_strategy_is_not_accused_by_the_whole_audit(desk: Desk, clean: Clean) -> None:
    market(desk)
    assert accused(audit(config_of(desk, clean.source, clean.files, **clean.changes), elsewhere=False)) == []


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("clean", CLEAN, ids=str)
def test_the_whole_audit_accuses_no_honest_strategy_at_all(desk: Desk, clean: Clean) -> None:
    market(desk)
    assert accused(audit(config_of(desk, clean.source, clean.files, **clean.changes))) == []


@pytest.mark.parametrize(("name", "overrides"), VARIANTS, ids=[f"{name} {' '.join(how)}" for name, how in VARIANTS])
def test_a_variant_is_not_accused_by_a_run(root: Path, name: str, overrides: list[str]) -> None:
    assert accused(backtest(load(f"configs/{name}.yaml", overrides)).audit) == []


@pytest.mark.parametrize("name", QUICK)
def test_the_whole_audit_accuses_no_shipped_strategy(root: Path, name: str) -> None:
    found = audit(load(f"configs/{name}.yaml"), elsewhere=name == "metals_lead")
    assert accused(found) == []
    assert found.asked >= 50


@pytest.mark.heavy
@pytest.mark.parametrize("name", [*CONFIGS, *ETF])
def test_the_whole_audit_accuses_no_shipped_strategy_at_all(root: Path, name: str) -> None:
    if name in ETF and not REFERENCE.is_dir():
        pytest.skip("needs ../shared/data/reference")
    assert accused(audit(load(name))) == []
