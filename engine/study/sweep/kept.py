"""What many runs share is made once: markets by what they read, answers by who was asked what about which market."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from engine.config import Config, Rank
from engine.config.varying import Varying
from engine.decide import Market, read_market

T = TypeVar("T")

#: Keys of a config that no market reads. What stands neither here nor in UNASKED makes another one, if in vain.
UNREAD = (
    "strategy", "with", "blend", "policy", "stance", "tilt", "brake", "limits", "every", "offset", "tranches",
    "rebalance", "from", "trade", "controls", "expect", "members", "simulator", "allow_short", "capital",
)  # fmt: skip
#: Keys that make no difference to what a strategy is shown, and when. `against` is read, but never shown.
UNASKED = (
    "strategy", "with", "blend", "stance", "tilt", "brake", "limits", "rebalance", "trade", "controls", "expect",
    "members", "simulator", "allow_short", "capital",
)  # fmt: skip
#: Panels are large: so many are kept. Answers are small.
MARKETS, ANSWERS, SAID = 4, 256, 64


@dataclass(slots=True)
class Shelf:
    """Things by key, the least recently asked for thrown away; what could not be made fails again without a try."""

    most: int
    things: OrderedDict[str, Any] = field(default_factory=OrderedDict)

    def take(self, key: str, make: Callable[[], T]) -> T:
        """The thing of a key, made where it is not there. Raises what making it raised."""
        if key in self.things:
            self.things.move_to_end(key)
        else:
            try:
                self.things[key] = make()
            except Exception as error:
                self.things[key] = error.with_traceback(None)
            if len(self.things) > self.most:
                self.things.popitem(last=False)
        if isinstance(self.things[key], Exception):
            raise self.things[key]
        return cast(T, self.things[key])

    def take_made(self, key: str, make: Callable[[], T]) -> T:
        """Like `take`, for things that several can make: where one could not, the next one tries."""
        try:
            return self.take(key, make)
        except Exception:
            self.things.pop(key, None)
            raise


@dataclass(frozen=True, slots=True)
class SweepShared:
    """What the variants of one sweep share. settings, grounds: of each ground the first ones. said: what strategies
    said, by who was asked what on which ground.
    """

    varying: Varying
    settings: Shelf = field(default_factory=lambda: Shelf(MARKETS))
    said: Shelf = field(default_factory=lambda: Shelf(SAID))
    grounds: Shelf = field(default_factory=lambda: Shelf(MARKETS))


@dataclass(frozen=True, slots=True)
class Kept:
    """What was made already. One process has one; it is not for several threads."""

    markets: Shelf = field(default_factory=lambda: Shelf(MARKETS))
    answers: Shelf = field(default_factory=lambda: Shelf(ANSWERS))
    sweeps: Shelf = field(default_factory=lambda: Shelf(1))
    read: Callable[[Config], Market] = read_market

    def shared(self, config: Config, keys: tuple[str, ...]) -> SweepShared:
        """What the variants of a config share, in which these keys vary. The thing keeps the config, and so its id."""
        return self.sweeps.take(f"{id(config)} {keys}", lambda: SweepShared(Varying(config, keys)))

    def market(self, config: Config) -> Market:
        """Like `read_market`."""
        return self.markets.take(market_key(config), lambda: self.read(config))


def market_key(config: Config) -> str:
    """Two configs with the same key have the same panel and sleeves."""
    # Whether decisions trade at once says what they may have seen.
    return _key(config, UNREAD, config.trade.after == 0)


def scores_key(config: Config) -> str:
    """Two configs with the same key get the same scores from their strategies."""
    asked = (config.strategy, config.blend, config.with_, sorted(config.tilt), isinstance(config.rule, Rank))
    return _key(config, UNASKED, config.trade.after == 0, *asked)


def weights_key(config: Config) -> str:
    """The same for strategies that answer weights."""
    limits = None if config.limits is None else config.limits.model_dump(mode="json")
    return _key(config, UNASKED, config.trade.after == 0, config.strategy, config.with_, limits, config.allow_short)


def brakes_key(config: Config) -> str:
    """The same for their brakes."""
    return _key(config, UNASKED, config.trade.after == 0, [brake.model_dump(mode="json") for brake in config.brake])


def _key(config: Config, without: tuple[str, ...], *beside: Any) -> str:
    kept = {key: value for key, value in config.resolved().items() if key not in without}
    return json.dumps([kept, beside], sort_keys=True, default=str)
