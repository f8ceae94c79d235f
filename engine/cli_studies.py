"""`overweight phase`, `audit`, `null`: what a config's result hangs on; a part of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli_ends import File, Json, Overrides, exit_with

studies_app = typer.Typer()


@studies_app.command(
    short_help="Decide a session later, two, three: what hangs on the day.",
    epilog="\b\nExample: overweight phase configs/metals_lead.yaml",
)
def phase(
    file: File,
    overrides: Overrides = None,
    as_json: Json = False,
) -> None:
    """Run a config in every phase of its schedule: each decision 0, 1, 2 ... sessions later, up to a whole period.

    Each phase is what --set offset=N gives. With --json an object with a list of phases. Nothing is saved, no
    trial is counted.
    """

    def action() -> int:
        from engine.results.phases import show_phases

        return show_phases(file, overrides or [], as_json=as_json)

    exit_with("phase", action, as_json)


@studies_app.command(
    short_help="Ask again without the future: does a strategy cheat, or hang on chance?",
    epilog="\b\nExample: overweight audit configs/metals_lead.yaml",
)
def audit(
    file: File,
    overrides: Overrides = None,
    as_json: Json = False,
) -> None:
    """Audit a config: its decisions made again with the future hidden, cut off and scrambled, in another order, process
    and beginning, under other names and in other units; and what the result owes to known dates, to a basis point in
    every price, and to trading at once.

    Exit code 1 where a check fails; a warning fails nothing. Nothing is saved, no trial is counted.
    """

    def action() -> int:
        from engine.results.audits import show_audit

        return show_audit(file, overrides or [], as_json=as_json)

    exit_with("audit", action, as_json)


@studies_app.command(
    short_help="The same config where there is nothing to find: does the real result stand out?",
    epilog="\b\nExample: overweight null configs/metals_lead.yaml --markets 20",
)
def null(
    file: File,
    overrides: Overrides = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="shifted, dates, signs, bootstrap, mirrored or made; repeatable.",
            show_default=False,
        ),
    ] = None,
    markets: Annotated[int, typer.Option("--markets", metavar="N", min=1, help="Null markets of each kind.")] = 200,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Another one draws other markets.")] = 1,
    block: Annotated[
        int | None,
        typer.Option(
            "--block",
            metavar="N",
            min=1,
            help="Sessions in a block of the bootstrap; usually a quarter of the wait between decisions, 5 at most.",
            show_default=False,
        ),
    ] = None,
    placebo: Annotated[
        bool,
        typer.Option(
            "--placebo",
            help="Placebos too: other sleeves, backwards, roles exchanged, shifted stances, an episode out.",
        ),
    ] = False,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="Write a page with histograms, as FILE.html.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a config in null markets, in which what it looks for is absent, and tell where the real result stands.

    Without --kind: `shifted` where sleeves are watched, `dates` where series are, and `bootstrap`. Nothing is saved, no
    trial is counted. The same seed gives the same markets.
    """

    def action() -> int:
        from engine.results.null import NullWish, show_null

        wish = NullWish(tuple(kinds or ()), markets, seed, block, placebo, picture)
        return show_null(file, overrides or [], wish, as_json=as_json)

    exit_with("null", action, as_json)
