"""A job: null markets of some kinds, by number; and the one after the other in one process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module

from engine.config import Config
from engine.decide import Setting, decide, set_up
from engine.errors import OverweightError
from engine.market.table import Vector
from engine.portfolio.ledger import COMPILED
from engine.study.null.kinds import KINDS, measured_over, null_market
from engine.study.null.measured import figures_in, policy_track
from engine.study.null.moves import moves_of

UNDEFINED = "it has no year's figure"


@dataclass(frozen=True, slots=True)
class NullJob:
    """`markets` null markets of each kind. block: of the bootstrap."""

    config: Config
    kinds: tuple[str, ...]
    markets: int
    seed: int
    block: int

    @property
    def count(self) -> int:
        """Markets of all kinds."""
        return len(self.kinds) * self.markets


@dataclass(frozen=True, slots=True)
class MarketAnswer:
    """What came of market `number` of the job: figures (2,), or why there are none."""

    number: int
    figures: Vector | None
    reason: str = ""


def answers(job: NullJob, numbers: Iterable[int], setting: Setting | None = None) -> Iterator[MarketAnswer]:
    """Every market of these numbers, made and asked. A question that fails in one is a reason; a bug is raised."""
    setting = setting or set_up(job.config)
    import_module(COMPILED)  # many runs repay numba's loading
    policy = policy_track(setting, decide(setting)) if measured_over(job.config) else None
    own = moves_of(setting.panel)
    for number in numbers:
        kind, place = job.kinds[number // job.markets], number % job.markets
        try:
            market = null_market(setting, kind, job.seed, place, job.block, own)
            found = figures_in(market, None if KINDS[kind].prices else policy)
        except OverweightError as error:
            yield MarketAnswer(number, None, str(error.faults[0].found))
        else:
            yield MarketAnswer(number, found, "" if found is not None else UNDEFINED)
