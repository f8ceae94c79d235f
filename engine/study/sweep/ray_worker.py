"""One block in a process of a Ray cluster. Markets come from the object store; nothing is written there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.config import Config
from engine.decide import Market, read_market
from engine.study.sweep.block import run_block
from engine.study.sweep.kept import Kept, market_key
from engine.study.sweep.luggage import Luggage, differing
from engine.study.sweep.parts import block_bytes
from engine.study.sweep.plan import Plan


class NotHere(Exception):
    """A block that this machine has not the files for; whoever asked runs it."""


@dataclass(slots=True)
class Bench:
    """What one process keeps between its blocks. own: whether the asker's folders are here too.

    markets: of the block at work, references into the object store by key.
    """

    plan: Plan
    own: bool
    alone: bool
    markets: Mapping[str, Any] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)


#: By the token of its luggage, what this process works on: a process of Ray serves one study.
BENCHES: dict[str, Bench] = {}


def block_on_ray(
    number: int, token: str, luggage_and_plan: tuple[Any, Any], markets: Mapping[str, Any]
) -> bytes | dict[str, str]:
    """The file of a block; or, where another engine is installed here, what differs: name to what is found.

    token: that of the luggage, by which a process knows what it has unpacked. luggage_and_plan: references; so that
    they are fetched once a process, they come inside a tuple. Raises NotHere where this machine lacks the files, and
    what `run_block` raises.
    """
    import ray

    if token not in BENCHES:
        luggage: Luggage = ray.get(luggage_and_plan[0])
        other = differing(luggage)
        if other:
            return other
        BENCHES[token] = put_bench(luggage, ray.get(luggage_and_plan[1]))
    bench = BENCHES[token]
    bench.markets = markets
    return finished(bench, number)


def put_bench(luggage: Luggage, plan: Plan) -> Bench:
    """Go where the files are, and be ready for blocks."""
    bench = Bench(plan, luggage.settle(), luggage.alone)
    bench.kept = Kept(read=lambda config: _market(bench, config))
    return bench


def finished(bench: Bench, number: int) -> bytes:
    """The file of a block. Raises NotHere where what this machine lacks may have a part in it."""
    if not bench.own and not bench.alone:
        raise NotHere
    block = run_block(bench.plan, number, bench.kept)
    if not bench.own and block.reasons:
        # It may have failed for want of a file.
        raise NotHere
    return block_bytes(block)


def _market(bench: Bench, config: Config) -> Market:
    """A market out of the object store: it is shared by all processes of a machine, and read by none of them."""
    reference = bench.markets.get(market_key(config))
    if reference is None:
        if not bench.own:
            raise NotHere
        return read_market(config)
    import ray

    found: Market | Exception = ray.get(reference)
    if isinstance(found, Exception):
        raise found
    return found
