"""The candidates: every variant of the sweep run by itself from `from` to `to`, each deciding by its past alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.backtest import own_tracks, simulate, track_of
from engine.config import Config
from engine.config.vary import varied, without_studies
from engine.decide import Decided, Setting, set_up, trading_days
from engine.errors import ConfigError, OverweightError
from engine.market.table import Indices, Matrix
from engine.measure.track import Track
from engine.portfolio.ledger import first_session
from engine.portfolio.stance import Stance
from engine.study.person import who_waits
from engine.study.sweep.kept import Kept
from engine.study.sweep.refused import none_runs, sound_variants
from engine.study.sweep.single import decide_kept
from engine.study.sweep.variants import Variants
from engine.study.walk.cut import Rivals

#: The number of the config as it is written, which is no variant of the sweep.
WRITTEN = -1
#: Every candidate's track and targets are kept until all have run: half a megabyte each, or so.
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """One variant and its own plain run.

    decisions: (D,) panel sessions. tranche: (D,). targets: (D, N). trades: (D,) which decisions trade. start: the panel
    session at whose close its track begins. stance: None for a strategy about weights.
    """

    number: int
    decisions: Indices
    tranche: Indices
    targets: Matrix
    trades: NDArray[np.bool_]
    stance: Stance | None
    track: Track
    start: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """written: the run below the study, as it is written. all: those that ran, by number. reasons: why others did not.

    setting: that of the run as it is written; all share its market. beside: what all are held against.
    """

    config: Config
    variants: Variants
    setting: Setting
    written: Candidate
    all: tuple[Candidate, ...]
    reasons: Mapping[int, str]
    beside: Rivals

    @property
    def begin(self) -> int:
        """The panel session at whose close all of them are there."""
        return max(one.start for one in (self.written, *self.all))

    @property
    def last(self) -> int:
        """The last panel session."""
        return len(self.setting.panel.sessions) - 1


def run_candidates(config: Config) -> Candidates:
    """Run all of them. Raises ConfigError where the sweep cannot be, or none of its variants runs."""
    variants = sound_variants(config)
    if variants.count > MOST:
        found = f"{variants.count:,} variants, each of which is run and kept whole"
        cure = f"draw some of them: `sample: {{how: latin_hypercube, count: {MOST}}}`"
        raise ConfigError(config.fault("sweep.over", found, f"at most {MOST:,} in a walk-forward", cure))
    kept = Kept()
    setting = set_up(without_studies(config), market=kept.market)
    decided = decide_kept(setting, kept)
    tracks = own_tracks(setting, decided)
    beside = Rivals(
        tracks[setting.config.against[0]], tracks["policy"], config.sessions_per_year, len(setting.panel.sessions)
    )
    ran: list[Candidate] = []
    reasons: dict[int, str] = {}
    for number in range(variants.count):
        who_waits().say(f"{config.path}: candidate {number + 1:,} of {variants.count:,}")
        try:
            one = set_up(varied(config, variants.values(number)), market=kept.market)
            ran.append(_candidate(number, one, decide_kept(one, kept)))
        except OverweightError as error:
            reasons[number] = "; ".join(str(error).splitlines())
        except KeyboardInterrupt:
            words = f"stopped at candidate {number + 1:,} of {variants.count:,}; a walk-forward keeps none of them"
            who_waits().warn(f"{config.path}: {words}: the same command begins anew")
            raise
    if not ran:
        raise ConfigError(none_runs(config, variants.count, reasons[0]))
    return Candidates(config, variants, setting, _candidate(WRITTEN, setting, decided), tuple(ran), reasons, beside)


def _candidate(number: int, setting: Setting, decided: Decided) -> Candidate:
    config, tranche = setting.config, setting.tranche
    return Candidate(
        number,
        setting.decisions,
        tranche,
        decided.targets,
        trading_days(config, decided.opinion, tranche),
        decided.stance,
        track_of(setting, simulate(setting, decided.targets, decided)),
        first_session(config, setting.decisions),
    )
