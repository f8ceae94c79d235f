"""The Config: everything one YAML file asks, checked and frozen."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr

from engine.config.claims import WrittenClaim
from engine.config.controls import AskedControls, Controls
from engine.config.day import Day
from engine.config.event_study import EventStudy
from engine.config.extends import STUDIES
from engine.config.kinds import listed
from engine.config.limits import Limits
from engine.config.listing import Delisting, Membership
from engine.config.marked import Marked, Place
from engine.config.record import Record, shown, wrong
from engine.config.schedule import Every
from engine.config.sleeve import HeldSleeve, SeenSleeve, SleeveName
from engine.config.source import WrittenSource
from engine.config.stance import Proportional, Stance, Tilt
from engine.config.strategies import Blend, Brake, Parameters, StrategyName, brakes
from engine.config.sweep import Sweep
from engine.config.trading import Cash, Rebalance, Trade
from engine.config.walk_forward import Walk
from engine.errors import Fault

_EXPECTATION = re.compile(r"(>=|<=|==|>|<)\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|pass")


def _expectation(value: Any) -> Any:
    if not isinstance(value, str) or not _EXPECTATION.fullmatch(value.strip()):
        bare = str(value).strip()
        least = bare if re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+", bare) else "-0.60"
        raise wrong(shown(value), "a comparison with a number, or `pass`", f'write for example ">= {least}"')
    return value.strip()


def _references(value: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in value if value.count(name) > 1})
    if twice:
        raise wrong(f"`{twice[0]}` more than once", "each once", "remove the second one")
    return value


def _currency_code(value: str) -> str:
    if not re.fullmatch("[A-Z]{3}", value):
        raise wrong(shown(value), "a currency code", "write for example USD or EUR")
    return value


#: The rule of a blend.
BLENDED = Proportional(full_at=1.0)


class Config(Record):
    """One question to the engine, as one YAML file (and what it extends, and `--set`) puts it.

    Mappings come in the order of their keys, members of sleeves too: how a file is ordered changes no result.
    `policy` names every held sleeve (0 where the file leaves one out), and `cash` where the file does.
    """

    strategy: StrategyName | None = Field(
        None,
        description="The strategy: a file in strategies/, without its ending; a `blend` may take its place.",
        examples=["metals_lead"],
    )
    with_: Parameters = Field(
        {}, alias="with", description="The strategy's own parameters.", examples=["{lookback: 252}"]
    )
    blend: Blend | None = Field(
        None,
        min_length=1,
        description="In place of `strategy`: other configs, by their path below `configs/`, and the weights with which "
        "their stances are added up.",
        examples=["{metals_lead: 0.5, geopolitical_shock: 0.3}"],
    )
    hold: dict[SleeveName, HeldSleeve] = Field(
        min_length=1, description="The sleeves that are traded.", examples=["{equities: [SPY]}"]
    )
    watch: dict[SleeveName, SeenSleeve] = Field(
        {},
        description="Sleeves and series that are seen, never held.",
        examples=["{metals: [GLD, SLV]}"],
    )
    policy: dict[str, float] = Field(
        {},
        description="The neutral mix: weights of held sleeves (and `cash`) that sum to 1.",
        examples=["{equities: 0.9, miners: 0.1}"],
    )
    stance: Stance | None = Field(None, description="How scores become a stance from -1 to +1.")
    tilt: dict[str, Tilt] = Field(
        {},
        description="How many points a full stance moves, by held sleeve.",
        examples=["{miners: {over: 0.2, from: equities}}"],
    )
    brake: Annotated[tuple[Brake, ...], BeforeValidator(brakes)] = Field(
        (),
        description="What scales the overweight of a tilted sleeve, after the tilt and before limits; one, or a list.",
        examples=["{strategy: overheating_brake, on: miners, with: {on: miners}}"],
    )
    limits: Limits | None = Field(
        None,
        description="What a target may hold at most and at least: assets, sleeves, in total, and cash.",
        examples=["{sleeve: {miners: {max: 0.3}}, cash_floor: 0.02}"],
    )
    every: Every = Field("month_end", description="When a decision is made.", examples=["month_end"])
    offset: int = Field(0, ge=0, description="Sessions by which every decision comes later than `every` says.")
    tranches: int = Field(
        1,
        ge=1,
        description="Equal parts into which the portfolio is split at the start, each deciding on its own turn: the "
        "period is divided by their number.",
    )
    rebalance: Rebalance = Field("every_decision", description="When drifted weights are traded back.")
    from_: Day = Field(None, alias="from", description="The first decision day; earlier data warms up.")
    to: Day = Field(None, description="The last day.")
    trade: Trade = Field(
        Trade.model_construct(),
        description="How decisions become trades, at what cost.",
        examples=["{after: 1, commission_bps: 1}"],
    )
    cash: Cash = Field(Cash.model_construct(), description="What cash earns.", examples=["{rate: 0.02}"])
    data: dict[str, WrittenSource] = Field(
        min_length=1, description="Named sources of series; one alone may be written directly.",
        examples=["{source: sample}"],
    )  # fmt: skip
    against: Annotated[tuple[str, ...], AfterValidator(_references)] = Field(
        ("policy",),
        min_length=1,
        description="What the result is measured against; the first is the reference.",
    )
    controls: AskedControls = Field(
        Controls(), description="What else it is held against on request.", examples=["[circular_shifts]"]
    )
    expect: dict[str, Annotated[str, BeforeValidator(_expectation)]] = Field(
        {},
        description='What `check` demands: max_drawdown: ">= -0.60" of a metric, `lookahead: pass` of the audit.',
    )
    members: Literal["any", "all"] = Field("any", description="Whether all members must trade from the start.")
    membership: dict[str, Membership] = Field(
        {}, description="From when to when an asset belongs to its sleeve.", examples=[{"CPER": {"from": "2015-01-01"}}]
    )
    base_currency: Annotated[str, AfterValidator(_currency_code)] = Field(
        "USD", description="The currency in which everything is counted."
    )
    fx: dict[str, str] = Field(
        {},
        description="For each other currency the label of its price in the base currency.",
        examples=[{"GBP": "GBPUSD"}],
    )
    accept: Annotated[tuple[Literal["price_against_total"], ...], BeforeValidator(listed)] = Field(
        (), description="Faults that are known and accepted; each becomes a caveat."
    )
    delisting: Delisting = Field(Delisting(), description="What is paid for an asset whose prices end.")
    dividends: str | None = Field(
        None, min_length=1, description="The `data` entry of cash dividends per share, a column per asset."
    )
    simulator: Literal["overweight", "vectorbt"] = Field(
        "overweight", description="Who simulates the targets: our kernel, or vectorbt's from_orders where it can."
    )
    allow_short: bool = Field(False, description="Whether weights may be negative.")
    event_study: EventStudy | None = Field(
        None, description="What prices do around events, of the sleeves and series of this file or of its `base`."
    )
    claims: dict[str, WrittenClaim] | None = Field(
        None, description="Statements about the market, each measured and given a verdict; `--full` has no part in it."
    )
    sweep: Sweep | None = Field(
        None, description="Many variants of the run that `base` names: which keys take which values.",
        examples=["{over: {with.lookback: [126, 252]}}"],
    )  # fmt: skip
    walk_forward: Walk | None = Field(
        None, description="The variants of the `sweep` beside it, chosen as time goes by: windows, or purged splits.",
        examples=["{train_years: 8, test_years: 2}"],
    )  # fmt: skip
    capital: float = Field(1_000_000.0, gt=0, description="Money at the start.", examples=["1000000"])
    sessions_per_year: int = Field(252, ge=1, le=366, description="Sessions in a year, for annual figures.")

    _tree: Marked = PrivateAttr(Marked({}, Place("config"), Place("config")))
    _path: Path = PrivateAttr(Path("config"))
    _overrides: tuple[str, ...] = PrivateAttr(())

    @property
    def path(self) -> Path:
        """The file, as it was named."""
        return self._path

    @property
    def tree(self) -> Marked:
        """What the file says, with the place of every value."""
        return self._tree

    @property
    def overrides(self) -> tuple[str, ...]:
        """The `key=value` options it was read with."""
        return self._overrides

    @property
    def folder(self) -> Path:
        """The folder of the file."""
        return self._path.parent

    @property
    def name(self) -> str:
        """The path below the nearest folder called `configs`, without the ending; else the file's stem."""
        parts = Path(os.path.abspath(self._path)).with_suffix("").parts
        folders = parts[:-1]
        if "configs" not in folders:
            return parts[-1]
        start = len(folders) - folders[::-1].index("configs")
        return "/".join(parts[start:])

    @property
    def rule(self) -> Stance | None:
        """How scores become stances: `stance`; of a blend, whose scores are stances added up, a cut at -1 and +1."""
        return BLENDED if self.blend is not None else self.stance

    def place(self, key: str = "") -> str:
        """`file:line:column` of a dotted key; of its nearest parent where the key is not written."""
        return str(self._tree.nearest(self._tree.steps(key))[0].place)

    def folders_of(self, key: str, *, named: bool = False) -> tuple[Path, ...]:
        """Where a relative path at a key is looked for, one folder after the other: that of the file which says it;
        for a `--set` that of the config that is run, then the working directory.

        named: the key's own name is the path, and its value says something else, such as a weight in a blend.
        """
        node, written = self._tree.nearest(self._tree.steps(key))
        place = node.key_place if named and written else node.place
        if place.file.startswith("--set "):
            return (self.folder, Path())
        return (Path(place.file).parent if place.line else self.folder,)

    def file_at(self, key: str, path: str, *, named: bool = False) -> Path:
        """The file that a relative path at a key means: the first that exists, else the first of all."""
        tried = [folder / path for folder in self.folders_of(key, named=named)]
        return next((one for one in tried if one.is_file()), tried[0])

    def fault(self, key: str, found: str, expected: str, cure: str) -> Fault:
        """A fault about a key of this config, for the layers that find one later."""
        return Fault(self.place(key), self._tree.dotted(self._tree.steps(key)) or key, found, expected, cure)

    @property
    def study(self) -> str | None:
        """Which study the file asks for, by the key of its block; None for a plain run."""
        return next((key for key in STUDIES if getattr(self, key, None) is not None), None)

    def studied(self) -> dict[str, Any]:
        """The blocks of studies as plain data with every default filled in, keys sorted; empty for a plain run."""
        asked = {key for key in STUDIES if getattr(self, key, None) is not None}
        ordered: dict[str, Any] = _key_order(self.model_dump(mode="json", by_alias=True, include=asked))
        return ordered

    def resolved(self) -> dict[str, Any]:
        """The run as plain data with every default filled in, keys sorted; written as YAML it loads to the same."""
        dumped = self.model_dump(mode="json", by_alias=True, exclude={"hold", "watch", *STUDIES})
        for block, sleeves in (("hold", self.hold), ("watch", self.watch)):
            dumped[block] = {name: sleeve.as_yaml() for name, sleeve in sleeves.items()}
        ordered: dict[str, Any] = _key_order(dumped)
        return ordered

    def question(self) -> dict[str, Any]:
        """`resolved()` without `expect`, `against`, `controls` and paths of sources: what a result's id hashes."""
        beside = ("expect", "against", "controls")
        asked = {key: value for key, value in self.resolved().items() if key not in beside}
        for name, source in asked["data"].items():
            asked["data"][name] = {key: value for key, value in source.items() if key not in ("path", "snapshot")}
        return asked

    def located(self, path: Path, tree: Marked, overrides: Sequence[str] = ()) -> Config:
        """This config, knowing its file, where each value stands, and the options it was read with."""
        placed = self.model_copy()
        placed._path, placed._tree, placed._overrides = path, tree, tuple(overrides)
        return placed


def _key_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _key_order(value[key]) for key in sorted(value)}
    return [_key_order(item) for item in value] if isinstance(value, list) else value
