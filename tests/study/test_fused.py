"""Variants in the lanes have the figures of the same variants run alone, whoever stands beside them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine.backtest import figures_of, own_tracks
from engine.config import Config, load
from engine.decide import decide, set_up
from engine.errors import ConfigError, DataError
from engine.portfolio.lanes import run
from engine.portfolio.lanes.table import LANES
from engine.study.fused import room, simulate
from engine.study.fused.can import lanes_can
from engine.study.fused.ground import ground_of
from engine.study.fused.heard import lane_keep, lane_scores
from engine.study.fused.simulate import DONE, IMPOSSIBLE, INDEBTED, RUINED, simulate_many
from engine.study.fused.table import table_of
from tests.study.fused_worlds import World, random_world, rows, same_to

ROOT = Path(__file__).parents[2]
CLOSE = 1e-9


def runs(path: Path) -> bool:
    """Whether a file is a run, not a study or a source alone."""
    text = path.read_text(encoding="utf-8")
    return "sources" not in path.parts and any(f"\n{key}:" in f"\n{text}" for key in ("strategy", "blend"))


RUNS = [path for path in sorted((ROOT / "configs").rglob("*.yaml")) if runs(path)]


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("seeds", [range(start, start + 25) for start in range(0, 200, 25)], ids=lambda seeds: seeds[0])
def test_random_variants_have_the_figures_of_runs_alone(seeds: Sequence[int]) -> None:
    """Every rule, tilt, brake, limit, band, lag and cost, on markets with holes, listings and ends."""
    done = 0
    for seed in seeds:
        world = random_world(seed)
        alone = [world.alone(v) for v in range(len(world.settings))]
        together = world.together()
        for v, (figures, status) in enumerate(zip(together.figures, together.status, strict=True)):
            if isinstance(alone[v], ConfigError):
                assert status != DONE, f"world {seed}, variant {v}: {alone[v]}"
            elif status != INDEBTED:
                assert status == DONE, f"world {seed}, variant {v} has status {status}"
                assert same_to(figures, alone[v]) < CLOSE, f"world {seed}, variant {v}"
                done += 1
    assert done > len(seeds)  # or it would test nothing


def fused(path: Path) -> float | str:
    """The largest difference of a config's figures in the lanes and alone; or why it does not go through the lanes."""
    config = load(path)
    reason = lanes_can(config)
    if reason is not None:
        return reason
    setting = set_up(config)
    decided = decide(setting)
    alone = figures_of(setting, decided, own_tracks(setting, decided)).values()
    ground = ground_of(setting, decided)
    keeps = [] if decided.braked is None else [decided.braked.keep]
    assert decided.scores is not None
    one = np.zeros(1, np.int64)
    table = table_of(ground, [config], one, one + len(keeps), lane_keep(keeps, ground.tilted, len(setting.decisions)))
    found = simulate_many(ground, decided.scores.names, lane_scores([decided.scores]), table, 1)
    assert found.status[0] == DONE
    return same_to(found.figures[0], np.array([np.nan if value is None else value for value in alone]))


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.relative_to(ROOT / "configs").as_posix())
def test_every_config_of_the_repository_has_the_figures_of_its_run(path: Path) -> None:
    try:
        found = fused(path)
    except DataError as error:
        pytest.skip(f"its data are not here: {error}")
    if isinstance(found, str):
        assert found == "its strategy answers weights"
    else:
        assert found < CLOSE


def test_order_neighbours_and_threads_change_no_bit() -> None:
    """Variants of several grounds' worth of groups, doubled until they fill some blocks."""
    for seed in (3, 8, 21, 34):
        world = random_world(seed)
        ground = world.ground()
        table = world.table(ground)
        many = rows(table, np.arange(200) % len(table))
        whole = world.simulated(ground, many, threads=1)
        order = np.random.default_rng(seed).permutation(200)
        shuffled = world.simulated(ground, rows(many, order), threads=3)
        assert shuffled.figures.tobytes() == whole.figures[order].tobytes()
        assert shuffled.status.tobytes() == whole.status[order].tobytes()
        few = world.simulated(ground, rows(many, order[:7]), threads=1)
        assert few.figures.tobytes() == whole.figures[order[:7]].tobytes()


