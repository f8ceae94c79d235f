"""One run of many, by the path of every run: the same kernel, the same figures bit for bit, what is shared kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.backtest import figures_of, own_tracks
from engine.config import Config
from engine.decide import Decided, Setting, decided_on, set_up, within_limits
from engine.judge import Figures
from engine.measure.track import Track
from engine.portfolio.asking import Asked
from engine.portfolio.brake import shares_to_keep
from engine.portfolio.scores import score_decisions, weigh_decisions
from engine.study.sweep.kept import Kept, brakes_key, scores_key, weights_key


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: what it stood on and decided, its own track and those of what its figures are held against."""

    setting: Setting
    decided: Decided
    tracks: Mapping[str, Track]
    figures: Figures


def run_variant(config: Config, kept: Kept) -> Ran:
    """Run a plain config. Its figures are those of `backtest`. Raises ConfigError, StrategyError or DataError."""
    setting = set_up(config, market=kept.market)
    decided = decide_kept(setting, kept)
    tracks = own_tracks(setting, decided)
    return Ran(setting, decided, tracks, figures_of(setting, decided, tracks))


def decide_kept(setting: Setting, kept: Kept) -> Decided:
    """Like `decide`, but that nobody is asked twice; without what strategies have to say beside."""
    config = setting.config
    asked = Asked(setting.strategy, config, setting.panel, setting.sleeves, setting.decisions, setting.tranche)
    if setting.strategy.answers == "weights":
        weights, _ = kept.answers.take(f"weights {weights_key(config)}", lambda: weigh_decisions(asked))
        return Decided(None, None, *within_limits(setting, weights))
    scores, _ = kept.answers.take(f"scores {scores_key(config)}", lambda: score_decisions(asked))
    brakes = [replace(asked, strategy=brake) for brake in setting.brakes]
    keep = kept.answers.take(f"brakes {brakes_key(config)}", lambda: shares_to_keep(brakes)) if brakes else {}
    return decided_on(setting, scores, keep)
