"""What keeps a sweep from running at all, found before anything is run."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from engine.config import Config
from engine.config.marked import Marked
from engine.config.sweep import UNCOUNTED
from engine.config.vary import unusable, varied
from engine.errors import ConfigError, Fault, OverweightError
from engine.measure.metrics import METRICS
from engine.strategy import load_brakes
from engine.study.person import who_waits
from engine.study.processes import cores
from engine.study.sweep.blocks import span_words
from engine.study.sweep.forecast import Forecast, forecast
from engine.study.sweep.plan import plan_of, root_of
from engine.study.sweep.unfit import looked_at, unfit_parameters
from engine.study.sweep.variants import Variants, count_of, variants_of

#: More variants than this are run only where somebody says yes.
MANY = 1_000_000
FEWER = "draw some of them (`sample: {how: random, count: 1000}`), or widen the steps"
#: Variants a second that one core runs at the very best; and bytes that the table takes for each variant.
BEST_RATE, BYTES = 50_000, 8 * (len(METRICS) + 2)


def sound_variants(config: Config) -> Variants:
    """The variants of a sweep. Raises ConfigError for keys that the base has not, values that no variant can take, a
    metric that is none, and for more variants than anybody agrees to.
    """
    faults = [*_metric(config), *_set_in_vain(config), *_too_large(config, count_of(config))]
    if faults:
        raise ConfigError(*faults)
    variants = variants_of(config)
    faults = [*_values(config, variants), *unfit_parameters(config, variants)] or [*_too_long(config, variants)]
    if faults:
        raise ConfigError(*dict.fromkeys(faults))
    return variants


def _metric(config: Config) -> Iterator[Fault]:
    assert config.sweep is not None
    name = config.sweep.choose_by
    better = [one for one, metric in METRICS.items() if metric.direction != "none"]
    if name not in better:
        close = difflib.get_close_matches(name, better, n=1)
        cure = f"did you mean `{close[0]}`?" if close else "name one of them"
        found = f"`{name}`, of which neither more nor less is better" if name in METRICS else f"`{name}`"
        yield config.fault("sweep.choose_by", found, f"a metric: {', '.join(better)}", cure)


def _set_in_vain(config: Config) -> Iterator[Fault]:
    """What `--set` says of a swept key: every variant would say something else."""
    assert config.sweep is not None
    for key in config.sweep.over:
        node, written = config.tree.nearest(config.tree.steps(key))
        place = next(_said_by_hand(node), None) if written else None
        if place is not None:
            cure = f"say `--set sweep.over.{key}=[...]`, or run the base by itself"
            yield Fault(place, key, "a key that the sweep varies", "one that it leaves alone", cure)


def _said_by_hand(node: Marked) -> Iterator[str]:
    """Where a value or one below it stands, for all that `--set` wrote."""
    if node.place.file.startswith("--set "):
        yield str(node.place)
    for child in node.children().values():
        yield from _said_by_hand(child)


def _values(config: Config, variants: Variants) -> Iterator[Fault]:
    for key, axis in zip(variants.keys, variants.axes, strict=True):
        for value in looked_at(axis):
            faults = unusable(config, key, value) or _unfit_brake(config, key, value)
            yield from faults
            if any(fault.found.startswith("an unknown key") for fault in faults):
                break


def _unfit_brake(config: Config, key: str, value: Any) -> tuple[Fault, ...]:
    """A brake that is none, or a parameter that it does not have; the place is that of the swept key."""
    if root_of(key) != "brake":
        return ()
    try:
        one = varied(config, {key: value})
    except OverweightError:  # beside other values it may fit
        return ()
    try:
        load_brakes(one)
    except OverweightError as error:
        place = str(config.tree.nearest(("sweep", "over", key))[0].place)
        return tuple(replace(fault, place=place) if fault.key.startswith("brake") else fault for fault in error.faults)
    return ()


def none_runs(config: Config, count: int, reason: str) -> Fault:
    """Every variant failed; reason: why the first one did."""
    found = f"{count:,} variant{'s' * (count > 1)}, of which none runs"
    cure = f"mend the base or the values, for the first one fails at once: {reason}"
    return config.fault("sweep.over", found, "at least one that runs", cure)


def _too_large(config: Config, count: int) -> Iterator[Fault]:
    """A table that fits nowhere: that is known without making a variant."""
    space, time = count * BYTES, span_words(count / BEST_RATE / cores())
    if count > MANY and space > _memory():
        many = f"more than {count:,}" if count == UNCOUNTED else f"{count:,}"
        words = f"{many} variants: at the very best {time} on {cores()} cores, and {_bytes_words(space)} of memory"
        yield config.fault("sweep.over", words, f"a table that fits into {_bytes_words(_memory())}", FEWER)


def _too_long(config: Config, variants: Variants) -> Iterator[Fault]:
    """More variants than anybody agrees to, who is told what they would take."""
    if variants.count <= MANY:
        return
    who_waits().say(f"{config.path}: measuring how long {variants.count:,} variants would take")
    words = cost_words(variants.count, forecast(plan_of(config, variants)))
    if not who_waits().agrees(words):
        expected = f"at most {MANY:,} where nobody says yes"
        yield config.fault("sweep.over", words, expected, f"{FEWER}, or say `--yes`")


def cost_words(count: int, cost: Forecast) -> str:
    """How many variants, and what they would cost, in words."""
    sets = "one set" if cost.sets == 1 else f"{cost.sets:,} sets"
    whole, asking, own = (span_words(one) for one in (cost.asking + cost.simulating, cost.asking, cost.simulating))
    return (
        f"{count:,} variants of {sets} of the strategy's own parameters: about {whole} on {cores()} cores ({asking} "
        f"for the sets, {own} for the variants) and {_bytes_words(count * BYTES)} of memory"
    )


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 1 << 36


def _bytes_words(count: int) -> str:
    for unit, size in (("EB", 1e18), ("PB", 1e15), ("TB", 1e12), ("GB", 1e9)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count / 1e6:,.0f} MB"
