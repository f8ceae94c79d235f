"""Null markets in the terminal: where the real figures stand among theirs, what that means, and the placebos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from engine.answers import load_run
from engine.config import Config
from engine.decide import set_up
from engine.errors import ConfigError, Fault
from engine.market.atomic import write_atomically
from engine.results import figures, sentences, terminal
from engine.results.null_picture import picture_of, refuse_place
from engine.results.null_words import backwards_words, meanings, roles_words, sleeves_words, verdict
from engine.results.null_words import sentences as verdict_sentences
from engine.results.screen import labelled
from engine.study.null.kinds import KINDS, usual_block
from engine.study.null.measured import FIGURES, PERCENTILES, Stands
from engine.study.null.placebos import Placebos, placebos
from engine.study.null.study import null_stands

NAMES = {"active_return": "active return, a year", "information_ratio": "information ratio"}


@dataclass(frozen=True, slots=True)
class NullWish:
    """What is asked of `overweight null`. block: None where it is to be the usual one."""

    kinds: tuple[str, ...]
    markets: int
    seed: int
    block: int | None
    placebo: bool
    picture: Path | None


@dataclass(frozen=True, slots=True)
class Nulls:
    """A config among its null markets, and its placebos where they are asked for."""

    config: Config
    wish: NullWish
    stands: tuple[Stands, ...]
    placebos: Placebos | None

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "name": self.config.name,
            "markets": self.wish.markets,
            "seed": self.wish.seed,
            "block": self.wish.block,
            "real": dict(zip(FIGURES, self.stands[0].real.tolist(), strict=True)),
            "verdict": verdict(self.stands),
            "sentences": [*verdict_sentences(self.stands)],
            "nulls": [_stands_json(one) for one in self.stands],
            "placebos": None if self.placebos is None else _placebos_json(self.placebos),
            "picture": None if self.wish.picture is None else str(self.wish.picture),
        }

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """A table for each figure, then what it comes to."""
        words = f"  the real result among {self.wish.markets:,} null market{'s' * (self.wish.markets > 1)} of each kind"
        yield Text.assemble((self.config.name, "bold"), words)
        yield ""
        yield self._table()
        yield ""
        yield labelled(meanings(self.stands), "bold")
        yield ""
        yield from verdict_sentences(self.stands)
        if self.placebos is not None:
            yield ""
            yield Text("placebos", "bold")
            yield labelled(placebo_lines(self.placebos), "bold")
        if self.wish.picture is not None:
            yield ""
            yield Text(f"picture  {self.wish.picture}", no_wrap=True)

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("", no_wrap=True)
        for header in (*(f"{one:.0f}%" for one in PERCENTILES), "real", "beats", "p"):
            table.add_column(header, justify="right", no_wrap=True)
        for figure in reversed(FIGURES):
            table.add_row(Text(NAMES[figure], "bold"))
            for one in self.stands:
                table.add_row(*row_of(one, figure))
        return table


def row_of(one: Stands, figure: str) -> tuple[str, ...]:
    """Kind, percentiles, the real figure, how many it beats, p."""
    shown = figures.signed_percent if figure == "active_return" else _signed
    spread = [shown(value) for value in one.percentiles(figure)] or ["-"] * len(PERCENTILES)
    beats = f"{one.beaten(figure)} of {len(one.nulls)}"
    return f"  {one.kind}", *spread, shown(one.of(figure)[0]), beats, f"{one.p_value(figure):.3f}"


def placebo_lines(found: Placebos) -> Iterator[tuple[str, str]]:
    """Each placebo and what came of it."""
    yield "other sleeves", sleeves_words(found)
    yield "backwards", backwards_words(found)
    yield "roles", roles_words(found)
    for name, control in found.controls.items():
        yield name.replace("_", " "), sentences.control(control)


def show_null(file: str, overrides: Sequence[str], wish: NullWish, *, as_json: bool) -> int:
    """Ask a config in null markets, print, save nothing but the picture; the exit code. Raises what a run raises, and
    ConfigError at once where the picture could not be written.
    """
    unknown = [kind for kind in wish.kinds if kind not in KINDS]
    if unknown:
        raise ConfigError(*(Fault("--kind", "", f"`{one}`", " or ".join(KINDS), "name one of them") for one in unknown))
    if wish.picture is not None:
        refuse_place(wish.picture)
    if wish.block is not None and wish.kinds and "bootstrap" not in wish.kinds:
        found = f"a block of {wish.block} sessions, and no bootstrap among the kinds"
        raise ConfigError(Fault("--block", "", found, "`--kind bootstrap`", "add it, or leave the block out"))
    config = load_run(file, overrides)
    with terminal.foreign_code(), terminal.progress() as progress:
        setting = set_up(config)
        wish = replace(wish, block=wish.block or usual_block(setting))
        stands = null_stands(
            config, kinds=wish.kinds, markets=wish.markets, seed=wish.seed, block=wish.block, setting=setting,
            saying=progress.say,
        )  # fmt: skip
        of = placebos(setting, wish.markets, progress.say) if wish.placebo else None
    nulls = Nulls(config, wish, stands, of)
    if wish.picture is not None:
        rows = [row_of(one, figure) for figure in reversed(FIGURES) for one in stands]
        write_atomically(wish.picture, picture_of(config.name, stands, rows).encode())
    if as_json:
        terminal.put_json(nulls.as_json())
    else:
        terminal.put_drawn(nulls)
    return 0


def _stands_json(one: Stands) -> dict[str, Any]:
    return {
        "kind": one.kind,
        **({"gone": KINDS[one.kind].gone, "left": KINDS[one.kind].left} if one.kind in KINDS else {}),
        "markets": len(one.nulls),
        "failed": dict(one.failed),
        **{figure: _figure_json(one, figure) for figure in FIGURES},
    }


def _figure_json(one: Stands, figure: str) -> dict[str, Any]:
    own, others = one.of(figure)
    spread = {f"p{at:.0f}": value for at, value in zip(PERCENTILES, one.percentiles(figure), strict=False)}
    counts = {"beats": one.beaten(figure), "p_value": one.p_value(figure)}
    return {"real": own, **counts, **spread, "nulls": others.tolist()}


def _placebos_json(found: Placebos) -> dict[str, Any]:
    sleeves, backwards, roles = found.sleeves, found.backwards, found.roles
    return {
        "sleeves": {"not_measured": sleeves} if isinstance(sleeves, str) else _stands_json(sleeves),
        "backwards": {"not_measured": backwards}
        if isinstance(backwards, str)
        else dict(zip(FIGURES, backwards.tolist(), strict=True)),
        "roles": {"not_measured": roles}
        if isinstance(roles, str)
        else dict(zip(FIGURES, roles[0].tolist(), strict=True)) | asdict(roles[1]),
        **{name: asdict(control) for name, control in found.controls.items()},
    }


def _signed(value: float | None) -> str:
    return figures.DASH if value is None else f"{value:+.2f}"