@pytest.mark.parametrize("seed", [2, 3, 8, 13, 21, 34])
def test_in_how_large_pieces_targets_are_made_changes_no_bit(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces that end with the last trade, and decisions after it that are never traded, among them."""
    world = random_world(seed)
    whole = world.together()
    decisions = world.ground().shared.decisions
    for piece in (1, 2, 3, decisions - 1, decisions, decisions + 5):
        monkeypatch.setattr(room, "PIECE", max(piece, 1))
        found = world.together()
        assert found.figures.tobytes() == whole.figures.tobytes(), f"pieces of {piece} of {decisions}"
        assert found.status.tobytes() == whole.status.tobytes()


def test_a_decision_that_comes_too_late_to_be_traded_is_an_opinion_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Traded two sessions later, the last decisions stand in the stances and in the matched mix, as in a run alone."""
    world = plain_world()
    late = changed(world, 0, every={"sessions": 1}, trade={"after": 2})
    ground = late.ground()
    assert len(ground.market.fills) < ground.shared.decisions
    alone = late.alone(0)
    for piece in (1, 2, len(ground.market.fills)):
        monkeypatch.setattr(room, "PIECE", piece)
        assert same_to(late.simulated(ground, late.table(ground)).figures[0], alone) < CLOSE


def test_a_process_that_reads_compiled_code_has_the_bits_of_one_that_compiled_it() -> None:
    """Whichever this one is, the other reads it from the disk; the last lanes of a block were others there once."""
    here = figures_of_copies()
    code = "from tests.study.test_fused import figures_of_copies as f; print(f().hex())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == here.hex()


def figures_of_copies() -> bytes:
    """Of one variant in every lane of two blocks: all the same."""
    world = random_world(3)
    ground = world.ground()
    copies = rows(world.table(ground), np.zeros(2 * LANES, np.int64))
    figures = world.simulated(ground, copies).figures
    assert all(figures[lane].tobytes() == figures[0].tobytes() for lane in range(len(figures)))
    return figures[0].tobytes()


@pytest.mark.parametrize("seed", [1, 2, 5, 12])
def test_the_compiled_lanes_are_the_plain_ones(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    world = random_world(seed, most=3, sessions=(24, 30))
    compiled = world.together()
    plain = SimpleNamespace(simulate_blocks=run.simulate_blocks)
    monkeypatch.setattr(simulate, "import_module", lambda name: plain)
    with np.errstate(all="ignore"):
        by_python = world.together()
    assert compiled.status.tolist() == by_python.status.tolist()
    assert same_to(compiled.figures, by_python.figures) < 1e-11


def changed(world: World, v: int, **keys: object) -> World:
    """A world of one variant, with keys of its config changed."""
    setting = world.settings[v]
    written = setting.config.model_dump(by_alias=True, exclude={"hold"})
    hold = {name: sleeve.members for name, sleeve in setting.config.hold.items()}
    config = Config.model_validate({**written, "hold": hold, **keys})
    return World([replace(setting, config=config)], world.sets, world.which[v : v + 1], [], np.zeros(1, np.int64))


def plain_world() -> World:
    """Three assets in two sleeves, decided every fifth session, all of it traded the session after."""
    return next(
        world
        for world in map(random_world, range(1000))
        if len(world.settings[0].mix.names) > 1 and not world.keeps and "cash" not in world.settings[0].config.policy
    )


def test_limits_that_nothing_keeps_leave_a_variant_without_figures() -> None:
    world = plain_world()
    names = world.settings[0].mix.names
    broken = changed(world, 0, limits={"sleeve": {names[0]: {"min": 0.9}, names[1]: {"min": 0.9}}})
    assert isinstance(broken.alone(0), ConfigError)
    ground = world.ground()
    found = broken.simulated(ground, broken.table(ground))
    assert found.status.tolist() == [IMPOSSIBLE]
    assert np.isnan(found.figures).all()


def test_fees_that_eat_everything_leave_a_variant_to_run_alone() -> None:
    """Sales pay fees though no cash is left: with debt a run has financing costs, which the lanes do not know."""
    world = plain_world()
    dear = changed(
        world, 0, capital=100.0, limits=None, rebalance="every_decision", every={"sessions": 1},
        trade={"after": 1, "commission_per_order": 0.9},
    )  # fmt: skip
    setting = dear.settings[0]
    assert setting.config.capital == 100.0
    found = dear.together()
    assert found.status[0] in (DONE, INDEBTED, RUINED)
    if found.status[0] != DONE:
        assert np.isnan(found.figures).all()
